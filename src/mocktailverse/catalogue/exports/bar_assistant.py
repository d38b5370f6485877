"""Drinks as recipes that Bar Assistant, the self-hosted bar manager, imports.

The recipe is that of its schema "Cocktail recipe - Draft 04"
(https://barassistant.app/cocktail-04.schema.json, in the repository karlomikus/bar-assistant),
which `POST /api/import/cocktail` takes. It requires instructions, and an amount and a unit for
each ingredient, and allows no further fields.
"""

import re

from msgspec import Struct

from mocktailverse.catalogue.exports.csv_columns import preferred_language
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Method

METHODS: dict[Method, str] = {
    "shaken": "Shake",
    "stirred": "Stir",
    "blended": "Blend",
    "built": "Build",
    "muddled": "Muddle",
    "layered": "Layer",
}
"""Bar Assistant's methods by ours; on import it drops a method that the bar does not have."""

NO_INSTRUCTIONS = "The source gives no instructions."
NO_UNIT = "unspecified"
MAX_AMOUNT = 99_999

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
    note: str
    substitutes: list[Substitute] = []


class Recipe(Struct, frozen=True):
    """A drink; `abv` is its likely strength as served, `description` has the range."""

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


def recipe(drink: Drink) -> Recipe:
    """Return the recipe of a drink; its ingredients keep their order."""
    language = preferred_language(drink)
    method = drink.derived.method
    garnishes = dict.fromkeys(line.name for line in drink.ingredients if _is_garnish(line))
    return Recipe(
        name=drink.name,
        instructions=drink.instructions[language] if language else NO_INSTRUCTIONS,
        source=drink.id,
        description=_description(drink),
        garnish=", ".join(garnishes) or None,
        abv=_strength(drink.derived),
        tags=list(dict.fromkeys(drink.tags)),
        glass=drink.glass,
        method=METHODS[method] if method else None,
        images=_images(drink.image),
        ingredients=[_ingredient(line) for line in drink.ingredients],
    )


def _ingredient(line: IngredientLine) -> RecipeIngredient:
    """Return an ingredient; an amount that is unknown or beyond the schema's limit becomes 0."""
    low, high, certainty = line.amount_min, line.amount_max, str(line.certainty)
    if low is None or high is None or high > MAX_AMOUNT:
        low, high, certainty = 0, 0, "amount unknown"
    measure = line.measure_raw or "no measure given"
    written = f"{measure}, {line.preparation}" if line.preparation else measure
    return RecipeIngredient(
        name=line.name,
        amount=low,
        units=_units(line),
        optional=line.optional or "optional" in measure.casefold(),
        amount_max=high if high != low else None,
        note=written if certainty == "exact" else f"{written} ({certainty})",
        substitutes=[Substitute(name) for name in line.alternatives if name],
    )


def _units(line: IngredientLine) -> str:
    if line.unit == "none" and line.kind == "count":
        return "piece"
    return NO_UNIT if line.unit in {"none", "other"} else line.unit


def _is_garnish(line: IngredientLine) -> bool:
    return line.unit == "garnish" or "garnish" in (line.measure_raw or "").casefold()


def _strength(derived: Derived) -> float | None:
    """Return the likely strength as served; without one, the middle of the range."""
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
        "Withdrawn by the source" if drink.withdrawn_at is not None else None,
    ]
    return ". ".join(part for part in parts if part)


def _strength_in_words(derived: Derived) -> str:
    low, high = derived.abv_served_percent_min, derived.abv_served_percent_max
    if low is None or high is None:
        return "Strength unknown"
    span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{span} % ABV as served ({derived.certainty})"


def _images(image: Image | None) -> list[RecipeImage]:
    """Return the image if its licence is known and its address is a URI that the schema allows."""
    if image is None or image.licence is None or not _URI.fullmatch(image.url):
        return []
    return [RecipeImage(image.url, f"{image.attribution or 'Author not stated'}, {image.licence}")]
