"""What the catalogue's figures say, each in one sentence: the titles of charts."""

from collections.abc import Sequence

from mocktailverse.catalogue.search.query import Facet, Pairing, Statistics
from mocktailverse.dashboard.safe_text import plain

NAME_LENGTH = 60
_SHARES = (
    (0.95, "nearly all"), (0.8, "most"), (0.7, "three in four"), (0.62, "two in three"),
    (0.55, "more than half of the"), (0.45, "about half of the"), (0.37, "two in five"),
    (0.3, "one in three"), (0.22, "one in four"), (0.18, "one in five"), (0.155, "one in six"),
    (0.11, "one in eight"), (0.08, "one in ten"),
)  # fmt: skip


def part_of(number: int, total: int) -> str:
    """A part of the drinks in words: "one in four drinks"; under a twelfth in per cent."""
    share = number / total if total else 0.0
    if number and number == total:
        return "all drinks"
    words = next((words for least, words in _SHARES if share >= least), None)
    if words:
        return f"{words} drinks"
    return f"{share:.1%} of the drinks"


def of_mocktails(found: Statistics) -> str:
    """How many drinks need no alcohol."""
    told = f"{part_of(found.mocktails, found.drinks)} need no alcohol"
    return told[0].upper() + told[1:]


def of_strength(found: Statistics) -> str:
    """How strong drinks are most often."""
    strong = [bin_ for bin_ in found.strength if bin_.abv_to > 0 and bin_.drinks]
    if not strong:
        return "No drink's strength is known yet"
    peak = max(strong, key=lambda bin_: bin_.drinks)
    if peak.abv_from == 0:
        return f"Most often a drink stays under {peak.abv_to:g} % vol"
    return f"Drinks are served most often at {peak.abv_from:g} to {peak.abv_to:g} % vol"


def of_categories(found: Statistics) -> str:
    """The largest category."""
    return _of_first(found.categories, found, "No drink has a category", "is the largest category:")


def of_spirits(found: Statistics) -> str:
    """The most used base spirit."""
    return _of_first(found.spirits, found, "No drink has a base spirit", "is the base of")


def of_glasses(found: Statistics) -> str:
    """The most used glass."""
    return _of_first(found.glasses, found, "No drink names its glass", "is the glass for")


def of_methods(found: Statistics) -> str:
    """The most used method."""
    return _of_first(found.methods, found, "No drink tells its method", "is how to make")


def of_ingredients(found: Statistics) -> str:
    """The most used ingredient."""
    return _of_first(found.top_ingredients, found, "No drink has ingredients", "goes into")


def of_pairings(pairings: Sequence[Pairing]) -> str:
    """The two ingredients that meet most often."""
    if not pairings:
        return "No two ingredients meet yet"
    best = pairings[0]
    a, b = plain(best.a, NAME_LENGTH), plain(best.b, NAME_LENGTH)
    return f"{a} and {b} are the closest friends: together in {best.drinks:,} drinks"


def of_certainty(found: Statistics) -> str:
    """Of how many drinks the strength is known."""
    known = found.drinks - sum(f.count for f in found.certainty if f.value == "unknown")
    return f"The strength of {part_of(known, found.drinks)} is known or bounded"


def _of_first(facets: Sequence[Facet], found: Statistics, none: str, verb: str) -> str:
    if not facets:
        return none
    name = plain(facets[0].value, NAME_LENGTH)
    told = f"{name} {verb} {part_of(facets[0].count, found.drinks)}"
    return told[0].upper() + told[1:]
