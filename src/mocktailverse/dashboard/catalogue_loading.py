"""Loading the catalogue for a page, and what the page shows when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard.context import DashboardContext, dashboard_context
from mocktailverse.dashboard.error_banner import show_error_banner
from mocktailverse.errors import MissingError, MocktailverseError

_HAS_CATALOGUE = "has-catalogue"
"""Session state key: whether the visitor has seen a catalogue with drinks."""

_NEW_VISITOR_TIMEOUT_S = 2.0
"""How long a new visitor waits for a newer catalogue than the last visitor's, or the server's
first; later the page shows what there is while a newer one is read."""

_PINNED: ContextVar[list[Catalogue] | None] = ContextVar("pinned_catalogue", default=None)


@contextmanager
def pinned_catalogue() -> Iterator[None]:
    """Pin the catalogue: within the block, page and frame show the same version."""
    token = _PINNED.set([])
    try:
        yield
    finally:
        _PINNED.reset(token)


def current_catalogue(context: DashboardContext) -> Catalogue:
    """Return the pinned catalogue, or the current one if none is pinned yet.

    Raises:
        MissingError: nothing is published yet.
        MocktailverseError: there is no copy yet, and the download failed.
        OSError: likewise.
    """
    pinned = _PINNED.get()
    if pinned:
        return pinned[0]
    is_new = _HAS_CATALOGUE not in st.session_state
    catalogue = context.catalogue.current(timeout_s=_NEW_VISITOR_TIMEOUT_S if is_new else None)
    if catalogue.meta.drinks:
        st.session_state[_HAS_CATALOGUE] = True
    if pinned is not None:
        pinned.append(catalogue)
    return catalogue


def open_catalogue() -> Catalogue:
    """Return the catalogue, with a banner above if it cannot be refreshed.

    Without a catalogue, show what to do and end the page.
    """
    context = dashboard_context()
    try:
        catalogue = current_catalogue(context)
    except MissingError:
        catalogue = None
    except (MocktailverseError, OSError) as error:
        _show_unreachable(context, str(error))
        st.stop()
    if catalogue is None or catalogue.meta.drinks == 0:
        _show_empty(context)
        st.stop()
    now, failing_for_s = context.clock(), context.catalogue.failing_for_s
    show_error_banner(
        context.catalogue.problem,
        None if failing_for_s is None else now - round(failing_for_s * 1000),
        "the catalogue",
        catalogue.meta.built_at,
        now,
    )
    return catalogue


def _show_empty(context: DashboardContext) -> None:
    st.title("No drinks yet", anchor=False)
    st.markdown(
        "The catalogue fills automatically when raw drink records arrive. "
        "To load some, without any account:"
    )
    st.code(context.ingest_commands, language="shell")
    st.caption("Watch the progress on the Pipeline page. Drinks appear here within seconds.")
    _refresh_button(context, "Refresh")


def _show_unreachable(context: DashboardContext, problem: str) -> None:
    st.title("Cannot reach AWS", anchor=False)
    st.markdown(
        "No catalogue has been downloaded yet. For a local stack, run `mocktailverse status` to "
        "see whether it is running, and `mocktailverse up` to start it."
    )
    st.code(problem[:1000], language=None, wrap_lines=True)
    _refresh_button(context, "Try again")


def _refresh_button(context: DashboardContext, label: str) -> None:
    refresh = context.catalogue.expire  # a click asks at once, however new the copy is
    st.button(label, icon=":material/refresh:", type="primary", key="refresh", on_click=refresh)
