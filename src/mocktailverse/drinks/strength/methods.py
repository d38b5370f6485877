r"""How a drink is prepared, read from its English instructions.

A text is split into its words once; a pattern, which takes a hundred times as long as looking up
a word, runs only where one of its words stands (`_Wording`). Those that run on every text start
with their stem and have the word boundary behind it, so that `re` looks for the stem directly:
`ice(?<!\wice)` is `\bice`.
"""

import re
from functools import lru_cache

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


class _Wording:
    """A pattern, the words and the parts of words of which one stands in all that it finds."""

    def __init__(self, pattern: str, *, words: str = "", parts: str = "") -> None:
        self._pattern = re.compile(pattern)
        self._words = frozenset(words.split())
        self._parts = tuple(parts.split("|")) if parts else ()

    def search(self, text: str, said: set[str]) -> re.Match[str] | None:
        """The first that is found in a text in which these words are said."""
        return self._pattern.search(text) if self._may_be_in(text, said) else None

    def removed(self, text: str, said: set[str], *, left: str = " ") -> str:
        """The text with all that is found replaced by what is left of it."""
        return self._pattern.sub(left, text) if self._may_be_in(text, said) else text

    def _may_be_in(self, text: str, said: set[str]) -> bool:
        if not self._words.isdisjoint(said):
            return True
        for part in self._parts:  # noqa: SIM110 - any() takes three times as long
            if part in text:
                return True
        return False


_ABBREVIATION = _Wording(r"\b(oz|tsp|tbsp|tblsp|cl|ml|no)\.", words="oz tsp tbsp tblsp cl ml no")
_NEGATED = _Wording(
    r"\b(?:not|don['\u2019]?t|never|without|no need to|instead of|rather than)"
    r"(?:\s+\w+){0,3}?\s+(?:shak|stir|blend|muddl|layer)\w*",
    words="not don dont never without no instead rather",
)
_NOT_METHODS = _Wording(
    r"\bmilk\s?-?shakes?\b|\bshakes? of\b|\b(?:salt|pepper) shakers?\b"
    r"|\bshak\w++(?:[^\w.;]++\w++)*?[^\w.;]++"
    r"(?:daily|every|each day|occasionally|several times|once a)\b"
    r"|\bblend(?:ed)?\s+(?:whisk|scotch|rum|malt|irish|canadian|bourbon)\w*"
    r"|\bblend of\b|\bto blend\b|\bshak\w+ (?:out|off)\b"
    r"|\b(?:until|till|til|is|are) (?:\w+ ){0,2}blended\b"
    r"|\bstir\w*[\s-]?sticks?\b|\bstirrers?\b|\blayer of\b",
    words="milk milkshake milkshakes salt pepper blend blended out off stirrer stirrers"
    " daily every each occasionally several once",
    parts="shake of|shakes of|layer of|stick",
)
_SHAKEN = re.compile(r"shak(?<!\wshak)(?:e|es|en|er|ers|ing)\b")
_BLENDED = _Wording(
    r"\bblend(?:er|ers|ed|ing|s)?\b|\bliqu(?:[ei]fy|idi[sz]e)\b|\bfood processor\b|\bwhizz?\b"
    r"|\bpur[eé]e (?:in|with|until|all)\b",
    words="blend blender blenders blended blending blends liquefy liquify liquidise liquidize"
    " processor whiz whizz puree purée",
)
_LAYERED = _Wording(
    r"\blayer(?:s|ed|ing)?\b|\bpousse\b|\bover (?:(?:the )?back of )?(?:a|the) (?:bar ?)?spoon"
    r"|\bback of (?:a|the) (?:(?:\w+ )?\w*|\w+ \w+ )spoon\b|\bfloat (?:each|in order)\b",
    words="layer layers layered layering pousse float",
    parts="spoon",
)
_MUDDLED = _Wording(r"\bmuddl|\bmash\b", words="mash", parts="muddl")
_STIRRED = re.compile(r"stir(?<!\wstir)(?:s|red|ring)?\b")
_STIR_OR_SHAKE = _Wording(r"\bstir\w*,? or shak", words="or")
_MIXING_GLASS = _Wording(r"\b(?:mixing|bar) glass\b", words="mixing bar")
_STIRRING = re.compile(r"stir(?<!\wstir)(?:red|ring)?\b")
_STRAINED = re.compile(r"strain(?<!\wstrain)")
_POURED = re.compile(r"pour(?<!\wpour)")
_STIRRED_ON_ICE = re.compile(
    r"stir(?<!\wstir)(?:red|ring)?\b"
    r"(?:(?!\bin(?:to)? |\b(?:with|over|on) (?:\w+ )?ice\b(?! in ))[^.])*+"
    r"(?P<on_ice>\b(?:with|over|on) (?:\w+ )?ice\b(?! in ))?"
)
_HEATED = _Wording(
    r"\b(?:boil|simmer|heat|saucepan|microwave|brew|steep|warm)",
    parts="boil|simmer|heat|saucepan|microwave|brew|steep|warm",
)
_BUILDING = re.compile(
    r"\b(?:buil[dt]|pour|add|fill|top|put|place|combine|mix|drop|dissolve|stir|serve)"
)
_VESSELS = frozenset(
    """
    glass glasses mug mugs cup cups jar bowl pitcher flute goblet tumbler snifter highball collins
    ice rocks build built
    """.split()  # noqa: SIM905 - a word list reads better than quoted strings
)
_IN_THE_VESSEL = _Wording(
    r"\beach other\b|\btop(?:ped)? (?:up|with|off)\b", words="other top topped"
)
_ONLY_STIRRED = re.compile(r"\s*stir\w*\b[^.]*?(?:\.|$)")
_IN_A_VESSEL = re.compile(r"\b(?:glass|mug|cup|jar|bowl|pitcher|pan|saucepan|pot)\b")
_ICE = re.compile(r"ice(?<!\wice)\b(?![\s-]?cream)")
_ON_THE_ROCKS = _Wording(r"\bon the rocks\b", words="rocks")
_FROZEN = frozenset({"iced", "frozen"})
_FILLED = frozenset({"fill", "fills", "filled", "filling", "top", "tops", "topped", "topping"})

_WORD = re.compile(r"\w+")
_ASCII_WORDS = bytes(
    code if (chr(code).isalnum() and code < 128) or chr(code) == "_" else ord(" ")
    for code in range(256)
)


TEXT_LIMIT = 2000
"""Characters of the instructions that are read for the method; it stands well before."""

_NOTHING_TOLD = Preparation()


def preparation_of(instructions: str | None) -> Preparation:
    """What the English instructions tell of the drink's preparation."""
    if not instructions:
        return _NOTHING_TOLD
    return _read_once(instructions) if len(instructions) <= TEXT_LIMIT else _read(instructions)


def preparation_method(instructions: str | None) -> Method | None:
    """The method that decides how much ice melts into the drink; None when the text tells none.

    Shaking or blending any part outranks what is done later in the glass; of "shake or stir" the
    first is taken; stirring counts as stirred only when the drink is strained or poured off the
    ice, else the drink is built in its glass.
    """
    return preparation_of(instructions).method


def mentions_ice(instructions: str | None) -> bool:
    """Whether the text speaks of ice in any way; ice cream is none."""
    return preparation_of(instructions).ice_named


def _read(instructions: str) -> Preparation:
    text = instructions.casefold()
    said = _words(text)
    ice_named = (
        bool("ice" in said and _ICE.search(text))
        or not _FROZEN.isdisjoint(said)
        or bool(_ON_THE_ROCKS.search(text, said))
    )
    filled = not _FILLED.isdisjoint(said)
    if len(instructions) > TEXT_LIMIT:
        text = instructions[:TEXT_LIMIT].casefold()
        said = _words(text)
    return Preparation(_method(_one_line(text), said), ice_named, filled)


_read_once = lru_cache(maxsize=1024)(_read)


def _words(text: str) -> set[str]:
    if text.isascii():
        return set(text.encode().translate(_ASCII_WORDS).decode().split())
    return set(_WORD.findall(text))


def _one_line(text: str) -> str:
    """The text with a single space for every white space; only a space is printable."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split())


def _method(text: str, said: set[str]) -> Method | None:
    steps = _steps(text, said)
    if steps is not text:
        text, said = steps, _words(steps)
    shaken, blended = _SHAKEN.search(text), _BLENDED.search(text, said)
    if blended and (not shaken or blended.start() < shaken.start()):
        return "blended"
    if shaken:
        return "stirred" if _STIR_OR_SHAKE.search(text, said) else "shaken"
    if _MUDDLED.search(text, said):
        return "muddled"
    if _stirred_apart(text, said):
        return "stirred"
    if _LAYERED.search(text, said):
        return "layered"
    in_vessel = not _VESSELS.isdisjoint(said) or _IN_THE_VESSEL.search(text, said)
    return "built" if in_vessel and _BUILDING.search(text) else None


def _steps(text: str, said: set[str]) -> str:
    """The text without what is not to be done and what only sounds like a method."""
    text = _ABBREVIATION.removed(text, said, left=r"\1")
    return _NOT_METHODS.removed(_NEGATED.removed(text, said), said)


def _stirred_apart(text: str, said: set[str]) -> bool:
    """Whether the drink is stirred elsewhere than in its glass, and not over a fire."""
    if not _STIRRED.search(text):
        return False
    apart = _MIXING_GLASS.search(text, said) or _strained_or_poured(text) or _only_stirred(text)
    return bool(apart) and not _HEATED.search(text, said)


def _strained_or_poured(text: str) -> bool:
    """Whether the drink is strained after it is stirred, or poured after it is stirred on ice."""
    stirring = _STIRRING.search(text)
    if not stirring:
        return False
    if _STRAINED.search(text, stirring.end()):
        return True
    for steps in _STIRRED_ON_ICE.finditer(text, stirring.start()):
        if steps["on_ice"]:
            return bool(_POURED.search(text, steps.end()))
    return False


def _only_stirred(text: str) -> bool:
    """Whether the first sentence has the drink stirred and names no vessel for it."""
    first = _ONLY_STIRRED.match(text)
    return bool(first and not _IN_A_VESSEL.search(first[0]))
