"""The catalogue: every export contains any drinks, and any query has a result."""

import csv
import io
import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from mocktailverse.catalogue.exports.bar_assistant import recipe
from mocktailverse.catalogue.exports.csv_columns import COLUMNS
from mocktailverse.catalogue.exports.formats import (
    csv_cell,
    export_bar_assistant,
    export_csv,
    export_json,
    export_ndjson,
)
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery, Sort
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.drink import Drink
from strategies.drinks import drinks
from strategies.raw_records import record_texts, transformed
from strategies.recipes import known_names
from strategies.texts import texts

RECIPE_SCHEMA = (
    Path(__file__).parents[1] / "unit/catalogue/exports/bar_assistant_recipe.schema.json"
)
RECIPES = Draft7Validator(json.loads(RECIPE_SCHEMA.read_text()))
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a new folder in it
"""A round writes a hundred files twice, which on a disk would take most of the time."""
EVERYTHING = DrinkQuery(withdrawn=True)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@st.composite
def drink_lists(draw: st.DrawFn) -> list[Drink]:
    """Drinks with different ids."""
    return draw(st.lists(drinks, max_size=4, unique_by=lambda drink: drink.id))


def without_apostrophe(cell: str) -> str:
    """Return a cell's original text, as docs/reference/exports.md describes."""
    return cell[1:] if cell.startswith("'") and csv_cell(cell[1:]) != cell[1:] else cell


def published_in(drink: Drink) -> str:
    """Return what Bar Assistant gets as the source: address, author, or the drink's id."""
    return (drink.credit and (drink.credit.url or drink.credit.author)) or drink.id


@given(drink_lists())
def test_every_export_of_any_drinks_is_valid_and_complete(written: list[Drink]):
    with TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder, "catalogue.sqlite")
        with CatalogueWriter.create(path) as writer:
            writer.put(written)
            writer.seal(version="1-00000000", built_at=1, table="drinks")
        with closing(Catalogue(path)) as catalogue:
            stored = list(catalogue.all_drinks())
            rows = b"".join(export_csv(catalogue, EVERYTHING)).decode()
            lines = b"".join(export_ndjson(catalogue, EVERYTHING))
            array = b"".join(export_json(catalogue, EVERYTHING))
            recipes = json.loads(b"".join(export_bar_assistant(catalogue, EVERYTHING)))
            present = b"".join(export_ndjson(catalogue)).count(b"\n")
        with closing(sqlite3.connect(path)) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ids = {drink_id for (drink_id,) in file.execute("SELECT id FROM drinks")}
    by_id = {drink.id: drink for drink in written}
    assert {drink.id: drink for drink in stored} == by_id
    assert len(stored) == len(written)
    assert ids == set(by_id)
    assert present == sum(drink.withdrawn_at is None for drink in written)
    from_lines = [json.loads(line) for line in lines.split(b"\n")[:-1]]
    assert msgspec.convert(from_lines, list[Drink]) == stored
    assert json.loads(array) == from_lines
    assert [entry["source"] for entry in recipes] == [published_in(drink) for drink in stored]
    check_csv(rows, stored)


def check_csv(text: str, stored: list[Drink]) -> None:
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header == [column.name for column in COLUMNS]
    assert len(rows) == len(stored)
    for row, drink in zip(rows, stored, strict=True):
        for cell, column in zip(row, COLUMNS, strict=True):
            value = column.cell(drink)
            assert without_apostrophe(cell) == ("" if value is None else str(value))
            if isinstance(value, str):
                assert not cell.startswith(FORMULA_STARTS)


@given(record_texts())
def test_any_record_that_loads_is_a_valid_bar_assistant_recipe(record: str):
    for piece in transformed(record.encode("utf-8", "surrogatepass")):
        if piece.register is not None and piece.register.drink is not None:
            RECIPES.validate(json.loads(msgspec.json.encode(recipe(piece.register.drink))))


@given(
    texts
    | st.text()
    | st.text(st.sampled_from("=+-@\t\r\n'\"` \u200b\uff1d\ufe62\x00a1"), max_size=8)
)
def test_no_csv_cell_is_a_formula_and_each_can_be_converted_back(text: str):
    cell = csv_cell(text)
    assert without_apostrophe(cell) == text
    assert not cell.startswith(FORMULA_STARTS)
    invisible = {char for char in cell if unicodedata.category(char) in {"Cc", "Cf"}}
    shown = "".join(char for char in cell if char not in invisible and not char.isspace())
    assert not unicodedata.normalize("NFKC", shown.lstrip('"')).startswith(FORMULA_STARTS)


@pytest.fixture(scope="module")
def catalogue(catalogue_path: Path) -> Iterator[Catalogue]:
    """The sample catalogue."""
    with closing(Catalogue(catalogue_path)) as opened:
        yield opened


_FTS = st.sampled_from(
    ["gin", "lime", '"', "*", "AND", "OR", "NOT", "NEAR(", ")", "(", ":", "name:", "^", "-", "+",
     "{name}", "'", "\0", "%", "_", "\\", ";--", "a" * 400, "ü",
     "é", "e\u0301", "日本", "🍹", "\ud800"]
)  # fmt: skip
words = st.lists(_FTS | texts | st.sampled_from(known_names), max_size=5).map(" ".join)
words |= st.text(st.characters(), max_size=20)
values = st.lists(words | st.sampled_from(["Cocktail", "alcoholic", "IBA"]), max_size=3).map(tuple)
strengths = st.none() | st.floats(0, 100) | st.sampled_from([-1.0, 1e300])
queries = st.builds(
    DrinkQuery,
    q=words | st.just(""),
    **dict.fromkeys(
        (
            "category",
            "alcoholic",
            "zero_proof",
            "glass",
            "tag",
            "method",
            "spirit",
            "ingredient",
            "without",
        ),
        st.just(()) | st.just(()) | st.just(()) | values,
    ),
    mocktail=st.none() | st.booleans(),
    match=st.sampled_from(["all", "any"]),
    abv_min=strengths,
    abv_max=strengths,
    sugar_max=strengths,
    withdrawn=st.booleans(),
    sort=st.none() | st.sampled_from(Sort.__args__),
)
simple_queries = st.builds(DrinkQuery, q=words, sort=st.none() | st.sampled_from(Sort.__args__))


@given(queries | simple_queries, st.integers(1, 60))
def test_the_pages_of_any_query_contain_each_drink_once(
    catalogue: Catalogue, query: DrinkQuery, limit: int
):
    after, ids = None, []
    while True:
        page = catalogue.search(query, limit=limit, after=after)
        ids += [drink.id for drink in page.items]
        assert len(page.items) <= limit
        after = page.next
        if after is None:
            break
        assert len(page.items) == limit
    assert len(set(ids)) == len(ids) == catalogue.count(query)
    random_drink = catalogue.random(query)
    assert (random_drink is None) == (not ids)
    assert random_drink is None or random_drink.id in ids
    json.loads(msgspec.json.encode(catalogue.facets(query)))


@given(words, values, st.integers(0, 2), st.integers(1, 60))
def test_any_ingredient_is_looked_up_and_any_shelf_is_paged_completely(
    catalogue: Catalogue, name: str, have: tuple[str, ...], missing: int, limit: int
):
    detail = catalogue.ingredient(name)
    assert detail is None or catalogue.ingredient(detail.name) == detail
    assert len(catalogue.similar_ingredients(name)) <= 5
    after, listed = None, []
    while True:
        page = catalogue.ingredients(q=name, limit=limit, after=after)
        listed += [entry.name for entry in page.items]
        after = page.next
        if after is None:
            break
    assert len(set(listed)) == len(listed)
    makeable_ids, after = [], None
    while True:
        makeable = catalogue.makeable(have, missing=missing, limit=limit, after=after)
        makeable_ids += [entry.drink.id for entry in makeable.items]
        after = makeable.next
        if after is None:
            break
    expected = sum(makeable.counts[str(number)] for number in range(missing + 1))
    assert len(set(makeable_ids)) == len(makeable_ids) == expected
