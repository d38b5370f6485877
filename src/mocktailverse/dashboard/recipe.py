"""A drink's recipe: ingredients for so many servings in ml, ounces or parts, and the method."""

import streamlit as st

from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.amounts import SYSTEMS, System, amount, milliliters, part_ml
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks.drink import Drink, IngredientLine

MOST_SERVINGS = 20
FOR_SEVERAL_ML = 600.0
"""No single drink has more; the recipe serves several as it is."""

PARAGRAPH_LENGTH = 4000
PARAGRAPHS = 40

LANGUAGES = {
    "en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "it": "Italiano",
    "zh-hans": "简体中文", "zh-hant": "繁體中文",
}  # fmt: skip


def show_ingredients(drink: Drink, parameters: Parameters) -> None:
    """The ingredients, with the choice of servings and of the unit."""
    st.header("Ingredients", anchor=False)
    if not drink.ingredients:
        st.caption("The source gives none.")
        return
    servings = url_state.number(parameters, "servings", 1, MOST_SERVINGS)
    system = _system(parameters)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Servings",
            1,
            MOST_SERVINGS,
            key=url_state.show_in("servings", servings),
            on_change=_take_servings,
            help="The recipe times so many.",
            width=150,
        )
        st.segmented_control(
            "Measured in",
            SYSTEMS,
            key=url_state.show_in("units", system),
            on_change=lambda: url_state.change_own(units=st.session_state["units"]),
        )
    part = part_ml(drink.ingredients)
    rows = [_row(line, system, servings, part) for line in drink.ingredients]
    st.table(
        {
            "Amount": [row[0] for row in rows],
            "Ingredient": [row[1] for row in rows],
            "As written": [row[2] for row in rows],
        },
        hide_index=True,
        border="horizontal",
        alt="Ingredients",
    )
    _show_notes(drink, system, servings, part)


def show_method(drink: Drink, parameters: Parameters) -> None:
    """The instructions, in the language of one's choice where there are several."""
    st.header("Method", anchor=False)
    languages = list(drink.instructions)
    if not languages:
        st.caption("The source gives no instructions.")
        return
    chosen = url_state.first(parameters, "lang")
    if chosen not in drink.instructions:
        chosen = "en" if "en" in drink.instructions else languages[0]
    if len(languages) > 1:
        st.segmented_control(
            "Language",
            languages,
            format_func=lambda code: LANGUAGES.get(code.casefold(), plain(code, 20)),
            key=url_state.show_in("lang", chosen),
            on_change=lambda: url_state.change_own(lang=st.session_state["lang"]),
            label_visibility="collapsed",
        )
    paragraphs = [line for line in drink.instructions[chosen].splitlines() if line.strip()]
    for paragraph in paragraphs[:PARAGRAPHS]:
        st.markdown(plain(paragraph, PARAGRAPH_LENGTH))


def _system(parameters: Parameters) -> System:
    wanted = url_state.first(parameters, "units")
    return next((system for system in SYSTEMS if system == wanted), SYSTEMS[0])


def _row(
    line: IngredientLine, system: System, servings: int, part: float | None
) -> tuple[str, str, str]:
    """Amount, ingredient and the measure as written, as Markdown."""
    written = plain(line.measure_raw, 80) if (line.measure_raw or "").strip() else ""
    told = amount(line, system, servings, part)
    name = plain(line.name, 80)
    if line.name_raw.strip().casefold() != line.name.casefold():
        name = f"{name} :small[:gray[({plain(line.name_raw, 80)})]]"
    if told is None:
        return f":gray[{written or 'not stated'}]", name, written
    about = "about " if line.certainty == "approximate" else ""
    return f"**{about}{told}**", name, written


def _show_notes(drink: Drink, system: System, servings: int, part: float | None) -> None:
    notes = []
    if system == "parts":
        notes.append(
            f"1 part is {milliliters(part * servings)}."
            if part
            else "This recipe has no two volumes to compare, or counts in parts itself."
        )
    if servings > 1 and any(
        amount(line, system, servings, part) is None for line in drink.ingredients
    ):
        notes.append("What has no figure is not scaled.")
    if (drink.derived.total_ml_min or 0) > FOR_SEVERAL_ML:
        notes.append("As written, the recipe serves several; servings multiply all of it.")
    if notes:
        st.caption(" ".join(notes))


def _take_servings() -> None:
    servings = st.session_state["servings"]
    url_state.change_own(servings=None if servings == 1 else str(servings))
