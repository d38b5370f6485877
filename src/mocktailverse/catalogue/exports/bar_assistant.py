"""Drinks as recipes that Bar Assistant, the self-hosted bar manager, imports.

The recipe is that of its schema "Cocktail recipe - Draft 04"
(https://barassistant.app/cocktail-04.schema.json, in the repository karlomikus/bar-assistant),
which `POST /api/import/cocktail` takes. It requires instructions, and an amount and a unit for
each ingredient, and allows no further fields.
"""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.exports.csv_columns import preferred_language
from mocktailverse.drinks.bar_assistant_terms import (
    METHODS,
    NO_INSTRUCTIONS,
    NO_MEASURE,
    NO_UNIT,
    PIECE,
    UNKNOWN_AMOUNT,
    UNKNOWN_AUTHOR,
    AmountTerms,
    amount_terms,
    terms_in,
)
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine
from mocktailverse.drinks.ingredients import read_name
from mocktailverse.drinks.measures import remark_in

_CHARACTER = r"(?:[\w.~!$&'()*+,;=:@/-]|%[0-9a-fA-F]{2})"
_URI = re.compile(
    rf"https?://[a-z0-9.-]+(?::\d+)?(?:/{_CHARACTER}*)?(?:\?(?:{_CHARACTER}|\?)*)?",
    re.ASCII | re.IGNORECASE,
)


class RecipeImage(Struct, frozen=True):
    """An image and its copyright holder."""

    uri: str
    copyright: str


class Substitute(Struct, frozen=True):
    """What the recipe allows instead of an ingredient."""

    name: str


class RecipeIngredient(Struct, frozen=True):
    """An ingredient; an unknown `amount` is 0, and `note` says so."""

    name: str
    amount: float
    units: str
    optional: bool
    amount_max: float | None
    note: str | None
    substitutes: list[Substitute] = []


class Recipe(Struct, frozen=True):
    """A drink; `abv` is its stated strength, else the likely one as served."""

    name: str
    instructions: str
    source: str
    description: str
    garnish: str | None
    abv: float | None
    tags: list[str]
    glass: str | None
    method: str | None
    images: list[RecipeImage]
    ingredients: list[RecipeIngredient]


def recipe(drink: Drink, *, in_own_words: bool = False) -> Recipe:
    """Return the recipe of a drink; its ingredients keep their order.

    `in_own_words` is for drinks that people wrote themselves: ingredients and units have the names
    that were written, where these are plain, so that the recipe returns as it came.
    """
    language = preferred_language(drink)
    method = drink.derived.method
    line_of = _own_ingredient if in_own_words else _ingredient
    return Recipe(
        name=drink.name,
        instructions=drink.instructions[language] if language else NO_INSTRUCTIONS,
        source=_source(drink),
        description=drink.description or _description(drink),
        garnish=drink.garnish or _garnish(drink.ingredients),
        abv=_strength(drink),
        tags=list(dict.fromkeys(drink.tags)),
        glass=drink.glass,
        method=METHODS[method] if method else None,
        images=_images(drink.image, in_own_words=in_own_words),
        ingredients=[line_of(line) for line in drink.ingredients],
    )


def _source(drink: Drink) -> str:
    """Return where the recipe was published, or who wrote it; else the drink's id."""
    credit = drink.credit
    return (credit and (credit.url or credit.author)) or drink.id


def _ingredient(line: IngredientLine) -> RecipeIngredient:
    terms = amount_terms(line.amount_min, line.amount_max, line.unit, line.kind)
    has_amount = line.amount_min is not None and terms.amount == line.amount_min
    certainty = str(line.certainty) if has_amount else UNKNOWN_AMOUNT
    measure = line.measure_raw or NO_MEASURE
    written = f"{measure}, {line.preparation}" if line.preparation else measure
    note = written if certainty == "exact" else f"{written} ({certainty})"
    return _entry(line, line.name, terms, note)


def _own_ingredient(line: IngredientLine) -> RecipeIngredient:
    """Return the ingredient in the words of its author; see `recipe`."""
    read, entry, terms = read_name(line.name_raw), _ingredient(line), terms_in(line.measure_raw)
    if terms is not None and _is_plain(line, terms, entry):
        entry = _entry(line, line.name, terms, line.preparation)
    has_notes = read.preparation or read.alternatives or read.optional
    return entry if has_notes else msgspec.structs.replace(entry, name=line.name_raw)


def _is_plain(line: IngredientLine, terms: AmountTerms, entry: RecipeIngredient) -> bool:
    """Return whether the words of a measure are an amount and a unit, without remarks.

    Of pieces or a share of one, the unit may be a word that measures do not have: "1 whole".
    """
    if entry.units == NO_UNIT:
        return True
    is_same = (terms.amount, terms.amount_max) == (entry.amount, entry.amount_max)
    remark = remark_in(line.measure_raw or "").strip()
    is_unit = not remark or (entry.units in {PIECE, "part"} and remark != line.preparation)
    return is_same and is_unit


def _entry(
    line: IngredientLine, name: str, terms: AmountTerms, note: str | None
) -> RecipeIngredient:
    return RecipeIngredient(
        name=name,
        amount=terms.amount,
        units=terms.units,
        optional=line.optional or "optional" in (line.measure_raw or "").casefold(),
        amount_max=terms.amount_max,
        note=note,
        substitutes=[Substitute(name) for name in line.alternatives if name],
    )


def _garnish(lines: Sequence[IngredientLine]) -> str | None:
    return ", ".join(dict.fromkeys(line.name for line in lines if _is_garnish(line))) or None


def _is_garnish(line: IngredientLine) -> bool:
    return line.unit == "garnish" or "garnish" in (line.measure_raw or "").casefold()


def _strength(drink: Drink) -> float | None:
    """Return the stated strength, the likely one as served, or the middle of the range."""
    derived = drink.derived
    if drink.stated is not None and drink.stated.abv_percent is not None:
        return drink.stated.abv_percent
    if derived.likely_abv_served_percent is not None:
        return round(derived.likely_abv_served_percent, 1)
    low, high = derived.abv_served_percent_min, derived.abv_served_percent_max
    return None if low is None or high is None else round((low + high) / 2, 1)


def _description(drink: Drink) -> str:
    """Return what the schema has no field for: category, IBA category, strength, withdrawal."""
    parts = [
        drink.category,
        f"IBA: {drink.iba}" if drink.iba else None,
        _strength_in_words(drink.derived),
        "Withdrawn" if drink.withdrawn_at is not None else None,
    ]
    return ". ".join(part for part in parts if part)


def _strength_in_words(derived: Derived) -> str:
    low, high = derived.abv_served_percent_min, derived.abv_served_percent_max
    if low is None or high is None:
        return "Strength unknown"
    span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{span} % ABV as served ({derived.certainty})"


def _images(image: Image | None, *, in_own_words: bool) -> list[RecipeImage]:
    """Return the image if its licence is known and its address is a URI that the schema allows.

    The image of an own recipe returns to its owner without a licence, too.
    """
    if image is None or not (image.licence or in_own_words) or not _URI.fullmatch(image.url):
        return []
    credit = filter(None, (image.attribution or UNKNOWN_AUTHOR, image.licence))
    return [RecipeImage(image.url, ", ".join(credit))]
