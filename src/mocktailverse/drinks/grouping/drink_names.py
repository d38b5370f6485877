"""How two names mean the same drink.

A name is the name of a drink and further words: "Peruvian Pisco Sour" is a Pisco Sour. Names that
mean the same drink are in `reference/drink_aliases.csv`, and other well-known ones in
`reference/known_drinks.csv`, with their source.
"""

from functools import cache, lru_cache
from typing import Literal, NamedTuple

from mocktailverse.drinks.grouping.name_reading import (
    DrinkName,
    base_spirits,
    named_ingredients,
    read_drink_name,
    vocabulary,
)
from mocktailverse.drinks.ingredients import Ingredient, Kind
from mocktailverse.drinks.ingredients.name_readings import Words
from mocktailverse.drinks.reference.tables import read_table

NameRelation = Literal["same", "near", "alias", "detail", "typo", "kind"]
"""same = the same words; near = one has a number, a note, "shot" or "virgin"; alias = another name
of the drink; detail = one also names an ingredient, a place or a person; typo = a few other
letters; kind = one also names a kind of drink: highball."""

BOTTLES: frozenset[Kind] = frozenset({"spirit", "liqueur"})
"""Kinds of ingredients that make a drink what it is, wherever its name has them."""

_VOWELS = str.maketrans("", "", "aeiouyh")
_SOUNDS = str.maketrans("cqzx", "kkss")
_SHORTEST_SKELETON = 3
_SHORTEST_TYPO = 6
_LONG = 10
"""Letters from which a name may have two slips."""


class NamedDrink(NamedTuple):
    """Which drink a name means, and what else it says."""

    drink: Words
    """The words of the drink's main name."""
    details: Words
    """The other words."""
    ingredients: dict[Words, Ingredient]
    """The bottles that the name contains, and the ingredients among the other words."""


@lru_cache(maxsize=8192)
def name_keys(name: str) -> frozenset[str]:
    """Return the keys of a name: names that mean the same drink have one in common.

    A key is the different consonants of a name, or of one word of it, in alphabetical order, so
    that slips and the order of words do not matter. Words of many names have no key.
    """
    read = read_drink_name(name)
    plain = _without(read.words, base_spirits())
    names = [_split(read.words)[0], _split(read.bracket)[0], read.words, plain or read.words]
    single = {word for tokens in (*names, read.words, read.bracket) for word in tokens}
    rare = {word for word in single if not _says_little((word,))} - vocabulary()["place"]
    distinct = rare.difference(base_spirits(), *named_ingredients(tuple(single)))
    texts = {*map(_letters, names), *(distinct or rare)} - {""} or {""}
    return frozenset(map(_skeleton, texts))


@lru_cache(maxsize=8192)
def named_drink(name: str) -> NamedDrink:
    """Return the drink that a name means, without further words."""
    read = read_drink_name(name)
    return _named(read.words, read.note)


def name_relation(first: str, second: str) -> NameRelation | None:
    """Return how two names mean the same drink; None if they do not, or have no key in common."""
    if name_keys(first).isdisjoint(name_keys(second)):
        return None
    a, b = read_drink_name(first), read_drink_name(second)
    relation = _relation(a, b)
    if relation in {None, "detail"} and (_brackets_name(a, b) or _brackets_name(b, a)):
        return "alias"
    return relation or ("typo" if _is_misspelt(a, b) else None)


def _brackets_name(name: DrinkName, other: DrinkName) -> bool:
    """Return whether the words in brackets are the other name: "Mint Lemonade (Limonana)"."""
    bracket, whole = DrinkName(name.bracket), DrinkName(other.words)
    return bool(name.bracket) and _relation(bracket, whole) in {"same", "alias"}


def _is_misspelt(a: DrinkName, b: DrinkName) -> bool:
    """Return whether two names sound the same and differ by a slip, and are not both known."""
    first, second = ("".join((*one.words, *one.note)) for one in (a, b))
    are_listed = _drink_called(a.words) and _drink_called(b.words)
    return not are_listed and _skeleton(first) == _skeleton(second) and _is_slip(first, second)


def _relation(a: DrinkName, b: DrinkName) -> NameRelation | None:
    if a.note and b.note and a.note != b.note:
        return None
    if _are_equal(a.words, b.words):
        return "same" if a[1:5] == b[1:5] else "near"
    first, second = _named(a.words, a.note), _named(b.words, b.note)
    if not _are_equal(first.drink, second.drink):
        if _drink_called(a.words) and _drink_called(b.words):
            return None
        first, second = _compared(a.words, b.words), _compared(b.words, a.words)
    elif {*first.details} == {*second.details}:
        return "alias"
    return _relation_of_details(first, second) if first.drink and second.drink else None


def _compared(tokens: Words, others: Words) -> NamedDrink:
    """Return the words that are in the other name as well, if they say enough, and the rest."""
    shared = tuple(word for word in tokens if word in others)
    foods = base_spirits().union(*named_ingredients(tokens))
    is_drink = len(shared) > 1 or not _says_little(_without(shared, foods))
    is_enough = shared in (tokens, others) and is_drink
    rest = tuple(word for word in tokens if word not in shared)
    return NamedDrink(shared if is_enough else (), rest, named_ingredients(tokens))


@lru_cache(maxsize=8192)
def _named(tokens: Words, note: Words) -> NamedDrink:
    drink, others = _split(tokens)
    others_of = {
        segment: row
        for segment, row in named_ingredients(tokens).items()
        if row.kind in BOTTLES or not {*segment}.isdisjoint(others)
        if drink not in {_drink_called(segment), segment}  # coquito is also sold by the bottle
    }
    return NamedDrink(drink, (*others, *note), others_of)


@lru_cache(maxsize=8192)
def _split(tokens: Words) -> tuple[Words, Words]:
    """Return the main name of the drink that the words name, and the other words."""
    for length in range(len(tokens), 0, -1):
        for start in range(len(tokens) - length, -1, -1):
            span = tokens[start : start + length]
            drink = _drink_called(span)
            if drink and (span == tokens or length > 1 or not _says_little(span)):
                return drink, tokens[:start] + tokens[start + length :]
    drink = _without_details(tokens)
    return drink, tuple(word for word in tokens if word not in drink)


def differing_ingredients(first: str, second: str) -> set[Ingredient]:
    """Return the ingredients that only one of two names contains: Mint of "Mint Mojito"."""
    rows = [{*named_drink(name).ingredients.values()} for name in (first, second)]
    return rows[0] ^ rows[1]


def allowed_bases(name: str) -> frozenset[str]:
    """Return the base spirits of a drink whose recipes are known to vary; empty for any other."""
    return _bases().get(_letters(named_drink(name).drink), frozenset())


def _relation_of_details(first: NamedDrink, second: NamedDrink) -> NameRelation | None:
    """Return the relation if further words may be left out; at most one name has words of its own.

    "Martini" changes nothing: any cocktail in a martini glass is one, such as the Abbey Martini.
    """
    one, other = _own_words(first, second), _own_words(second, first)
    changes = (one | other) & _common_words() - {"martini"}
    if (one and other) or changes & vocabulary()["variety"]:
        return None
    return "kind" if changes else "detail"


def _own_words(name: NamedDrink, other: NamedDrink) -> set[str]:
    """Return the words that the other name has not, without ingredients and places."""
    return {*name.details} - vocabulary()["place"].union(other.details, *name.ingredients)


def _without_details(tokens: Words) -> Words:
    """Return the words without ingredients and places, if the others name a drink."""
    places, spirits = vocabulary()["place"], base_spirits()
    for left_out in (places.union(spirits, *named_ingredients(tokens)), places | spirits):
        rest = _without(tokens, left_out)
        if not _says_little(rest):
            return rest
    rest = _without(tokens, places)
    return _without(rest if len(rest) > 1 else tokens, spirits) or tokens


def _without(tokens: Words, left_out: frozenset[str]) -> Words:
    return tuple(word for word in tokens if word not in left_out)


def _says_little(tokens: Words) -> bool:
    """Return whether many drinks have these words in their names: sour, lemonade."""
    return _common_words().issuperset(tokens)


@cache
def _common_words() -> frozenset[str]:
    return vocabulary()["generic"] | vocabulary()["variety"]


def _drink_called(tokens: Words) -> Words | None:
    return _main_names().get(_letters(tokens)) or _main_names().get("".join(tokens))


def _letters(tokens: Words) -> str:
    return DrinkName(tokens).letters


def _are_equal(first: Words, second: Words) -> bool:
    return _letters(first) == _letters(second) or "".join(first) == "".join(second)


def _skeleton(letters: str) -> str:
    sounds = letters.replace("ph", "f").translate(_VOWELS).translate(_SOUNDS)
    if len(sounds) < _SHORTEST_SKELETON:
        return "".join(sorted(letters))
    return "".join(sorted(set(sounds)))


def _is_slip(first: str, second: str) -> bool:
    """Return whether two long names, which sound the same, differ by a slip of the pen."""
    shorter, longer = sorted((len(first), len(second)))
    slips = 2 if shorter >= _LONG else 1
    if shorter < _SHORTEST_TYPO or longer - shorter > slips:
        return False
    return _distance(first, second) <= slips


def _distance(first: str, second: str) -> int:
    """Return the optimal string alignment distance: letters added, left out, changed, swapped."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        before, last, row = row, before, [i]
        for j, other in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, other) == (second[j - 2], first[i - 2]):
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


@cache
def _main_names() -> dict[str, Words]:
    """Return the words of the main name of each known drink by the letters of all its names."""
    names: dict[str, Words] = {}
    lists = [names.split("|") for names, _source in read_table("known_drinks.csv")]
    pairs = [(name, name) for one in lists for name in one]
    table = read_table("drink_aliases.csv")
    pairs += [(alias, row[0]) for row in table for alias in (row[0], *row[1].split("|")) if alias]
    for alias, main in pairs:
        read = read_drink_name(alias).words
        names[_letters(read)] = names["".join(read)] = read_drink_name(main).words
    return names


@cache
def _bases() -> dict[str, frozenset[str]]:
    return {
        _letters(read_drink_name(name).words): frozenset(bases.split("|"))
        for name, _aliases, bases, _source in read_table("drink_aliases.csv")
        if bases
    }
