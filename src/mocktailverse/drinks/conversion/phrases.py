"""Phrases that edited and rewritten instructions share."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import LONGEST_NAME, all_ingredients, match_ingredient
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.strength.methods import Preparation

SECONDS = {"shaken": 10, "stirred": 15}
"""How long a drink without alcohol is shaken or stirred: the ice melts faster into it."""


_WORD = re.compile(r"[^\W\d_][\w'-]*")
_CAPITALIZED = re.compile(r"\b[^\W\d_a-z][\w'-]*[a-zé]\b")
"""Words with a capital; "NA" and "V8" are none."""


def pour_on_top(read: Preparation) -> str:
    """Return how something is poured on top, so that `filled` is read as in the original."""
    return "Top with" if read.filled else "Add"


@lru_cache(maxsize=2048)
def lowered(name: str) -> str:
    """Return the name as inside a sentence; names of brands and places, and abbreviations stay."""
    general, bracket, own = name.partition(" (")
    row = match_ingredient(general) if len(general) <= LONGEST_NAME else None
    is_row = row is not None and row.name.casefold() == general.casefold()
    general = row.name if row and is_row else general
    small = _CAPITALIZED.sub(_lowered_word, general)
    # Mountain Dew is a brand by the reference; what follows another brand is part of its name.
    is_brand = general[1:] != small[1:] if is_row else small[:1].isupper()
    return f"{general if is_brand else small}{bracket}{own}"


def _lowered_word(word: re.Match[str]) -> str:
    small = word[0].lower()
    return small if small in _common_words() else word[0]


@cache
def _common_words() -> frozenset[str]:
    """Return the words of all ingredients that are not the names of brands or places."""
    spoken = " ".join(row.name for row in all_ingredients()).casefold()
    proper = {word for word, _source in read_table("proper_words.csv")}
    return frozenset(_WORD.findall(spoken)) - proper


def listed(names: Sequence[str]) -> str:
    """Return the names as a list in a sentence, each once."""
    names = list(dict.fromkeys(names))
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def named(lines: Sequence[IngredientLine]) -> str:
    """Return the names of lines as a list in a sentence, each as code."""
    return quoted([line.name for line in lines])


def quoted(names: Sequence[str]) -> str:
    """Return names as a list in a sentence, each as code."""
    return listed([f"`{name}`" for name in names])
