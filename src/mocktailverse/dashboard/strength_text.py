"""Text for the strength, volume and certainty of a drink."""

from mocktailverse.drinks.drink import Certainty, Derived, Drink

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
_TENTHS_BELOW = 10


def percent(low: float | None, high: float | None) -> str | None:
    """Return a strength such as "4.5 %" or "18-22 %"; None if it is unknown."""
    return _span(low, high, " %")


def figures(low: float | None, high: float | None, unit: str) -> str:
    """Return a range with its unit, or "unknown"."""
    return _span(low, high, unit) or "unknown"


def served(derived: Derived) -> tuple[float | None, float | None]:
    """Return the strength as served in % vol; as mixed if the dilution is unknown."""
    if derived.abv_served_percent_min is not None:
        return derived.abv_served_percent_min, derived.abv_served_percent_max
    return derived.abv_percent_min, derived.abv_percent_max


def headline(drink: Drink) -> str:
    """Return the strength in a few words, for a card."""
    derived = drink.derived
    if derived.is_mocktail:
        return "mocktail"
    strength = percent(*served(derived))
    if strength is None:
        return "strength unknown"
    about = "about " if derived.certainty == "approximate" else ""
    return f"{about}{strength} vol"


def _span(low: float | None, high: float | None, unit: str) -> str | None:
    if low is None or high is None:
        return None
    ends = dict.fromkeys((_figure(low), _figure(high)))
    return DASH.join(ends) + unit


def _figure(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < _TENTHS_BELOW else f"{value:,.0f}"
