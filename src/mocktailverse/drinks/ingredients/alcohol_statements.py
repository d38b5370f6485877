"""What a name says about its own alcohol: a denial, a strength, "hard", "Not Rum"."""

import re

from mocktailverse.drinks.ingredients.denials import without_denial
from mocktailverse.drinks.ingredients.name_matching import FREE_HOUSE
from mocktailverse.drinks.ingredients.name_readings import (
    JOINING,
    NON_ALCOHOLIC,
    STRENGTHENED,
    Words,
    key,
    words,
)
from mocktailverse.drinks.ingredients.reference_rows import (
    DRUNK,
    Family,
    Ingredient,
    families_by_key,
    mentions,
    names_alcohol,
    row_ancestors,
    rows_by_key,
    rows_by_name,
)

NOTE = re.compile(r"\s*[(,;:].*|\s[-\u2013\u2014]\s.*", re.DOTALL)
"""What follows the name itself; a food that is named there says nothing about the name."""

_EXAMPLE = re.compile(r"^\W*(?:e\.?g\.?|such as|like|i\.?e\.?)?\s*")

_STRENGTH = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,3}(?:[.,]\d+)?)\s?-?\s?"
    r"(?P<unit>%\s?(?:vol|abv|alc)|proof\b|%)(?!\w)(?!\s?(?:pulp|fruit|juice|fat|cacao|cocoa))",
    re.IGNORECASE,
)

_SOLD_AS_FREE_PERCENT = 0.5

_STRONGEST_PERCENT = 96.0

_STRENGTHENED_PERCENT = (3.0, 12.0)
"""% vol of "hard" soft drinks: labels from hard seltzer to strong hard tea."""


def denial_holds(text: str) -> bool:
    """Return whether no note brings alcohol back: not in "NA beer, gin", "NA (add rum)"."""
    core = NOTE.sub("", text)
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


def denied_family(reading: Words, raw: str) -> Family | None:
    """Return the family of a name that denies alcohol, by the kind of what it names last."""
    matches = list(mentions(reading))
    is_joined = not JOINING.isdisjoint(reading) and not _is_one_product(matches, raw)
    if is_joined or not STRENGTHENED.isdisjoint(reading):
        return None  # "non-alcoholic beer and rum"
    base = matches[-1] if matches else rows_by_name()["Spirit"]
    if base.alcoholic is False:
        return family_of_free(base)
    if any(match.kind in DRUNK and _is_other_drink(match) for match in matches):
        return None  # "Coke Zero Bacardi" are two drinks
    for name in (base.name, *row_ancestors(base.name)):
        if row := rows_by_key().get(NON_ALCOHOLIC + key(name)):
            return Family(row.name, row.kind, 0, 0.5, alcoholic=False)
    return Family("Non-alcoholic spirit", base.kind, 0, 0.5, alcoholic=False)


def _is_other_drink(match: Ingredient | Family) -> bool:
    """Return whether a name is that of a soft drink, not of a brewery of beer without alcohol."""
    is_house = isinstance(match, Ingredient) and match.source == FREE_HOUSE
    return match.alcoholic is False and not is_house


def stated_family(raw: str, reading: Words) -> Family | None:
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
        return denied_family(reading, raw)
    if abv_percent > _STRONGEST_PERCENT:
        return None
    row = next((match for match in reversed(matches) if match.alcoholic), rows_by_name()["Spirit"])
    return Family(row.name, row.kind, abv_percent, abv_percent, alcoholic=True)


def imitated_family(reading: Words, raw: str) -> Family | None:
    """Return the family of "Foo Not Rum", which is the name of an imitation of rum."""
    if "not" not in reading or NOTE.search(raw):
        return None
    place = reading.index("not")
    denied = list(mentions(reading[place + 1 :]))
    is_name = place > 0 and len(denied) == 1 and denied[0].alcoholic
    return (
        denied_family(reading[place + 1 :], raw)
        if is_name and not names_alcohol(reading[:place])
        else None
    )


def strengthened_family(reading: Words) -> Family | None:
    """Return the family of a "hard" or "spiked" soft drink; None for "hard-boiled egg"."""
    place = next(place for place, word in enumerate(reading) if word in STRENGTHENED)
    if not {"not", "non"}.isdisjoint(reading):
        return None
    matches = list(mentions(reading[place + 1 :]))
    if matches and (matches[0].kind in DRUNK or matches[-1].kind in DRUNK):
        return Family("Malt beverage", "beer", *_STRENGTHENED_PERCENT, alcoholic=True)
    return None


def family_of_free(match: Ingredient | Family) -> Family:
    return Family(match.name, match.kind, 0, 0, alcoholic=False)
