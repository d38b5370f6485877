"""Text for the strength, certainty and quality of a drink."""

import re

from mocktailverse.dashboard.safe_text import plain
from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Certainty, Derived, Drink, IngredientLine

CERTAINTY: dict[Certainty, tuple[str, str]] = {
    "exact": ("exact", "All amounts are measured, and all strengths are on labels."),
    "approximate": (
        "approximate",
        "Includes dashes, splashes, or the usual strength of a kind of bottle.",
    ),
    "range": ("a range", "The recipe leaves a choice; the value is within the range."),
    "unknown": ("unknown", "Too few amounts are measured to calculate it."),
}
"""The label and the meaning of each certainty."""

DASH = "\N{EN DASH}"
UNKNOWN = "unknown"
_DECIMALS_BELOW = 10
_MAX_ALTERNATIVES = 5


def figures(low: float | None, high: float | None, unit: str, decimals: int = 1) -> str:
    """Return a range with its unit, such as "4.5 %" or "18-22 %"; "unknown" without one.

    Figures below ten have at most `decimals` decimals, others none.
    """
    if low is None or high is None:
        return UNKNOWN
    ends = dict.fromkeys((_figure(low, decimals), _figure(high, decimals)))
    return DASH.join(ends) + unit


def served(derived: Derived) -> tuple[float | None, float | None]:
    """Return the strength as served in % vol; as mixed if the dilution is unknown."""
    if derived.abv_served_percent_min is not None:
        return derived.abv_served_percent_min, derived.abv_served_percent_max
    return derived.abv_percent_min, derived.abv_percent_max


def headline(drink: Drink) -> str:
    """Return the strength in a few words, for a card."""
    derived = drink.derived
    low, high = served(derived)
    if derived.is_mocktail:
        return f"mocktail, up to {figures(high, high, ' %', 2)} vol" if high else "mocktail"
    if low is None or high is None:
        return "strength unknown"
    about = "about " if derived.certainty == "approximate" else ""
    return f"{about}{figures(low, high, ' %')} vol"


def balance(derived: Derived) -> dict[str, tuple[str, str]]:
    """Return the known figures of sugar, acid and energy: in 100 ml as served, and in all."""
    d = derived
    rows = {
        "Sugar": (
            figures(d.sugar_served_g_per_100ml_min, d.sugar_served_g_per_100ml_max, " g"),
            figures(d.sugar_g_min, d.sugar_g_max, " g"),
        ),
        "Acid": (
            figures(d.acid_served_g_per_100ml_min, d.acid_served_g_per_100ml_max, " g", 2),
            figures(d.acid_g_min, d.acid_g_max, " g", 2),
        ),
        "Energy": ("", figures(d.energy_kcal_min, d.energy_kcal_max, " kcal")),
    }
    return {name: cells for name, cells in rows.items() if {*cells} - {"", UNKNOWN}}


def ingredient_name(line: IngredientLine) -> str:
    """Return the ingredient with its choice and preparation, as Markdown.

    What the source wrote follows, unless these words have all of it.
    """
    parts = [
        plain(line.name, 80),
        *(f"or {plain(name, 80)}" for name in line.alternatives[:_MAX_ALTERNATIVES]),
    ]
    if line.preparation:
        parts[-1] += f":gray[, {plain(line.preparation, 80)}]"
    if line.optional:
        parts.append(":gray-badge[optional]")
    shown = _words(line.name, line.preparation or "", *line.alternatives) | {"or"}
    if line.optional:
        shown.add("optional")
    if _words(line.name_raw) - shown:
        parts.append(f":small[:gray[({plain(line.name_raw, 80)})]]")
    return " ".join(parts)


def quality_explanation(code: str) -> str:
    """Return what a quality code means."""
    # A newer release may have published the catalogue, with codes that this one does not have.
    explanations = {quality.value: quality.explanation for quality in Quality}
    return explanations.get(code, "Unknown code.")


def _figure(value: float, decimals: int) -> str:
    if value >= _DECIMALS_BELOW:
        return f"{value:,.0f}"
    return f"{value:.{decimals}f}".removesuffix("." + "0" * decimals)


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", text.casefold())}
