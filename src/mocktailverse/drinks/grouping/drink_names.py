"""Names of drinks in a form that all spellings of one name share.

Words that change the drink stay in the name ("frozen", "strawberry", "perfect"), so two names are
equal only without any. The vocabulary is in `reference/drink_names.csv`, names that mean the same
drink are in `reference/drink_aliases.csv`, with their source.
"""

import re
from functools import cache, lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from mocktailverse.drinks.ingredients.name_readings import Words, words
from mocktailverse.drinks.ingredients.reference_rows import (
    families_by_key,
    general_names,
    row_ancestors,
    rows_by_key,
)
from mocktailverse.drinks.reference.tables import read_table

NameRelation = Literal["same", "near", "alias", "spirit", "typo"]
"""same = the same words; near = one has a number or "shot"; alias = another name of the
drink; spirit = one also names the base spirit; typo = a few other letters."""

_LONGEST = 120
"""Maximum characters of a name that are read."""

_BASE = "Spirit"
_NOTE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_TENS = re.compile("[2-9]0")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4"}
_VOWELS = str.maketrans("", "", "aeiouyh")
_SOUNDS = str.maketrans("cqzx", "kkss")
_SHORTEST_SKELETON = 3
_SHORTEST_TYPO = 6
_LONG = 10
"""Letters from which a name may have two slips."""


class DrinkName(NamedTuple):
    """The parts of a drink's name."""

    words: Words
    """Normalized words in their order, without articles and praise."""
    free: bool
    """Whether the name says that the drink is alcohol-free: virgin, mocktail."""
    number: str
    """Number of the recipe: 2 of "Martinez No. 2"."""
    serving: bool
    """Whether the name says how it is served: shot, pitcher."""

    @property
    def letters(self) -> str:
        """The letters of the stems, the words in alphabetical order."""
        return "".join(sorted(map(_stem, self.words)))


@lru_cache(maxsize=8192)
def name_group_key(name: str) -> str:
    """Return the key that all drinks share which may be the same one; by their name alone.

    It is the consonants of the name in alphabetical order, so that slips and the order of words do
    not matter; one key may have several drinks. Base spirits are left out: "Gin Bramble".
    """
    main = _main_name(read_drink_name(name))
    return _skeleton("".join(map(_stem, _without_spirit(main.words)))) + ("0" if main.free else "")


def name_relation(first: str, second: str) -> NameRelation | None:
    """Return how two names mean the same drink; None if they do not, or have different keys."""
    if name_group_key(first) != name_group_key(second):
        return None
    a, b = read_drink_name(first), read_drink_name(second)
    if a.free == b.free and _are_equal(a, b):
        return "same" if (a.number, a.serving) == (b.number, b.serving) else "near"
    main, other = _main_name(a), _main_name(b)
    if main.free != other.free:
        return None
    if _are_equal(main, other):
        return "alias"
    if _adds_spirit(a, b) or _adds_spirit(b, a):
        return "spirit"
    return "typo" if _is_slip("".join(a.words), "".join(b.words)) else None


@lru_cache(maxsize=8192)
def read_drink_name(name: str) -> DrinkName:
    """Return the parts of a name."""
    return _read(name[:_LONGEST])


def named_spirits(name: str) -> tuple[str, ...]:
    """Return the base spirits that a name contains: Gin of "Gin Bramble"."""
    read = read_drink_name(name)
    return tuple(spirit for word in read.words if (spirit := _spirits().get(word)))


def allowed_bases(name: str) -> frozenset[str]:
    """Return the base spirits of a drink whose recipes are known to vary; empty for any other."""
    return _bases().get(_main_name(read_drink_name(name)).letters, frozenset())


def _main_name(name: DrinkName) -> DrinkName:
    """Return the name by which the drink is listed, if this is an alias of it."""
    by_letters = _main_names()
    main = by_letters.get(_identity(name)) or by_letters.get(
        ("".join(name.words), name.free, name.number)
    )
    return main or name


def _read(name: str) -> DrinkName:
    notes = " ".join(first or second for first, second in _NOTE.findall(name))
    tokens, free = _without_denial(words(_NOTE.sub(" ", name)))
    note, note_denies = _without_denial(words(notes))
    tokens, number = _without_number(tokens)
    plain, serving = _without_list(tuple(map(_digits_of, tokens)), "serving")
    kept = _content(_with_tens(plain))
    if any(word not in kept and _changes(word) for word in _content(note, ())):
        kept = (*kept, *note)  # "Margarita (frozen)"; "(Brazil)" changes nothing
    return DrinkName(kept, free or note_denies, number, serving)


def _digits_of(word: str) -> str:
    return _digits().get(word, word)


def _with_tens(tokens: Words) -> Words:
    """Return the words with numbers as one: 75 for seventy-five."""
    joined: list[str] = []
    for word in tokens:
        is_unit = len(word) == 1 and word.isdigit() and joined and _TENS.fullmatch(joined[-1])
        joined[-1:] = [joined[-1][0] + word] if is_unit else [*joined[-1:], word]
    return tuple(joined)


def _content(tokens: Words, default: Words | None = None) -> Words:
    """Return the words that say which drink it is; all, if there are none."""
    ignored = _vocabulary()["function"] | _vocabulary()["filler"]
    kept = tuple(word for word in tokens if word not in ignored)
    return kept or (tokens if default is None else default)


def _stem(word: str) -> str:
    """Return the word without -e or -ed: iced and ice, royale and royal are equal."""
    for ending in ("ed", "e"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending)
    return word


def _without_number(tokens: Words) -> tuple[Words, str]:
    last = _ROMAN.get(tokens[-1], tokens[-1]) if tokens else ""
    rest = tokens[:-1]
    if rest and rest[-1] in _vocabulary()["number"] and len(rest) > 1:
        last, rest = _digits_of(last), rest[:-1]
    if len(last) == 1 and last.isdigit() and rest:
        return rest, last
    return tokens, ""


def _without_list(tokens: Words, name: str) -> tuple[Words, bool]:
    kept = tuple(word for word in tokens if word not in _vocabulary()[name])
    return (kept, True) if kept and kept != tokens else (tokens, False)


def _without_denial(tokens: Words) -> tuple[Words, bool]:
    text = f" {' '.join(tokens)} "
    for phrase in _denials():
        text = text.replace(f" {phrase} ", " ")
    kept = tuple(text.split())
    return kept, kept != tokens


def _without_spirit(tokens: Words) -> Words:
    kept = tuple(word for word in tokens if word not in _spirits())
    return kept or tokens


def _are_equal(first: DrinkName, second: DrinkName) -> bool:
    return first.letters == second.letters or "".join(first.words) == "".join(second.words)


def _adds_spirit(first: DrinkName, second: DrinkName) -> bool:
    """Return whether one name is the other one with a base spirit: "Gin Bramble", "Bramble"."""
    plain = _without_spirit(first.words)
    if plain == first.words or any(word in _spirits() for word in second.words):
        return False
    return _are_equal(first._replace(words=plain), second)


def _changes(word: str) -> bool:
    """Return whether a word makes another drink: frozen, strawberry."""
    is_food = word in rows_by_key() or word in families_by_key()
    return is_food or word in _vocabulary()["variety"]


def _skeleton(letters: str) -> str:
    sounds = letters.replace("ph", "f").translate(_VOWELS).translate(_SOUNDS)
    sounds = "".join(letter for letter, _ in groupby(sounds))
    if len(sounds) < _SHORTEST_SKELETON:
        return "".join(sorted(letters))
    return "".join(sorted(sounds))


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


def _identity(name: DrinkName) -> tuple[str, bool, str]:
    return name.letters, name.free, name.number


@cache
def _main_names() -> dict[tuple[str, bool, str], DrinkName]:
    names: dict[tuple[str, bool, str], DrinkName] = {}
    for name, aliases, _bases, _source in read_table("drink_aliases.csv"):
        main = _read(name)
        for alias in filter(None, aliases.split("|")):
            read = _read(alias)
            names[_identity(read)] = main
            names["".join(read.words), read.free, read.number] = main
    return names


@cache
def _bases() -> dict[str, frozenset[str]]:
    return {
        _read(name).letters: frozenset(bases.split("|"))
        for name, _aliases, bases, _source in read_table("drink_aliases.csv")
        if bases
    }


@cache
def _spirits() -> dict[str, str]:
    """Return the base spirits and their wide kinds by the one word that names them."""
    return {
        word: row.name
        for word, row in rows_by_key().items()
        if row.kind == "spirit" and _BASE in row_ancestors(row.name) and row.name in general_names()
    }


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(part for phrase in phrases.split("|") for part in words(phrase))
        for name, phrases, _why in read_table("drink_names.csv")
    }


@cache
def _denials() -> tuple[str, ...]:
    """Return the phrases that deny alcohol, in normalized words, the longest first."""
    ((phrases,),) = [row[1:2] for row in read_table("drink_names.csv") if row[0] == "denial"]
    return tuple(sorted((" ".join(words(p)) for p in phrases.split("|")), key=len, reverse=True))


@cache
def _digits() -> dict[str, str]:
    """Return the digits of the English words for numbers."""
    return {
        word: row[0]
        for row in read_table("numbers.csv")
        if row[1] == "no" and row[0].isdigit()
        for word in row[2].split("|")
        if word != "equal"
    }
