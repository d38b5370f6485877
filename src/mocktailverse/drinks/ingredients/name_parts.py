"""Take a name apart as recipes write it: the name itself, its notes, its choices. Text only.

"Freshly squeezed lime juice, strained (optional)" is `lime juice` with the notes `freshly squeezed`
and `strained`, and is optional. What the parts mean is decided in `written_names`.
"""

import re
from functools import cache
from typing import NamedTuple

from mocktailverse.drinks.ingredients.name_readings import QUALIFIERS, words
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import word_set

_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_PUNCTUATION = " \t,;:.-\u2013\u2014*()[]"
_TAIL_WORDS = word_set("cut for to plus from in at then until before after")
_FOREIGN_CUTS = word_set(
    "cortado cortada cortados cortadas picado picada picados picadas coupe coupes coupee coupees "
    "coupé coupés coupée coupées tagliato tagliata tagliati tagliate"
)
_TAIL = re.compile(
    r"[;,]\s|[;,]$|:\s|\s[-\u2013\u2014]+\s|\s\("
    rf"|\s(?=(?:{'|'.join(sorted(_TAIL_WORDS))})\s)"
    rf"|\s(?=(?:{'|'.join(sorted(_FOREIGN_CUTS))})\s(?:em|en|in|a|\w)\s)"
)
_NOTE_END = re.compile(r"[;,]\s")
_CHOICE_WORDS = ("or", "oder", "ou", "oppure", "o")
_CHOICE = re.compile(
    rf"\s*,?\s+(?:and\s?/\s?)?(?:{'|'.join(_CHOICE_WORDS)})\s+"
    r"|(?<=[^\W\d_]{2})\s*/\s*(?=[^\W\d_]{2})",
    re.IGNORECASE,
)
_OUTER_MARKS = _PUNCTUATION.removesuffix("()[]")
"""Brackets stay, because a note in brackets may come first or last."""
_LEADS = 4
"""Maximum words removed from the start: "a few of the"."""


class NameParts(NamedTuple):
    """A name and what is written around it."""

    text: str
    """The name with its notes, without words that only introduce it."""
    core: str
    """The name alone."""
    notes: tuple[str, ...]
    """Brackets and tails, in order."""
    lead: str | None
    """The participles in front of the core, such as `freshly squeezed`."""
    optional: bool


def parts_of(text: str) -> NameParts:
    """Return the parts of a name on one line."""
    is_plain = text.isascii() and text.replace(" ", "").isalnum()
    if is_plain and _marking_words().isdisjoint(text.casefold().split()):
        # Most names, in a tenth of the time.
        return NameParts(text.strip(), " ".join(text.split()), (), None, optional=False)
    bare = _optional().sub(" ", text)
    optional = bare != text
    text = _without_lead(bare)
    notes = [note.strip(_PUNCTUATION) for pair in _BRACKET.findall(text) for note in pair if note]
    core = _BRACKET.sub(" ", text)
    if tail := _TAIL.search(core) or _participle_tail(core):
        tails = _NOTE_END.split(core[tail.start() :].strip(_PUNCTUATION))
        notes[:0] = [note.strip(_PUNCTUATION).removeprefix("and ") for note in tails]
        core = core[: tail.start()]
    core = " ".join(core.strip(_PUNCTUATION).split())
    lead = _lead().match(core)
    return NameParts(text, core, tuple(filter(None, notes)), lead[1] if lead else None, optional)


def options_of(text: str) -> list[str]:
    """Return the names between which a text gives a choice; the text itself if it gives none."""
    options = (option.strip(_PUNCTUATION) for option in _CHOICE.split(text))
    return [option for option in options if option and option.casefold() not in _list("not a name")]


def is_example(note: str) -> bool:
    """Return whether a note gives an example or an amount, and not a preparation."""
    return any(c.isdigit() for c in note) or bool(_example().match(note))


def is_use(note: str) -> bool:
    """Return whether a note states a use or a time, such as "for stirring", and no ingredient."""
    return note.partition(" ")[0].casefold() in _TAIL_WORDS


def without_choice_word(note: str) -> str | None:
    """Return what a note offers instead, such as champagne in "or champagne"; None if nothing."""
    word, _, rest = note.partition(" ")
    return rest if word.casefold() in _CHOICE_WORDS else None


def _without_lead(text: str) -> str:
    text = text.strip(_OUTER_MARKS)
    for _ in range(_LEADS):
        lead = _leading().match(text)
        if not lead:
            break
        text = text[lead.end() :]
    return text.strip()


def _participle_tail(core: str) -> re.Match[str] | None:
    """Return where participles end a name ("lemon juiced"); not those before a noun."""
    tail = _trailing().search(core)
    if tail and not QUALIFIERS.issuperset(words(core[: tail.start()])):
        return tail
    return None


@cache
def _marking_words() -> frozenset[str]:
    """Return the words without which, and without punctuation, a name has no other parts."""
    lists = ("lead", "optional", "participle")
    marks = _TAIL_WORDS | _FOREIGN_CUTS
    return marks.union(phrase.split()[0] for name in lists for phrase in _list(name))


@cache
def _list(name: str) -> tuple[str, ...]:
    return tuple(
        word
        for key, texts, _why in read_table("name_words.csv")
        if key == name
        for word in texts.split("|")
    )


def _any_of(name: str) -> str:
    return "|".join(re.escape(word) for word in sorted(_list(name), key=len, reverse=True))


@cache
def _optional() -> re.Pattern[str]:
    return re.compile(rf"(?<!not )\b(?:{_any_of('optional')})\b\s?:?", re.IGNORECASE)


@cache
def _leading() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any_of('lead')})(?:\s*[:\u2013\u2014-]\s*|\s+)", re.IGNORECASE)


@cache
def _example() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any_of('example')})(?!\w)", re.IGNORECASE)


@cache
def _lead() -> re.Pattern[str]:
    one = rf"(?:\w+ly[\s-]+)?(?:{_any_of('participle')})"
    return re.compile(rf"({one}(?:(?:\s*,\s*|\s+(?:and|&)\s+){one})*)\s+(?=\S)", re.IGNORECASE)


@cache
def _trailing() -> re.Pattern[str]:
    return re.compile(
        rf"\s(?:\w+ly\s)?(?:{_any_of('participle')})(?=\s*$|,|\s(?:and|into|in|with|to|for|thin|fine)\b)",
        re.IGNORECASE,
    )
