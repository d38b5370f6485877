"""A recipe as it is understood, before it is stored: its lines, its strength, what it does."""

import streamlit as st

from mocktailverse.dashboard.amounts import span
from mocktailverse.dashboard.drink_text import headline
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.operations.own_recipes import ReviewedLine, ReviewedRecipe

_VERDICT = {
    True: ":green-badge[mocktail]",
    False: ":blue-badge[not a mocktail]",
    None: ":gray-badge[unknown whether a mocktail]",
}
_STATUS = {
    "unchanged": "This recipe is in the catalogue already.",
    "replaced": "It replaces the recipe that has this name now.",
    "conflict": "Another recipe of yours has this name.",
}


def show_preview(recipe: ReviewedRecipe) -> None:
    """Show how a recipe is understood; what is not understood is marked."""
    drink = recipe.drink
    verdict = drink.derived.is_mocktail
    strength = "" if verdict else f":gray-badge[{plain(headline(drink))}] "
    st.markdown(f"{strength}{_VERDICT[verdict]}")
    if drink.derived.unknown_because:
        names = ", ".join(plain(name, 60) for name in drink.derived.unknown_because)
        st.caption(f"Unknown because of {names}.")
    st.table(
        [_row(line) for line in recipe.lines],
        hide_index=True,
        border="horizontal",
        alt="Ingredients as they are understood",
    )
    unclear = sum(bool(line.problems) for line in recipe.lines)
    if unclear:
        st.warning(
            f"{unclear} of {len(recipe.lines)} lines are not fully understood. They are stored as"
            " written.",
            icon=":material/help:",
        )
    for remark in recipe.remarks:
        st.caption(plain(remark, 300))
    if recipe.status in _STATUS:
        st.caption(_STATUS[recipe.status])


def _row(reviewed: ReviewedLine) -> dict[str, str]:
    line = reviewed.line
    marks = " ".join(f":orange-badge[{plain(problem, 80)}]" for problem in reviewed.problems)
    notes = [
        *(f"or {plain(name, 60)}" for name in line.alternatives[:5]),
        plain(line.preparation, 80) if line.preparation else "",
        "optional" if line.optional else "",
    ]
    return {
        "Ingredient": f"{plain(line.name, 80)} {marks}".strip(),
        "Amount": plain(_amount(line), 60) if line.amount_min is not None else _word(line),
        "ml": _range(line.ml_min, line.ml_max),
        "Notes": ", ".join(note for note in notes if note),
    }


def _amount(line: IngredientLine) -> str:
    return f"{_range(line.amount_min, line.amount_max)} {_word(line)}".strip()


def _word(line: IngredientLine) -> str:
    return "" if line.unit in {"none", "other"} else line.unit


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return span(f"{low:.3g}", f"{high:.3g}")
