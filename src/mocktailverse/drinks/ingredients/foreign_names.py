"""Translate German, French, Spanish, Italian, Portuguese, Dutch and Scandinavian names to English.

A name is translated word by word with `reference/translations.csv`, in the order of English:
"jugo de limón" is "lemon juice", "Erdbeersirup" is "strawberry syrup". The English text is then
read as any other, so that "Pfefferminzlikör" is a liqueur and "limonada con ron" is not a lemonade.
"""

import re
from functools import cache, lru_cache
from itertools import pairwise

from msgspec import Struct

from mocktailverse.drinks.ingredients.denials import without_denial
from mocktailverse.drinks.ingredients.name_readings import (
    JOINING,
    QUALIFIERS,
    Words,
    singular,
    words,
)
from mocktailverse.drinks.ingredients.reference_rows import (
    absorbing_keys,
    families_by_key,
    names_alcohol,
    rows_by_key,
)
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import word_set

_ELISION = re.compile(r"\b(all|dell|[dl])\s?['\u2019](?=\w)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[(),;:/\[\]]")

_GERMANIC = (0, 5)
"""The columns of German, and of Dutch and Scandinavian, which write compounds as one word."""

_LONGEST_PHRASE = 5
_MOST_WORDS = 12
_NEGATIONS = word_set("not no non without sin sans ohne senza sem zonder utan uden nicht kein")
_TEA = ("the",)
"""The normalized words of thé, which is not foreign in \"the lemon\"."""
_LONGEST_COMPOUND = 40
_SURE_ENDINGS = {"liqueur", "schnapps"}
"""Endings that say enough about a compound whose first part is unknown: "Zirbenschnaps"."""

_NOUNS = {"noun", "alone", "flavour", "unknown"}
_MEANINGFUL = {"noun", "alone", "flavour", "adjective"}
_SHORTEST_PART = 3
"""Minimum letters of a part of a compound: Ei in "Eiweiß" is too short to look for."""


class Term(Struct, frozen=True, gc=False):
    """What a foreign word or phrase means."""

    english: str
    role: str
    """noun; alone = a noun that ends no compound (Kirschwasser is not water); ending = a noun in
    compounds only; flavour = a noun that by itself is also a spirit (Mirabelle, cassis); adjective;
    article; of; join; unknown."""
    is_foreign: bool = False
    """Whether the word means nothing in English."""
    is_germanic: bool = False


@lru_cache(maxsize=2048)
def in_english(name: str) -> str | None:
    """Return the English text of a foreign name; None if it is not foreign or not understood.

    >>> in_english("succo fresco di limone")
    'fresh lemon juice'
    """
    if bare := without_denial(name):
        english = _in_english(bare)
        return f"alcohol-free {english}" if english else None
    return _in_english(name)


def _in_english(name: str) -> str | None:
    text = _words(name)
    if _SEPARATOR.search(name) or len(text) > _MOST_WORDS:
        return None
    if not any(word in _vocabulary_words() or _compound(word) for word in text):
        return None  # most names, before the search for phrases
    terms = _terms(text)
    is_foreign = any(term.is_foreign for term in terms) or text == _TEA
    if not is_foreign or not _is_translatable(terms):
        return None
    english = " ".join(_in_order(terms))
    head = words(english)[-1]
    is_understood = all(term.role != "unknown" for term in terms)
    return english if is_understood or head in _heads() or names_alcohol((head,)) else None


def _words(text: str) -> Words:
    """Return the normalized words; the article in "l'eau" is a word of its own."""
    has_apostrophe = "'" in text or "\u2019" in text
    return words(_ELISION.sub(r"\1 ", text) if has_apostrophe else text)


def _is_translatable(terms: list[Term]) -> bool:
    """Return whether the words name something that their translation names, too."""
    if any(one.english.endswith("cream") and two.role == "of" for one, two in pairwise(terms)):
        return False  # "light crème de menthe" is a liqueur
    if any(term.role == "unknown" and term.english in _NEGATIONS for term in terms):
        return False
    nouns = [term for term in terms if term.role in _NOUNS]
    is_prepared = any(term.english in QUALIFIERS for term in terms)
    return len(nouns) > 1 or any(term.role != "flavour" or is_prepared for term in nouns)


def _terms(text: Words) -> list[Term]:
    terms: list[Term] = []
    start = 0
    while start < len(text):
        for length in range(min(_LONGEST_PHRASE, len(text) - start), 0, -1):
            if term := _term(text[start : start + length]):
                break
        else:
            length, term = 1, _compound(text[start]) or Term(text[start], "unknown")
        terms.append(term)
        start += length
    return terms


def _term(phrase: Words) -> Term | None:
    term = _vocabulary().get(" ".join(phrase))
    if term and term.role != "ending":
        return term
    if phrase[0] in JOINING and len(phrase) == 1:
        return Term(phrase[0], "join")
    if _is_english("".join(phrase)):
        return Term(" ".join(phrase), "noun")
    return Term(phrase[0], "adjective") if phrase[0] in QUALIFIERS and len(phrase) == 1 else None


def _in_order(terms: list[Term]) -> list[str]:
    """Return the English words, in the order of English on both sides of "and", "or", "with"."""
    english: list[str] = []
    groups: list[list[Term]] = [[]]
    for term in [*terms, Term("", "join")]:
        if term.role == "of":
            groups.append([])
        elif term.role == "join":
            english += (*_joined(groups), term.english)
            groups = [[]]
        else:
            groups[-1].append(term)
    return [word for word in english if word]


def _joined(groups: list[list[Term]]) -> list[str]:
    """Return adjectives, what follows "of", nouns: "white cane sugar"."""
    parts = [_adjectives_and_nouns(group) for group in groups]
    (adjectives, nouns), *others = parts
    before = [word for part in reversed(others) for words_of_part in part for word in words_of_part]
    return [*adjectives, *before, *nouns]


def _adjectives_and_nouns(group: list[Term]) -> tuple[list[str], list[str]]:
    nouns = [term for term in group if term.role not in {"adjective", "article"}]
    if not any(term.is_germanic for term in nouns):
        nouns.reverse()  # "refresco limón": "lemon soda"
    adjectives = [term.english for term in group if term.role == "adjective"]
    return adjectives, [term.english for term in nouns]


@lru_cache(maxsize=2048)
def _compound(word: str) -> Term | None:
    """Return the meaning of a German compound; None if not all of its parts are known."""
    if len(word) > _LONGEST_COMPOUND:
        return None
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        tail = _vocabulary().get(singular(word[cut:]))
        if tail is None or not tail.is_germanic or tail.role not in {"noun", "ending"}:
            continue
        head = _head(word[:cut])
        if head or tail.english in _SURE_ENDINGS:
            first = head.english if head else word[:cut]
            return Term(f"{first} {tail.english}", "noun", is_foreign=True, is_germanic=True)
    return None


def _head(part: str) -> Term | None:
    """Return the meaning of the first part, which has a linking letter or lacks its last one."""
    for form in (part, part + "e", part + "en", part.removesuffix("n"), part.removesuffix("s")):
        term = _vocabulary().get(singular(form))
        if term and term.is_germanic and term.role != "article":
            return term
    if len(part) > _SHORTEST_PART and _is_english(part):
        return Term(part, "noun")
    return _compound(part)


@cache
def joining_words() -> frozenset[str]:
    """Return the foreign words for "and", "or", "with"."""
    return frozenset(word for word, term in _vocabulary().items() if term.role == "join")


@cache
def _heads() -> frozenset[str]:
    """Return the nouns that say enough about a name with an unknown word, as alcoholic ones do."""
    return absorbing_keys() | {"juice"}


def _is_english(name: str) -> bool:
    return name in rows_by_key() or name in families_by_key()


def _is_foreign(phrase: Words, english: Words) -> bool:
    """Return whether a phrase has no other meaning in English, as raisin and prune have."""
    if phrase == english or (len(phrase) == 1 and phrase[0] in QUALIFIERS):
        return False
    spelled = "".join(phrase)
    means = rows_by_key().get(spelled) or families_by_key().get(spelled)
    return means is None or means == rows_by_key().get("".join(english))


@cache
def _vocabulary() -> dict[str, Term]:
    """Return the terms by their normalized words; the first of several meanings counts."""
    vocabulary: dict[str, Term] = {}
    for english, role, *languages in read_table("translations.csv"):
        meaning = words(english)
        for column, texts in enumerate(languages):
            for phrase in map(_words, filter(None, texts.split("|"))):
                is_foreign = role in _MEANINGFUL and _is_foreign(phrase, meaning)
                term = Term(english, role, is_foreign, column in _GERMANIC)
                vocabulary.setdefault(" ".join(phrase), term)
    return vocabulary


@cache
def _vocabulary_words() -> frozenset[str]:
    return frozenset(
        word
        for phrase, term in _vocabulary().items()
        if term.role in _MEANINGFUL or phrase in _TEA
        for word in phrase.split()
    )
