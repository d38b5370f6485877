"""Text for the strength, certainty and quality of a drink."""

from mocktailverse.drinks.codes import Quality
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


def figures(low: float | None, high: float | None, unit: str) -> str:
    """Return a range with its unit, such as "4.5 %" or "18-22 %"; "unknown" without one."""
    if low is None or high is None:
        return "unknown"
    ends = dict.fromkeys((_figure(low), _figure(high)))
    return DASH.join(ends) + unit


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
    low, high = served(derived)
    if low is None or high is None:
        return "strength unknown"
    about = "about " if derived.certainty == "approximate" else ""
    return f"{about}{figures(low, high, ' %')} vol"


def quality_explanation(code: str) -> str:
    """Return what a quality code means."""
    # A newer release may have published the catalogue, with codes that this one does not have.
    explanations = {quality.value: quality.explanation for quality in Quality}
    return explanations.get(code, "Unknown code.")


def _figure(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < _TENTHS_BELOW else f"{value:,.0f}"
