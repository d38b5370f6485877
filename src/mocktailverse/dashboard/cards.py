"""Drinks as cards, each a link to its page, and the way through the pages of a list."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mocktailverse.dashboard.page_paths import EXPLORE
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.strength_text import headline
from mocktailverse.dashboard.url_state import Parameters, changed
from mocktailverse.drinks.drink import Drink

COLUMNS = 3
NAME_LENGTH = 80
INGREDIENTS_LENGTH = 110

_GLASSES = {
    "mug": "local_cafe", "cup": "local_cafe", "coffee": "local_cafe",
    "flute": "wine_bar", "wine": "wine_bar", "snifter": "wine_bar", "champagne": "wine_bar",
    "beer": "sports_bar", "pint": "sports_bar", "pilsner": "sports_bar", "stein": "sports_bar",
    "shot": "liquor", "pitcher": "water_full", "highball": "water_full", "collins": "water_full",
    "tumbler": "water_full", "jar": "water_full", "bowl": "soup_kitchen",
}  # fmt: skip
"""Icons by a word of the glass's name."""


def show_cards(
    drinks: Sequence[Drink],
    parameters: Parameters,
    *,
    notes: Mapping[str, str] | None = None,
    pictures: bool = False,
) -> None:
    """Drinks side by side.

    Args:
        drinks: a page of them.
        parameters: what the address keeps when a card is followed.
        notes: Markdown to add to a drink, by its id.
        pictures: whether to show pictures whose licence is stated.
    """
    for start in range(0, len(drinks), COLUMNS):
        row = drinks[start : start + COLUMNS]
        for number, (column, drink) in enumerate(zip(st.columns(COLUMNS), row, strict=False)):
            key = f"card-{start + number}"
            with column.container(border=True, height="stretch", gap="small", key=key):
                _show_card(drink, parameters, (notes or {}).get(drink.id), pictures=pictures)


def drink_link(drink: Drink, parameters: Parameters) -> None:
    """A link to a drink's page, which keeps the rest of the address."""
    st.page_link(
        EXPLORE,
        label=f"**{plain(drink.name, NAME_LENGTH)}**",
        icon=f":material/{glass_icon(drink.glass)}:",
        query_params={**parameters, "drink": drink.id},
    )


def show_paging(
    page: str, parameters: Parameters, following: str | None, *, number: int, pages: int
) -> None:
    """Links to the first and to the next page of a list; the browser goes back by itself."""
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        if number > 1:
            st.page_link(
                page,
                label="First page",
                icon=":material/first_page:",
                query_params=changed(parameters),
            )
        st.caption(f"Page {number:,} of {pages:,}", width="content")
        if following:
            st.page_link(
                page,
                label="Next page",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params={**parameters, "after": [following], "page": [str(number + 1)]},
            )


def badges(drink: Drink) -> str:
    """What a drink is at a glance, as Markdown."""
    is_mocktail = drink.derived.is_mocktail
    color = {True: "green", False: "blue", None: "gray"}[is_mocktail]
    told = [f":{color}-badge[{plain(headline(drink))}]"]
    if drink.withdrawn_at is not None:
        told.append(":orange-badge[withdrawn by the source]")
    return " ".join(told)


def glass_icon(glass: str | None) -> str:
    """The name of an icon for a glass."""
    words = (glass or "").casefold().replace("-", " ").split()
    return next((_GLASSES[word] for word in words if word in _GLASSES), "local_bar")


def _show_card(drink: Drink, parameters: Parameters, note: str | None, *, pictures: bool) -> None:
    if pictures and drink.image and drink.image.licence:
        st.image(
            drink.image.url, width="stretch", alt=f"Picture of {short(drink.name, NAME_LENGTH)}"
        )
    drink_link(drink, parameters)
    st.markdown(badges(drink))
    names = ", ".join(dict.fromkeys(line.name for line in drink.ingredients))
    st.caption(plain(names, INGREDIENTS_LENGTH) if names else "No ingredients are given.")
    if note:
        st.caption(note)
