"""What can I make: the shelf in the address, and what it is good for."""

from collections.abc import Iterable

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import Makeable
from mocktailverse.dashboard import cached_queries, url_state
from mocktailverse.dashboard.cards import COLUMNS, show_cards, show_paging
from mocktailverse.dashboard.catalogue_loading import open_catalogue
from mocktailverse.dashboard.page_paths import SHELF
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.shelves import BASICS, STARTERS, Shelf
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.errors import UsageError

AWAY = {"0": "Ready now", "1": "One away", "2": "Two away"}
PAGE_SIZE = 24
MOST_PAGES = 1_000_000
NAME_LENGTH = 60


def page() -> None:
    """Show the page."""
    url_state.settle("shelf")
    catalogue = open_catalogue()
    parameters = url_state.read()
    have = tuple(parameters.get("have", ()))
    st.title("What can I make?", anchor=False)
    _show_shelf(catalogue, have)
    if not have:
        _show_starters(catalogue)
        return
    away = url_state.first(parameters, "missing", "0")
    away = away if away in AWAY else "0"
    mocktail = True if url_state.first(parameters, "mocktail") == "true" else None
    _show_drinks(catalogue, parameters, Shelf(have, int(away), mocktail))


def _show_shelf(catalogue: Catalogue, have: tuple[str, ...]) -> None:
    names = cached_queries.ingredient_names(catalogue)
    st.multiselect(
        "On my shelf",
        list(dict.fromkeys([*names, *have])),
        format_func=lambda name: short(name, NAME_LENGTH),
        key=url_state.show_in("shelf", list(have)),
        on_change=lambda: url_state.change(have=st.session_state["shelf"]),
        accept_new_options=True,
        max_selections=url_state.MOST_VALUES,
        placeholder="Choose or type what you have",
        help="A bottle stands for what is more general, too: light rum for rum.",
    )
    lacking = [name for name in BASICS if name not in have]
    with st.container(horizontal=True, vertical_alignment="center"):
        if lacking:
            st.button(
                "Add the basics",
                key="basics",
                icon=":material/add:",
                help=", ".join(lacking),
                on_click=_add,
                args=(have, lacking),
            )
        if have:
            st.button(
                "Empty the shelf",
                key="empty-shelf",
                type="tertiary",
                on_click=url_state.change,
                kwargs={"have": None, "missing": None},
            )


def _show_starters(catalogue: Catalogue) -> None:
    st.markdown(
        "Put what you have on the shelf, or begin with one of these. "
        "The shelf is in the address: keep the link, and you keep the shelf."
    )
    starters = list(STARTERS.items())
    for start in range(0, len(starters), COLUMNS):
        row = starters[start : start + COLUMNS]
        for column, (label, names) in zip(st.columns(COLUMNS), row, strict=False):
            have = (*names, *BASICS)
            ready = cached_queries.makeable(catalogue, Shelf(have), 1, None).counts["0"]
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{label}** · {_drinks(ready)}")
                st.caption(", ".join(names))
                st.button(
                    f"Use the {label.lower()} shelf",
                    key=f"starter-{label}",
                    on_click=_add,
                    args=((), have),
                )


def _show_drinks(catalogue: Catalogue, parameters: Parameters, shelf: Shelf) -> None:
    found, parameters = _found(catalogue, parameters, shelf)
    _show_unknown(found)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "How much is missing",
            list(AWAY),
            format_func=lambda number: f"{AWAY[number]} {found.counts[number]:,}",
            key=url_state.show_in("missing", str(shelf.missing)),
            on_change=lambda: url_state.change(missing=st.session_state["missing"]),
            label_visibility="collapsed",
        )
        st.toggle(
            "Mocktails only",
            key=url_state.show_in("mocktails-only", shelf.mocktail is True),
            on_change=lambda: url_state.change(
                mocktail="true" if st.session_state["mocktails-only"] else None
            ),
        )
    _show_unlocks(found, shelf.have)
    if not found.items:
        _show_nothing(found, shelf.missing)
        return
    notes = {
        item.drink.id: "Missing: " + ", ".join(f"**{plain(n, NAME_LENGTH)}**" for n in item.missing)
        for item in found.items
        if item.missing
    }
    show_cards([item.drink for item in found.items], {"have": list(shelf.have)}, notes=notes)
    _show_paging(parameters, found, shelf.missing)


def _found(
    catalogue: Catalogue, parameters: Parameters, shelf: Shelf
) -> tuple[Makeable, Parameters]:
    """A page of the drinks; a cursor of another shelf is passed over."""
    after = url_state.first(parameters, "after") or None
    try:
        return cached_queries.makeable(catalogue, shelf, PAGE_SIZE, after), parameters
    except UsageError:
        parameters = url_state.changed(parameters)
        return cached_queries.makeable(catalogue, shelf, PAGE_SIZE, None), parameters


def _show_unknown(found: Makeable) -> None:
    if found.unknown:
        names = ", ".join(plain(name, NAME_LENGTH) for name in found.unknown[:10])
        st.caption(f":material/help: No drink asks for {names}.")


def _show_unlocks(found: Makeable, have: tuple[str, ...]) -> None:
    """What to buy next; one click puts it on the shelf."""
    if not found.unlocks:
        return
    best, more = found.unlocks[0], {unlock.ingredient: unlock.drinks for unlock in found.unlocks}
    st.pills(
        f"Next bottle: {plain(best.ingredient, NAME_LENGTH)} makes "
        f"{_drinks(best.drinks, 'more')} possible",
        list(more),
        format_func=lambda name: f"{plain(name, NAME_LENGTH)} +{more[name]:,}",
        key="unlocks",
        on_change=_add_unlock,
        args=(have,),
        help="A click puts it on the shelf. The figure says how many more drinks are ready then.",
    )


def _show_nothing(found: Makeable, away: int) -> None:
    told = {
        0: "Nothing is complete yet.",
        1: "No drink lacks just one ingredient.",
        2: "No drink lacks just two ingredients.",
    }[away]
    nearest = next((n for n in AWAY if found.counts[n]), None)
    hint = (
        f"**{AWAY[nearest]}** has {_drinks(found.counts[nearest])}."
        if nearest
        else "Put more on the shelf; the basics help most."
    )
    st.markdown(f"{told} {hint}")


def _show_paging(parameters: Parameters, found: Makeable, away: int) -> None:
    total = found.counts[str(away)]
    if total <= PAGE_SIZE:
        return
    number = url_state.number(parameters, "page", 1, MOST_PAGES)
    show_paging(SHELF, parameters, found.next, number=number, pages=-(-total // PAGE_SIZE))


def _drinks(number: int, more: str = "") -> str:
    return " ".join(filter(None, (f"{number:,}", more, "drink" if number == 1 else "drinks")))


def _add_unlock(have: tuple[str, ...]) -> None:
    chosen = st.session_state["unlocks"]
    st.session_state["unlocks"] = None
    if chosen is not None:
        _add(have, (chosen,))


def _add(have: Iterable[str], names: Iterable[str]) -> None:
    url_state.change(have=list(dict.fromkeys([*have, *names])))


if __name__ == "__main__":
    page()
