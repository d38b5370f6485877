"""No control character of any text of a record gets into its drink, whatever its source."""

import copy
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources import SOURCES
from strategies.raw_objects import SAMPLES, sample_records

CONTROL = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
TEXT = {"\n", "\t"}
NOT_READ = {"absent", "format", "@type", "file", "id"}
"""Fields whose text decides how the record is read; a changed one is another record."""

OWN = [
    {"id": "fizz", "format": "text", "recipe": "# Fizz\n\n- 2 oz gin\n- 1 oz lime\n\nShake it."},
    {"id": "fizz", "format": "schema.org", "origin": "https://x.example/a", "recipe": {
        "@type": "Recipe", "name": "Fizz", "description": "Long.", "recipeIngredient": ["2 oz gin"],
        "recipeInstructions": [{"@type": "HowToStep", "text": "Shake."}], "keywords": "a,b",
        "author": {"name": "Ada"}, "image": "https://x.example/a.jpg"}},
    {"id": "fizz", "format": "bar_assistant", "recipe": {
        "name": "Fizz", "instructions": "Shake.\nPour.", "garnish": "Lime", "description": "Long.",
        "source": "https://x.example", "tags": ["a"], "glass": "Coupe", "method": "Shake",
        "ingredients": [{"name": "Gin", "amount": 2, "units": "oz", "note": "cold", "sort": 1,
                         "substitutes": [{"name": "Vodka"}]}]}},
    {"name": "Fizz", "ingredients": "2 oz gin; 1 oz lime", "instructions": "Shake.", "tags": "a"},
]  # fmt: skip
OPENDRINKS = [
    json.loads(line)
    for line in (SAMPLES.parent / "opendrinks" / "recipes.ndjson").read_bytes().splitlines()
]
RECORDS = {"thecocktaildb": list(sample_records()), "opendrinks": OPENDRINKS, "own": OWN}


@st.composite
def damaged(draw: st.DrawFn, records: list[Any]) -> Any:
    """Draw a record with control characters in some of its texts."""

    def spoiled(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: spoiled(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [spoiled(each, name) for each in value]
        if not isinstance(value, str) or name in NOT_READ or draw(st.booleans()):
            return value
        place = draw(st.integers(0, len(value)))
        return value[:place] + draw(st.sampled_from(CONTROL)) + value[place:]

    return spoiled(copy.deepcopy(draw(st.sampled_from(records))))


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)


@pytest.mark.parametrize("source", RECORDS)
@given(data=st.data())
def test_no_control_character_gets_into_a_drink(source, data):
    record = data.draw(damaged(RECORDS[source]))
    try:
        read = SOURCES[source].records.from_json(msgspec.json.encode(record))
    except RecordRejectedError:
        return
    drink = normalize(read, source, 0, Lineage("", "", "", 0, 0)).drink
    for text in texts_of(msgspec.to_builtins(drink)):
        control = {character for character in text if unicodedata.category(character) == "Cc"}
        assert control <= TEXT, text
    one_line = (drink.name, drink.category, drink.glass, *drink.tags)
    assert not any(TEXT & {*text} for text in one_line if text)


@pytest.mark.parametrize("source", RECORDS)
def test_the_records_are_drinks_without_control_characters(source):
    for record in RECORDS[source]:
        read = SOURCES[source].records.from_json(msgspec.json.encode(record))
        assert normalize(read, source, 0, Lineage("", "", "", 0, 0)).drink


def test_a_name_with_nul_is_its_visible_part(raw_record):
    read = SOURCES["thecocktaildb"].records.from_json(
        msgspec.json.encode(raw_record("1", "\0nul", strInstructions="Shake.\r\nPour\v\0it."))
    )
    assert (read.name, read.instructions) == ("nul", {"en": "Shake.\nPour\n it."})
