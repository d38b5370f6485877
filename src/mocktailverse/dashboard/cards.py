"""Drinks as cards that link to the drink's page, and paging through a list of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.drink_text import headline
from mocktailverse.dashboard.page_paths import EXPLORE
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import UsageError
from mocktailverse.sources import owned_source

T = TypeVar("T")

_COLUMNS = 3
_NAME_LENGTH = 80
_INGREDIENTS_LENGTH = 110
_MAX_PAGES = 1_000_000

_GLASSES = {
    "mug": "local_cafe", "cup": "local_cafe", "coffee": "local_cafe",
    "flute": "wine_bar", "wine": "wine_bar", "snifter": "wine_bar", "champagne": "wine_bar",
    "beer": "sports_bar", "pint": "sports_bar", "pilsner": "sports_bar", "stein": "sports_bar",
    "shot": "liquor", "pitcher": "water_full", "highball": "water_full", "collins": "water_full",
    "tumbler": "water_full", "jar": "water_full", "bowl": "soup_kitchen",
}  # fmt: skip
"""Icons by a word of the glass's name."""


def show_cards(  # noqa: PLR0913 - what differs between the pages
    drinks: Sequence[Drink],
    parameters: Parameters,
    *,
    notes: Mapping[str, str] | None = None,
    as_mocktails: Mapping[str, Sequence[str]] | None = None,
    pictures: bool = False,
    key: str = "card",
    after_first_row: Callable[[], None] = lambda: None,
) -> None:
    """Show drinks side by side; their links keep the URL parameters.

    `notes` is Markdown to add to a drink, by its id; those `as_mocktails`, with the
    ingredients of their conversion, link to it. Pictures are shown if their licence is known.
    `key` begins with "card"; no other cards of the page have it.
    `after_first_row` shows other parts of the page: the browser draws the first row meanwhile.
    """
    for number, (column, drink) in enumerate(in_columns(drinks)):
        if number == _COLUMNS:
            after_first_row()
        with column.container(border=True, height="stretch", gap="small", key=f"{key}-{number}"):
            converted = (as_mocktails or {}).get(drink.id)
            is_converted = converted is not None
            _show_name(drink, parameters, is_converted=is_converted, pictures=pictures)
            badge = ":green-badge[as a mocktail]" if is_converted else badges(drink)
            st.markdown(f"{_name(drink)}\n\n{badge}")
            names = converted or dict.fromkeys(line.name for line in drink.ingredients)
            listed = ", ".join(names)
            st.caption(plain(listed, _INGREDIENTS_LENGTH) if listed else "No ingredients listed.")
            if note := (notes or {}).get(drink.id):
                st.caption(note)
    if len(drinks) <= _COLUMNS:
        after_first_row()


def in_columns(items: Sequence[T]) -> Iterator[tuple[DeltaGenerator, T]]:
    """Yield each item with the column to show it in, row by row."""
    for start in range(0, len(items), _COLUMNS):
        yield from zip(st.columns(_COLUMNS), items[start : start + _COLUMNS], strict=False)


def read_page(read: Callable[[str | None], T], parameters: Parameters) -> tuple[T, Parameters]:
    """Return the page at the URL's cursor, and the parameters.

    If the cursor belongs to another query, return the first page and parameters without paging.
    """
    try:
        return read(url_state.first(parameters, "after") or None), parameters
    except UsageError:
        return read(None), url_state.updated(parameters)


def show_paging(
    page: str, parameters: Parameters, next_cursor: str | None, total: int, size: int
) -> None:
    """Show links to the first and the next page of a list of `total` drinks, `size` on a page.

    `page` is the script that shows the list; `next_cursor` is None on the last page.
    """
    number = url_state.number(parameters, "page", 1, _MAX_PAGES)
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        if number > 1:
            st.page_link(
                page,
                label="First page",
                icon=":material/first_page:",
                query_params=url_state.updated(parameters),
            )
        st.caption(f"Page {number:,} of {-(-total // size):,}", width="content")
        if next_cursor:
            st.page_link(
                page,
                label="Next page",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params={**parameters, "after": [next_cursor], "page": [str(number + 1)]},
            )


def badges(drink: Drink) -> str:
    """Return Markdown badges: the strength, and whether the drink is withdrawn."""
    color = {True: "green", False: "blue", None: "gray"}[drink.derived.is_mocktail]
    strength = f":{color}-badge[{plain(headline(drink))}]"
    if drink.withdrawn_at is None:
        return strength
    is_own = drink.source == owned_source().name
    reason = "removed by its owner" if is_own else "withdrawn by the source"
    return f"{strength} :orange-badge[{reason}]"


def _show_name(drink: Drink, parameters: Parameters, *, is_converted: bool, pictures: bool) -> None:
    """Show picture and name; the name links to the drink."""
    if pictures and drink.image and drink.image.licence:
        st.image(
            drink.image.url, width="stretch", alt=f"Picture of {short(drink.name, _NAME_LENGTH)}"
        )
    st.page_link(
        EXPLORE,
        label=_name(drink),
        icon=f":material/{_glass_icon(drink.glass)}:",
        query_params={
            **parameters,
            "drink": [drink.id],
            **({"style": ["pantry"]} if is_converted else {}),
        },
    )


def _name(drink: Drink) -> str:
    return f"**{plain(drink.name, _NAME_LENGTH)}**"


def _glass_icon(glass: str | None) -> str:
    words = (glass or "").casefold().replace("-", " ").split()
    return next((_GLASSES[word] for word in words if word in _GLASSES), "local_bar")
