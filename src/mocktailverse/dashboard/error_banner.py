"""The calm line above a page whose figures cannot be renewed."""

import streamlit as st

from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.time_text import clock_text
from mocktailverse.ttl_cache import Snapshot, T


def show_problem(seen: Snapshot[T], now: int) -> None:
    """Say since when AWS does not answer, and from when the figures are; nothing if it does."""
    if seen.problem is None or seen.failing_since is None:
        return
    told = f"AWS does not answer since {clock_text(seen.failing_since, now)}."
    if seen.fetched_at is None:
        told += " Nothing was seen before; this page tries again by itself."
    else:
        told += f" What you see is from {clock_text(seen.fetched_at, now)}."
    st.warning(f"{told}  \n{plain(seen.problem)}", icon=":material/cloud_off:")
