"""One drink, all that the catalogue knows of it."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard import cached_queries, url_state
from mocktailverse.dashboard.cards import badges, show_cards
from mocktailverse.dashboard.lineage import show_origin
from mocktailverse.dashboard.page_paths import EXPLORE, SHELF
from mocktailverse.dashboard.recipe import show_ingredients, show_method
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.shelves import missing_for
from mocktailverse.dashboard.strength_view import show_strength
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks.drink import Drink

OWN = ("drink", "servings", "units", "lang")
"""Parameters of this view; the others belong to the list that one came from."""

TITLE_LENGTH = 160


def show_drink(catalogue: Catalogue, parameters: Parameters) -> None:
    """Show the drink that the address names."""
    back = {name: values for name, values in parameters.items() if name not in OWN}
    st.page_link(EXPLORE, label="All drinks", icon=":material/arrow_back:", query_params=back)
    drink = catalogue.drink(url_state.first(parameters, "drink"))
    if drink is None:
        st.title("Not in the catalogue", anchor=False)
        st.markdown("The drink of this link is not here, or not any more.")
        return
    st.set_page_config(page_title=f"{short(drink.name, TITLE_LENGTH)} · Mocktailverse")
    _show_head(drink)
    recipe, facts = st.columns([3, 2], gap="large")
    with recipe:
        show_ingredients(drink, parameters)
        _show_missing(drink, parameters)
        show_method(drink, parameters)
    with facts:
        _show_picture(drink)
        show_strength(drink)
        _show_links(drink)
    show_origin(drink)
    _show_similar(cached_queries.similar(catalogue, drink), back)


def _show_head(drink: Drink) -> None:
    st.title(plain(drink.name, TITLE_LENGTH), anchor=False)
    parts = [drink.category, drink.glass, drink.derived.method, drink.iba and f"IBA: {drink.iba}"]
    told = " · ".join(plain(part, 80) for part in parts if part)
    tags = " ".join(f":gray-badge[{plain(tag, 40)}]" for tag in drink.tags[:20])
    st.markdown(f"{badges(drink)} {tags}")
    if told:
        st.caption(told)


def _show_missing(drink: Drink, parameters: Parameters) -> None:
    """What the shelf lacks for it, if there is one."""
    have = parameters.get("have", [])
    if not have or not drink.ingredients:
        return
    missing = missing_for(drink, have)
    if missing:
        names = ", ".join(plain(name, 60) for name in missing)
        st.info(f"Your shelf lacks {names}.", icon=":material/shopping_basket:")
    else:
        st.success("You have all of it on your shelf.", icon=":material/check_circle:")
    st.page_link(SHELF, label="To my shelf", icon=":material/shelves:", query_params={"have": have})


def _show_picture(drink: Drink) -> None:
    """The picture where its licence is stated, else the way to it."""
    if drink.image is None:
        return
    if drink.image.licence is None:
        with st.container(border=True):
            st.caption("There is a picture, but nobody says who may show it.")
            st.link_button("Picture at the source", drink.image.url, icon=":material/open_in_new:")
        return
    credit = plain(drink.image.attribution or "author not stated", 120)
    st.image(
        drink.image.url,
        caption=f"{credit} · {plain(drink.image.licence, 40)}",
        width="stretch",
        alt=f"Picture of {short(drink.name, TITLE_LENGTH)}",
    )


def _show_links(drink: Drink) -> None:
    with st.container(horizontal=True):
        if drink.video:
            st.link_button("Video", drink.video, icon=":material/play_circle:")
        with st.popover("Share", icon=":material/link:"):
            st.caption("The link to this drink")
            st.code(_address_of(drink), language=None, wrap_lines=True)


def _address_of(drink: Drink) -> str:
    here = (st.context.url or "").split("?")[0]
    return f"{here}?{urlencode({'drink': drink.id})}"


def _show_similar(drinks: Sequence[Drink], parameters: Parameters) -> None:
    if drinks:
        st.header("Similar drinks", anchor=False)
        show_cards(drinks, parameters)
