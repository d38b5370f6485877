"""Realistic drinks for the trials: sample records with few ids, each id in several variants."""

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .case import Drink

SAMPLES = Path(__file__).parents[2] / "data" / "raw"
SLOTS = range(1, 16)
VARIANTS = 6
SAME_RECIPE = 3
"""The first variants of an id have the same name and ingredients."""


Fields = dict[str, str | None]


def deck(rng: random.Random, ids: int) -> list[Drink]:
    """Return `VARIANTS` drinks for each of some ids; two of them are other recipes."""
    bases = rng.sample(_samples(), ids + 2)
    other_recipes = bases[ids:]
    return [
        drink_of(fields, variant)
        for base in bases[:ids]
        for variant, fields in enumerate(_variants(base, other_recipes, rng))
    ]


def drink_of(fields: Fields, variant: int) -> Drink:
    """Return the drink of a record, with clean white space and without empty slots."""
    lines = []
    for slot in SLOTS:
        ingredient = " ".join((fields.get(f"strIngredient{slot}") or "").split())
        measure = (fields.get(f"strMeasure{slot}") or "").strip() or None
        if ingredient:
            lines.append((slot, ingredient, measure))
    name = " ".join((fields["strDrink"] or "").split())
    return Drink((fields["idDrink"] or "").strip(), variant, name, tuple(lines), fields)


def is_another_recipe(one: Drink, other: Drink) -> bool:
    """Return whether name and ingredients both differ, ignoring case, order and repetition."""
    return _plain(one.name) != _plain(other.name) and (
        ingredient_names(one) != ingredient_names(other)
    )


def ingredient_names(drink: Drink) -> frozenset[str]:
    """Return the names of its ingredients, without case, order and repetition."""
    return frozenset(_plain(ingredient) for _, ingredient, _ in drink.lines)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _variants(base: Fields, other_recipes: list[Fields], rng: random.Random) -> Iterator[Fields]:
    yield base
    yield base | {"strMeasure1": rng.choice([" 2 oz ", "4 cl", "1/2 shot", "5000 bottles"])}
    yield base | {"strInstructions": f"Shake well.\r\nServe cold, {rng.randrange(100)} times."}
    yield base | {"strDrink": f"  {base['strDrink']}   {rng.choice(['Nº 2', 'Ünique', '🍹'])} "}
    for recipe in other_recipes:
        yield recipe | {"idDrink": base["idDrink"]}


@cache
def _samples() -> list[Fields]:
    records = json.loads((SAMPLES / "mocktails.json").read_text("utf-8"))["drinks"]
    with (SAMPLES / "cocktails.ndjson").open(encoding="utf-8") as lines:
        records += [json.loads(line) for line in lines if line.strip()]
    by_id = {
        record["idDrink"]: record
        for record in records
        if all(value is None or isinstance(value, str) for value in record.values())
    }
    return [by_id[drink_id] for drink_id in sorted(by_id)]
