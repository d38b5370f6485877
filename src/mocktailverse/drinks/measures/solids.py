"""Decide which ingredients are solid: their ounces are a mass, and a bare half is half a piece.

The last noun of an English compound, its head, decides: chocolate milk is milk, milk chocolate is
chocolate. Liqueurs and sodas are named after fruit and spices, so a fruit is solid only if all
words before it are known: "frozen peach" is solid, "Absolut Peach" is not.
"""

import re
import unicodedata
from functools import lru_cache

from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import word_set

_WORD = re.compile(r"[^\W\d_]+")
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)
_ACCENTS = re.compile(r"[\u0300-\u036f]")

_NOUNS = [
    (noun, flavours == "yes")
    for _group, flavours, nouns in read_table("solids.csv")
    for noun in nouns.split("|")
]
_FLAVOURS = frozenset(noun for noun, is_flavour in _NOUNS if is_flavour)
"""Nouns that drinks are named after, in the singular."""
_SOLIDS = frozenset(noun for noun, is_flavour in _NOUNS if not is_flavour).union(
    *((noun + "s", noun + "es", noun.removesuffix("y") + "ies") for noun in _FLAVOURS)
)
"""Nouns of solids only, and the plurals of flavours: "2 oz lemons"."""
_QUALIFIERS = word_set(
    "fresh freshly frozen dried dry ripe raw whole half large small medium big sweet red green "
    "yellow black white pink blood navel key passion star dragon prickly maraschino cayenne baby "
    "mini organic seedless persian meyer thai thin thick finely coarsely roughly ground stick good "
    "of the a an"
)
_DRY_DRINKS = word_set("coffee espresso tea")
_DRY = word_set("instant ground powdered granulated loose")
_DRINKABLE = word_set("hot drinking liquid squeezed pressed juice juiced puree pureed creme cream")
_EGG = word_set("egg eggs yolk yolks")
_PARTS_OF_EGG = _EGG | word_set("white whites")
_CUTS = word_set("of de di du with from for in into cut")
_SEASONINGS = word_set(
    "salt pepper extract bitters coloring colouring tabasco cayenne nutmeg cinnamon clove cloves "
    "spice spices saffron asafoetida paprika cumin"
)
_DROPPED = word_set("extract bitters coloring colouring tabasco")


@lru_cache(maxsize=512)
def _compound(text: str) -> tuple[str, ...]:
    """Return the words of `text` up to its head: those before a comma, bracket, "of" etc."""
    words: list[str] = []
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    for word in _WORD.findall(re.split(r"[,(;]", text)[0].casefold()):
        if words and word in _CUTS:
            break
        words.append(word)
    return tuple(words)


def _named(adjectives: tuple[str, ...], ingredient: str | None) -> tuple[str, ...]:
    if "of" in adjectives[1:] or not ingredient:
        return _compound(" ".join(adjectives))
    return (*adjectives, *_compound(ingredient))


def _head(words: tuple[str, ...]) -> str:
    """Return the word that names the thing: the last one; empty if there are no words."""
    return words[-1] if words else ""


@lru_cache(maxsize=2048)
def is_solid(adjectives: tuple[str, ...], ingredient: str | None) -> bool:
    """Return whether an ingredient is weighed, not poured.

    `adjectives` are the words of the measure after its unit, in lower case.
    """
    if ingredient and ingredient[-1:].isdigit():
        return False  # a product with a number: "Seedlip Spice 94"
    if ingredient and (options := _OR.split(ingredient.split(",", 1)[0], maxsplit=1))[1:]:
        return all(is_solid(adjectives, option) for option in options)
    words = _named(adjectives, ingredient)
    head, before = _head(words), words[:-1]
    if head in _DRY_DRINKS:
        return not _DRY.isdisjoint(before)
    if head in _FLAVOURS:
        return _DRINKABLE.isdisjoint(before) and all(
            word in _QUALIFIERS or word in _FLAVOURS or word.endswith("ed") for word in before
        )
    if head == "chocolate":
        return _DRINKABLE.isdisjoint(before)
    return head in _SOLIDS


def is_piece(adjectives: tuple[str, ...], ingredient: str | None) -> bool:
    """Return whether a bare fraction means a fraction of one piece, as of a lime."""
    words = _named(adjectives, ingredient)
    if _head(words) in _PARTS_OF_EGG:
        return not _EGG.isdisjoint(words)
    return is_solid(adjectives, ingredient) or (
        is_solid(adjectives, None) and is_solid((), ingredient)
    )


def is_seasoning(adjectives: tuple[str, ...], ingredient: str | None) -> bool:
    """Return whether the ingredient is used by the pinch or dash, never by the pint."""
    head = _head(_named(adjectives, ingredient))
    return head in _SEASONINGS and (head in _DROPPED or is_solid(adjectives, ingredient))
