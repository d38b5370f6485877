"""The filters of the Explore page: widgets that show and change the URL's parameters."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle

import streamlit as st

from mocktailverse.catalogue.search.query import DrinkQuery, Facet, Facets
from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.drink_text import DASH
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.url_state import MAX_ABV, Parameters

_FIELDS = {
    "category": "Category",
    "spirit": "Base spirit",
    "glass": "Glass",
    "method": "Method",
    "tag": "Tag",
    "alcoholic": "Alcohol, according to the source",
}
_INGREDIENT_FIELDS = {"ingredient": "With ingredients", "without": "Without ingredients"}
_LABELS = {
    **_FIELDS, "source": "Source", "ingredient": "With", "without": "Without",
    "zero_proof": "Zero proof",
}  # fmt: skip
_KINDS = {"": "All drinks", "true": "Mocktails", "false": "With alcohol"}
_HELP = {
    "zero_proof": "Mocktails without any alcohol; with possible traces of at most 0.5 % vol as "
    "served, such as from bitters, extracts and 0.0 beer; or convertible: drinks that can become "
    "a mocktail, with what a kitchen has or with 0.0 bottles."
}
_VALUE_LENGTH = 60
_COLUMNS = 3
_MAX_SUGAR = 30
"""In g per 100 ml; the slider's end means any."""


def show_kinds(parameters: Parameters, counts: Sequence[Facet]) -> None:
    """Show the choice between mocktails and drinks with alcohol, with their numbers."""
    numbers = {facet.value: facet.count for facet in counts}
    st.segmented_control(
        "Kind of drink",
        list(_KINDS),
        format_func=lambda k: f"{_KINDS[k]} {numbers.get(k, 0):,}" if k else _KINDS[k],
        key=url_state.bind("kind", url_state.choice(parameters, "mocktail", _KINDS)),
        on_change=lambda: url_state.update(mocktail=st.session_state["kind"]),
        label_visibility="collapsed",
    )


def show_filters(parameters: Parameters, facets: Facets, ingredients: Sequence[str]) -> None:
    """Show all other filters, with the number of drinks per value."""
    columns = cycle(st.columns(_COLUMNS))
    for column, (field, label) in zip(columns, _FIELDS.items(), strict=False):
        with column:
            _show_values(parameters, field, label, facets)
    frequent = [facet.value for facet in facets.ingredient]
    left, middle, right = st.columns(_COLUMNS)
    with left:
        _show_ingredients(parameters, "ingredient", [*frequent, *ingredients])
    with middle:
        _show_ingredients(parameters, "without", ingredients)
    with right:
        _show_values(parameters, "zero_proof", _LABELS["zero_proof"], facets)
    left, middle, right = st.columns(_COLUMNS)
    with left:
        _show_strength(parameters)
    with middle:
        _show_sugar(parameters)
    several = len(facets.source) > 1 or "source" in parameters
    if several:
        with right:
            _show_values(parameters, "source", _LABELS["source"], facets)
    with st.container(horizontal=True, gap="medium"):
        _show_toggle(
            parameters, "match", "any", "Match any ingredient", "Otherwise, match all of them."
        )
        _show_toggle(
            parameters,
            "withdrawn",
            "true",
            "Include withdrawn drinks",
            "Drinks that the source no longer has.",
        )
        if several:
            _show_toggle(
                parameters,
                "group",
                "false",
                "Each recipe on its own",
                "Otherwise, recipes of one drink from several sources are one result.",
            )


def show_active(parameters: Parameters, query: DrinkQuery) -> None:
    """Show the active filters, each as a button that removes it."""
    active = _active(parameters, query)
    if not active:
        return
    with st.container(horizontal=True, gap="small", key="active-filters"):
        for number, (label, remove) in enumerate(active):
            st.button(
                label,
                key=f"drop-{number}",
                icon=":material/close:",
                help="Remove filter",
                on_click=remove,
            )
        st.button("Clear all", key="clear-filters", type="tertiary", on_click=clear)


def clear() -> None:
    """Remove all filters; for callbacks."""
    st.query_params.from_dict(url_state.without_query(url_state.read()))


def _active(parameters: Parameters, query: DrinkQuery) -> list[tuple[str, Callable[[], None]]]:
    """Return the label of each active filter, and a callback that removes it."""
    active = [
        (f"{label}: {plain(_worded(value), _VALUE_LENGTH)}", _removing(parameters, field, value))
        for field, label in _LABELS.items()
        for value in parameters.get(field, ())
    ]
    if query.abv_min is not None or query.abv_max is not None:
        active.append(
            (f"Strength: {_strength(query)}", lambda: url_state.update(abv_min="", abv_max=""))
        )
    if query.sugar_max is not None:
        label = f"Sugar: up to {query.sugar_max:g} g in 100 ml"
        active.append((label, lambda: url_state.update(sugar_max=None)))
    if query.match == "any" and len(query.ingredient) > 1:
        active.append(("Any ingredient", lambda: url_state.update(match=None)))
    if query.withdrawn:
        active.append(("Including withdrawn", lambda: url_state.update(withdrawn=None)))
    return active


def _strength(query: DrinkQuery) -> str:
    if query.abv_max is None:
        return f"at least {query.abv_min:g} %"
    if not query.abv_min:
        return f"up to {query.abv_max:g} %"
    return f"{query.abv_min:g}{DASH}{query.abv_max:g} %"


def _worded(value: str) -> str:
    """Return a value for people: values of the API's contract have underscores."""
    return value.replace("_", " ")


def _removing(parameters: Parameters, field: str, value: str) -> Callable[[], None]:
    rest = [other for other in parameters[field] if other != value]
    return lambda: url_state.update(**{field: rest})


def _show_values(parameters: Parameters, field: str, label: str, facets: Facets) -> None:
    """Show the most frequent values of a field; others can be typed."""
    counts = {facet.value: facet.count for facet in getattr(facets, field)}
    others = facets.more.get(field, 0)
    selected = _spelled(parameters.get(field, []), counts)
    st.multiselect(
        label,
        list(dict.fromkeys([*counts, *selected])),
        format_func=lambda value: _counted(value, counts.get(value, None if others else 0)),
        key=url_state.bind(f"filter-{field}", selected),
        on_change=_updating(field),
        accept_new_options=others > 0,
        placeholder="Choose or type" if others else "Any",
        help=(
            f"The most frequent values. You can type {others:,} others."
            if others
            else _HELP.get(field)
        ),
    )


def _counted(value: str, count: int | None) -> str:
    """Return a value and its number of drinks, if that is known."""
    text = short(_worded(value), _VALUE_LENGTH)
    return text if count is None else f"{text} ({count:,})"


def _show_ingredients(parameters: Parameters, field: str, names: Sequence[str]) -> None:
    selected = parameters.get(field, [])
    st.multiselect(
        _INGREDIENT_FIELDS[field],
        list(dict.fromkeys([*names, *selected])),
        format_func=lambda value: short(value, _VALUE_LENGTH),
        key=url_state.bind(f"filter-{field}", selected),
        on_change=_updating(field),
        accept_new_options=True,
        placeholder="Choose or type",
        help="In any spelling. Rum also matches White rum and all other kinds.",
    )


def _show_strength(parameters: Parameters) -> None:
    query = url_state.drink_query(parameters)
    low = min(int(query.abv_min or 0), MAX_ABV)
    high = MAX_ABV if query.abv_max is None else int(query.abv_max)
    st.slider(
        "Strength as mixed, % vol",
        0,
        MAX_ABV,
        key=url_state.bind("filter-abv", (min(low, high), max(low, high))),
        on_change=_update_strength,
        help="Before dilution. Drinks of unknown strength are excluded.",
    )


def _show_sugar(parameters: Parameters) -> None:
    most = url_state.drink_query(parameters).sugar_max
    st.slider(
        "Sugar as served, g in 100 ml",
        0,
        _MAX_SUGAR,
        key=url_state.bind(
            "filter-sugar", _MAX_SUGAR if most is None else min(int(most), _MAX_SUGAR)
        ),
        on_change=_update_sugar,
        help=f"At most this much; {_MAX_SUGAR} is any. Drinks of unknown sugar are excluded.",
    )


def _show_toggle(
    parameters: Parameters, name: str, value: str, label: str, explanation: str
) -> None:
    key = url_state.bind(f"filter-{name}", url_state.first(parameters, name) == value)
    st.toggle(
        label,
        key=key,
        on_change=lambda: url_state.update(**{name: value if st.session_state[key] else None}),
        help=explanation,
    )


def _updating(field: str) -> Callable[[], None]:
    return lambda: url_state.update(**{field: st.session_state[f"filter-{field}"]})


def _update_strength() -> None:
    low, high = st.session_state["filter-abv"]
    url_state.update(
        abv_min=str(low) if low else None, abv_max=str(high) if high < MAX_ABV else None
    )


def _update_sugar() -> None:
    most = st.session_state["filter-sugar"]
    url_state.update(sugar_max=str(most) if most < _MAX_SUGAR else None)


def _spelled(selected: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """Return the selected values as the catalogue spells them; URLs may have any case."""
    by_key = {value.casefold(): value for value in counts}
    return list(dict.fromkeys(by_key.get(value.casefold(), value) for value in selected))
