"""The dashboard's frame: navigation, sidebar and footer around each page.

Run it with `mocktailverse dashboard`, or with `streamlit run` on this file. That imports it once as
the server's `app`, and runs it as `__main__` for each visitor.
"""

from pathlib import Path
from typing import Literal

import streamlit as st

from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.catalogue_loading import current_catalogue, pinned_catalogue
from mocktailverse.dashboard.context import DashboardContext, dashboard_context
from mocktailverse.dashboard.page_paths import COST, EXPLORE, INSIGHTS, PIPELINE, RECIPE, SHELF
from mocktailverse.dashboard.preparation import preparing
from mocktailverse.dashboard.reserved_space import reserve
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.errors import MocktailverseError
from mocktailverse.formatting import age, clock_text

_ASSETS = Path(__file__).parent / "assets"

PAGES = {
    EXPLORE: ("Explore", "search", ""),
    SHELF: ("What can I make", "shelves", "shelf"),
    RECIPE: ("Add a recipe", "add_circle", "recipe"),
    INSIGHTS: ("Insights", "insights", "insights"),
    PIPELINE: ("Pipeline", "conversion_path", "pipeline"),
    COST: ("Cost", "savings", "cost"),
}
"""Title, icon and URL path of each page."""


def main() -> None:
    """Show the page of the current URL inside the frame."""
    # Without icons: Streamlit would also use them as favicons, downloaded from the internet.
    pages = [
        st.Page(path, title=title, url_path=url_path or None, default=path == EXPLORE)
        for path, (title, _, url_path) in PAGES.items()
    ]
    page = st.navigation(pages, position="hidden")
    st.set_page_config(
        page_title=f"{page.title} · Mocktailverse",
        page_icon=str(_ASSETS / "icon.svg"),
        layout="wide",
    )
    st.logo(str(_ASSETS / "logo.svg"), size="large")
    st.html(_ASSETS / "style.css")
    context = dashboard_context()
    is_live = page.url_path == PAGES[PIPELINE][2]
    footer = st.fragment(_show_footer, run_every=context.refresh_s) if is_live else _show_footer
    with pinned_catalogue():
        beside = st.sidebar.container()
        above = reserve("phone-links", height=1, phone_rows=2)
        try:
            page.run()
        finally:  # the page first, even if it ends early: the browser draws it meanwhile
            with beside:
                _show_navigation(context, "stretch")
                st.space("medium")
                footer(context)
            with above.container(horizontal=True, gap="small"):
                _show_navigation(context, "content")
            with st.container(key="phone-foot"):
                footer(context)


def _show_navigation(context: DashboardContext, width: Literal["stretch", "content"]) -> None:
    """Show links to the pages; they keep the visitor's shelf. Read-only ones cannot add recipes."""
    shelf = {name: values for name, values in url_state.read().items() if name == "have"}
    for path, (title, icon, _) in PAGES.items():
        if path == RECIPE and not context.can_act:
            continue
        st.page_link(path, label=title, icon=f":material/{icon}:", query_params=shelf, width=width)


def _show_footer(context: DashboardContext) -> None:
    """Show the environment, and the size and age of its catalogue."""
    environment = f"Environment {plain(context.stage, 40)}"
    try:
        meta = current_catalogue(context).meta
    except (MocktailverseError, OSError):
        st.caption(f"{environment} · no catalogue")
        return
    now = context.clock()
    st.caption(
        f"{meta.drinks - meta.withdrawn:,} drinks · updated {age(meta.built_at, now)} ago  \n"
        f"{environment}",
        help=f"Catalogue {plain(meta.version, 60)} from {clock_text(meta.built_at, now)}",
    )


if __name__ == "__main__":
    main()
elif __name__ == Path(__file__).stem:
    app = st.App(__file__, lifespan=preparing)
