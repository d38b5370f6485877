"""The warning above a page whose data cannot be refreshed."""

import streamlit as st

from mocktailverse.dashboard.safe_text import plain
from mocktailverse.formatting import clock_text


def show_error_banner(
    problem: str | None, failing_since: float | None, data: str, data_from: float | None, now: float
) -> None:
    """Show since when AWS has been unreachable; nothing if the last refresh had no problem.

    `data` is what the page shows, such as "the catalogue"; `data_from` is None if it shows nothing.
    Times are in ms.
    """
    if problem is None or failing_since is None:
        return
    state = (
        "No data yet; this page retries automatically."
        if data_from is None
        else f"Showing {data} from {clock_text(data_from, now)}; it refreshes automatically."
    )
    st.warning(
        f"AWS has been unreachable since {clock_text(failing_since, now)}. {state}  \n"
        f":small[{plain(problem)}]",
        icon=":material/cloud_off:",
    )
