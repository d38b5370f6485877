"""Usual implementations for the same records: each reads NDJSON bytes, none parses amounts.

All do less than the transform: no units, no ml, no canonical names, no strength, no hash.
"""

import io
import json
from collections.abc import Iterable
from typing import Any

import orjson
import pandas as pd
from pydantic import BaseModel, Field, model_validator

_SLOTS = range(1, 16)


def floor(data: bytes) -> int:
    """Decode every line and do nothing else: no transform in Python can be faster."""
    count = 0
    for line in data.splitlines():
        orjson.loads(line)
        count += 1
    return count


def plain_dicts(data: bytes) -> int:
    """Make dicts with nested lines, with only the standard library."""
    count = 0
    for line in data.splitlines():
        record = json.loads(line)
        drink = {
            "id": record["idDrink"],
            "name": record["strDrink"].strip(),
            "category": record["strCategory"],
            "alcoholic": record["strAlcoholic"],
            "glass": record["strGlass"],
            "tags": [tag.strip() for tag in (record["strTags"] or "").split(",") if tag.strip()],
            "instructions": record["strInstructions"],
            "image": record["strDrinkThumb"],
            "ingredients": _lines(record),
        }
        count += bool(drink["id"])
    return count


def _lines(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "position": slot,
            "name": ingredient.strip(),
            "measure": (record[f"strMeasure{slot}"] or "").strip() or None,
        }
        for slot in _SLOTS
        if (ingredient := record[f"strIngredient{slot}"]) and ingredient.strip()
    ]


class _Line(BaseModel):
    position: int
    name: str
    measure: str | None


class _Drink(BaseModel):
    id: str = Field(alias="idDrink")
    name: str = Field(alias="strDrink")
    category: str | None = Field(alias="strCategory")
    alcoholic: str | None = Field(alias="strAlcoholic")
    glass: str | None = Field(alias="strGlass")
    tags: str | None = Field(alias="strTags")
    instructions: str | None = Field(alias="strInstructions")
    image: str | None = Field(alias="strDrinkThumb")
    ingredients: list[_Line]

    @model_validator(mode="before")
    @classmethod
    def _nest(cls, record: dict[str, Any]) -> dict[str, Any]:
        record["ingredients"] = _lines(record)
        return record


def pydantic_models(data: bytes) -> int:
    """Validate pydantic v2 models, with the 15 slots paired into nested lines."""
    return sum(bool(_Drink.model_validate_json(line).id) for line in data.splitlines())


def pandas_melt(data: bytes) -> int:
    """Make two data frames: drinks, and lines by melting the ingredient and measure columns."""
    return _melt(json.loads(line) for line in io.BytesIO(data))


def _melt(records: Iterable[dict[str, Any]]) -> int:
    drinks = pd.json_normalize(list(records))
    ingredients, measures = (
        drinks.melt(
            id_vars="idDrink",
            value_vars=[f"{field}{slot}" for slot in _SLOTS],
            var_name="position",
            value_name=name,
        )
        for field, name in (("strIngredient", "name"), ("strMeasure", "measure"))
    )
    ingredients["measure"] = measures["measure"].str.strip()
    lines = ingredients.dropna(subset="name")
    assert len(lines) >= len(drinks)
    return len(drinks)
