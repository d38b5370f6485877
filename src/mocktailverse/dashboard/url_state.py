"""The pages' state, which is kept in the URL's query parameters and nowhere else.

So each view can be linked to, survives a reload, and works with the browser's back button. A page
first calls `sync`, then fills its widgets from `read` with `bind`, and their callbacks write
changes with `update`. Each change is one entry of the browser's history.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar, get_args

import msgspec
import streamlit as st

from mocktailverse.catalogue.search.query import DrinkQuery, Sort

Parameters = dict[str, list[str]]
Change = str | Iterable[str] | None
Option = TypeVar("Option", bound=str)

MAX_VALUES = 100
MAX_LENGTH = 200
"""Characters of a value; longer values are ignored."""

MAX_ABV = 100
"""In % vol."""

_TEXT_FIELDS = (
    "source", "category", "alcoholic", "zero_proof", "glass", "tag", "method", "spirit",
    "ingredient", "without",
)  # fmt: skip
_PAGING = ("after", "page")
_LAST_PAGE = "url-state-page"


def read() -> Parameters:
    """Return the URL's query parameters, sanitized."""
    return sanitized({name: st.query_params.get_all(name) for name in st.query_params})


def sanitized(parameters: Mapping[str, Iterable[str]]) -> Parameters:
    """Return the parameters without repeated, empty or overlong values, and limited in number."""
    kept = {
        name: list(dict.fromkeys(v for v in values if 0 < len(v) <= MAX_LENGTH))[:MAX_VALUES]
        for name, values in parameters.items()
    }
    return {name: values for name, values in kept.items() if values}


def sync(page: str) -> None:
    """Write the parameters to the address bar.

    Streamlit does so after a change of page, but leaves the old ones after a link within a page.
    """
    if st.session_state.get(_LAST_PAGE) == page:
        st.query_params.from_dict({n: st.query_params.get_all(n) for n in st.query_params})
    st.session_state[_LAST_PAGE] = page


def updated(parameters: Parameters, **changes: Change) -> Parameters:
    """Return the parameters with changes (None or empty removes one), back at the first page."""
    keep = {name: values for name, values in parameters.items() if name not in _PAGING}
    return _merged(keep, changes)


def update(**changes: Change) -> None:
    """Change the URL's parameters and go back to the first page; for callbacks."""
    st.query_params.from_dict(updated(read(), **changes))


def update_on_page(**changes: Change) -> None:
    """Change parameters that do not affect which drinks are listed; the page number stays."""
    st.query_params.from_dict(_merged(read(), changes))


def bind(key: str, value: object) -> str:
    """Set the value of the widget with this key; return the key.

    A widget that has the value already is not touched, so that typing is never interrupted.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def first(parameters: Parameters, name: str) -> str:
    """Return the first value of a parameter; "" without one."""
    return parameters.get(name, [""])[0]


def choice(parameters: Parameters, name: str, options: Iterable[Option]) -> Option:
    """Return a parameter if it is one of the options, else the first option."""
    value = first(parameters, name)
    default, *others = options
    return next((option for option in others if option == value), default)


def number(parameters: Parameters, name: str, default: int, maximum: int) -> int:
    """Return a parameter as a number from 1 to `maximum`."""
    text = first(parameters, name)
    return min(max(int(text), 1), maximum) if text.isascii() and text.isdigit() else default


def drink_query(parameters: Parameters) -> DrinkQuery:
    """Return the query of the parameters, by default for one recipe of each drink.

    Invalid values are ignored.
    """
    sort = first(parameters, "sort")
    mocktail = first(parameters, "mocktail")
    return DrinkQuery(
        q=first(parameters, "q"),
        **{field: tuple(parameters.get(field, ())) for field in _TEXT_FIELDS},
        mocktail={"true": True, "false": False}.get(mocktail),
        match="any" if first(parameters, "match") == "any" else "all",
        abv_min=_percent(parameters, "abv_min"),
        abv_max=_percent(parameters, "abv_max"),
        sugar_max=_percent(parameters, "sugar_max"),
        withdrawn=first(parameters, "withdrawn") == "true",
        group=first(parameters, "group") != "false",
        sort=msgspec.convert(sort, Sort) if sort in get_args(Sort) else None,
    )


def without_query(parameters: Parameters) -> Parameters:
    """Return the parameters that are not part of a query."""
    query = (*DrinkQuery.__struct_fields__, *_PAGING)
    return {name: values for name, values in parameters.items() if name not in query}


def _percent(parameters: Parameters, name: str) -> float | None:
    text = first(parameters, name)
    try:
        percent = float(text)
    except ValueError:
        return None
    return percent if 0 <= percent <= MAX_ABV else None


def _merged(parameters: Parameters, changes: Mapping[str, Change]) -> Parameters:
    new = {name: _values(change) for name, change in changes.items()}
    return {name: values for name, values in {**parameters, **new}.items() if values}


def _values(change: Change) -> list[str]:
    if change is None:
        return []
    return [change] if isinstance(change, str) and change else list(change)
