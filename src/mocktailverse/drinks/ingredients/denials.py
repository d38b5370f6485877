"""Denials of alcohol: "non-alcoholic", "0.0", "zero proof", "NA", "virgin", and in other languages.

"Low alcohol", "light" and "session" do not deny it; neither does "0% sugar", "Virgin Islands", or a
condition such as "omit for a virgin drink".
"""

import re
from functools import cache, lru_cache

from mocktailverse.drinks.reference.tables import read_table

_OTHER_THAN_ALCOHOL = (
    r"(?!\w|\s?%|[\s-](?:added|fat|sugars?|carbs?|cal|calories?|gluten|waste|islands?)\b)"
)
_NO_DENIAL_BEFORE = r"(?<!extra )(?<!extra-)(?<!strong )(?<!not )"
_FIGURE = (
    # The look-behind keeps "5.0%" out; "0.0 oz" is an amount.
    r"(?<![\d.,])0(?:[.,]0+)?\s?%(?:\s?(?:abv|vol|alcohol|alc)\b)?"
    r"|(?<![\d.,])0[.,]0+(?![\d.,]|\s?(?:oz|ml|cl|dl|l|g)\b)"
    r"|(?<![\d.,])0\s?proof\b"
)
_ABBREVIATED = re.compile(r"\bN[/.]?A\b\.?|^n[/.]?a\.?(?=\s)|(?<=\s)n[/.]?a\.?$|\(n[/.]?a\.?\)")

_CONDITIONAL = re.compile(
    r"\b(?:for|if|unless|omit|omitted|leave|left|skip|swap|sub|replace|replaced|remove|exclude|make"
    r"|makes|use|can|may|want|instead|else|optional|mocktails?|cocktails?)\b"
    r"|(?:[(,:;]|\ban?\b|\bthe\b)\s+drinks?\b|\bdrinks\b",
    re.IGNORECASE,
)
"""Words of a denial that is conditional: "rum (omit for a non-alcoholic drink)" is rum."""


@lru_cache(maxsize=2048)
def without_denial(text: str) -> str | None:
    """Return the text without its denial of alcohol; None if it denies none.

    >>> without_denial("Guinness 0.0")
    'Guinness  '
    """
    bare = _ABBREVIATED.sub(" ", _denial().sub(" ", text))
    return bare if bare != text and not _CONDITIONAL.search(bare) else None


@cache
def _denial() -> re.Pattern[str]:
    phrases: dict[str, list[str]] = {"anywhere": [], "at the end": []}
    for phrase, place, _language in read_table("denials.csv"):
        phrases[place].append(re.escape(phrase).replace(r"\ ", r"[\s-]?"))
    anywhere, at_the_end = ("|".join(phrases[place]) for place in phrases)
    return re.compile(
        # The cheapest condition comes first: it is tried at every letter.
        rf"(?:\b{_NO_DENIAL_BEFORE}(?:{anywhere})|(?=0)(?:{_FIGURE})){_OTHER_THAN_ALCOHOL}"
        rf"|\b(?<=\w )(?:{at_the_end})s?(?=\s*(?:$|[,(]))",
        re.IGNORECASE,
    )
