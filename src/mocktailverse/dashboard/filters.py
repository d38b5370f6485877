"""The filters of the Explore page: widgets that show the address, and change it."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from mocktailverse.catalogue.search.query import DrinkQuery, Facet, Facets
from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.strength_text import TO
from mocktailverse.dashboard.url_state import STRONGEST, Parameters

FIELDS = {
    "category": "Category",
    "spirit": "Base spirit",
    "glass": "Glass",
    "method": "Method",
    "tag": "Tag",
    "alcoholic": "Alcohol, as the source says",
}
INGREDIENT_FIELDS = {"ingredient": "With ingredients", "without": "Without ingredients"}

KINDS = {"": "All drinks", "true": "Mocktails", "false": "With alcohol"}
VALUE_LENGTH = 60
COLUMNS = 3

_LABELS = {**FIELDS, "ingredient": "With", "without": "Without"}


def show_kinds(parameters: Parameters, counts: Sequence[Facet]) -> None:
    """The first choice: mocktails or not, with their numbers."""
    numbers = {facet.value: facet.count for facet in counts}
    chosen = url_state.first(parameters, "mocktail")
    st.segmented_control(
        "Kind of drink",
        list(KINDS),
        format_func=lambda kind: f"{KINDS[kind]} {numbers.get(kind, 0):,}" if kind else KINDS[kind],
        key=url_state.show_in("kind", chosen if chosen in KINDS else ""),
        on_change=lambda: url_state.change(mocktail=st.session_state["kind"]),
        label_visibility="collapsed",
    )


def show_filters(parameters: Parameters, facets: Facets, ingredients: Sequence[str]) -> None:
    """All other filters, with how many drinks each value would leave."""
    columns = st.columns(COLUMNS)
    for number, (field, label) in enumerate(FIELDS.items()):
        with columns[number % COLUMNS]:
            _show_values(parameters, field, label, facets)
    columns = st.columns(COLUMNS)
    counted = [facet.value for facet in facets.ingredient]
    with columns[0]:
        _show_ingredients(parameters, "ingredient", list(dict.fromkeys([*counted, *ingredients])))
    with columns[1]:
        _show_ingredients(parameters, "without", ingredients)
    with columns[2]:
        _show_strength(parameters)
    with st.container(horizontal=True, gap="medium"):
        _show_truth(
            parameters, "match", "any", "Any of the ingredients will do", "Else all of them."
        )
        _show_truth(
            parameters,
            "withdrawn",
            "true",
            "Also drinks that the source has withdrawn",
            "They are no longer in the source, but kept here.",
        )


def show_active(parameters: Parameters, query: DrinkQuery) -> None:
    """The filters in force, each with a button that takes it off."""
    active = list(_active(parameters, query))
    if not active:
        return
    with st.container(horizontal=True, gap="small", key="active-filters"):
        for number, (label, drop) in enumerate(active):
            st.button(
                label,
                key=f"drop-{number}",
                icon=":material/close:",
                help="Take this filter off",
                on_click=drop,
            )
        st.button("Clear all", key="clear-filters", type="tertiary", on_click=clear)


def clear() -> None:
    """Take all filters off; for callbacks."""
    st.query_params.from_dict(url_state.without_query(url_state.read()))


def _active(parameters: Parameters, query: DrinkQuery) -> list[tuple[str, Callable[[], None]]]:
    found = [
        (f"{label}: {plain(worded(value), VALUE_LENGTH)}", _dropping(parameters, field, value))
        for field, label in _LABELS.items()
        for value in parameters.get(field, ())
    ]
    if query.abv_min is not None or query.abv_max is not None:
        found.append(
            (f"Strength: {strength_text(query)}", lambda: url_state.change(abv_min="", abv_max=""))
        )
    if query.match == "any" and len(query.ingredient) > 1:
        found.append(("Any of the ingredients", lambda: url_state.change(match=None)))
    if query.withdrawn:
        found.append(("Withdrawn ones, too", lambda: url_state.change(withdrawn=None)))
    return found


def strength_text(query: DrinkQuery) -> str:
    """The range of strengths that is asked for."""
    if query.abv_max is None:
        return f"{query.abv_min:g} % and more"
    if not query.abv_min:
        return f"up to {query.abv_max:g} %"
    return f"{query.abv_min:g}{TO}{query.abv_max:g} %"


def worded(value: str) -> str:
    """A value of a field for people: contract values have underscores."""
    return value.replace("_", " ")


def _dropping(parameters: Parameters, field: str, value: str) -> Callable[[], None]:
    rest = [other for other in parameters[field] if other != value]
    return lambda: url_state.change(**{field: rest})


def _show_values(parameters: Parameters, field: str, label: str, facets: Facets) -> None:
    """The most frequent values; rarer ones can be typed."""
    counts = {facet.value: facet.count for facet in getattr(facets, field)}
    more = facets.more.get(field, 0)
    chosen = _spelled(parameters.get(field, []), counts)
    st.multiselect(
        label,
        list(dict.fromkeys([*counts, *chosen])),
        format_func=lambda value: _counted(value, counts.get(value, None if more else 0)),
        key=url_state.show_in(f"filter-{field}", chosen),
        on_change=_taking(field),
        accept_new_options=more > 0,
        placeholder="Choose or type" if more else "Any",
        help=f"The most frequent ones; {more:,} rarer ones can be typed." if more else None,
    )


def _counted(value: str, count: int | None) -> str:
    """A value and its number of drinks, if that is known."""
    told = short(worded(value), VALUE_LENGTH)
    return told if count is None else f"{told} ({count:,})"


def _show_ingredients(parameters: Parameters, field: str, names: Sequence[str]) -> None:
    chosen = parameters.get(field, [])
    st.multiselect(
        INGREDIENT_FIELDS[field],
        list(dict.fromkeys([*names, *chosen])),
        format_func=lambda value: short(value, VALUE_LENGTH),
        key=url_state.show_in(f"filter-{field}", chosen),
        on_change=_taking(field),
        accept_new_options=True,
        placeholder="Choose or type",
        help="In any spelling. Rum stands for White rum and all other kinds, too.",
    )


def _show_strength(parameters: Parameters) -> None:
    query = url_state.query_of(parameters)
    low = min(int(query.abv_min or 0), STRONGEST)
    high = STRONGEST if query.abv_max is None else int(query.abv_max)
    st.slider(
        "Strength as mixed, % vol",
        0,
        STRONGEST,
        key=url_state.show_in("filter-abv", (min(low, high), max(low, high))),
        on_change=_take_strength,
        help="Before dilution. Drinks whose strength is not known are left out.",
    )


def _show_truth(
    parameters: Parameters, name: str, value: str, label: str, explanation: str
) -> None:
    key = url_state.show_in(f"filter-{name}", url_state.first(parameters, name) == value)
    st.toggle(
        label,
        key=key,
        on_change=lambda: url_state.change(**{name: value if st.session_state[key] else None}),
        help=explanation,
    )


def _taking(field: str) -> Callable[[], None]:
    return lambda: url_state.change(**{field: st.session_state[f"filter-{field}"]})


def _take_strength() -> None:
    low, high = st.session_state["filter-abv"]
    url_state.change(
        abv_min=str(low) if low else None, abv_max=str(high) if high < STRONGEST else None
    )


def _spelled(chosen: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """The chosen values as the catalogue spells them; they may be linked in any case."""
    by_key = {value.casefold(): value for value in counts}
    return list(dict.fromkeys(by_key.get(value.casefold(), value) for value in chosen))
