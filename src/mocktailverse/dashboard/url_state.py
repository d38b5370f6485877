"""The pages' state, which is the browser's address and nothing else.

So every view can be linked to, survives a reload, and is left by going back. A page calls
`settle` first, fills its widgets from `read` by `show_in`, and writes their changes by `change`
in their callbacks: each change is one step of the browser's history.
"""

from collections.abc import Iterable, Mapping
from typing import get_args

import msgspec
import streamlit as st

from mocktailverse.catalogue.search.query import DrinkQuery, Sort

Parameters = dict[str, list[str]]
Change = str | Iterable[str] | None

MOST_VALUES = 100
LONGEST_VALUE = 200
"""Characters; longer values are none of ours and are passed over."""

TEXT_FIELDS = ("category", "alcoholic", "glass", "tag", "method", "spirit", "ingredient", "without")
QUERY_FIELDS = DrinkQuery.__struct_fields__
PAGING = ("after", "page")
STRONGEST = 100
"""In % vol."""

_PAGE_BEFORE = "address-page"


def read() -> Parameters:
    """What the address says, as far as it can be meant."""
    return bounded({name: st.query_params.get_all(name) for name in st.query_params})


def bounded(given: Mapping[str, Iterable[str]]) -> Parameters:
    """The parameters without repetitions, empty or endless values, and no more than fit."""
    kept = {
        name: list(dict.fromkeys(v for v in values if 0 < len(v) <= LONGEST_VALUE))[:MOST_VALUES]
        for name, values in given.items()
    }
    return {name: values for name, values in kept.items() if values}


def settle(page: str) -> None:
    """Put the parameters into the address bar, where a link within a page leaves the old ones.

    After a change of page Streamlit does so itself.
    """
    if st.session_state.get(_PAGE_BEFORE) == page:
        st.query_params.from_dict({n: st.query_params.get_all(n) for n in st.query_params})
    st.session_state[_PAGE_BEFORE] = page


def changed(parameters: Parameters, **changes: Change) -> Parameters:
    """The parameters with some set or, by None or nothing, left out; paging starts anew."""
    keep = {name: values for name, values in parameters.items() if name not in PAGING}
    return _merged(keep, changes)


def change(**changes: Change) -> None:
    """Change the address; for callbacks."""
    st.query_params.from_dict(changed(read(), **changes))


def change_own(**changes: Change) -> None:
    """Change parameters that have no say in which drinks a list shows, so paging stays."""
    st.query_params.from_dict(_merged(read(), changes))


def show_in(widget: str, value: object) -> str:
    """Have the widget of this key show a value; gives the key.

    It is touched only where it shows something else, so that typing is never interrupted.
    """
    if widget not in st.session_state or st.session_state[widget] != value:
        st.session_state[widget] = value
    return widget


def first(parameters: Parameters, name: str, otherwise: str = "") -> str:
    """The parameter's first value."""
    return parameters.get(name, [otherwise])[0]


def number(parameters: Parameters, name: str, otherwise: int, most: int) -> int:
    """The parameter as a number from 1 to `most`."""
    text = first(parameters, name)
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() else otherwise


def query_of(parameters: Parameters) -> DrinkQuery:
    """The question that the parameters ask; those that make no sense are passed over."""
    sort = first(parameters, "sort")
    mocktail = first(parameters, "mocktail")
    return DrinkQuery(
        q=first(parameters, "q"),
        **{field: tuple(parameters.get(field, ())) for field in TEXT_FIELDS},
        mocktail={"true": True, "false": False}.get(mocktail),
        match="any" if first(parameters, "match") == "any" else "all",
        abv_min=_percent(parameters, "abv_min"),
        abv_max=_percent(parameters, "abv_max"),
        withdrawn=first(parameters, "withdrawn") == "true",
        sort=msgspec.convert(sort, Sort) if sort in get_args(Sort) else None,
    )


def without_query(parameters: Parameters) -> Parameters:
    """The parameters that no question stands in."""
    return {n: values for n, values in parameters.items() if n not in (*QUERY_FIELDS, *PAGING)}


def _percent(parameters: Parameters, name: str) -> float | None:
    text = first(parameters, name)
    try:
        percent = float(text)
    except ValueError:
        return None
    return percent if 0 <= percent <= STRONGEST else None


def _merged(parameters: Parameters, changes: Mapping[str, Change]) -> Parameters:
    new = {name: _values(change) for name, change in changes.items()}
    return {name: values for name, values in {**parameters, **new}.items() if values}


def _values(change: Change) -> list[str]:
    if change is None:
        return []
    return [change] if isinstance(change, str) and change else list(change)
