"""The Insights page: charts of the catalogue, each with its figures as a table."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mocktailverse.catalogue.search.query import Facet, Statistics
from mocktailverse.dashboard import cached_queries, chart_titles, url_state
from mocktailverse.dashboard.catalogue_loading import open_catalogue
from mocktailverse.dashboard.charts import Spec, bars, heat_map, shares, strengths
from mocktailverse.dashboard.lineage import quality_explanation
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.shelves import BASICS
from mocktailverse.dashboard.strength_text import CERTAINTY

_MAX_BARS = 10
_MAX_PAIRS = 14  # more would make the chart wider than a phone
_NAME_LENGTH = 80

Columns = Mapping[str, Sequence[object]]


def page() -> None:
    """Show the page."""
    url_state.sync("insights")
    statistics = cached_queries.statistics(open_catalogue())
    st.title("Insights", anchor=False)
    _show_figures(statistics)
    left, right = st.columns(2, gap="large")
    with left:
        _show_mocktails(statistics)
        _show_bars("categories", statistics.categories, statistics)
        _show_bars("glasses", statistics.glasses, statistics)
        _show_bars("methods", statistics.methods, statistics)
    with right:
        _show_strength(statistics)
        _show_bars("spirits", statistics.spirits, statistics)
        _show_bars("ingredients", statistics.top_ingredients, statistics)
    _show_pairings(statistics)
    _show_quality(statistics)


def _show_figures(statistics: Statistics) -> None:
    with st.container(horizontal=True):
        for label, number in (
            ("Drinks", statistics.drinks),
            ("Mocktails", statistics.mocktails),
            ("Ingredients", statistics.ingredients),
            ("Strength unknown", statistics.unknown_strength),
        ):
            st.metric(label, f"{number:,}", border=True, width=165)


def _show_mocktails(statistics: Statistics) -> None:
    rest = statistics.drinks - statistics.mocktails - statistics.with_alcohol
    parts = [
        Facet("mocktails", statistics.mocktails),
        Facet("with alcohol", statistics.with_alcohol),
        *([Facet("unknown", rest)] if rest else []),
    ]
    _show_chart(
        "mocktails",
        chart_titles.mocktails_title(statistics),
        shares(parts),
        _counted("Kind", parts),
    )


def _show_strength(statistics: Statistics) -> None:
    _show_chart(
        "strength",
        chart_titles.strength_title(statistics),
        strengths(statistics.strength),
        {
            "% vol as served": [f"{b.abv_from:g} to {b.abv_to:g}" for b in statistics.strength],
            "Drinks": [b.drinks for b in statistics.strength],
        },
    )


def _show_bars(name: str, facets: Sequence[Facet], statistics: Statistics) -> None:
    more = statistics.more.get(name, 0)
    note = f"The {len(facets)} most frequent; {more:,} more are not shown." if more else None
    title = chart_titles.top_value_title(name, facets, statistics.drinks)
    figures = _counted(name.capitalize(), facets)
    _show_chart(name, title, bars(facets[:_MAX_BARS]), figures, note)


def _show_pairings(statistics: Statistics) -> None:
    """Show which ingredients are combined, except the basics: ice goes with everything."""
    pairings = [pair for pair in statistics.pairings if {pair.a, pair.b}.isdisjoint(BASICS)]
    _show_chart(
        "pairings",
        chart_titles.pairings_title(pairings),
        heat_map(pairings[:_MAX_PAIRS]),
        {
            "Ingredient": [short(pair.a, _NAME_LENGTH) for pair in pairings],
            "with": [short(pair.b, _NAME_LENGTH) for pair in pairings],
            "Drinks": [pair.drinks for pair in pairings],
        },
    )
    st.caption(f"Excludes {', '.join(BASICS).lower()}.")


def _show_quality(statistics: Statistics) -> None:
    counts = {facet.value: facet.count for facet in statistics.certainty}
    parts = [
        Facet(CERTAINTY[certainty][0], counts[certainty])
        for certainty in CERTAINTY
        if certainty in counts
    ]
    _show_chart(
        "certainty",
        chart_titles.certainty_title(statistics),
        shares(parts),
        {
            "Certainty": [CERTAINTY[certainty][0] for certainty in CERTAINTY],
            "Drinks": [counts.get(certainty, 0) for certainty in CERTAINTY],
            "Meaning": [meaning for _, meaning in CERTAINTY.values()],
        },
    )
    st.header("Data quality notes", anchor=False)
    if not statistics.quality:
        st.caption("None: every record was read without changes.")
        return
    st.caption("These drinks loaded; each drink's page shows its notes, too.")
    st.table(
        {
            "Note": [plain(facet.value, _NAME_LENGTH) for facet in statistics.quality],
            "Drinks": [f"{facet.count:,}" for facet in statistics.quality],
            "Meaning": [
                plain(quality_explanation(facet.value), 300) for facet in statistics.quality
            ],
        },
        hide_index=True,
        border="horizontal",
        alt="Quality notes",
    )


def _show_chart(
    key: str, title: str, spec: Spec, figures: Columns, note: str | None = None
) -> None:
    """Show a title that states a result, the chart, and its figures in a table with a note."""
    st.header(title, anchor=False)
    st.vega_lite_chart(spec, key=f"chart-{key}", alt=title)
    with st.expander(f"Figures: {key}", icon=":material/table_rows:", key=f"figures-{key}"):
        st.dataframe(figures, hide_index=True, key=f"table-{key}", alt=f"Figures: {key}")
        if note:
            st.caption(note)


def _counted(name: str, facets: Sequence[Facet]) -> Columns:
    return {
        name: [short(facet.value, _NAME_LENGTH) for facet in facets],
        "Drinks": [facet.count for facet in facets],
    }


if __name__ == "__main__":
    page()
