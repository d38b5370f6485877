"""The warning above a page whose data cannot be refreshed."""

import streamlit as st

from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.time_text import clock_text


def show_error_banner(
    problem: str | None,
    failing_since: float | None,
    data: str,
    data_from: float | None,
    now: float,
) -> None:
    """Show since when AWS has been unreachable; nothing if it is reachable.

    Args:
        problem: the error of the last refresh; None if it succeeded.
        failing_since: the time of the first error, in ms like all times here.
        data: what the page shows, such as "the catalogue".
        data_from: how old that is; None if there is nothing to show.
        now: the time now.
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
