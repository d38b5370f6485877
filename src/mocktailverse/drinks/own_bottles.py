"""The reader's own bottles without alcohol, which a mocktail takes in place of general ones."""

from collections.abc import Iterable
from typing import NamedTuple

from mocktailverse.drinks.ingredients import match_ingredient


class OwnBottles(NamedTuple):
    """Canonical names of bottles without alcohol, and the names that are not one."""

    names: tuple[str, ...]
    unknown: tuple[str, ...]


def own_bottles(texts: Iterable[str]) -> OwnBottles:
    """Return the bottles of a list of names in any spelling."""
    rows = {text: match_ingredient(text) for text in texts}
    bottles = {text: row.name for text, row in rows.items() if row and row.alcoholic is False}
    return OwnBottles(
        tuple(dict.fromkeys(bottles.values())), tuple(text for text in rows if text not in bottles)
    )
