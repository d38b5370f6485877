"""How an ingredient's name is read: one key for all its spellings, and what may be left out.

Nothing here guesses: two names share a key only when case, accents, punctuation, plural or a
listed spelling variant is all that tells them apart.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

Words = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_NON_ALCOHOLIC = re.compile(
    r"\b(?:non[\s-]?alcoholic|(?:alcohol|spirit)[\s-]free|(?:zero|no|without)[\s-](?:proof|alcohol)"
    r"|de-?alcoholi[sz]ed|(?<!\d[.,])0(?:[.,]0+)?\s?%(?:\s?(?:abv|vol|alcohol))?)"
    r"(?![\w%]|\s(?:added|fat|sugar))"
)
_AGE = re.compile(r"\b\d+\s*-?\s*(?:years?|yrs?|yo)\b(?:[\s-]*old\b)?")
_AFTERTHOUGHT = re.compile(r"\s(?:cut|sliced|such as|preferably)\s.*|\s\((?:if|such)\s.*")
_INVERTED = re.compile(r"([^,()]+)[,(]([^,()]+)\)?\s*")
_JUICE_OF = re.compile(
    r"(juice|zest|peel)\s+(?:of|from)\s+(?:(?:an?|one|half|the|1|1/2|½)\s+)*(.+)"
)
_FLAVORED = re.compile(r"(\w)[\s-]+flavou?red\s+(?=\w)")

_SPELLINGS = {
    "whisky": "whiskey",
    "ron": "rum",
    "rhum": "rum",
    "yoghurt": "yogurt",
    "yoghourt": "yogurt",
    "sirup": "syrup",
    "syrop": "syrup",
    "flavour": "flavor",
    "flavoured": "flavored",
    "flavouring": "flavoring",
    "colour": "color",
    "colouring": "coloring",
    "liquorice": "licorice",
    "chilli": "chili",
    "chile": "chili",
    "chilly": "chili",
    "chily": "chili",
    "creme": "cream",
    "curacoa": "curacao",
    "saint": "st",
    "halve": "half",
    "leave": "leaf",
}

_ENDINGS = (
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("oes", "o"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("xes", "x"),
    ("sses", "ss"),
    ("ies", "y"),
    ("ie", "y"),
    ("s", ""),
)
"""Plural endings and the singular's; the first that fits is taken."""

_QUALIFIERS = frozenset(
    """
    fresh freshly squeezed pressed chilled cold cool warm hot boiling frozen raw plain ripe large
    small medium big whole good quality best fine finest premium organic natural pure homemade
    house made sliced chopped diced minced peeled pitted seeded hulled crushed cracked shaved grated
    shredded ground dried melted beaten softened thinly thin finely coarsely roughly lightly strong
    weak unsweetened bottled canned strained rinsed picked packed heaping brewed straight
    for garnish garnishing rim to taste optional if desired needed as topping
    wedge wheel slice sprig leaf stick chunk piece strip cube bunch handful half halved
    of a an the your favorite favourite
    """.split()  # noqa: SIM905 - a word list reads better than eighty quoted strings
)
"""Words that say how an ingredient is prepared, cut or served, never which one it is.

"dry", "sweet", "light", "dark", "white" and "in" are not among them: light rum is not rum, and a
cherry in brandy is no cherry brandy.
"""

NON_ALCOHOLIC = "nonalcoholic"
"""The word that stands first in the reading of every name that denies alcohol."""

MOST_QUALIFIERS = 6
"""Names with more qualifiers than this are left unknown: their readings double with each."""


def words(text: str) -> Words:
    """The name's words, comparable: caseless, without accents and punctuation, singular."""
    text = _APOSTROPHES.sub("", text).casefold()
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    text = text.replace("&", " and ").replace("/", " or ")
    return tuple(_singular(word) for word in _WORD.findall(text))


def key(text: str) -> str:
    """The words of a name run together, so that 7-Up, 7 up and 7up are one."""
    return "".join(words(text))


def readings(text: str) -> Iterator[Words]:
    """The ways a name may be meant, the most literal first.

    >>> [" ".join(reading) for reading in readings("Rum, white")]
    ['rum white', 'white rum']
    """
    literal = _readings_in_order(text)
    yield from literal
    for reading in literal:
        yield from _without_qualifiers(reading)


def _readings_in_order(text: str) -> list[Words]:
    text = _AGE.sub(" ", text.casefold())
    bare = _NON_ALCOHOLIC.sub(" ", text)
    if bare != text:
        return [(NON_ALCOHOLIC, *words(bare))]
    found = [words(text)]
    text = _AFTERTHOUGHT.sub("", text)
    if inverted := _INVERTED.fullmatch(text):
        found.append(words(f"{inverted[2]} {inverted[1]}"))
    if juice := _JUICE_OF.fullmatch(text.strip()):
        found.append(words(f"{juice[2]} {juice[1]}"))
    found.append(words(_FLAVORED.sub(r"\1 ", text)))
    return list(dict.fromkeys(found))


def _without_qualifiers(reading: Words) -> Iterator[Words]:
    """The reading with one, then two, then more of its qualifiers left out."""
    places = [i for i, word in enumerate(reading) if word in _QUALIFIERS]
    if len(places) > MOST_QUALIFIERS:
        return
    for count in range(1, len(places) + 1):
        for dropped in combinations(places, count):
            if kept := tuple(word for i, word in enumerate(reading) if i not in dropped):
                yield kept


@lru_cache(maxsize=2048)
def _singular(word: str) -> str:
    """A word and its plural give the same key; the key itself need not be an English word."""
    if word.endswith(("s", "ie")):
        for ending, singular in _ENDINGS:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                word = word.removesuffix(ending) + singular
                break
    return _SPELLINGS.get(word, word)
