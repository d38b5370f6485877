r"""How a drink is prepared, read from its English instructions.

A pattern that finds nothing takes forty times as long as looking up a word. So the words that
matter are picked out of a text once, and most patterns run only where one of their words stands.
Those that run on nearly every text start with their stem and have the word boundary behind it,
so that `re` looks for the stem directly: `ice(?<!\wice)` is `\bice`.
"""

import re

from msgspec import Struct

from mocktailverse.drinks.drink import Method


class Preparation(Struct, frozen=True):
    """What the instructions tell.

    `method` decides how much ice melts into the drink; `ice_named` tells whether ice is spoken of
    in any way, ice cream being none; `filled` whether something is filled or topped up.
    """

    method: Method | None = None
    ice_named: bool = False
    filled: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATED = _words("oz tsp tbsp tblsp cl ml no")
_ABBREVIATION = re.compile(r"\b(oz|tsp|tbsp|tblsp|cl|ml|no)\.")

_DENYING = _words("not don dont never without no instead rather")
_DENIED = re.compile(
    r"\b(?:not|don['\u2019]?t|never|without|no need to|instead of|rather than)"
    r"(?:\s+\w+){0,3}?\s+(?:shak|stir|blend|muddl|layer)\w*"
)
_AMBIGUOUS = _words(
    "milk milkshake milkshakes shakes salt pepper daily every each occasionally several once"
    " blend blended out off stirrer stirrers layer"
)
"""One of these, "shake of" or "stick" stands in all that `_NO_METHOD` finds. Between shaking and
how often it is done stand fifty words at most, lest hostile texts take long."""

_NO_METHOD = re.compile(
    r"\bmilk\s?-?shakes?\b|\bshakes? of\b|\b(?:salt|pepper) shakers?\b"
    r"|\bshak\w++(?:[^\w.;]++\w++){0,50}?[^\w.;]++"
    r"(?:daily|every|each day|occasionally|several times|once a)\b"
    r"|\bblend(?:ed)?\s+(?:whisk|scotch|rum|malt|irish|canadian|bourbon)\w*"
    r"|\bblend of\b|\bto blend\b|\bshak\w+ (?:out|off)\b"
    r"|\b(?:until|till|til|is|are) (?:\w+ ){0,2}blended\b"
    r"|\bstir\w*[\s-]?sticks?\b|\bstirrers?\b|\blayer of\b"
)
_SOUNDS = (
    "milk sh", "milk-sh", "milk -sh", "milksh", "shake of", "shakes of", "salt shake",
    "pepper shake", " out", " off", "daily", "every", "each day", "occasionally", "several times",
    "once a", "to blend", "blended", "stick", "stirrer", "layer of",
)  # fmt: skip
_BLEND_OF = re.compile(r"blend\s+(?:of|whisk|scotch|rum|malt|irish|canadian|bourbon)")
"""One of these sounds, or a blend of something, stands in all that `_NO_METHOD` finds."""

_SHAKEN = _words("shake shakes shaken shaker shakers shaking")
_SHAKING = re.compile(r"\bshak(?:e|es|en|er|ers|ing)\b")
_STIR_OR_SHAKE = re.compile(r"\bstir\w*,? or shak")
_BLENDED = _words(
    "blend blender blenders blended blending blends liquefy liquify liquidise liquidize"
    " processor whiz whizz puree purée"
)
_BLENDING = re.compile(
    r"\bblend(?:er|ers|ed|ing|s)?\b|\bliqu(?:[ei]fy|idi[sz]e)\b|\bfood processor\b|\bwhizz?\b"
    r"|\bpur[eé]e (?:in|with|until|all)\b"
)
_MUDDLED = re.compile(r"muddl(?<!\wmuddl)")
_LAYERED = _words("layer layers layered layering pousse")
_LAYERING = re.compile(
    r"\bover (?:(?:the )?back of )?(?:a|the) (?:bar ?)?spoon"
    r"|\bback of (?:a|the) (?:(?:\w+ )?\w*|\w+ \w+ )spoon\b|\bfloat (?:each|in order)\b"
)
_STIRRED = _words("stir stirs stirred stirring")
_STIRRING = re.compile(r"stir(?<!\wstir)(?:red|ring)?\b")
_MIXING_GLASS = re.compile(r"\b(?:mixing|bar) glass\b")
_STRAINED = re.compile(r"strain(?<!\wstrain)")
_STIRRED_ON_ICE = re.compile(
    r"stir(?<!\wstir)(?:red|ring)?\b"
    r"(?:(?!\bin(?:to)? |\b(?:with|over|on) (?:\w+ )?ice\b(?! in ))[^.])*+"
    r"(?P<on_ice>\b(?:with|over|on) (?:\w+ )?ice\b(?! in ))?"
)
_POURED = re.compile(r"pour(?<!\wpour)")
_ONLY_STIRRED = re.compile(r"\s*stir\w*\b[^.]*?(?:\.|$)")
_IN_A_VESSEL = re.compile(r"\b(?:glass|mug|cup|jar|bowl|pitcher|pan|saucepan|pot)\b")
_HEATED = re.compile(r"\b(?:boil|simmer|heat|saucepan|microwave|brew|steep|warm)")

_VESSELS = _words(
    "glass glasses mug mugs cup cups jar bowl pitcher flute goblet tumbler snifter highball"
    " collins ice rocks build built"
)
_TO_THE_TOP = re.compile(r"\beach other\b|\btop(?:ped)? (?:up|with|off)\b")
_BUILT = _words("build built pour add fill top put place combine mix drop dissolve stir serve")
_BUILDING = re.compile(
    r"\b(?:buil[dt]|pour|add|fill|top|put|place|combine|mix|drop|dissolve|stir|serve)"
)

_ICE = re.compile(r"ice(?<!\wice)\b(?![\s-]?cream)")
_ON_THE_ROCKS = re.compile(r"\bon the rocks\b")
_ICED = _words("iced frozen")
_FILLED = _words("fill fills filled filling top tops topped topping")

_MISLEADING = _ABBREVIATED | _DENYING | _AMBIGUOUS
_VOCABULARY = _words("or mash float mixing bar").union(
    *(_MISLEADING, _SHAKEN, _BLENDED, _LAYERED, _STIRRED),
    *(_VESSELS, _BUILT, _ICED, _FILLED),
)
_WORD = re.compile(r"\w+")
_ONLY_WORDS = re.sub(rb"\W", b" ", bytes(range(256)))
"""A translation of ASCII text that leaves its words alone."""

TEXT_LIMIT = 2000
"""Characters of the instructions that are read for the method; it stands well before."""

_NOTHING_TOLD = Preparation()


def preparation_of(instructions: str | None) -> Preparation:
    """What the English instructions tell of the drink's preparation.

    Shaking or blending any part outranks what is done later in the glass; of "shake or stir" the
    first is taken; stirring counts as stirred only when the drink is strained or poured off the
    ice, else the drink is built in its glass.
    """
    if not instructions:
        return _NOTHING_TOLD
    text = instructions.casefold()
    said = _said(text)
    ice_named = (
        ("ice" in said and _ICE.search(text) is not None)
        or not said.isdisjoint(_ICED)
        or ("rocks" in said and _ON_THE_ROCKS.search(text) is not None)
    )
    filled = not said.isdisjoint(_FILLED)
    if len(instructions) > TEXT_LIMIT:
        text = instructions[:TEXT_LIMIT].casefold()
        said = _said(text)
    return Preparation(_method(_one_line(text), said), ice_named, filled)


def _said(text: str) -> frozenset[str]:
    """The words of the vocabulary that stand in the text."""
    if text.isascii():
        text = text.encode().translate(_ONLY_WORDS).decode()
        return _VOCABULARY.intersection(text.split())
    return _VOCABULARY.intersection(_WORD.findall(text))


def _one_line(text: str) -> str:
    """The text with a single space for every white space; of these only a space is printable."""
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def _method(text: str, said: frozenset[str]) -> Method | None:
    if not said.isdisjoint(_MISLEADING) or "stick" in text or "shake of" in text:
        steps = _steps(text, said)
        if steps != text:
            text, said = steps, _said(steps)
    shaken = not said.isdisjoint(_SHAKEN)
    blended = None if said.isdisjoint(_BLENDED) else _BLENDING.search(text)
    if blended and not (shaken and _SHAKING.search(text, 0, blended.start())):
        return "blended"
    if shaken:
        return "stirred" if "or" in said and _STIR_OR_SHAKE.search(text) else "shaken"
    if "mash" in said or _MUDDLED.search(text):
        return "muddled"
    if not said.isdisjoint(_STIRRED) and _stirred_apart(text, said):
        return "stirred"
    if not said.isdisjoint(_LAYERED) or (
        ("spoon" in text or "float" in said) and _LAYERING.search(text)
    ):
        return "layered"
    in_vessel = not said.isdisjoint(_VESSELS) or _TO_THE_TOP.search(text)
    return "built" if in_vessel and _builds(text, said) else None


def _steps(text: str, said: frozenset[str]) -> str:
    """The text without what is not to be done and what only sounds like a method."""
    if not said.isdisjoint(_ABBREVIATED):
        text = _ABBREVIATION.sub(r"\1", text)
    if not said.isdisjoint(_DENYING):
        text = _DENIED.sub(" ", text)
    if _BLEND_OF.search(text) or any(map(text.__contains__, _SOUNDS)):
        text = _NO_METHOD.sub(" ", text)
    return text


def _stirred_apart(text: str, said: frozenset[str]) -> bool:
    """Whether the drink is stirred elsewhere than in its glass, and not over a fire."""
    apart = (
        (("mixing" in said or "bar" in said) and _MIXING_GLASS.search(text))
        or _strained_or_poured(text)
        or _only_stirred(text)
    )
    return bool(apart) and not _HEATED.search(text)


def _strained_or_poured(text: str) -> bool:
    """Whether the drink is strained after it is stirred, or poured after it is stirred on ice."""
    stirring = _STIRRING.search(text)
    if not stirring:
        return False
    if _STRAINED.search(text, stirring.end()):
        return True
    if not _POURED.search(text, stirring.end()):
        return False
    for steps in _STIRRED_ON_ICE.finditer(text, stirring.start()):
        if steps["on_ice"]:
            return bool(_POURED.search(text, steps.end()))
    return False


def _only_stirred(text: str) -> bool:
    """Whether the first sentence has the drink stirred and names no vessel for it."""
    first = _ONLY_STIRRED.match(text)
    return bool(first and not _IN_A_VESSEL.search(first[0]))


def _builds(text: str, said: frozenset[str]) -> bool:
    return not said.isdisjoint(_BUILT) or bool(_BUILDING.search(text))
