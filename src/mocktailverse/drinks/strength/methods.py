"""How a drink is prepared, read from its English instructions."""

import re
from functools import lru_cache

from mocktailverse.drinks.drink import Method

_NEGATED = re.compile(
    r"\b(?:not|don['\u2019]?t|never|without|no need to|instead of|rather than)"
    r"(?:\s+\w+){0,3}?\s+(?:shak|stir|blend|muddl|layer)\w*"
)
_NOT_METHODS = re.compile(
    r"\bmilk\s?-?shakes?\b|\bshakes? of\b|\b(?:salt|pepper) shakers?\b"
    r"|\bshak\w+[^.;]*?\b(?:daily|every|each day|occasionally|several times|once a)\b"
    r"|\bblend(?:ed)?\s+(?:whisk|scotch|rum|malt|irish|canadian|bourbon)\w*"
    r"|\bblend of\b|\bto blend\b|\bshak\w+ (?:out|off)\b"
    r"|\b(?:until|till|til|is|are) (?:\w+ ){0,2}blended\b"
    r"|\bstir\w*[\s-]?sticks?\b|\bstirrers?\b|\blayer of\b"
)
_SHAKEN = re.compile(r"\bshak(?:e|es|en|er|ers|ing)\b")
_BLENDED = re.compile(
    r"\bblend(?:er|ers|ed|ing|s)?\b|\bliqu(?:[ei]fy|idi[sz]e)\b|\bfood processor\b|\bwhizz?\b"
    r"|\bpur[eé]e (?:in|with|until|all)\b"
)
_LAYERED = re.compile(
    r"\blayer(?:s|ed|ing)?\b|\bpousse\b|\bover (?:(?:the )?back of )?(?:a|the) (?:bar ?)?spoon\b"
    r"|\bback of (?:a|the) (?:\w+ ?){0,2}spoon\b|\bfloat (?:each|in order)\b"
)
_MUDDLED = re.compile(r"\bmuddl\w*|\bmash\b")
_STIRRED = re.compile(r"\bstir(?:s|red|ring)?\b")
_STIR_OR_SHAKE = re.compile(r"\bstir\w*,? or shak\w*")
_CHILLED_APART = re.compile(
    r"\b(?:mixing|bar) glass\b"
    r"|\bstir(?:red|ring)?\b.*\bstrain"
    r"|\bstir(?:red|ring)?\b(?:(?!\bin(?:to)? )[^.])*\b(?:with|over|on) (?:\w+ )?ice\b(?! in )"
    r".*\bpour",
    re.DOTALL,
)
_HEATED = re.compile(r"\b(?:boil|simmer|heat|saucepan|microwave|brew|steep|warm)\w*")
_BUILDING = re.compile(
    r"\b(?:buil[dt]|pour|add|fill|top|put|place|combine|mix|drop|dissolve|stir|serve)\w*"
)
_VESSEL = re.compile(
    r"\b(?:glass(?:es)?|mugs?|cups?|jar|bowl|pitcher|flute|goblet|tumbler|snifter|highball|collins"
    r"|ice|rocks|each other)\b|\bbuil[dt]\b|\btop(?:ped)? (?:up|with|off)\b"
)
_ABBREVIATION = re.compile(r"\b(oz|tsp|tbsp|tblsp|cl|ml|no)\.")
_ONLY_STIRRED = re.compile(r"\s*stir\w*\b[^.]*?(?:\.|$)")
_IN_A_VESSEL = re.compile(r"\b(?:glass|mug|cup|jar|bowl|pitcher|pan|saucepan|pot)\b")
_ICE = re.compile(r"\bice\b(?![\s-]?cream)|\bon the rocks\b|\bfrozen\b|\biced\b", re.IGNORECASE)


TEXT_LIMIT = 2000
"""Characters of the instructions that are read; the method stands well before."""


def preparation_method(instructions: str | None) -> Method | None:
    """The method that decides how much ice melts into the drink; None when the text tells none.

    Shaking or blending any part outranks what is done later in the glass; of "shake or stir" the
    first is taken; stirring counts as stirred only when the drink is strained or poured off the
    ice, else the drink is built in its glass.
    """
    return _method(instructions[:TEXT_LIMIT]) if instructions else None


def mentions_ice(instructions: str | None) -> bool:
    """Whether the text speaks of ice in any way; ice cream is none."""
    return bool(instructions and _ICE.search(instructions))


@lru_cache(maxsize=1024)
def _method(instructions: str) -> Method | None:
    text = _steps(instructions)
    shaken, blended = _SHAKEN.search(text), _BLENDED.search(text)
    if blended and (not shaken or blended.start() < shaken.start()):
        return "blended"
    if shaken:
        return "stirred" if _STIR_OR_SHAKE.search(text) else "shaken"
    if _MUDDLED.search(text):
        return "muddled"
    if _stirred_apart(text):
        return "stirred"
    if _LAYERED.search(text):
        return "layered"
    return "built" if _BUILDING.search(text) and _VESSEL.search(text) else None


def _steps(instructions: str) -> str:
    """The text in lower case without what is not to be done and what only sounds like a method."""
    text = _ABBREVIATION.sub(r"\1", " ".join(instructions.casefold().split()))
    return _NOT_METHODS.sub(" ", _NEGATED.sub(" ", text))


def _stirred_apart(text: str) -> bool:
    if not _STIRRED.search(text) or _HEATED.search(text):
        return False
    if _CHILLED_APART.search(text):
        return True
    alone = _ONLY_STIRRED.match(text)
    return bool(alone and not _IN_A_VESSEL.search(alone[0]))
