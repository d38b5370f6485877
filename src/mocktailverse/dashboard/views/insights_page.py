"""The Insights page: charts of the catalogue, each with its figures as a table."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mocktailverse.catalogue.search.query import DrinkQuery, Facet, Statistics, StrengthBin
from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.catalogue_loading import open_catalogue
from mocktailverse.dashboard.charts import Spec, bars, heat_map, shares, strengths
from mocktailverse.dashboard.drink_text import CERTAINTY, quality_explanation
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.shelves import BASICS
from mocktailverse.formatting import counted

_MAX_BARS = 10
_MAX_PAIRS = 14  # more would make the chart wider than a phone
_NAME_LENGTH = 80
_TITLE_NAME_LENGTH = 60
_SHARES = (
    (0.95, "nearly all"), (0.8, "most"), (0.7, "three in four"), (0.62, "two in three"),
    (0.55, "more than half of the"), (0.45, "about half of the"), (0.37, "two in five"),
    (0.3, "one in three"), (0.22, "one in four"), (0.18, "one in five"), (0.155, "one in six"),
    (0.11, "one in eight"), (0.08, "one in ten"),
)  # fmt: skip
"""Minimum shares and their words."""

_TOP_VALUES = {
    "categories": ("No drink has a category", "is the largest category:"),
    "spirits": ("No drink has a base spirit", "is the base of"),
    "glasses": ("No drink specifies a glass", "is the glass for"),
    "methods": ("No drink has a method", "is the method for"),
    "ingredients": ("No drink has ingredients", "is used in"),
}
"""The title of a list without values, and the words after its most frequent value."""

Columns = Mapping[str, Sequence[object]]


def page() -> None:
    url_state.sync("insights")
    catalogue = open_catalogue()
    statistics = catalogue.statistics()
    st.title("Insights", anchor=False)
    _show_figures(statistics)
    drinks = catalogue.count(DrinkQuery(group=True))
    if drinks < statistics.drinks:
        st.caption(
            f"These are {counted(statistics.drinks, 'recipe')} of {counted(drinks, 'drink')}: "
            "each recipe of a drink counts, because recipes of several sources differ."
        )
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
    counts = {facet.value: facet.count for facet in statistics.zero_proof}
    parts = [
        Facet("alcohol-free", counts.get("alcohol_free", 0)),
        Facet("traces possible", counts.get("traces", 0)),
        Facet("with alcohol", statistics.with_alcohol),
        Facet("unknown", statistics.unknown_mocktail),
    ]
    parts = [part for part in parts if part.count]
    share = part_of(statistics.mocktails, statistics.drinks)
    title = _capitalized(f"{share} are mocktails")
    _show_chart("mocktails", title, shares(parts), _counted("Kind", parts))
    styles = {facet.value: facet.count for facet in statistics.convertible}
    if styles:
        st.caption(
            f"{sum(styles.values()):,} others can become a mocktail: {styles.get('pantry', 0):,} "
            f"with what a kitchen has, {styles.get('bottle', 0):,} only with 0.0 bottles."
        )


def _show_strength(statistics: Statistics) -> None:
    _show_chart(
        "strength",
        _strength_title(statistics.strength),
        strengths(statistics.strength),
        {
            "% vol as served": [f"{b.abv_from:g} to {b.abv_to:g}" for b in statistics.strength],
            "Drinks": [b.drinks for b in statistics.strength],
        },
    )


def _show_bars(name: str, facets: Sequence[Facet], statistics: Statistics) -> None:
    more = statistics.more.get(name, 0)
    note = f"The {len(facets)} most frequent; {more:,} more are not shown." if more else None
    title, verb = _TOP_VALUES[name]
    if facets:
        value = plain(facets[0].value, _TITLE_NAME_LENGTH)
        title = _capitalized(f"{value} {verb} {part_of(facets[0].count, statistics.drinks)}")
    figures = _counted(name.capitalize(), facets)
    _show_chart(name, title, bars(facets[:_MAX_BARS]), figures, note)


def _show_pairings(statistics: Statistics) -> None:
    """Show which ingredients are combined, except the basics: ice goes with everything."""
    pairings = [pair for pair in statistics.pairings if {pair.a, pair.b}.isdisjoint(BASICS)]
    title = "No two ingredients are combined yet"
    if pairings:
        a, b = (plain(name, _TITLE_NAME_LENGTH) for name in (pairings[0].a, pairings[0].b))
        title = f"{a} and {b} are combined most often: in {pairings[0].drinks:,} drinks"
    _show_chart(
        "pairings",
        title,
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
    parts = [Facet(CERTAINTY[c][0], counts[c]) for c in CERTAINTY if c in counts]
    share = part_of(statistics.drinks - counts.get("unknown", 0), statistics.drinks)
    _show_chart(
        "certainty",
        f"The strength of {share} is known, exactly or as a range",
        shares(parts),
        {
            "Certainty": [label for label, _ in CERTAINTY.values()],
            "Drinks": [counts.get(certainty, 0) for certainty in CERTAINTY],
            "Meaning": [meaning for _, meaning in CERTAINTY.values()],
        },
    )
    _show_causes(statistics)
    _show_refusals(statistics)
    st.header("Data quality notes", anchor=False)
    if not statistics.quality:
        st.caption("None: every record was read without changes.")
        return
    st.caption("These drinks loaded; each drink's page shows its notes, too.")
    st.table(
        [
            {
                "Note": plain(facet.value, _NAME_LENGTH),
                "Drinks": f"{facet.count:,}",
                "Meaning": plain(quality_explanation(facet.value), 300),
            }
            for facet in statistics.quality
        ],
        hide_index=True,
        border="horizontal",
        alt="Quality notes",
    )


def _show_causes(statistics: Statistics) -> None:
    """Show the ingredients that leave most drinks' strength, or mocktail or not, unknown."""
    if not statistics.unknown_because:
        return
    st.header("Ingredients that leave drinks unknown", anchor=False)
    st.caption(
        f"The strength of {counted(statistics.unknown_strength, 'drink')} is unknown; for "
        f"{statistics.unknown_mocktail:,} it is unknown whether they are mocktails. The most "
        "frequent causes:"
    )
    _show_counts("Ingredient", statistics.unknown_because, "Causes of unknown figures")


def _show_refusals(statistics: Statistics) -> None:
    """Show why drinks cannot become a mocktail."""
    if not statistics.not_convertible_because:
        return
    st.header("Why drinks cannot become mocktails", anchor=False)
    alt = "Reasons why drinks cannot become mocktails"
    _show_counts("Reason", statistics.not_convertible_because, alt)


def _show_counts(column: str, facets: Sequence[Facet], alt: str) -> None:
    """Show the first values of a facet, and the number of drinks of each, as a table."""
    st.table(
        [
            {column: plain(facet.value, 300), "Drinks": f"{facet.count:,}"}
            for facet in facets[:_MAX_BARS]
        ],
        hide_index=True,
        border="horizontal",
        alt=alt,
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


def part_of(number: int, total: int) -> str:
    """Return a share in words, such as "one in four drinks"; in percent below one in ten."""
    share = number / total if total else 0.0
    if number and number == total:
        return "all drinks"
    words = next((words for minimum, words in _SHARES if share >= minimum), None)
    return f"{words} drinks" if words else f"{share:.1%} of the drinks"


def _capitalized(text: str) -> str:
    return text[0].upper() + text[1:]


def _strength_title(histogram: Sequence[StrengthBin]) -> str:
    bins = [bin_ for bin_ in histogram if bin_.abv_to > 0 and bin_.drinks]
    if not bins:
        return "No drink has a known strength yet"
    peak = max(bins, key=lambda bin_: bin_.drinks)
    if peak.abv_from == 0:
        return f"The most common strength is below {peak.abv_to:g} % vol"
    return f"The most common strength is {peak.abv_from:g} to {peak.abv_to:g} % vol"


if __name__ == "__main__":
    page()
