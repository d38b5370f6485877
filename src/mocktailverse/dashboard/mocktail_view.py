"""The view of a drink as a mocktail: both recipes side by side, and what changes."""

from typing import get_args

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.drink_text import UNKNOWN, figures
from mocktailverse.dashboard.recipe import show_lines, show_missing, show_scale, show_steps
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.conversion.conversion_result import (
    Confidence,
    Conversion,
    ServedFigures,
    Style,
)
from mocktailverse.drinks.drink import Drink

_STYLES = {"": "Original", "pantry": "From the pantry", "bottle": "With 0.0 bottles"}
_HELP = (
    "Alcohol is replaced, and the drink keeps its volume, sweetness and acidity. From the pantry: "
    "with what a kitchen has. With 0.0 bottles: with alcohol-free spirits, wines and beers."
)
_CONFIDENCE: dict[Confidence, tuple[str, str]] = {
    "high": ("green", "Amounts are measured, and each bottle has a near replacement."),
    "medium": ("blue", "A bottle is left out, or only lengthened."),
    "low": ("orange", "There are many replacements, or the strength of the original is a range."),
}
_FIGURES = (
    ("Alcohol", "abv_served_percent", " % vol", 2),
    ("Standard drinks", "standard_drinks", "", 2),
    ("Volume", "served_ml", " ml", 0),
    ("Sugar in 100 ml", "sugar_served_g_per_100ml", " g", 1),
    ("Acid in 100 ml", "acid_served_g_per_100ml", " g", 2),
    ("Energy", "energy_kcal", " kcal", 0),
)
"""Label, field, unit and decimals."""

_NAME_LENGTH = 80
_TEXT_LENGTH = 300
_NEW = ":green[:material/add:] "
_REPLACED = ":gray[:material/remove:] "


def show_styles(drink: Drink, parameters: Parameters) -> Style | None:
    """Show the choice between the original and its mocktails; return the chosen style."""
    if drink.derived.is_mocktail or not drink.ingredients:
        return None
    style = url_state.choice(parameters, "style", _STYLES)
    st.segmented_control(
        "Make it a mocktail",
        list(_STYLES),
        format_func=_STYLES.__getitem__,
        key=url_state.bind("style", style),
        on_change=lambda: url_state.update_on_page(style=st.session_state["style"]),
        help=_HELP,
    )
    return next((one for one in get_args(Style) if one == style), None)


def show_mocktail(catalogue: Catalogue, drink: Drink, style: Style, parameters: Parameters) -> bool:
    """Show the conversion of a drink, or why there is none; return whether there is one."""
    conversion = to_mocktail(drink, style)
    if conversion.drink is None:
        _show_refusal(conversion)
        return False
    scale = show_scale(parameters)
    replaced = {one.original for one in conversion.replacements if one.to != (one.original,)}
    own = {line.name for line in drink.ingredients}
    new = {line.name for line in conversion.drink.ingredients if line.name not in own}
    with st.container(key="recipes"):
        left, right = st.columns(2, gap="large")
    for column, title, recipe, marked in (
        (left, "Original", drink, dict.fromkeys(replaced, _REPLACED)),
        (right, "Mocktail", conversion.drink, dict.fromkeys(new, _NEW)),
    ):
        with column:
            st.header(title, anchor=False)
            show_lines(recipe, scale, alt=f"Ingredients: {title}", marked=marked)
            show_steps(_instructions(recipe))
            if recipe is conversion.drink:
                show_missing(catalogue, recipe, parameters)
    left, right = st.columns(2, gap="large")
    with left:
        _show_reasons(conversion)
    with right:
        _show_figures(conversion)
    return True


def _show_refusal(conversion: Conversion) -> None:
    st.markdown(f":material/block: **Not possible in this style.** {_text(conversion.reason)}")
    if conversion.would_help:
        st.markdown(f":material/lightbulb: What would help: {_text(conversion.would_help)}")


def _show_reasons(conversion: Conversion) -> None:
    """Show what replaces what and why, what is lost, and how sure this is."""
    st.header("What replaces what", anchor=False)
    for one in conversion.replacements:
        by = " and ".join(plain(name, _NAME_LENGTH) for name in one.to) or "nothing"
        kept = one.to == (one.original,)
        head = f"**{plain(one.original, _NAME_LENGTH)}** " + (
            "stays" if kept else f":material/arrow_forward: **{by}**"
        )
        st.markdown(f"{head}  \n:gray[{_text(one.why)}]")
    if conversion.lost:
        st.markdown(f"Lost: {_text('; '.join(conversion.lost))}.")
    if conversion.confidence:
        color, meaning = _CONFIDENCE[conversion.confidence]
        st.markdown(f":{color}-badge[{conversion.confidence} confidence] :small[{meaning}]")


def _show_figures(conversion: Conversion) -> None:
    before, after = conversion.before, conversion.after
    if before is None or after is None:
        return
    st.header("As served", anchor=False)
    rows = [
        {
            "": label,
            "Original": _figure(before, field, unit, decimals),
            "Mocktail": _figure(after, field, unit, decimals),
        }
        for label, field, unit, decimals in _FIGURES
    ]
    st.table(rows, hide_index=True, border="horizontal", alt="Original and mocktail as served")
    st.caption("The usual figure, with its range where there is one.")


def _figure(served: ServedFigures, field: str, unit: str, decimals: int) -> str:
    """Return the usual figure and its range as Markdown."""
    low, usual, high = (getattr(served, f"{field}_{end}") for end in ("min", "usual", "max"))
    shown = figures(usual, usual, unit, decimals)
    if shown == UNKNOWN:
        return f":gray[{UNKNOWN}]"
    span = figures(low, high, "", decimals)
    return f"**{shown}**" if span + unit == shown else f"**{shown}** :small[:gray[{span}]]"


def _instructions(drink: Drink) -> str:
    texts = drink.instructions
    return texts.get("en") or next(iter(texts.values()), "")


def _text(text: str | None) -> str:
    """Return a sentence of the converter as Markdown; names in it are between back-ticks."""
    return plain((text or "").replace("`", ""), _TEXT_LENGTH)
