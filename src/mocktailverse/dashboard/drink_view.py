"""The page of one drink."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard import cached_queries, url_state
from mocktailverse.dashboard.cards import badges, show_cards
from mocktailverse.dashboard.lineage import show_lineage
from mocktailverse.dashboard.page_paths import EXPLORE, SHELF
from mocktailverse.dashboard.recipe import show_ingredients, show_method
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.strength_view import show_strength
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks.drink import Drink

_OWN_PARAMETERS = ("drink", "servings", "units", "lang")
"""Parameters of this view; the others belong to the list that led here."""

_TITLE_LENGTH = 160


def show_drink(catalogue: Catalogue, parameters: Parameters) -> None:
    """Show the drink of the URL."""
    back = {name: values for name, values in parameters.items() if name not in _OWN_PARAMETERS}
    st.page_link(EXPLORE, label="All drinks", icon=":material/arrow_back:", query_params=back)
    drink = catalogue.drink(url_state.first(parameters, "drink"))
    if drink is None:
        st.title("Drink not found", anchor=False)
        st.markdown("This drink is not in the catalogue, or no longer.")
        return
    st.set_page_config(page_title=f"{short(drink.name, _TITLE_LENGTH)} · Mocktailverse")
    _show_head(drink)
    recipe, facts = st.columns([3, 2], gap="large")
    with recipe:
        show_ingredients(drink, parameters)
        _show_missing(catalogue, drink, parameters)
        show_method(drink, parameters)
    with facts:
        _show_image(drink)
        show_strength(drink)
        _show_links(drink)
    show_lineage(drink)
    _show_similar(cached_queries.similar(catalogue, drink), back)


def _show_head(drink: Drink) -> None:
    st.title(plain(drink.name, _TITLE_LENGTH), anchor=False)
    facts = [drink.category, drink.glass, drink.derived.method, drink.iba and f"IBA: {drink.iba}"]
    tags = " ".join(f":gray-badge[{plain(tag, 40)}]" for tag in drink.tags[:20])
    st.markdown(f"{badges(drink)} {tags}")
    if any(facts):
        st.caption(" · ".join(plain(fact, 80) for fact in facts if fact))


def _show_missing(catalogue: Catalogue, drink: Drink, parameters: Parameters) -> None:
    """Show what the visitor's shelf lacks for the drink, if there is a shelf."""
    have = parameters.get("have", [])
    if not have or not drink.ingredients:
        return
    missing = catalogue.missing(drink, have)
    if missing:
        names = ", ".join(plain(name, 60) for name in missing)
        st.info(f"Missing from your shelf: {names}.", icon=":material/shopping_basket:")
    else:
        st.success("You have all ingredients.", icon=":material/check_circle:")
    st.page_link(
        SHELF, label="Go to my shelf", icon=":material/shelves:", query_params={"have": have}
    )


def _show_image(drink: Drink) -> None:
    """Show the image if its licence is known, else only a link to it."""
    if drink.image is None:
        return
    if drink.image.licence is None:
        with st.container(border=True):
            st.caption("Image hidden: no licence information.")
            st.link_button("View at the source", drink.image.url, icon=":material/open_in_new:")
        return
    credit = plain(drink.image.attribution or "unknown author", 120)
    st.image(
        drink.image.url,
        caption=f"{credit} · {plain(drink.image.licence, 40)}",
        width="stretch",
        alt=f"Picture of {short(drink.name, _TITLE_LENGTH)}",
    )


def _show_links(drink: Drink) -> None:
    with st.container(horizontal=True):
        if drink.video:
            st.link_button("Watch video", drink.video, icon=":material/play_circle:")
        with st.popover("Share", icon=":material/link:"):
            st.caption("Link to this drink")
            page = (st.context.url or "").split("?")[0]
            st.code(f"{page}?{urlencode({'drink': drink.id})}", language=None, wrap_lines=True)


def _show_similar(drinks: Sequence[Drink], parameters: Parameters) -> None:
    if drinks:
        st.header("Similar drinks", anchor=False)
        show_cards(drinks, parameters)
