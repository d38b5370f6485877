"""Drinks as JSON: the bytes of the drink, from the cache or not, in the order of the request."""

import shutil
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mocktailverse.catalogue import encoded_drinks
from mocktailverse.catalogue.changes.row_edits import touched_rows
from mocktailverse.catalogue.encoded_drinks import EncodedDrinks
from mocktailverse.catalogue.encoded_rows import encoded_by_row
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter
from strategies.drinks import drinks
from strategies.effort import examples


@pytest.fixture(scope="module")
def catalogue(catalogue_path):
    with closing(Catalogue(catalogue_path)) as opened:
        yield opened


def test_a_page_is_encoded_as_its_drinks_are(catalogue):
    query = DrinkQuery(sort="-name")
    for _ in range(2):  # the second time from the cache
        page = catalogue.encoded_page(query, 5, None)
        assert msgspec.json.encode(page) == msgspec.json.encode(catalogue.search(query, limit=5))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(drinks, min_size=1, max_size=4, unique_by=lambda drink: drink.id))
def test_any_drinks_are_encoded_as_they_are(open_catalogue, given_drinks):
    with closing(open_catalogue(given_drinks)) as catalogue:
        page = catalogue.encoded_page(DrinkQuery(withdrawn=True), len(given_drinks), None)
        expected = catalogue.search(DrinkQuery(withdrawn=True), limit=len(given_drinks))
        texts = [bytes(catalogue.encoded_drink(drink.id)) for drink in given_drinks]

    assert msgspec.json.encode(page) == msgspec.json.encode(expected)
    assert texts == [msgspec.json.encode(drink) for drink in given_drinks]


def test_a_drink_is_encoded_as_it_is(catalogue):
    drink = catalogue.search(DrinkQuery(), limit=1).items[0]
    for _ in range(2):
        assert bytes(catalogue.encoded_drink(drink.id)) == msgspec.json.encode(drink)
    assert catalogue.encoded_drink("nobody:1") is None


@pytest.fixture
def read_rows(monkeypatch):
    """The rows that were read from a file, by request."""
    reads = []

    def recorded(connection, rows):
        reads.append(list(rows))
        return encoded_by_row(connection, rows)

    monkeypatch.setattr(encoded_drinks, "encoded_by_row", recorded)
    return reads


def test_only_the_drinks_encoded_last_are_kept(open_catalogue, make_drink, monkeypatch, read_rows):
    catalogue = open_catalogue([make_drink(name) for name in "ABCD"])
    size = len(bytes(catalogue.encoded_drink("test:A")))
    read_rows.clear()

    monkeypatch.setattr(encoded_drinks, "KEPT_BYTES", 2 * size + 1)
    with catalogue._connections.borrow() as connection:  # noqa: SLF001 - reads the file
        encoded = EncodedDrinks(catalogue._connections.borrow)  # noqa: SLF001 - reads the file
        for rows in ([1, 2], [2, 1], [3, 2], [1, 4]):
            assert encoded.by_row(rows) == encoded_by_row(connection, rows)
    assert read_rows == [[1, 2], [3], [1, 4]]


def test_a_later_catalogue_reads_only_the_drinks_that_changed(
    open_catalogue, make_drink, tmp_path, read_rows
):
    earlier = open_catalogue([make_drink(name) for name in "ABCD"])
    query = DrinkQuery()
    earlier.encoded_page(query, 4, None)
    path = Path(shutil.copyfile(earlier.path, tmp_path / "later.sqlite"))
    with CatalogueWriter.open(path) as writer:
        writer.put(replace(make_drink(name), content_hash="changed") for name in "BD")
        writer.put([make_drink("E")])
        writer.remove(["test:C"])
        rows = touched_rows(writer.edits)
        writer.seal(version="2", built_at=2, table="t")
    read_rows.clear()

    with closing(Catalogue(path)) as later:
        later.warm(earlier, rows)
        page = later.encoded_page(query, 4, None)
        assert msgspec.json.encode(page) == msgspec.json.encode(later.search(query, limit=4))
        assert [drink.id for drink in later.search(query).items] == [f"test:{c}" for c in "ABDE"]
    assert [len(rows) for rows in read_rows] == [3]

    with closing(Catalogue(path)) as unrelated:
        unrelated.warm(earlier, None)
        unrelated.encoded_page(query, 4, None)
    assert [len(rows) for rows in read_rows] == [3, 4]
