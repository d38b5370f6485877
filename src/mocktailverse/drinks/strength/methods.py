r"""Read the method of preparation from English instructions.

Two optimizations, because a pattern that does not match takes forty times as long as looking up a
word:

1. The vocabulary words of a text are extracted once. Most patterns run only if the text has one of
   their words.
2. A pattern that runs on nearly every text starts with its stem and has the word boundary after it,
   as a look-behind, so that `re` can search for the stem directly: `ice(?<!\wice)` equals `\bice`.
"""

import re
from functools import lru_cache

from msgspec import Struct

from mocktailverse.drinks.drink import Method
from mocktailverse.drinks.strength.false_steps import MISLEADING, without_false_steps
from mocktailverse.drinks.text import INSTRUCTIONS_LIMIT, word_set


class Preparation(Struct, frozen=True, gc=False):
    """The preparation, as far as the instructions describe it."""

    method: Method | None = None
    """Determines how much ice melts into the drink; None if unknown."""
    ice_named: bool = False
    """Whether the text mentions ice (but not ice cream)."""
    filled: bool = False
    """Whether something is filled or topped up."""
    is_hot: bool = False
    """Whether the drink is served hot, so that no ice melts into it."""
    text: str = ""
    """The instructions in lower case on one line."""
    late_from: int | None = None
    """Where something is added to a shaken or stirred drink after straining; None if nowhere."""


_SHAKEN = word_set("shake shakes shaken shaker shakers shaking")
_SHAKING = re.compile(r"\bshak(?:e|es|en|er|ers|ing)\b")
_STIR_OR_SHAKE = re.compile(r"\bstir\w*,? or shak")
_BLENDED = word_set(
    "blend blender blenders blended blending blends liquefy liquify liquidise liquidize"
    " processor whiz whizz puree purée"
)
_BLENDING = re.compile(
    r"\bblend(?:er|ers|ed|ing|s)?\b|\bliqu(?:[ei]fy|idi[sz]e)\b|\bfood processor\b|\bwhizz?\b"
    r"|\bpur[eé]e (?:in|with|until|all)\b"
)
_MUDDLED = re.compile(r"muddl(?<!\wmuddl)")
_LAYERED = word_set("layer layers layered layering pousse")
_LAYERING = re.compile(
    r"\bover (?:(?:the )?back of )?(?:a|the) (?:bar ?)?spoon"
    r"|\bback of (?:a|the) (?:(?:\w+ )?\w*|\w+ \w+ )spoon\b|\bfloat (?:each|in order)\b"
)
_STIRRED = word_set("stir stirs stirred stirring")
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
_HEATED = re.compile(r"\b(?:boil|simmer|heat|hot\b|saucepan|microwave|brew|steep|warm)")

_VESSELS = word_set(
    "glass glasses mug mugs cup cups jar bowl pitcher flute goblet tumbler snifter highball"
    " collins ice rocks build built"
)
_TO_THE_TOP = re.compile(r"\beach other\b|\btop(?:ped)? (?:up|with|off)\b")
_BUILT = word_set("build built pour add fill top put place combine mix drop dissolve stir serve")
_BUILDING = re.compile(
    r"\b(?:buil[dt]|pour|add|fill|top|put|place|combine|mix|drop|dissolve|stir|serve)"
)

_ICE = re.compile(r"ice(?<!\wice)\b(?![\s-]?cream)")
_ON_THE_ROCKS = re.compile(r"\bon the rocks\b")
_ICED = word_set("iced frozen")
_FILLED = word_set("fill fills filled filling top tops topped topping")

_PUT_TOGETHER = word_set("mix add combine pour drop")
_PUTTING_TOGETHER = re.compile(
    r"(?:^|[.!;] |\bjust |\bsimply )"
    r"(?:(?:mix|add|combine)\b|(?:pour|drop)\b[^.!;]*?(?:,|\bin(?:to)?\b|\bthen\b|\bover\b))"
)
_STORED = re.compile(
    r"\b(?:boil|simmer|heat|microwave|brew|steep|warm|chill)\w*"
    r"|\b(?:saucepan|hours?|hrs|days?|overnight|nights?|weeks?|months?|aging|ageing|container)\b"
)
_KEPT_FOR_LATER = re.compile(
    r"\b(?:days?|nights?|overnight|weeks?|months?|aging|ageing|container)\b"
)
_HOT = word_set(
    "hot boiling boil boils boiled simmer simmering simmered heat heated heating microwave steam"
    " steamed steaming warm warmed"
)
_ADDED_LATE = _FILLED | word_set(
    "float floats floated add adds added adding drizzle drizzled splash layer sink finish finished"
)
_COLD_METHODS = frozenset({"shaken", "stirred", "blended"})
_COOLED = re.compile(r"\b(?:chill|cool|cold|refrigerat|fridge|freez)")

_VOCABULARY = word_set("or mash float mixing bar").union(
    MISLEADING,
    _SHAKEN,
    _BLENDED,
    _LAYERED,
    _STIRRED,
    _VESSELS,
    _BUILT,
    _ICED,
    _FILLED,
    _HOT,
    _PUT_TOGETHER,
    _ADDED_LATE,
)
_WORD = re.compile(r"\w+")
_ONLY_WORDS = re.sub(rb"\W", b" ", bytes(range(256)))
"""Translation table for ASCII bytes: all but word characters become spaces."""


@lru_cache(maxsize=16)
def preparation_of(instructions: str | None, stated: Method | None = None) -> Preparation:
    """Return the preparation that the English instructions describe.

    Shaking or blending any part takes precedence over what happens later in the glass. Of "shake
    or stir" the first counts. A drink is stirred only if it is strained or poured off the ice
    afterwards; otherwise it is built in its glass. A method that is `stated` apart from the
    instructions takes precedence.
    """
    if not instructions:
        return Preparation(stated)
    text = instructions.casefold()
    terms = _terms_in(text)
    ice_named = (
        ("ice" in terms and _ICE.search(text) is not None)
        or not terms.isdisjoint(_ICED)
        or ("rocks" in terms and _ON_THE_ROCKS.search(text) is not None)
    )
    filled = not terms.isdisjoint(_FILLED)
    if len(instructions) > INSTRUCTIONS_LIMIT:
        text = instructions[:INSTRUCTIONS_LIMIT].casefold()
        terms = _terms_in(text)
    text = _one_line(text)
    method = stated or _method(text, terms)
    is_hot = not ice_named and not terms.isdisjoint(_HOT) and _is_hot(text, method)
    return Preparation(method, ice_named, filled, is_hot, text, _late_from(text, method, terms))


def _is_hot(text: str, method: Method | None) -> bool:
    """Return whether the drink is served hot: heated, and neither shaken nor cooled afterwards."""
    return method not in _COLD_METHODS and not _COOLED.search(text)


def _late_from(text: str, method: Method | None, terms: frozenset[str]) -> int | None:
    """Return where something is added after the drink is shaken or stirred, and strained."""
    if method not in _COLD_METHODS or terms.isdisjoint(_ADDED_LATE):
        return None
    strained = text.find("strain", max(text.find("shak"), text.find("stir"), 0))
    return None if strained < 0 else strained


def _terms_in(text: str) -> frozenset[str]:
    """Return the words of the vocabulary that the text contains."""
    if text.isascii():
        text = text.encode().translate(_ONLY_WORDS).decode()
        return _VOCABULARY.intersection(text.split())
    return _VOCABULARY.intersection(_WORD.findall(text))


def _one_line(text: str) -> str:
    """Return the text with a single space for each run of white space."""
    # A printable text has no white space but spaces, so most texts need no splitting.
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def _method(text: str, terms: frozenset[str]) -> Method | None:
    if not terms.isdisjoint(MISLEADING) or "stick" in text or "shake of" in text:
        steps = without_false_steps(text, terms)
        if steps != text:
            text, terms = steps, _terms_in(steps)
    shaken = not terms.isdisjoint(_SHAKEN)
    blended = None if terms.isdisjoint(_BLENDED) else _BLENDING.search(text)
    if blended and not (shaken and _SHAKING.search(text, 0, blended.start())):
        return "blended"
    if shaken:
        return "stirred" if "or" in terms and _STIR_OR_SHAKE.search(text) else "shaken"
    if "mash" in terms or ("muddl" in text and _MUDDLED.search(text)):
        return "muddled"
    if not terms.isdisjoint(_STIRRED) and _stirred_apart(text, terms):
        return "stirred"
    if not terms.isdisjoint(_LAYERED) or (
        ("spoon" in text or "float" in terms) and _LAYERING.search(text)
    ):
        return "layered"
    in_vessel = not terms.isdisjoint(_VESSELS) or _TO_THE_TOP.search(text)
    is_built = (
        (in_vessel and (not terms.isdisjoint(_BUILT) or _BUILDING.search(text)))
        or _is_put_together(text, terms)
        or _is_heated(text, terms)
    )
    return "built" if is_built else None


def _is_put_together(text: str, terms: frozenset[str]) -> bool:
    """Return whether a text without a vessel describes one drink, not a store of it."""
    return (
        not terms.isdisjoint(_PUT_TOGETHER)
        and _PUTTING_TOGETHER.search(text) is not None
        and not _STORED.search(text)
    )


def _is_heated(text: str, terms: frozenset[str]) -> bool:
    """Return whether a text without a vessel describes a drink to be served hot."""
    if terms.isdisjoint(_HOT):
        return False
    return not (_COOLED.search(text) or _KEPT_FOR_LATER.search(text))


def _stirred_apart(text: str, terms: frozenset[str]) -> bool:
    """Return whether the drink is stirred outside its glass, and not on a stove."""
    apart = (
        (("mixing" in terms or "bar" in terms) and _MIXING_GLASS.search(text))
        or _strained_or_poured(text)
        or _only_stirred(text)
    )
    return bool(apart) and not _HEATED.search(text)


def _strained_or_poured(text: str) -> bool:
    """Return whether the drink is stirred and then strained, or stirred on ice and then poured."""
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
    """Return whether the text begins with stirring and names no vessel for it."""
    first = _ONLY_STIRRED.match(text)
    return bool(first and not _IN_A_VESSEL.search(first[0]))
