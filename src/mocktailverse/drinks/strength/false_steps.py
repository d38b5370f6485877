"""Phrases of instructions that only sound like a method: "do not shake", "salt shaker"."""

import re

from mocktailverse.drinks.text import word_set

_ABBREVIATED = word_set("oz tsp tbsp tblsp cl ml no")
_ABBREVIATION = re.compile(r"\b(oz|tsp|tbsp|tblsp|cl|ml|no)\.")

_DENYING = word_set("not don dont never without no instead rather")
_DENIED = re.compile(
    r"\b(?:not|don['\u2019]?t|never|without|no need to|instead of|rather than)"
    r"(?:\s+\w+){0,3}?\s+(?:shak|stir|blend|muddl|layer)\w*"
)
_AMBIGUOUS = word_set(
    "milk milkshake milkshakes shakes salt pepper daily every each occasionally several once"
    " blend blended out off stirrer stirrers layer"
)
"""Every match of `_NO_METHOD` contains one of these words, "shake of" or "stick"."""

# Phrases that only sound like a method: "milk shake", "salt shaker", "shake the bottle daily". The
# limit of fifty words and the possessive `++` keep the time linear for hostile texts.
_NO_METHOD = re.compile(
    r"\bmilk\s?-?shakes?\b|\bshakes? of\b|\b(?:salt|pepper) shakers?\b"
    r"|\bshak\w++(?:[^\w.;]++\w++){0,50}?[^\w.;]++"
    r"(?:daily|every|each day|occasionally|several times|once a)\b"
    r"|\bblended\s+(?:whisk|scotch|rum|malt|irish|canadian|bourbon)\w*"
    r"|\bblend\s+(?:whisk|scotch|rum|malt|irish|canadian|bourbon)\w*+(?!,| and\b| with\b)"
    r"|\bblend of\b|\bto blend\b|\bshak\w+ (?:out|off)\b"
    r"|\b(?:until|till|til|is|are) (?:\w+ ){0,2}blended\b"
    r"|\bstir\w*[\s-]?sticks?\b|\bstirrers?\b|\blayer of\b"
)
_SOUNDS = ("to blend", "blended", "stick", "stirrer", "layer of")
_SOUNDS_OF_SHAKING = (
    "milk sh", "milk-sh", "milk -sh", "milksh", "shake of", "shakes of", "salt shake",
    "pepper shake", " out", " off", "daily", "every", "each day", "occasionally", "several times",
    "once a",
)  # fmt: skip
_BLEND_OF = re.compile(r"blend\s+(?:of|whisk|scotch|rum|malt|irish|canadian|bourbon)")
"""Every match of `_NO_METHOD` contains one of `_SOUNDS`, or "shak" and one of `_SOUNDS_OF_SHAKING`,
or matches `_BLEND_OF`."""

MISLEADING = _ABBREVIATED | _DENYING | _AMBIGUOUS
"""A text with such a phrase has one of these words, "shake of" or "stick"."""


def without_false_steps(text: str, terms: frozenset[str]) -> str:
    """Return the text without denied steps ("do not shake") and phrases that are not methods."""
    if not terms.isdisjoint(_ABBREVIATED):
        text = _ABBREVIATION.sub(r"\1", text)
    if not terms.isdisjoint(_DENYING):
        text = _DENIED.sub(" ", text)
    if (
        any(map(text.__contains__, _SOUNDS))
        or ("shak" in text and any(map(text.__contains__, _SOUNDS_OF_SHAKING)))
        or ("blend" in text and _BLEND_OF.search(text))
    ):
        text = _NO_METHOD.sub(" ", text)
    return text
