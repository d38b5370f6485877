"""Strength, volume and certainty of a drink in words."""

from mocktailverse.drinks.drink import Certainty, Derived, Drink

CERTAINTY: dict[Certainty, tuple[str, str]] = {
    "exact": ("exact", "All amounts are measured and all strengths stand on labels."),
    "approximate": (
        "approximate",
        "Dashes, splashes or the usual strength of such bottles count in it.",
    ),
    "range": ("a range", "The recipe leaves something open; the truth lies between the two."),
    "unknown": ("unknown", "Too little is measured, so no figure is given rather than a guess."),
}
"""What the certainty is called, and what it means."""

TO = "\N{EN DASH}"
_TENTHS_BELOW = 10


def percent(low: float | None, high: float | None) -> str | None:
    """A strength as "4.5 %" or "18-22 %"; None where it is not known."""
    return _span(low, high, " %")


def figures(low: float | None, high: float | None, unit: str) -> str:
    """A range with its unit, or "unknown"."""
    return _span(low, high, unit) or "unknown"


def served(derived: Derived) -> tuple[float | None, float | None]:
    """The strength as served in % vol, or as mixed where the dilution is not known."""
    if derived.abv_served_percent_min is not None:
        return derived.abv_served_percent_min, derived.abv_served_percent_max
    return derived.abv_percent_min, derived.abv_percent_max


def headline(drink: Drink) -> str:
    """The strength in a word or two, for a card."""
    derived = drink.derived
    if derived.is_mocktail:
        return "mocktail"
    known = percent(*served(derived))
    if known is None:
        return "strength unknown"
    about = "about " if derived.certainty == "approximate" else ""
    return f"{about}{known} vol"


def _span(low: float | None, high: float | None, unit: str) -> str | None:
    if low is None or high is None:
        return None
    ends = dict.fromkeys((_figure(low), _figure(high)))
    return TO.join(ends) + unit


def _figure(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < _TENTHS_BELOW else f"{value:,.0f}"
