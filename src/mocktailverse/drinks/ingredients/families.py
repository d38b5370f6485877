"""Families: what the words of a name say about an ingredient that is not in the reference."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from mocktailverse.drinks.ingredients.alcohol_statements import (
    NOTE,
    denial_holds,
    denied_family,
    family_of_free,
    imitated_family,
    stated_family,
    strengthened_family,
)
from mocktailverse.drinks.ingredients.foreign_names import in_english
from mocktailverse.drinks.ingredients.name_matching import FREE_HOUSE, LONGEST_NAME
from mocktailverse.drinks.ingredients.name_readings import (
    JOINING,
    NON_ALCOHOLIC,
    QUALIFIERS,
    STRENGTHENED,
    Words,
    key,
    readings,
    words,
)
from mocktailverse.drinks.ingredients.reference_rows import (
    DRUNK,
    SOLID,
    Family,
    Ingredient,
    absorbing_keys,
    families_by_key,
    mentions,
    names_alcohol,
    row_ancestors,
    rows_by_key,
)
from mocktailverse.drinks.text import word_set

_IMITATION = word_set("free zero virgin substitute style mock imitation without flavored")

_TREATED = word_set(
    "infused soaked aged barrel smoked scented cured braised based glazed reduction"
)
"""Words after a drink's name that make it a treatment of something else."""

_SOAKED = word_set("infused soaked macerated drunken")
"""Words after which even a syrup or a grape may hold the drink itself."""

_TIPSY = word_set("boozy drunken tipsy brandied")
"""Words that say that a food holds alcohol, without the name of a drink."""

_VARIETY = word_set(
    "red green yellow white black blue purple pink dark light golden brown sweet sour tart bitter "
    "salted unsalted mini baby young wild mixed assorted vegan instant tropical"
)
"""Words for a variety of a food, as red in "red snapdragon berry"."""

_FLAVOURS = {"fruit", "vegetable", "herb", "spice"}
"""Kinds of food that name the flavour of a bottle, as in "Effen Cucumber"."""

_LIQUEURS = {("cream", "de"), ("cream", "d"), ("cream", "du")}
"""The first words of liqueurs by law (EU 2019/787), except for foods in the reference."""


_EXPLANATION = re.compile(r"\w[^()]*\(([^()]+)\)\s*")

_LONGEST_END = 4
"""Maximum words at the end of a name that may name its family."""


def may_hold_alcohol(raw: str) -> bool:
    """Return whether a name of unknown alcohol mentions some: "rum-soaked raisins", "rum cake"."""
    literal = words(raw[:LONGEST_NAME])
    return names_alcohol(literal) or not _TIPSY.isdisjoint(literal)


def family_of(raw: str) -> Family | None:
    """Return the family that the last words of an unknown name state; None if uncertain.

    It is uncertain if the name offers a choice ("gin or lemonade"), names an imitation ("gin
    substitute") or a food with alcohol ("rum raisin ice cream"). A name that denies alcohol ("zero
    proof gin") is non-alcoholic, "hard" before a soft drink makes it alcoholic.
    """
    return _family(raw) if len(raw) <= LONGEST_NAME else None


@lru_cache(maxsize=2048)
def _family(raw: str) -> Family | None:
    text = in_english(raw) or raw
    candidates = list(readings(text))
    literal = candidates[0]
    if literal[:1] == (NON_ALCOHOLIC,):
        return denied_family(literal[1:], text) if denial_holds(text) else None
    stated = stated_family(text, literal) or imitated_family(literal, text)
    if stated or not STRENGTHENED.isdisjoint(literal):
        return stated or strengthened_family(literal)
    return _by_words(text, candidates)


def _by_words(text: str, candidates: Sequence[Words]) -> Family | None:
    """Return the family of a name that neither denies nor states its alcohol."""
    literal = candidates[0]
    core = NOTE.sub("", text)
    plain = candidates if core == text else list(readings(core))
    joining = JOINING.intersection(plain[0])
    if joining:
        joined = _joined(plain[0], literal)
        is_pair = joined is None and joining == {"and"}
        if is_pair:
            return _mixed(plain[0]) or _alcoholic_family(candidates, literal)
        return joined
    if literal[:2] in _LIQUEURS:
        return families_by_key()["liqueur"]
    free = _free_by_words(plain, literal) or _explained(text, literal)
    if free and not free.guessed:
        return free
    return _flavour_of_house(plain[0], literal) or free or _alcoholic_family(candidates, literal)


def _free_by_words(plain: Sequence[Words], literal: Words) -> Family | None:
    """Return the family of a name without its notes; None if any word of all mentions alcohol."""
    heads = {"".join(literal[-1:]), "".join(literal[-2:])}
    is_absorbed = (
        literal[-1:] == plain[0][-1:]
        and not absorbing_keys().isdisjoint(heads)
        and _SOAKED.isdisjoint(literal)
    )
    if names_alcohol(literal) and not is_absorbed:
        return None
    families = (family for family in map(_by_last_words, plain) if family)
    return next((family for family in families if not family.alcoholic), None)


def _explained(text: str, literal: Words) -> Family | None:
    """Return the food in brackets that explains a name: "amardeen (apricot leather)".

    It is marked as guessed, because "Foo (vanilla)" may be a flavoured bottle; a fruit alone does
    not even explain.
    """
    match = _EXPLANATION.fullmatch(text)
    if match is None or names_alcohol(literal) or not JOINING.isdisjoint(literal):
        return None
    note = words(match[1])
    row = rows_by_key().get("".join(note))
    family = family_of_free(row) if row else _by_last_words(note)
    is_flavour = family and family.kind == "fruit" and len(note) == 1
    return None if family is None or is_flavour else replace(family, guessed=True)


def _alcoholic_family(candidates: Sequence[Words], literal: Words) -> Family | None:
    if not _IMITATION.isdisjoint(literal):
        return None
    families = (family for family in map(_by_last_words, candidates) if family)
    first = next(families, None)
    return first if first and first.alcoholic else _of_alcoholic_house(literal)


def _of_alcoholic_house(reading: Words) -> Family | None:
    """Return the family of "Smirnoff Foo" or "Rum Foo"; None if it also mentions a food."""
    matches = list(mentions(reading))
    if not _TREATED.isdisjoint(reading) or not matches or not matches[0].alcoholic:
        return None
    house = matches[0]
    if not all(match.alcoholic or _is_flavour(match, house) for match in matches[1:]):
        return None
    is_first = any(
        rows_by_key().get("".join(reading[:length])) == house for length in range(1, len(reading))
    )
    return _around(house) if is_first else None


def _flavour_of_house(reading: Words, literal: Words) -> Family | None:
    """Return the drink in "Fanta wild strawberry": one without alcohol, and only foods."""
    for length in range(min(_LONGEST_END, len(reading) - 1), 0, -1):
        row = rows_by_key().get("".join(reading[:length]))
        if row and row.alcoholic is False and row.kind in DRUNK:
            is_plain = all(map(_is_plain, reading[length:])) and not names_alcohol(literal)
            return family_of_free(row) if is_plain else None
    return None


def _is_flavour(match: Ingredient | Family, house: Ingredient | Family) -> bool:
    """Return whether a fruit after a bottle is its flavour: "Truly Berry", not "rum raisin"."""
    is_bottle = house.kind != "wine" and key(house.name) not in families_by_key()
    return is_bottle and match.alcoholic is False and match.kind in _FLAVOURS


def _by_last_words(reading: Words) -> Family | None:
    for length in range(min(_LONGEST_END, len(reading)), 0, -1):
        word, modifiers = "".join(reading[-length:]), reading[:-length]
        family = _named_by(word, length, modifiers)
        # A word that is in the reference is matched there; alone it is not a family.
        if family and (modifiers or word not in rows_by_key()):
            return _guessed(family, modifiers)
    return None


def _named_by(word: str, length: int, modifiers: Words) -> Family | None:
    """Return the family of a word; without one, that of a row: of "Foo Dr Pepper", Dr Pepper.

    One word is too little: "Foo-Perrier" may be another house.
    """
    if family := families_by_key().get(word):
        return family
    row = rows_by_key().get(word)
    if row is None or row.alcoholic is None or row.source == FREE_HOUSE:
        return None
    if length == 1 and not all(map(_is_plain, modifiers)):
        return None
    if row.alcoholic:
        houses = (rows_by_key().get(modifier) for modifier in modifiers)
        is_of_free_house = any(house and house.source == FREE_HOUSE for house in houses)
        return None if is_of_free_house else _around(row)
    return Family(row.name, row.kind, row.abv_percent, row.abv_percent, alcoholic=False)


def _around(match: Ingredient | Family) -> Family | None:
    """Return a family of the strengths between this and the nearest general name with a family."""
    names = (match.name, *row_ancestors(match.name))
    families = (families_by_key().get(key(name)) for name in names)
    general = next(filter(None, families), None)
    if not isinstance(match, Ingredient):
        return general
    if general is None:
        abv_percent = match.abv_percent
        return Family(match.name, match.kind, abv_percent, abv_percent, bool(match.alcoholic))
    return replace(
        general,
        name=match.name,
        kind=match.kind,
        abv_percent_min=min(match.abv_percent, general.abv_percent_min),
        abv_percent_max=max(match.abv_percent, general.abv_percent_max),
    )


def _guessed(family: Family, modifiers: Words) -> Family:
    """Return the family of a food, marked if the words before it may be a brand of bottles."""
    if family.kind not in SOLID or all(map(_is_plain, modifiers)):
        return family
    return replace(family, guessed=True)


def _is_plain(word: str) -> bool:
    match = rows_by_key().get(word) or families_by_key().get(word)
    is_food = match is not None and match.alcoholic is False
    return is_food or word in QUALIFIERS or word in _VARIETY


def _joined(reading: Words, literal: Words) -> Family | None:
    """Return the last of several joined ingredients if none may be alcoholic."""
    if names_alcohol(literal):
        return None
    families = [_free_part(part) for part in _parts(reading)]
    return families[-1] if families and all(families) else None


def _mixed(reading: Words) -> Family | None:
    """Return the bottle in "Foo gin and tonic", where all else is drunk with it."""
    rows = [rows_by_key().get("".join(part)) or _by_last_words(part) for part in _parts(reading)]
    if not all(row and (row.alcoholic or row.kind in DRUNK) for row in rows):
        return None
    return next((_around(row) for row in rows if row and row.alcoholic), None)


def _parts(reading: Words) -> list[Words]:
    """Return the words between "and", "or", "with"."""
    parts: list[list[str]] = [[]]
    for word in reading:
        if word in JOINING:
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]


def _free_part(reading: Words) -> Family | None:
    row = rows_by_key().get("".join(reading))
    family = family_of_free(row) if row else _by_last_words(reading)
    return family if family and not family.alcoholic and not family.guessed else None
