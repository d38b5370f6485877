"""Normalize ingredient names: a key that all spellings share, and shorter readings of a name.

Two names share a key only if they differ in case, accents, punctuation, plural or a listed
spelling variant. There is no fuzzy matching, except for a slip of the keyboard in a few common
words that name no brand.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from mocktailverse.drinks.ingredients.denials import without_denial
from mocktailverse.drinks.measures.misspellings import misspellings
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import word_set

Words = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")
_UNDECOMPOSED = str.maketrans(
    {"\u0131": "i", "\u0142": "l", "\u00f8": "o", "\u00e6": "ae", "\u0153": "oe", "\u0111": "d"}
)
"""Letters that Unicode does not take apart into a letter and an accent."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_AGE = re.compile(
    r"\b\d+\s*-?\s*(?:years?|yrs?|yo)\b(?:[\s-]*old\b)?"
    r"|(?<=\w )(?:made (?:of|from|with) )?100\s?%\s(?:de |pure |puro |blue )*agave(?:\sazul)?\s*$"
)
"""What a label says of a spirit after its name: its age, "100% agave"."""
_AFTERTHOUGHT = re.compile(r"\s(?:cut|sliced|such as|preferably)\s.*|\s\((?:if|such)\s.*")
_INVERTED = re.compile(r"([^,()]+)[,(]([^,()]+)\)?\s*")
_JUICE_OF = re.compile(
    r"(juice|zests?|peels?|rinds?)\s+(?:of|from)\s+"
    r"(?:(?:an?|one|two|half|the|about|[\d/.½¼¾-]+)\s+)*(.+)"
)
# "sugar-free", "zero sugar", "no sugar added", "low-fat": never about alcohol.
_FREE_FROM = re.compile(
    r"\b(?:sugar|fat|gluten|dairy|lactose|caffeine|salt|nut)[\s-]?free\b"
    r"|(?:\b(?:zero|no|low|less|reduced)|(?<!\d)0\s?%)[\s-](?:added[\s-])?"
    r"(?:sugar|fat|sodium|salt|calorie|carb)s?\b(?:[\s-]added)?"
)
_FLAVORED = re.compile(r"(?<=\w)[\s-]+flavou?red\s+(?=\w)")

_CORRECTABLE = {word: word for word in ("juice", "syrup", "water", "sugar")}
_LIKE_CORRECTABLE = word_set("wafer wager waiter walter")
_SPELLINGS = misspellings(_CORRECTABLE, _CORRECTABLE, _LIKE_CORRECTABLE) | {
    spelling: word for spelling, word, _origin in read_table("spellings.csv")
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
"""Plural endings and their singular; the first that fits is used."""

QUALIFIERS = word_set(
    "fresh freshly squeezed pressed chilled cold cool warm hot boiling frozen raw plain ripe large "
    "small medium big whole good quality best fine finest premium organic natural pure homemade "
    "house made sliced chopped diced minced peeled pitted seeded hulled crushed cracked shaved "
    "grated shredded ground dried melted beaten softened thinly thin finely coarsely roughly "
    "lightly strong weak unsweetened bottled canned strained rinsed picked packed heaping brewed "
    "straight for garnish garnishing rim to taste optional if desired needed as topping wedge "
    "wheel slice sprig leaf stick chunk piece strip cube bunch handful half halved of a an the "
    "seedless boneless skinless deseeded stemmed trimmed washed stem stalk "
    "your favorite favourite"
)
"""Words for how an ingredient is prepared, cut or served. They never say which one it is.

"dry", "sweet", "light", "dark", "white" and "in" are not qualifiers: light rum is not rum, and
"cherry in brandy" is not cherry brandy.
"""

JOINING = word_set("and with plus in or")
"""Words between several ingredients: what is said of one need not hold for the others."""

STRENGTHENED = word_set("hard spiked boozy drunken tipsy brandied alcoholic fortified fermented")
"""Words that add alcohol to what has none: hard seltzer, spiked tea."""

NON_ALCOHOLIC = "nonalcoholic"
"""The first word in the reading of every name that denies alcohol."""

_MOST_QUALIFIERS = 6
"""Names with more qualifiers stay unknown, because each one doubles the number of readings."""


def words(text: str) -> Words:
    """Return the name's words, normalized: lower case, singular, no accents or punctuation."""
    if text.isascii() and text.replace(" ", "").isalnum():  # most names, in a third of the time
        return tuple(map(singular, text.casefold().split()))
    text = _APOSTROPHES.sub("", text).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join([c for c in text if c <= "~" or not unicodedata.combining(c)])
        text = text.translate(_UNDECOMPOSED)
    text = text.replace("&", " and ").replace("/", " or ")
    return tuple(map(singular, _WORD.findall(text)))


def key(text: str) -> str:
    """Return the normalized words without spaces, so that 7-Up, 7 up and 7up are equal."""
    return "".join(words(text))


def readings(text: str) -> Iterator[Words]:
    """Yield the possible readings of a name, the most literal first.

    >>> [" ".join(reading) for reading in readings("Rum, white")]
    ['rum white', 'white rum']
    """
    literal = _readings_in_order(text)
    yield from literal
    for reading in literal:
        yield from _without_qualifiers(reading)


def _readings_in_order(text: str) -> list[Words]:
    if bare := without_denial(text.strip()):
        return [(NON_ALCOHOLIC, *words(_AGE.sub(" ", bare.casefold())))]
    text = _AGE.sub(" ", text.casefold())
    candidates = [words(text)]
    text = _AFTERTHOUGHT.sub("", text)
    if (plain := _FREE_FROM.sub(" ", text)) != text:
        candidates.append(words(plain))  # "zero sugar cola": "cola"
    if inverted := _INVERTED.fullmatch(text):
        candidates.append(words(f"{inverted[2]} {inverted[1]}"))  # "Rum, white": "white rum"
    if juice := _JUICE_OF.fullmatch(text.strip()):
        candidates.append(words(f"{juice[2]} {juice[1]}"))  # "juice of a lime": "lime juice"
    candidates.append(words(_FLAVORED.sub(" ", text)))  # "lemon flavored rum": "lemon rum"
    return list(dict.fromkeys(candidates))  # without repetitions, in the same order


def _without_qualifiers(reading: Words) -> Iterator[Words]:
    """Yield the reading without one, then two, then more of its qualifiers."""
    places = [i for i, word in enumerate(reading) if word in QUALIFIERS]
    if len(places) > _MOST_QUALIFIERS:
        return
    for count in range(1, len(places) + 1):
        for dropped in combinations(places, count):
            if remaining := tuple(word for i, word in enumerate(reading) if i not in dropped):
                yield remaining


@lru_cache(maxsize=8192)
def singular(word: str) -> str:
    """Return a key that a word and its plural share; it need not be an English word."""
    if word.endswith(("s", "ie")) and word not in _SPELLINGS:
        for ending, singular in _ENDINGS:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                word = word.removesuffix(ending) + singular
                break
    return _SPELLINGS.get(word, word)
