"""`mocktailverse export` writes the ingested drinks, as the catalogue publishes them."""

import csv
import json
import sqlite3
from contextlib import closing

import msgspec
import pytest

from mocktailverse.drinks.drink import Drink

HOSTILE = '=HYPERLINK("http://x.example")\n<b>&amp;</b> \u202e\U0001f379'


@pytest.fixture
def published(pipeline, drinks):
    """Three drinks, one with hostile instructions and one without alcohol."""
    juice = {"strIngredient1": "Orange juice", "strAlcoholic": "Non alcoholic"}
    records = [
        *drinks(),
        *drinks(first=910_002, strInstructions=HOSTILE),
        *drinks(first=910_003, strDrink="Juice", **juice),
    ]
    pipeline.settled(pipeline.put(records))
    pipeline.until(lambda: pipeline.verify().ok)
    return [f"thecocktaildb:{record['idDrink']}" for record in records]


def test_every_format_contains_the_ingested_drinks(published, pipeline, cli, tmp_path):
    def exported(form):
        target = tmp_path / form
        cli("export", "--format", form, "-o", target)
        return target

    table = {register.id: register.drink for register in pipeline.drinks.all()}
    lines = exported("ndjson").read_bytes().splitlines()
    exported_drinks = [msgspec.json.decode(line, type=Drink) for line in lines]
    assert {drink.id for drink in exported_drinks} == set(published)
    assert all(drink == table[drink.id] for drink in exported_drinks)
    assert json.loads(exported("json").read_bytes()) == [json.loads(line) for line in lines]
    with exported("csv").open(newline="", encoding="utf-8") as file:
        instructions = {row["id"]: row["instructions"] for row in csv.DictReader(file)}
    assert instructions["thecocktaildb:910002"] == f"'{HOSTILE}"
    recipes = json.loads(exported("bar-assistant").read_bytes())
    assert {recipe["source"] for recipe in recipes} == set(published)
    with closing(sqlite3.connect(exported("sqlite"))) as connection:
        assert {row for (row,) in connection.execute("SELECT id FROM drinks")} == set(published)


def test_a_filter_selects_what_is_written_to_stdout(published, cli):
    mocktails = cli("export", "--format", "ndjson", "--mocktail")
    assert [json.loads(line)["id"] for line in mocktails.out.splitlines()] == published[2:]
    assert "1 drinks exported" in mocktails.err
