"""A Streamlit page with one card and nothing else: the floor of `first_card.py`."""

import streamlit as st

with st.container(border=True):
    st.write("**Trivial drink**\n\n:green-badge[0 % ABV]\n\nLime juice, Soda water, Sugar syrup")
