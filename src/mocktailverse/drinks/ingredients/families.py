"""Families: what the words of a name tell about an ingredient that is not in the reference."""

from functools import lru_cache

from mocktailverse.drinks.ingredients.name_matching import LONGEST_NAME
from mocktailverse.drinks.ingredients.name_readings import NON_ALCOHOLIC, Words, readings
from mocktailverse.drinks.ingredients.reference_rows import (
    Family,
    absorbing_keys,
    families_by_key,
    mentions,
)
from mocktailverse.drinks.text import word_set

_UNCERTAIN = word_set(
    "or with in free zero virgin substitute style mock without alcoholic hard spiked boozy drunken "
    "brandied"
)


def family_of(raw: str) -> Family | None:
    """Return the family that the last words of an unknown name state; None if uncertain.

    It is uncertain if the name offers a choice ("gin or lemonade"), names an imitation ("gin
    substitute") or a food with alcohol ("rum raisin ice cream"). A name that denies alcohol ("zero
    proof gin") is a non-alcoholic spirit.
    """
    return _family(raw) if len(raw) <= LONGEST_NAME else None


def names_alcohol(reading: Words) -> bool:
    """Return whether a text mentions anything that is, or may be, alcoholic."""
    return any(match.alcoholic is not False for match in mentions(reading))


@lru_cache(maxsize=2048)
def _family(raw: str) -> Family | None:
    for reading in readings(raw):
        if reading[:1] == (NON_ALCOHOLIC,):
            return Family("Non-alcoholic spirit", "spirit", 0, 0.5, alcoholic=False)
        if _UNCERTAIN.intersection(reading):
            return None
        for length in (2, 1):
            word = "".join(reading[-length:])
            family = families_by_key().get(word)
            if family and len(reading) > length:
                is_consistent = family.alcoholic or not names_alcohol(reading[:-length])
                return family if is_consistent or word in absorbing_keys() else None
    return None
