"""Titles of the charts: each states in one sentence what its figures show."""

from collections.abc import Sequence

from mocktailverse.catalogue.search.query import Facet, Pairing, Statistics
from mocktailverse.dashboard.safe_text import plain

_NAME_LENGTH = 60
_SHARES = (
    (0.95, "nearly all"), (0.8, "most"), (0.7, "three in four"), (0.62, "two in three"),
    (0.55, "more than half of the"), (0.45, "about half of the"), (0.37, "two in five"),
    (0.3, "one in three"), (0.22, "one in four"), (0.18, "one in five"), (0.155, "one in six"),
    (0.11, "one in eight"), (0.08, "one in ten"),
)  # fmt: skip
"""Minimum shares and their words."""


_TOP_VALUES = {
    "categories": ("No drink has a category", "is the largest category:"),
    "spirits": ("No drink has a base spirit", "is the base of"),
    "glasses": ("No drink specifies a glass", "is the glass for"),
    "methods": ("No drink has a method", "is the method for"),
    "ingredients": ("No drink has ingredients", "is used in"),
}
"""What to say of a list without values, and of its most frequent value."""


def part_of(number: int, total: int) -> str:
    """Return a share in words, such as "one in four drinks"; in percent below one in ten."""
    share = number / total if total else 0.0
    if number and number == total:
        return "all drinks"
    words = next((words for minimum, words in _SHARES if share >= minimum), None)
    return f"{words} drinks" if words else f"{share:.1%} of the drinks"


def mocktails_title(statistics: Statistics) -> str:
    """Return the share of mocktails."""
    return _capitalized(f"{part_of(statistics.mocktails, statistics.drinks)} contain no alcohol")


def strength_title(statistics: Statistics) -> str:
    """Return the most frequent strength."""
    bins = [bin_ for bin_ in statistics.strength if bin_.abv_to > 0 and bin_.drinks]
    if not bins:
        return "No drink has a known strength yet"
    peak = max(bins, key=lambda bin_: bin_.drinks)
    if peak.abv_from == 0:
        return f"The most common strength is below {peak.abv_to:g} % vol"
    return f"The most common strength is {peak.abv_from:g} to {peak.abv_to:g} % vol"


def top_value_title(name: str, facets: Sequence[Facet], drinks: int) -> str:
    """Return the most frequent value of a list, such as "glasses", and its share of drinks."""
    none, verb = _TOP_VALUES[name]
    if not facets:
        return none
    value = plain(facets[0].value, _NAME_LENGTH)
    return _capitalized(f"{value} {verb} {part_of(facets[0].count, drinks)}")


def pairings_title(pairings: Sequence[Pairing]) -> str:
    """Return the two ingredients that are combined most often."""
    if not pairings:
        return "No two ingredients are combined yet"
    top = pairings[0]
    a, b = plain(top.a, _NAME_LENGTH), plain(top.b, _NAME_LENGTH)
    return f"{a} and {b} are combined most often: in {top.drinks:,} drinks"


def certainty_title(statistics: Statistics) -> str:
    """Return the share of drinks whose strength is known."""
    unknown = sum(facet.count for facet in statistics.certainty if facet.value == "unknown")
    share = part_of(statistics.drinks - unknown, statistics.drinks)
    return f"The strength of {share} is known, exactly or as a range"


def _capitalized(text: str) -> str:
    return text[0].upper() + text[1:]
