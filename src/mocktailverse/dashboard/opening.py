"""Opening the catalogue for a page, and what the page shows where there is none."""

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard.connections import Connections, connections
from mocktailverse.dashboard.text import plain
from mocktailverse.dashboard.times import clock_text
from mocktailverse.errors import MissingError, MocktailverseError


def open_catalogue() -> Catalogue:
    """The catalogue as published, or the last copy of it with a word about its age.

    Where there is nothing to show, the page says what to do and ends.
    """
    found = connections()
    try:
        catalogue = found.catalogue.current()
    except MissingError:
        _show_empty(found)
        st.stop()
    except (MocktailverseError, OSError) as error:
        _show_unreachable(str(error))
        st.stop()
    if catalogue.meta.drinks == 0:
        _show_empty(found)
        st.stop()
    if found.catalogue.problem:
        as_of = clock_text(catalogue.meta.built_at, found.clock())
        st.warning(
            f"AWS does not answer, so this is the catalogue of {as_of}. "
            f"Nothing is lost; it is renewed as soon as AWS answers.  \n"
            f":small[{plain(found.catalogue.problem)}]",
            icon=":material/cloud_off:",
        )
    return catalogue


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
