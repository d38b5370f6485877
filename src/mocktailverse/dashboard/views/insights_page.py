"""Insights: the catalogue in a few charts, each with its figures as a table."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mocktailverse.catalogue.search.query import Facet, Statistics
from mocktailverse.dashboard import cached_queries, chart_titles, url_state
from mocktailverse.dashboard.catalogue_loading import open_catalogue
from mocktailverse.dashboard.charts import Spec, bars, heat_map, shares, strengths
from mocktailverse.dashboard.lineage import explained
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.shelves import BASICS
from mocktailverse.dashboard.strength_text import CERTAINTY

MOST_BARS = 10
PAIRS = 14  # more make the map wider than a phone
NAME_LENGTH = 80

Columns = Mapping[str, Sequence[object]]


def page() -> None:
    """Show the page."""
    url_state.settle("insights")
    found = cached_queries.statistics(open_catalogue())
    st.title("Insights", anchor=False)
    _show_figures(found)
    left, right = st.columns(2, gap="large")
    with left:
        _show_mocktails(found)
        _show_bars(found, "categories", chart_titles.of_categories(found), found.categories)
        _show_bars(found, "glasses", chart_titles.of_glasses(found), found.glasses)
        _show_bars(found, "methods", chart_titles.of_methods(found), found.methods)
    with right:
        _show_strength(found)
        _show_bars(found, "spirits", chart_titles.of_spirits(found), found.spirits)
        _show_bars(found, "ingredients", chart_titles.of_ingredients(found), found.top_ingredients)
    _show_pairings(found)
    _show_quality(found)


def _show_figures(found: Statistics) -> None:
    with st.container(horizontal=True):
        for label, number in (
            ("Drinks", found.drinks),
            ("Mocktails", found.mocktails),
            ("Ingredients", found.ingredients),
            ("Strength unknown", found.unknown_strength),
        ):
            st.metric(label, f"{number:,}", border=True, width=165)


def _show_mocktails(found: Statistics) -> None:
    rest = found.drinks - found.mocktails - found.with_alcohol
    parts = [
        Facet("mocktails", found.mocktails),
        Facet("with alcohol", found.with_alcohol),
        *([Facet("not known", rest)] if rest else []),
    ]
    _show_chart(
        "mocktails", chart_titles.of_mocktails(found), shares(parts), _counted("Kind", parts)
    )


def _show_strength(found: Statistics) -> None:
    _show_chart(
        "strength",
        chart_titles.of_strength(found),
        strengths(found.strength),
        {
            "% vol as served": [f"{b.abv_from:g} to {b.abv_to:g}" for b in found.strength],
            "Drinks": [b.drinks for b in found.strength],
        },
    )


def _show_bars(found: Statistics, key: str, title: str, facets: Sequence[Facet]) -> None:
    more = found.more.get(key, 0)
    note = f"The {len(facets)} most frequent; {more:,} more are left out." if more else None
    figures = _counted(key.capitalize(), facets)
    _show_chart(key, title, bars(facets[:MOST_BARS]), figures, note)


def _show_pairings(found: Statistics) -> None:
    """What goes together, the basics aside: ice goes with everything."""
    telling = [pair for pair in found.pairings if {pair.a, pair.b}.isdisjoint(BASICS)]
    _show_chart(
        "pairings",
        chart_titles.of_pairings(telling),
        heat_map(telling[:PAIRS]),
        {
            "Ingredient": [short(pair.a, NAME_LENGTH) for pair in telling],
            "with": [short(pair.b, NAME_LENGTH) for pair in telling],
            "Drinks": [pair.drinks for pair in telling],
        },
    )
    st.caption(f"Without {', '.join(BASICS).lower()}.")


def _show_quality(found: Statistics) -> None:
    known = {facet.value: facet.count for facet in found.certainty}
    parts = [
        Facet(CERTAINTY[certainty][0], known[certainty])
        for certainty in CERTAINTY
        if certainty in known
    ]
    _show_chart(
        "certainty",
        chart_titles.of_certainty(found),
        shares(parts),
        {
            "Certainty": [CERTAINTY[certainty][0] for certainty in CERTAINTY],
            "Drinks": [known.get(certainty, 0) for certainty in CERTAINTY],
            "Meaning": [meaning for _, meaning in CERTAINTY.values()],
        },
    )
    st.header("What to know of the records", anchor=False)
    if not found.quality:
        st.caption("Nothing: every record could be read as it is.")
        return
    st.caption("Each of these drinks did load; its page says the same.")
    st.table(
        {
            "Note": [plain(facet.value, NAME_LENGTH) for facet in found.quality],
            "Drinks": [f"{facet.count:,}" for facet in found.quality],
            "Meaning": [plain(explained(facet.value), 300) for facet in found.quality],
        },
        hide_index=True,
        border="horizontal",
        alt="Quality notes",
    )


def _show_chart(
    key: str, title: str, spec: Spec, figures: Columns, note: str | None = None
) -> None:
    """A chart under a title that says something, and its figures in a table, with a note."""
    st.header(title, anchor=False)
    st.vega_lite_chart(spec, key=f"chart-{key}", alt=title)
    with st.expander(f"Figures: {key}", icon=":material/table_rows:", key=f"figures-{key}"):
        st.dataframe(figures, hide_index=True, key=f"table-{key}", alt=f"Figures: {key}")
        if note:
            st.caption(note)


def _counted(name: str, facets: Sequence[Facet]) -> Columns:
    return {
        name: [short(facet.value, NAME_LENGTH) for facet in facets],
        "Drinks": [facet.count for facet in facets],
    }


if __name__ == "__main__":
    page()
