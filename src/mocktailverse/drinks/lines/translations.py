"""Usual ingredients in German, French, Spanish and Italian.

Only whole names are translated, word for word as in the table: a drink's name that merely contains
such a word ("Pfefferminzlikör") stays unknown.
"""

from functools import cache

from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import word_set

_SMALL_WORDS = word_set(
    "frischer frische frisches frisch fraiche fraiches frai frais fresco fresca fresche freschi "
    "kalter kaltes kalte frio fria freddo fredda froid froide gekuhlt gekuhlter bio große grosse "
    "kleine presse exprimido spremuto gepresst gepresster von einer eines einem un une dun dune du "
    "de d le la l di del dell uno una"
)


def translated(name: str) -> str | None:
    """Return the canonical name of a foreign name; None if it is not in the table."""
    return _translations().get(_short_key(name))


def _short_key(name: str) -> str:
    """Return the key of a name without small words: "jus citron" of "jus d'un citron"."""
    return "".join(word for word in words(name) if word not in _SMALL_WORDS)


@cache
def _translations() -> dict[str, str]:
    return {
        _short_key(foreign): name
        for name, *languages in read_table("translations.csv")
        for names in languages
        for foreign in filter(None, names.split("|"))
    }
