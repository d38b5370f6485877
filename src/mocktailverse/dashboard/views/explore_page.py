"""The Explore page: search and filters; with `?drink=` in the URL, the page of that drink."""

import time
from collections.abc import Callable, Sequence
from itertools import islice

import streamlit as st
from msgspec.structs import replace

from mocktailverse.catalogue.exports.formats import export_csv
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.dashboard import cached_queries, url_state
from mocktailverse.dashboard.cards import read_page, show_cards, show_paging
from mocktailverse.dashboard.catalogue_loading import open_catalogue
from mocktailverse.dashboard.drink_text import figures, served
from mocktailverse.dashboard.drink_view import show_drink
from mocktailverse.dashboard.filters import clear, show_active, show_filters, show_kinds
from mocktailverse.dashboard.page_paths import EXPLORE
from mocktailverse.dashboard.reserved_space import reserve
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.dashboard.variants_view import recipe_notes
from mocktailverse.drinks.drink import Drink
from mocktailverse.formatting import counted

_SIZES = (24, 48, 96)
_SORTS = {
    "": "Best match or name",
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "abv": "Mildest first",
    "-abv": "Strongest first",
    "-observed": "Newest first",
    "observed": "Oldest first",
}

_CONTROLS_HEIGHT = 294
_PHONE_ROWS = 3
"""Space for the controls above the drinks, as for `reserve`; the style sheet has it, too."""

_DRAWING_S = 0.2
"""How long a browser takes to draw the first drinks. React would draw what comes earlier together
with them, which takes several times as long."""

_VISITED = "explore-visited"
"""Session state key: whether the browser has the code of the controls already."""

_VIEWS = {"": "Cards", "pictures": "Pictures", "table": "Table"}


def page() -> None:
    url_state.sync("explore")
    catalogue = open_catalogue()
    parameters = url_state.read()
    if "drink" in parameters:
        show_drink(catalogue, parameters)
        return
    st.title("Find a drink", anchor=False)
    query = url_state.drink_query(parameters)
    _show_list(catalogue, parameters, query)


def _show_list(catalogue: Catalogue, parameters: Parameters, query: DrinkQuery) -> None:
    """Show the first drinks before the controls above them, whose code the browser has to load.

    A new visitor sees space in place of the controls, which follow once the browser has begun to
    draw. Without an index yet, the first drinks come from the file, unless the parameters ask for
    others.
    """
    is_preview = not catalogue.is_warm and not parameters
    total = 0 if is_preview else cached_queries.count(catalogue, query)
    has_list = is_preview or total > 0
    above = reserve("controls", _CONTROLS_HEIGHT, _PHONE_ROWS) if has_list else st.container()
    below, preview = st.container(), st.empty()
    if is_preview:
        st.session_state[_VISITED] = True  # the browser draws these while the index is built
        with preview.container():
            show_cards(_first_drinks(catalogue), parameters, key="card-preview")
        catalogue.warm()
        preview.empty()
        total = cached_queries.count(catalogue, query)

    def show_controls() -> None:
        with above:
            _show_controls(catalogue, parameters, query, total)
        st.session_state[_VISITED] = True

    with below:
        if total:
            _show_results(catalogue, parameters, query, total, show_controls)
        else:
            show_controls()
            _show_nothing(catalogue, query)


def _first_drinks(catalogue: Catalogue) -> list[Drink]:
    """Return the first page in name order, for which the catalogue needs no index."""
    drinks = (drink for drink in catalogue.all_drinks() if drink.withdrawn_at is None)
    return list(islice(drinks, _SIZES[0]))


def _show_controls(
    catalogue: Catalogue, parameters: Parameters, query: DrinkQuery, total: int
) -> None:
    facets = cached_queries.facets(catalogue, query)
    st.text_input(
        "Search",
        key=url_state.bind("search", query.q),
        type="search",
        live=True,  # a duration would import pandas, half a second for the first visitor
        max_chars=url_state.MAX_LENGTH,
        placeholder="Name, ingredient, tag or words of the recipe",
        label_visibility="collapsed",
        on_change=lambda: url_state.update(q=st.session_state["search"]),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        show_kinds(parameters, facets.mocktail)
        st.button(
            "Surprise me",
            key="surprise",
            icon=":material/casino:",
            help="Random drink from these results",
            on_click=_surprise,
            args=(catalogue, query),
        )
    with st.expander("Filters", icon=":material/tune:", key="filters"):
        show_filters(parameters, facets, cached_queries.ingredient_names(catalogue))
    show_active(parameters, query)
    if total:
        _show_bar(catalogue, parameters, query, total)


def _show_results(
    catalogue: Catalogue,
    parameters: Parameters,
    query: DrinkQuery,
    total: int,
    show_controls: Callable[[], None],
) -> None:
    """Show a page of the results; call `show_controls` after its first row."""

    def after_first_row() -> None:
        if _VISITED not in st.session_state:
            time.sleep(_DRAWING_S)
        show_controls()

    size = url_state.number(parameters, "size", _SIZES[0], _SIZES[-1])
    results, parameters = read_page(
        lambda after: cached_queries.search(catalogue, query, limit=size, after=after), parameters
    )
    view = url_state.first(parameters, "view")
    if view == "table":
        show_controls()
        _show_table(results.items)
    else:
        notes = recipe_notes(catalogue, results.items)
        show_cards(
            results.items,
            parameters,
            notes=notes,
            pictures=view == "pictures",
            after_first_row=after_first_row,
        )
    _show_paging(parameters, results.next, size, total)


def _show_bar(catalogue: Catalogue, parameters: Parameters, query: DrinkQuery, total: int) -> None:
    st.header(counted(total, "drink"), anchor=False)
    recipes = cached_queries.count(catalogue, replace(query, group=False))
    if recipes > total:
        st.caption(f"{counted(recipes, 'recipe')}: some drinks have recipes from several sources.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Sort by",
            list(_SORTS),
            format_func=_SORTS.__getitem__,
            key=url_state.bind("sort", url_state.choice(parameters, "sort", _SORTS)),
            on_change=lambda: url_state.update(sort=st.session_state["sort"]),
            width=220,
        )
        st.segmented_control(
            "Show as",
            list(_VIEWS),
            format_func=_VIEWS.__getitem__,
            key=url_state.bind("view", url_state.choice(parameters, "view", _VIEWS)),
            on_change=lambda: url_state.update(view=st.session_state["view"]),
        )
        st.space("stretch")
        st.download_button(
            "Download CSV",
            data=lambda: csv_of(catalogue, replace(query, group=False)),
            file_name="drinks.csv",
            mime="text/csv",
            icon=":material/download:",
            help="All recipes of the results, for spreadsheets",
            on_click="ignore",
            key="csv",
        )


def csv_of(catalogue: Catalogue, query: DrinkQuery) -> bytes:
    """Return all drinks that match a query as CSV in UTF-8; no cell is a formula."""
    return b"".join(export_csv(catalogue, query))


def _show_table(drinks: Sequence[Drink]) -> None:
    rows = [
        {
            "name": short(drink.name),
            "category": short(drink.category or ""),
            "strength": figures(*served(drink.derived), " %"),
            "mocktail": drink.derived.is_mocktail,
            "sugar in 100 ml": figures(
                drink.derived.sugar_served_g_per_100ml_min,
                drink.derived.sugar_served_g_per_100ml_max,
                " g",
            ),
            "glass": short(drink.glass or ""),
            "method": drink.derived.method,
            "ingredients": ", ".join(short(line.name, 60) for line in drink.ingredients),
        }
        for drink in drinks
    ]
    st.dataframe(
        rows,
        key="table",
        hide_index=True,
        height="content",
        on_select=lambda: _open_selected(drinks),
        selection_mode="single-row",
        alt="Drinks",
    )
    st.caption("Select a row to open the drink.")


def _open_selected(drinks: Sequence[Drink]) -> None:
    rows = st.session_state["table"].selection.rows
    if rows and rows[0] < len(drinks):
        _open(drinks[rows[0]])


def _open(drink: Drink) -> None:
    st.query_params.from_dict({**url_state.read(), "drink": drink.id})


def _surprise(catalogue: Catalogue, query: DrinkQuery) -> None:
    drink = catalogue.random(query)
    if drink is not None:
        _open(drink)


def _show_paging(parameters: Parameters, next_cursor: str | None, size: int, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        show_paging(EXPLORE, parameters, next_cursor, total, size)
        st.space("stretch")
        st.segmented_control(
            "Drinks per page",
            _SIZES,
            key=url_state.bind("size", size if size in _SIZES else None),
            on_change=lambda: url_state.update(size=_text(st.session_state["size"])),
            label_visibility="collapsed",
        )


def _show_nothing(catalogue: Catalogue, query: DrinkQuery) -> None:
    st.header("No drinks found", anchor=False)
    st.markdown("Remove a filter or change the search.")
    st.button("Clear all", key="clear-all", icon=":material/close:", on_click=clear)
    suggestions = [
        name
        for text in (query.q, *query.ingredient)
        if text.strip()
        for name in catalogue.similar_ingredients(text)
    ]
    if not suggestions:
        return
    st.caption("Did you mean:")
    with st.container(horizontal=True):
        for number, name in enumerate(dict.fromkeys(suggestions)):
            st.button(
                plain(name, 60),
                key=f"suggestion-{number}",
                on_click=url_state.update,
                kwargs={"q": None, "ingredient": name},
            )


def _text(size: int | None) -> str | None:
    return None if size in {None, _SIZES[0]} else str(size)


if __name__ == "__main__":
    page()
