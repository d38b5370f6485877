"""Families: what the words of a name say about an ingredient that is not in the reference."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from mocktailverse.drinks.ingredients.denials import without_denial
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
    rows_by_name,
)
from mocktailverse.drinks.text import word_set

_IMITATION = word_set("free zero virgin substitute style mock without flavored")

_TREATED = word_set(
    "infused soaked aged barrel smoked scented cured braised based glazed reduction"
)
"""Words after a drink's name that make it a treatment of something else."""

_SOAKED = word_set("infused soaked macerated drunken")
"""Words after which even a syrup or a grape may hold the drink itself."""

_VARIETY = word_set(
    "red green yellow white black blue purple pink dark light golden brown sweet sour tart bitter "
    "salted unsalted mini baby young wild mixed assorted vegan instant tropical"
)
"""Words for a variety of a food, as red in "red snapdragon berry"."""

_LIQUEURS = {("cream", "de"), ("cream", "d"), ("cream", "du")}
"""The first words of liqueurs by law (EU 2019/787), except for foods in the reference."""

_NOTE = re.compile(r"\s*[(,;:].*|\s[-\u2013\u2014]\s.*", re.DOTALL)
"""What follows the name itself; a food that is named there says nothing about the name."""

_EXAMPLE = re.compile(r"^\W*(?:e\.?g\.?|such as|like|i\.?e\.?)?\s*")

_LONGEST_END = 4
"""Maximum words at the end of a name that may name its family."""

_STRENGTH = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,3}(?:[.,]\d+)?)\s?-?\s?"
    r"(?P<unit>%\s?(?:vol|abv|alc)|proof\b|%)(?!\w)(?!\s?(?:pulp|fruit|juice|fat|cacao|cocoa))",
    re.IGNORECASE,
)
_SOLD_AS_FREE_PERCENT = 0.5
_STRONGEST_PERCENT = 96.0

_STRENGTHENED_PERCENT = (3.0, 12.0)
"""% vol of "hard" soft drinks: labels from hard seltzer to strong hard tea."""


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
        return _denied(literal[1:], text) if _denial_holds(text) else None
    stated = _stated(text, literal) or _called_not(literal, text)
    if stated or not STRENGTHENED.isdisjoint(literal):
        return stated or _strengthened(literal)
    return _by_words(text, candidates)


def _by_words(text: str, candidates: Sequence[Words]) -> Family | None:
    """Return the family of a name that neither denies nor states its alcohol."""
    literal = candidates[0]
    core = _NOTE.sub("", text)
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
    free = _free_family(plain, literal)
    if free and not free.guessed:
        return free
    return _flavour_of_house(plain[0], literal) or free or _alcoholic_family(candidates, literal)


def _free_family(plain: Sequence[Words], literal: Words) -> Family | None:
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
            return _free(row) if is_plain else None
    return None


def _is_flavour(match: Ingredient | Family, house: Ingredient | Family) -> bool:
    """Return whether a fruit after a bottle is its flavour: "Truly Berry", not "rum raisin"."""
    is_bottle = house.kind != "wine" and key(house.name) not in families_by_key()
    return is_bottle and match.alcoholic is False and match.kind == "fruit"


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


def _denial_holds(text: str) -> bool:
    """Return whether no note brings alcohol back: not in "NA beer, gin", "NA (add rum)"."""
    core = _NOTE.sub("", text)
    note = text[len(core) :].strip()
    if without_denial(core) is None or without_denial(note) or not names_alcohol(words(note)):
        return True
    return note.startswith("(") and note.endswith(")") and explains(note)


def explains(note: str) -> bool:
    """Return whether a note only says what is imitated: "gin or rum", "such as Tanqueray"."""
    named = words(_EXAMPLE.sub("", note))
    kinds = families_by_key().keys() | JOINING
    is_choice = bool(named) and named[0] in JOINING  # "or gin" is another ingredient
    return not is_choice and ("".join(named) in rows_by_key() or kinds.issuperset(named))


def _is_one_product(matches: list[Ingredient | Family], raw: str) -> bool:
    """Return whether "and" joins flavours: "Foo Strawberry & Lime alcohol free"."""
    bare = without_denial(raw)
    is_bottle_first = bool(matches) and key(matches[0].name) not in families_by_key()
    others_are_free = all(match.alcoholic is False for match in matches[1:])
    return bool(bare and bare.strip() in raw) and is_bottle_first and others_are_free


def _denied(reading: Words, raw: str) -> Family | None:
    """Return the family of a name that denies alcohol, by the kind of what it names last."""
    matches = list(mentions(reading))
    is_joined = not JOINING.isdisjoint(reading) and not _is_one_product(matches, raw)
    if is_joined or not STRENGTHENED.isdisjoint(reading):
        return None  # "non-alcoholic beer and rum"
    base = matches[-1] if matches else rows_by_name()["Spirit"]
    if base.alcoholic is False:
        return _free(base)
    if any(match.alcoholic is False and match.kind in DRUNK for match in matches):
        return None  # "Coke Zero Bacardi" are two drinks
    for name in (base.name, *row_ancestors(base.name)):
        if row := rows_by_key().get(NON_ALCOHOLIC + key(name)):
            return Family(row.name, row.kind, 0, 0.5, alcoholic=False)
    return Family("Non-alcoholic spirit", base.kind, 0, 0.5, alcoholic=False)


def _stated(raw: str, reading: Words) -> Family | None:
    """Return the family of a name that states its % vol or proof, as in "Foo Aperitivo 11%".

    A bare "%" counts if nothing that is named is free of alcohol: cream and chocolate have it, too.
    """
    stated = _STRENGTH.search(raw)
    if stated is None:
        return None
    matches = list(mentions(reading))
    is_bare = stated["unit"] == "%"
    if is_bare and (not matches or any(match.alcoholic is False for match in matches)):
        return None
    number = float(stated["number"].replace(",", "."))
    abv_percent = number / 2 if stated["unit"].casefold() == "proof" else number
    if abv_percent <= _SOLD_AS_FREE_PERCENT:
        return _denied(reading, raw)
    if abv_percent > _STRONGEST_PERCENT:
        return None
    row = next((match for match in reversed(matches) if match.alcoholic), rows_by_name()["Spirit"])
    return Family(row.name, row.kind, abv_percent, abv_percent, alcoholic=True)


def _called_not(reading: Words, raw: str) -> Family | None:
    """Return the family of "Foo Not Rum", which is the name of an imitation of rum."""
    if "not" not in reading or _NOTE.search(raw):
        return None
    place = reading.index("not")
    denied = list(mentions(reading[place + 1 :]))
    is_name = place > 0 and len(denied) == 1 and denied[0].alcoholic
    return (
        _denied(reading[place + 1 :], raw)
        if is_name and not names_alcohol(reading[:place])
        else None
    )


def _strengthened(reading: Words) -> Family | None:
    """Return the family of a "hard" or "spiked" soft drink; None for "hard-boiled egg"."""
    place = next(place for place, word in enumerate(reading) if word in STRENGTHENED)
    if not {"not", "non"}.isdisjoint(reading):
        return None
    matches = list(mentions(reading[place + 1 :]))
    if matches and (matches[0].kind in DRUNK or matches[-1].kind in DRUNK):
        return Family("Malt beverage", "beer", *_STRENGTHENED_PERCENT, alcoholic=True)
    return None


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
    family = _free(row) if row else _by_last_words(reading)
    return family if family and not family.alcoholic and not family.guessed else None


def _free(match: Ingredient | Family) -> Family:
    return Family(match.name, match.kind, 0, 0, alcoholic=False)
