"""The dashboard's frame: its pages, the way between them, and what catalogue one looks at.

Run it by `mocktailverse dashboard`, or `streamlit run` this file.
"""

from pathlib import Path
from typing import Literal

import streamlit as st

from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.catalogue_loading import current, one_catalogue
from mocktailverse.dashboard.context import Connections, connections
from mocktailverse.dashboard.page_paths import COST, EXPLORE, INSIGHTS, PIPELINE, SHELF
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.time_text import ago, clock_text
from mocktailverse.errors import MocktailverseError

_ASSETS = Path(__file__).parent / "assets"

PAGES = {
    EXPLORE: ("Explore", "search", ""),
    SHELF: ("What can I make", "shelves", "shelf"),
    INSIGHTS: ("Insights", "insights", "insights"),
    PIPELINE: ("Pipeline", "conversion_path", "pipeline"),
    COST: ("Cost", "savings", "cost"),
}
"""Title, icon and address of each page."""


def main() -> None:
    """Show the page that the address names, with the sidebar beside it."""
    # Without icons: Streamlit makes a page's icon the browser's, too, and fetches that from afar.
    pages = [
        st.Page(path, title=title, url_path=url_path or None, default=path == EXPLORE)
        for path, (title, _, url_path) in PAGES.items()
    ]
    chosen = st.navigation(pages, position="hidden")
    st.set_page_config(
        page_title=f"{chosen.title} · Mocktailverse",
        page_icon=str(_ASSETS / "icon.svg"),
        layout="wide",
    )
    st.logo(str(_ASSETS / "logo.svg"), size="large")
    st.html(_ASSETS / "style.css")
    found = connections()
    is_live = chosen.url_path == PAGES[PIPELINE][2]
    show_foot = st.fragment(_show_foot, run_every=found.refresh_s) if is_live else _show_foot
    with one_catalogue():
        with st.sidebar:
            _show_links("stretch")
            st.space("medium")
            show_foot(found)
        with st.container(horizontal=True, gap="small", key="phone-links"):
            _show_links("content")
        chosen.run()
        with st.container(key="phone-foot"):
            show_foot(found)


def _show_links(width: Literal["stretch", "content"]) -> None:
    """The ways to the pages, which the shelf goes along; on phones they stand above the page."""
    shelf = {name: values for name, values in url_state.read().items() if name == "have"}
    for path, (title, icon, _) in PAGES.items():
        st.page_link(path, label=title, icon=f":material/{icon}:", query_params=shelf, width=width)


def _show_foot(found: Connections) -> None:
    """Which catalogue this is, how old, of which stage."""
    try:
        meta = current(found).meta
    except (MocktailverseError, OSError):
        st.caption(f"Stage {plain(found.stage, 40)} · no catalogue")
        return
    now = found.clock()
    st.caption(
        f"{meta.drinks - meta.withdrawn:,} drinks · renewed {ago(meta.built_at, now)}  \n"
        f"Stage {plain(found.stage, 40)}",
        help=f"Catalogue {plain(meta.version, 60)} of {clock_text(meta.built_at, now)}",
    )


if __name__ == "__main__":
    main()
