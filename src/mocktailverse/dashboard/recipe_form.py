"""The form of a recipe: the widgets, and their values as simple columns."""

from collections.abc import Mapping

import streamlit as st

from mocktailverse.dashboard.live_typing import commit_while_typing
from mocktailverse.drinks.strength.glasses import glass_names

LINES_LENGTH = 20_000
TEXT_LENGTH = 20_000
NAME_LENGTH = 200
_METHODS = ("Shake", "Stir", "Build", "Blend", "Muddle", "Layer")
_LINES_HELP = "One ingredient a line, as recipes write it. Optional ones: (optional)."
_EXAMPLE = "2 oz gin\n3/4 oz fresh lime juice\nsoda water, to top"


def recipe_fields(before: Mapping[str, object]) -> dict[str, object]:
    """Show the form; return the columns of the recipe.

    `before` are the columns of the recipe that is edited; those without a widget are kept.
    """
    key = str(before.get("name", ""))
    name = st.text_input(
        "Name", _text(before, "name"), max_chars=NAME_LENGTH, key=f"recipe-name-{key}"
    )
    lines = st.text_area(
        "Ingredients",
        _text(before, "ingredients"),
        height=170,
        max_chars=LINES_LENGTH,
        key=f"recipe-lines-{key}",
        placeholder=_EXAMPLE,
        help=_LINES_HELP,
    )
    commit_while_typing()
    instructions = st.text_area(
        "Instructions",
        _text(before, "instructions"),
        height=110,
        max_chars=TEXT_LENGTH,
        key=f"recipe-steps-{key}",
        placeholder="Shake the gin and the juice with ice. Strain, and top with soda.",
    )
    glass, tags = st.columns(2)
    shown = {
        "name": name,
        "ingredients": lines,
        "instructions": instructions,
        "glass": _choice(glass, "glass", glass_names(), before, key),
        "tags": tags.text_input(
            "Tags", _text(before, "tags", ", "), key=f"recipe-tags-{key}", help="With commas."
        ),
        **_more(before, key),
    }
    return {**before, **shown}


def _more(before: Mapping[str, object], key: str) -> dict[str, object]:
    """Show the fields that few recipes need."""
    with st.expander("More", key="recipe-more"):
        method, garnish = st.columns(2)
        return {
            "method": _choice(method, "method", _METHODS, before, key),
            "garnish": garnish.text_input(
                "Garnish", _text(before, "garnish"), key=f"recipe-garnish-{key}"
            ),
            "description": st.text_input(
                "Description", _text(before, "description"), key=f"recipe-description-{key}"
            ),
            "author": st.text_input("Author", _text(before, "author"), key=f"recipe-author-{key}"),
        }


def _choice(
    place: st.delta_generator.DeltaGenerator,
    field: str,
    options: tuple[str, ...],
    before: Mapping[str, object],
    key: str,
) -> str:
    """Show a list in which another value can be typed; return the value, or an empty text."""
    current = _text(before, field)
    names = list(dict.fromkeys([*([current] if current else []), *options]))
    chosen: str | None = place.selectbox(
        field.capitalize(),
        names,
        index=0 if current else None,
        accept_new_options=True,
        key=f"recipe-{field}-{key}",
        placeholder="Choose or type",
    )
    return chosen or ""


def _text(before: Mapping[str, object], field: str, separator: str = "\n") -> str:
    value = before.get(field) or ""
    return separator.join(map(str, value)) if isinstance(value, list | tuple) else str(value)
