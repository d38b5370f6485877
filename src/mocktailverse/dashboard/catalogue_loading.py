"""Opening the catalogue for a page, and what the page shows where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard.context import Connections, connections
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.time_text import clock_text
from mocktailverse.errors import MissingError, MocktailverseError

_OF_THIS_RUN: ContextVar[list[Catalogue] | None] = ContextVar("catalogue", default=None)


@contextmanager
def one_catalogue() -> Iterator[None]:
    """Within the block a page and its frame see one catalogue, even if a newer one comes."""
    token = _OF_THIS_RUN.set([])
    try:
        yield
    finally:
        _OF_THIS_RUN.reset(token)


def current(found: Connections) -> Catalogue:
    """The catalogue of this run of a page.

    Raises:
        MissingError: nothing was published yet.
        MocktailverseError, OSError: it cannot be had.
    """
    seen = _OF_THIS_RUN.get()
    if seen:
        return seen[0]
    catalogue = found.catalogue.current()
    if seen is not None:
        seen.append(catalogue)
    return catalogue


def open_catalogue() -> Catalogue:
    """The catalogue as published, or the last copy of it with a word about its age.

    Where there is nothing to show, the page says what to do and ends.
    """
    found = connections()
    try:
        catalogue = current(found)
    except MissingError:
        _show_empty(found)
        st.stop()
    except (MocktailverseError, OSError) as error:
        _show_unreachable(str(error))
        st.stop()
    if catalogue.meta.drinks == 0:
        _show_empty(found)
        st.stop()
    _show_problem(found, catalogue.meta.built_at)
    return catalogue


def _show_problem(found: Connections, built_at: int) -> None:
    """Say since when AWS does not answer, if it does not."""
    problem, failing_for_s = found.catalogue.problem, found.catalogue.failing_for_s
    if problem is None or failing_for_s is None:
        return
    now = found.clock()
    since = clock_text(now - round(failing_for_s * 1000), now)
    st.warning(
        f"AWS does not answer since {since}, so this is the catalogue of "
        f"{clock_text(built_at, now)}. "
        f"Nothing is lost; it is renewed as soon as AWS answers.  \n:small[{plain(problem)}]",
        icon=":material/cloud_off:",
    )


def _show_empty(found: Connections) -> None:
    env = "" if found.is_local else f" --env {found.stage}"
    st.title("No drinks yet", anchor=False)
    st.markdown(
        "The catalogue fills by itself as soon as raw drinks come in. "
        "These bring some, without any account:"
    )
    st.code(f"mocktailverse ingest data/raw/*json{env}\nmocktailverse fetch{env}", language="shell")
    st.caption("Follow them on the Pipeline page. Drinks show up here within seconds.")
    st.button("Look again", icon=":material/refresh:", type="primary", key="look-again")


def _show_unreachable(problem: str) -> None:
    st.title("AWS does not answer", anchor=False)
    st.markdown(
        "There is no copy of the catalogue here yet, so there is nothing to show. "
        "Locally, `mocktailverse status` tells whether the stack runs, and `mocktailverse up` "
        "starts it."
    )
    st.code(problem[:1000], language=None, wrap_lines=True)
    st.button("Try again", icon=":material/refresh:", type="primary", key="try-again")
