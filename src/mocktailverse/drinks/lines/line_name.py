"""Read the ingredient of a recipe line: its name, without amounts and remarks on their use."""

import re
from functools import lru_cache
from typing import NamedTuple

from mocktailverse.drinks.ingredients import SOLID, IngredientName, match_ingredient, read_name
from mocktailverse.drinks.ingredients.foreign_names import in_english
from mocktailverse.drinks.ingredients.name_parts import parts_of
from mocktailverse.drinks.ingredients.name_readings import key, words
from mocktailverse.drinks.ingredients.reference_rows import names_alcohol, rows_by_key
from mocktailverse.drinks.ingredients.written_names import states_strength
from mocktailverse.drinks.lines.line_parts import parts_of_line
from mocktailverse.drinks.measures.words import UNIT_WORDS

_SECOND_INGREDIENT = re.compile(r",?\s+\(?(?:or|oder|ou)\s+(?=\d+(?![\d%]))", re.IGNORECASE)
_MORE = re.compile(r",?\s+(?:(?:plus|\+)\s|(?:and|&)\s+(?:\d|an?\s)).*")
_AND = re.compile(r",?\s+(?:and|&)\s+", re.IGNORECASE)
_PRAISE = re.compile(
    r"\b(?:\w+[\s-]sized?|free[\s-]range|home[\s-]?made|store[\s-]bought|small[\s-]batch|soft"
    r"|dry(?=\s(?:\w+\s)?(?:leaf|leaves|petals|flowers|buds|herbs|chill?i|chill?ies)\b))\s",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"[\s,(]+(?:(?:or\s+)?(?:more\s+)?(?:to|for|as|if)\s+(?:the\s+)?"
    r"(?:taste|top(?:\s+(?:up|off))?|fill|topping|garnish|garnishing|decorate|decoration|serve|serving"
    r"|rim|rimming|needed|required|desired)|of\s+(?:your\s+)?choice"
    r"|(?:zum|zur|pour|para|per|til|till)\s+(?:la\s+)?"
    r"(?:auff|garni|deko|deco|d\wco|verzier|serv|ador|gu[ae]rn|pynt)\w+)\b\)?",
    re.IGNORECASE,
)
_SERVED = re.compile(
    r"\s(?:on an?|with) (?:cocktail )?(?:pick|skewer|stick|toothpick|leaves|fronds|stem|skin)\b.*",
    re.IGNORECASE,
)
_DESCRIBING_NUMBER = re.compile(
    r"\d+(?::\d+|(?:\.\d+)?[\s-]*(?:proof|%(?:\s?(?:abv|vol|alc))?))[\s-]+", re.IGNORECASE
)
"""A number in front of a name that describes it: "2:1", "100-proof"."""


class LineName(NamedTuple):
    """The ingredient of a line."""

    ingredient: IngredientName
    english: str
    """The text of the name if it is in English, else the canonical name."""


@lru_cache(maxsize=2048)
def read_line_name(text: str, *, has_number: bool = False) -> LineName:
    """Return the ingredient, with the alternatives that have an amount of their own.

    `has_number`: the measure has a number, so that it is not that of a list: "2 g salt and sugar".

    >>> read_line_name("honey or 1 tbsp sugar").ingredient.alternatives
    ('Sugar',)
    """
    if key(text) in rows_by_key():
        return LineName(read_name(text), text)  # "Sweetener of choice"
    first, *others = _SECOND_INGREDIENT.split(text, maxsplit=2)
    bare = _REMARK.sub("", _MORE.sub("", first))
    name = _hiding_name(first) or _known_name(bare)
    if name is None:
        name = _unknown_name(bare, has_number=has_number)
    if name.alternatives:
        kept = tuple(other for other in name.alternatives if other.casefold() not in UNIT_WORDS)
        name = name._replace(alternatives=kept)  # "lemon wheel or twist"
    if in_english(bare) and name.in_reference:
        text = name.name
    for other in others:
        name = _with_alternative(name, read_name(parts_of_line(other).name))
    return LineName(name, text)


def _hiding_name(text: str) -> IngredientName | None:
    """Return the whole text as the name if it goes on with a liquid: "rum plus 1 oz lime juice"."""
    if more := _MORE.search(text):
        name = read_name(parts_of_line(more[0].lstrip(" ,").partition(" ")[2]).name).name
        other = match_ingredient(name)
        if other and other.kind not in SOLID and other != match_ingredient(text[: more.start()]):
            return IngredientName(text, in_reference=False)
    return None


def _known_name(text: str) -> IngredientName | None:
    """Return the name, without a number or unit if only so it is in the reference; else None."""
    shorter = _SERVED.sub("", _PRAISE.sub("", _DESCRIBING_NUMBER.sub("", text)))
    candidates = (text, shorter, _without_unit(text))
    names = (read_name(candidate) for candidate in candidates)
    name = next((name for name in names if name.in_reference), None)
    row = name and match_ingredient(name.name)
    return None if row and states_strength(text, row) else name


def _unknown_name(text: str, *, has_number: bool) -> IngredientName:
    """Return a name as written, without its notes if it is unknown even without them.

    Notes of a known name and those with alcohol stay, as they change it: "almond milk (spiked)".
    """
    if not has_number and (first := _first_of_solids(text)):
        return read_name(first)
    text = _PRAISE.sub("", text)
    name, parts = read_name(text), parts_of(text)
    if not parts.core or name.alternatives or match_ingredient(parts.core):
        return name
    if any(names_alcohol(words(note)) for note in parts.notes):
        return name  # "pears poached in port" are not pears
    core = parts.core.removeprefix(parts.lead or "").strip() or parts.core
    core = in_english(core) or core
    preparation = ", ".join(filter(None, (parts.lead, *parts.notes))) or None
    return IngredientName(
        core, in_reference=False, preparation=preparation, optional=parts.optional
    )


def _first_of_solids(text: str) -> str | None:
    """Return the first name of "orange twist and cherry"; None unless all of them are solid.

    Of liquids, the name would hide one: "soda and rum".
    """
    texts = _AND.split(in_english(text) or text)
    names = [match_ingredient(one) or match_ingredient(_without_unit(one)) for one in texts]
    if len(names) > 1 and all(name and name.kind in SOLID for name in names):
        return names[0].name if names[0] else None
    return None


def _without_unit(text: str) -> str:
    """Return the text without its word for pieces: "star anise" of "star anise pods"."""
    return " ".join(word for word in text.split() if word.strip(",.").casefold() not in UNIT_WORDS)


def _with_alternative(name: IngredientName, other: IngredientName) -> IngredientName:
    if not other.name or other.name == name.name or other.name in name.alternatives:
        return name
    return name._replace(
        alternatives=(*name.alternatives, other.name),
        in_reference=name.in_reference and other.in_reference,
    )
