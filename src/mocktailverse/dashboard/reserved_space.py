"""Space for parts of a page that come after others, so that the others do not move."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def reserve(key: str, height: int, phone_rows: int) -> DeltaGenerator:
    """Return a container that keeps its height until the style sheet is applied.

    The browser applies the style sheet after it has drawn the first elements. From then on the
    container `key` is as high as its content, and at least as high as the style sheet says.
    Until then the container is `height` pixels high. On phones, where Streamlit shows columns below
    each other, the gap between `phone_rows` empty ones is 96 pixels; elsewhere they take no space.
    """
    with st.container(key=key, gap=None):
        late = st.container(height=height, border=False, key=f"{key}-late")
        with st.container(key=f"{key}-space"):
            st.columns(phone_rows, gap="xlarge")
        return late
