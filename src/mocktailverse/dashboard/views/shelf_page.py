"""The page "What can I make": the visitor's shelf, and the drinks for it."""

from collections.abc import Iterable

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import Makeable, MakeableDrink
from mocktailverse.dashboard import cached_queries, url_state
from mocktailverse.dashboard.cards import in_columns, read_page, show_cards, show_paging
from mocktailverse.dashboard.catalogue_loading import open_catalogue
from mocktailverse.dashboard.page_paths import SHELF
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.shelves import BASICS, NAME_LENGTH, STARTERS, Shelf, substitutes_in
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks.substitutions.shelf import Allowance
from mocktailverse.formatting import counted

_MISSING = {"0": "Ready now", "1": "One away", "2": "Two away"}
_ALLOWANCES: tuple[Allowance, ...] = ("near", "acceptable", "strict")
"""The default first."""

_KINDS = {"": "All drinks", "mocktails": "Mocktails", "convertible": "Anything alcohol-free"}
_KINDS_HELP = (
    "Anything alcohol-free: mocktails, and cocktails that become one. A cocktail counts by the "
    "recipe without alcohol, made of what a kitchen has."
)
_PAGE_SIZE = 24


def page() -> None:
    url_state.sync("shelf")
    catalogue = open_catalogue()
    parameters = url_state.read()
    have = tuple(parameters.get("have", ()))
    st.title("What can I make?", anchor=False)
    _show_shelf(catalogue, have)
    if not have:
        _show_starters(catalogue)
        return
    missing = url_state.choice(parameters, "missing", _MISSING)
    kind = _kind(parameters)
    allowance = url_state.choice(parameters, "substitutes", _ALLOWANCES)
    shelf = Shelf(have, int(missing), True if kind else None, kind == "convertible", allowance)
    _show_drinks(catalogue, parameters, shelf, kind)


def _show_shelf(catalogue: Catalogue, have: tuple[str, ...]) -> None:
    names = cached_queries.ingredient_names(catalogue)
    st.multiselect(
        "On my shelf",
        list(dict.fromkeys([*names, *have])),
        format_func=lambda name: short(name, NAME_LENGTH),
        key=url_state.bind("shelf", list(have)),
        on_change=lambda: url_state.update(have=st.session_state["shelf"]),
        accept_new_options=True,
        max_selections=url_state.MAX_VALUES,
        placeholder="Choose or type what you have",
        help="Light rum counts as rum, a lime as lime juice, sugar as sugar syrup. "
        "Garnishes, ice and water are not needed.",
    )
    missing = [name for name in BASICS if name not in have]
    with st.container(horizontal=True, vertical_alignment="center"):
        if missing:
            st.button(
                "Add the basics",
                key="basics",
                icon=":material/add:",
                help=", ".join(missing),
                on_click=_add,
                args=(have, missing),
            )
        if have:
            st.button(
                "Empty the shelf",
                key="empty-shelf",
                type="tertiary",
                on_click=url_state.update,
                kwargs={"have": None, "missing": None},
            )


def _show_starters(catalogue: Catalogue) -> None:
    st.markdown(
        "Add what you have, or start with one of these shelves. "
        "The link of this page keeps your shelf."
    )
    for column, (label, names) in in_columns(list(STARTERS.items())):
        have = (*names, *BASICS)
        ready = cached_queries.makeable(catalogue, Shelf(have), 1, None).counts["0"]
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{label}** · {counted(ready, 'drink')}")
            st.caption(", ".join(names))
            st.button(
                f"Use the {label.lower()} shelf",
                key=f"starter-{label}",
                on_click=_add,
                args=((), have),
            )


def _show_drinks(catalogue: Catalogue, parameters: Parameters, shelf: Shelf, kind: str) -> None:
    makeable, parameters = read_page(
        lambda after: cached_queries.makeable(catalogue, shelf, _PAGE_SIZE, after), parameters
    )
    unknown = [name for name in makeable.unknown if name not in BASICS]
    if unknown:
        names = ", ".join(plain(name, NAME_LENGTH) for name in unknown[:10])
        st.caption(f":material/help: No drink uses {names}.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "How much is missing",
            list(_MISSING),
            format_func=lambda number: f"{_MISSING[number]} {makeable.counts[number]:,}",
            key=url_state.bind("missing", str(shelf.missing)),
            on_change=lambda: url_state.update(missing=st.session_state["missing"]),
            label_visibility="collapsed",
        )
        st.segmented_control(
            "Kind of drink",
            list(_KINDS),
            format_func=_KINDS.__getitem__,
            key=url_state.bind("kind", kind),
            on_change=_update_kind,
            label_visibility="collapsed",
            help=_KINDS_HELP,
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        _show_allowance(shelf.allowance)
    _show_unlocks(makeable, shelf.have)
    if not makeable.items:
        _show_nothing(makeable, shelf.missing)
        return
    notes = {item.drink.id: _note(item) for item in makeable.items}
    converted = {i.drink.id: i.as_mocktail for i in makeable.items if i.as_mocktail is not None}
    show_cards(
        [item.drink for item in makeable.items],
        {"have": list(shelf.have)},
        notes=notes,
        as_mocktails=converted,
    )
    total = makeable.counts[str(shelf.missing)]
    if total > _PAGE_SIZE:
        show_paging(SHELF, parameters, makeable.next, total, _PAGE_SIZE)


def _kind(parameters: Parameters) -> str:
    if url_state.first(parameters, "convertible") == "true":
        return "convertible"
    return "mocktails" if url_state.first(parameters, "mocktail") == "true" else ""


def _update_kind() -> None:
    kind = st.session_state["kind"]
    url_state.update(
        mocktail="true" if kind else None, convertible="true" if kind == "convertible" else None
    )


def _show_allowance(allowance: Allowance) -> None:
    """Show the toggles of what may be used instead; at most one of them is on."""
    for key, label, explanation in (
        ("acceptable", "Also acceptable substitutes", "Such as lemon for lime."),
        ("strict", "Strict", "No substitutes; garnishes, ice and the like are needed, too."),
    ):
        st.toggle(
            label,
            key=url_state.bind(key, allowance == key),
            on_change=_allow,
            args=(key,),
            help=explanation,
        )


def _allow(allowance: str) -> None:
    url_state.update(substitutes=allowance if st.session_state[allowance] else None)


def _note(item: MakeableDrink) -> str:
    """Return what is missing for a drink, and what is replaced, as Markdown."""
    missing = ", ".join(f"**{plain(name, NAME_LENGTH)}**" for name in item.missing)
    replaced = ", ".join(substitutes_in(item))
    notes = (missing and f"Missing: {missing}", replaced and f"With {replaced}")
    return " · ".join(note for note in notes if note)


def _show_unlocks(makeable: Makeable, have: tuple[str, ...]) -> None:
    """Show the ingredients to buy next, each as a button that adds it to the shelf."""
    if not makeable.unlocks:
        return
    best = makeable.unlocks[0]
    gains = {unlock.ingredient: unlock.drinks for unlock in makeable.unlocks}
    st.pills(
        f"Buy next: {plain(best.ingredient, NAME_LENGTH)} unlocks "
        f"{counted(best.drinks, 'more drink')}",
        list(gains),
        format_func=lambda name: f"{plain(name, NAME_LENGTH)} +{gains[name]:,}",
        key="unlocks",
        on_change=_add_unlock,
        args=(have,),
        help="Select an ingredient to add it to your shelf. The number is how many more drinks "
        "you can make with it.",
    )


def _show_nothing(makeable: Makeable, missing: int) -> None:
    reason = {
        0: "You cannot make a drink from this shelf yet.",
        1: "No drink is missing exactly one ingredient.",
        2: "No drink is missing exactly two ingredients.",
    }[missing]
    nearest = next((number for number in _MISSING if makeable.counts[number]), None)
    hint = (
        f"**{_MISSING[nearest]}** has {counted(makeable.counts[nearest], 'drink')}."
        if nearest
        else "Add more ingredients; the basics help most."
    )
    st.markdown(f"{reason} {hint}")


def _add_unlock(have: tuple[str, ...]) -> None:
    chosen = st.session_state["unlocks"]
    st.session_state["unlocks"] = None
    if chosen is not None:
        _add(have, (chosen,))


def _add(have: Iterable[str], names: Iterable[str]) -> None:
    url_state.update(have=list(dict.fromkeys([*have, *names])))


if __name__ == "__main__":
    page()
