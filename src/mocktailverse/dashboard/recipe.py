"""The recipe of a drink: ingredients, scaled and converted, and instructions."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.amounts import SYSTEMS, System, amount, milliliters, part_ml
from mocktailverse.dashboard.drink_text import ingredient_name
from mocktailverse.dashboard.page_paths import SHELF
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.shelves import substitutes_in
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks.drink import Drink, IngredientLine

_MAX_SERVINGS = 20
_SERVES_SEVERAL_ML = 600.0
"""A recipe of a larger volume serves several people."""

_PARAGRAPH_LENGTH = 4000
_MAX_PARAGRAPHS = 40

_LANGUAGES = {
    "en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "it": "Italiano",
    "zh-hans": "简体中文", "zh-hant": "繁體中文",
}  # fmt: skip


class Scale(NamedTuple):
    """The amounts that the visitor wants to see."""

    servings: int
    system: System


def show_ingredients(drink: Drink, parameters: Parameters) -> None:
    """Show the ingredients, with widgets for servings and units."""
    st.header("Ingredients", anchor=False)
    if not drink.ingredients:
        st.caption("The source lists no ingredients.")
        return
    show_lines(drink, show_scale(parameters))


def show_scale(parameters: Parameters) -> Scale:
    """Show the widgets for servings and units; return what they are set to."""
    servings = url_state.number(parameters, "servings", 1, _MAX_SERVINGS)
    system = url_state.choice(parameters, "units", SYSTEMS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Servings",
            1,
            _MAX_SERVINGS,
            key=url_state.bind("servings", servings),
            on_change=_update_servings,
            help="Number of servings.",
            width=150,
        )
        st.segmented_control(
            "Units",
            SYSTEMS,
            key=url_state.bind("units", system),
            on_change=lambda: url_state.update_on_page(units=st.session_state["units"]),
        )
    return Scale(servings, system)


def show_lines(
    drink: Drink, scale: Scale, *, alt: str = "Ingredients", marked: Mapping[str, str] | None = None
) -> None:
    """Show the table of ingredients.

    With `marked`, the recipe is one of two side by side: there is no column of what the source
    wrote, and the lines of these names have this Markdown before the name.
    """
    servings, system = scale
    part = part_ml(drink.ingredients)
    rows = [_row(line, system, servings, part) for line in drink.ingredients]
    if marked is not None:
        rows = [
            {"Amount": row["Amount"], "Ingredient": marked.get(line.name, "") + row["Ingredient"]}
            for line, row in zip(drink.ingredients, rows, strict=True)
        ]
    st.table(rows, hide_index=True, border="horizontal", alt=alt)
    _show_notes(drink, system, servings, part)


def show_method(drink: Drink, parameters: Parameters) -> None:
    """Show the instructions, with a choice of languages if there are several."""
    st.header("Method", anchor=False)
    languages = list(drink.instructions)
    if not languages:
        st.caption("The source lists no instructions.")
        return
    chosen = url_state.first(parameters, "lang")
    if chosen not in drink.instructions:
        chosen = "en" if "en" in drink.instructions else languages[0]
    if len(languages) > 1:
        st.segmented_control(
            "Language",
            languages,
            format_func=lambda code: _LANGUAGES.get(code.casefold(), plain(code, 20)),
            key=url_state.bind("lang", chosen),
            on_change=lambda: url_state.update_on_page(lang=st.session_state["lang"]),
            label_visibility="collapsed",
        )
    show_steps(drink.instructions[chosen])


def show_missing(catalogue: Catalogue, drink: Drink, parameters: Parameters) -> None:
    """Show what the visitor's shelf lacks for the drink, and replaces, if there is a shelf."""
    have = parameters.get("have", [])
    if not have or not drink.ingredients:
        return
    item = catalogue.from_shelf(drink, have)
    instead = f" Use {', '.join(substitutes_in(item))}." if item.replacements else ""
    if item.missing:
        names = ", ".join(plain(name, 60) for name in item.missing)
        st.info(f"Missing from your shelf: {names}.{instead}", icon=":material/shopping_basket:")
    else:
        st.success(f"You have all ingredients.{instead}", icon=":material/check_circle:")
    st.page_link(
        SHELF, label="Go to my shelf", icon=":material/shelves:", query_params={"have": have}
    )


def show_steps(text: str) -> None:
    """Show instructions as plain text, paragraph by paragraph."""
    paragraphs = [line for line in text.splitlines() if line.strip()]
    for paragraph in paragraphs[:_MAX_PARAGRAPHS]:
        st.markdown(plain(paragraph, _PARAGRAPH_LENGTH))


def _row(line: IngredientLine, system: System, servings: int, part: float | None) -> dict[str, str]:
    """Return a line's cells as Markdown."""
    written = plain(line.measure_raw, 80) if (line.measure_raw or "").strip() else ""
    scaled = amount(line, system, servings, part)
    about = "about " if line.certainty == "approximate" else ""
    shown = f"**{about}{scaled}**" if scaled else f":gray[{written or 'not stated'}]"
    return {"Amount": shown, "Ingredient": ingredient_name(line), "As written": written}


def _show_notes(drink: Drink, system: System, servings: int, part: float | None) -> None:
    notes = []
    if system == "parts":
        notes.append(
            f"1 part is {milliliters(part * servings)}."
            if part
            else "Volumes cannot be shown as parts: the recipe uses parts, or has fewer than two."
        )
    if servings > 1 and any(
        amount(line, system, servings, part) is None for line in drink.ingredients
    ):
        notes.append("Ingredients without an amount are not scaled.")
    if (drink.derived.total_ml_min or 0) > _SERVES_SEVERAL_ML:
        notes.append("The recipe as written serves several people; servings multiply all of it.")
    if notes:
        st.caption(" ".join(notes))


def _update_servings() -> None:
    servings = st.session_state["servings"]
    url_state.update_on_page(servings=None if servings == 1 else str(servings))
