"""What the instructions do with one ingredient: garnish with it, work it in, or only add it."""

import re
from functools import lru_cache
from typing import NamedTuple

from mocktailverse.drinks.text import INSTRUCTIONS_LIMIT

_SENTENCE = re.compile(r"[.;!\n]+")
_GARNISHING = re.compile(
    r"\bgarnish\w*|\bdecorat\w*|\badorn\w*|\btop(?:ped|ping)? (?:it )?with\b|\bfloat\w*"
    r"|\bserved? with\b|\bexcept\b|\badd(?=[^.;]{1,80}\bserve\b)|\brub\w*\b|\bperch\w*|\bhang\w*"
)
_WORK = re.compile(
    r"\bmuddl\w*|\bmash\w*|\bcrush\w*(?! ice)\b(?! ice)|\bblend(?!ed (?:whisk|scotch))\w*"
    r"|\bpur[eé]e\w*|\bliqu[ei]\w*|\bsqueez\w*|\bpress\w*|\bboil\w*|\bsimmer\w*|\bheat\w*"
    r"|\bsteep\w*|\binfus\w*|\bmacerat\w*|\bchop\w*|\bpeel\b|\bsoak\w*|\bsit\b|\bgrat(?:e|ed)\b"
    r"|\bcut\b|\bslap\w*|\bbrew\w*|\bjuice the\b|\bcook\w*|\bstrain out\b|\bdiscard\w*"
)
_HEAT = re.compile(r"\bboil|\bsimmer|\bheat|\bsteep|\binfus|\bsaucepan|\bpan\b|\bsoak|\bsit\b")
_ADDING = re.compile(r"\W*(?:(?:then|and|finally) )?(?:add|drop|put|place|insert)\b")
_NAMELESS_GARNISH = re.compile(r"\bgarnish(?:ed)?\b(?! with)")
_ANOTHER_INGREDIENT = (
    r"(?![\s-]+(?:juice|cordial|syrup|soda|liqueur|vodka|rum|gin|bitters|schnapps|brandy|brine"
    r"|nectar|pur[eé]e|extract|water|tea)\b)"
)


class Evidence(NamedTuple):
    """What the instructions do with an ingredient."""

    mentioned: bool
    garnished: bool
    worked: bool
    """Whether it is muddled, squeezed, heated or the like."""
    added: bool
    """Whether it is only put into the glass."""


def evidence_of(name: str, text: str) -> Evidence:
    """Return what a text in lower case does with an ingredient.

    In a sentence, what comes before a word such as "garnish" is worked, what comes after it is a
    garnish: "Muddle the mint and garnish with a lime wheel."
    """
    word = word_pattern(name)
    work = _HEAT if name.endswith(" peel") else _WORK
    garnished = worked = added = False
    mentions = [sentence for sentence in sentences_of(text) if word.search(sentence)]
    for sentence in mentions:
        garnishing = _GARNISHING.search(sentence)
        before = sentence[: garnishing.start()] if garnishing else sentence
        garnished |= bool(garnishing and word.search(sentence, garnishing.end()))
        if word.search(before):
            worked |= bool(work.search(before))
            added |= bool(_ADDING.match(before))
    return Evidence(bool(mentions), garnished, worked, added)


def heats(text: str) -> bool:
    """Return whether a text in lower case heats or steeps anything."""
    return _HEAT.search(text) is not None


def garnishes_with_anything(text: str) -> bool:
    """Return whether a text in lower case says "garnish" without saying with what."""
    return _NAMELESS_GARNISH.search(text) is not None


def searched_text(instructions: str | None) -> str:
    """Return the part of the instructions that is searched, in lower case."""
    return (instructions or "")[:INSTRUCTIONS_LIMIT].casefold()


@lru_cache(maxsize=64)
def sentences_of(text: str) -> tuple[str, ...]:
    """Return the sentences of a text."""
    return tuple(_SENTENCE.split(text))


@lru_cache(maxsize=1024)
def word_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of an ingredient in a text: singular and plural, but not its juice."""
    words = name.casefold().split() or [""]
    word = words[0] if words[-1] in {"peel", "leaf"} else words[-1]
    ending = r"(?:y|ies)" if word.endswith("y") else r"(?:e?s)?"
    return re.compile(rf"\b{re.escape(word.removesuffix('y'))}{ending}\b{_ANOTHER_INGREDIENT}")
