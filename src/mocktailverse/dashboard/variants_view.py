"""The recipes of one drink from several sources: on cards, and compared on the drink's page."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard import cached_queries
from mocktailverse.dashboard.page_paths import EXPLORE
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.comparison import (
    ComparedAmount,
    ComparedFact,
    ComparedLine,
    Comparison,
    compare,
)
from mocktailverse.formatting import counted
from mocktailverse.sources import SOURCES
from mocktailverse.times import utc

_NAME_LENGTH = 80
_MAX_COLUMNS = 4
"""Recipes in the table; more would not fit a screen."""

_SAME = ":gray[same]"
_UNKNOWN = ":gray[unknown]"
_DIFFERS = ":material/difference: differs"
_FACTS = {
    "glass": ("Glass", ""),
    "method": ("Method", ""),
    "strength": ("Strength as served", " % vol"),
    "sugar": ("Sugar as served", " g in 100 ml"),
    "volume": ("Volume", " ml"),
}


def source_title(source: str) -> str:
    """Return the name of a source for people; as it is, if it is not registered."""
    return SOURCES[source].title if source in SOURCES else source


def recipe_notes(catalogue: Catalogue, drinks: Sequence[Drink]) -> Mapping[str, str]:
    """Return for the cards of grouped drinks how many recipes there are, and their sources."""
    return {
        drink_id: f":material/menu_book: {counted(len(group), 'recipe')}: {_sources(group)}"
        for drink_id, group in cached_queries.groups(catalogue, drinks).items()
    }


def show_variants(drink: Drink, variants: Sequence[Drink], parameters: Parameters) -> None:
    """Show where the recipes of other sources differ, and where each one is from."""
    if not variants:
        return
    st.header("Recipes from other sources", anchor=False)
    shown = [drink, *variants][:_MAX_COLUMNS]
    comparison = compare(shown)
    st.table(
        _columns(comparison),
        hide_index=True,
        border="horizontal",
        alt=f"Recipes of {plain(drink.name, _NAME_LENGTH)} compared",
    )
    for recipe in [drink, *variants]:
        _show_provenance(recipe, parameters, is_this=recipe is drink)


def _columns(comparison: Comparison) -> dict[str, list[str]]:
    facts = [fact for fact in comparison.facts if any(fact.values)]
    labels = [plain(_name_of(line), 60) for line in comparison.lines]
    columns = {"": labels + [_FACTS[fact.name][0] for fact in facts]}
    for number in range(len(comparison.recipes)):
        cells = [_cell(line.amounts[number], _name_of(line)) for line in comparison.lines]
        cells += [_fact_cell(fact, number) for fact in facts]
        columns[_heading(number, comparison)] = cells
    columns["Compared"] = [_DIFFERS if line.differs else _SAME for line in comparison.lines]
    columns["Compared"] += map(_verdict, facts)
    return columns


def _name_of(line: ComparedLine) -> str:
    """Return the ingredient's name in the first recipe that has it."""
    return next(amount.name for amount in line.amounts if amount)


def _verdict(fact: ComparedFact) -> str:
    if fact.differs:
        return _DIFFERS
    return _UNKNOWN if None in fact.values else _SAME


def _fact_cell(fact: ComparedFact, number: int) -> str:
    value = fact.values[number]
    return plain(value, 80) + _FACTS[fact.name][1] if value else _UNKNOWN


def _heading(number: int, comparison: Comparison) -> str:
    """Return the source of a column; numbered if several columns are of one source."""
    sources = [recipe.source for recipe in comparison.recipes]
    title = plain(source_title(sources[number]), _NAME_LENGTH)
    earlier = sources[:number].count(sources[number])
    return f"{title} {earlier + 1}" if earlier else title


def _cell(amount: ComparedAmount | None, name: str) -> str:
    """Return the amount, and the ingredient if it is not the row's."""
    if amount is None:
        return ":gray[not in it]"
    measure = plain(amount.measure_raw, 60) if (amount.measure_raw or "").strip() else ""
    if amount.name == name:
        return measure or ":gray[not stated]"
    return f"{measure} **{plain(amount.name, 60)}**".strip()


def _show_provenance(recipe: Drink, parameters: Parameters, *, is_this: bool) -> None:
    title = plain(source_title(recipe.source), _NAME_LENGTH)
    name = plain(recipe.name, _NAME_LENGTH)
    with st.container(border=True, gap="small"):
        if is_this:
            st.markdown(f"**{title}: {name}** (this page)")
        else:
            st.page_link(
                EXPLORE,
                label=f"{title}: {name}",
                icon=":material/arrow_forward:",
                query_params={**parameters, "drink": [recipe.id]},
            )
        st.caption(_provenance(recipe))


def _provenance(recipe: Drink) -> str:
    """Return author, licence, last observation and raw object of a recipe."""
    credit, lineage = recipe.credit, recipe.lineage
    parts = [
        credit and credit.author and f"By {plain(credit.author, 120)}",
        f"Licence: {plain(credit.licence, 40)}"
        if credit and credit.licence
        else "No licence is stated",
        f"Observed on {utc(recipe.observed_at):%Y-%m-%d}",
        f"Raw object: {plain(lineage.key, 200)}, position {lineage.position}",
    ]
    return " · ".join(part for part in parts if part)


def _sources(ids: Sequence[str]) -> str:
    names = dict.fromkeys(source_title(drink_id.partition(":")[0]) for drink_id in ids)
    return ", ".join(plain(name, _NAME_LENGTH) for name in names)
