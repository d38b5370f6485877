"""Opening a catalogue file, sharing it between threads, closing it, and refusing other files."""

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from mocktailverse.catalogue import in_memory
from mocktailverse.catalogue.reader import Catalogue, ConnectionPool
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.errors import CatalogueError


def test_a_file_that_is_not_a_catalogue_is_refused(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    text = tmp_path / "text"
    text.write_text("not a database" * 1000)
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.executescript("CREATE TABLE drinks (id); PRAGMA user_version = 999")
    connection.close()

    for path in (tmp_path / "missing", tmp_path, empty, text, other):
        with pytest.raises(CatalogueError):
            Catalogue(path)
    assert not (tmp_path / "missing").exists()


def test_a_damaged_file_is_reported(tmp_path, new_file, make_drink):
    path = new_file(tmp_path / "a.sqlite", [make_drink(f"D{n}", "Gin") for n in range(500)])
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + b"\xff" * (len(whole) - half))

    with pytest.raises(CatalogueError):
        list(Catalogue(path).all_drinks())


def test_a_path_may_contain_any_characters(tmp_path, new_file, make_drink):
    path = new_file(tmp_path / "a b%20?mode=rwc#ü.sqlite", [make_drink("A")])

    catalogue = Catalogue(path)

    assert catalogue.meta.drinks == 1
    catalogue.close()


def test_meta_has_counts_and_source_of_the_file(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [make_drink("A", "Gin", observed_at=7), make_drink("B", withdrawn_at=9, observed_at=8)]
    )

    meta = catalogue.meta

    assert (meta.drinks, meta.withdrawn, meta.newest_observed_at) == (2, 1, 8)
    assert (meta.table, meta.built_at) == ("drinks", 1_000)


def test_every_query_of_an_empty_catalogue_has_an_empty_result(open_catalogue):
    catalogue = open_catalogue([])

    for query in (DrinkQuery(), DrinkQuery(q="gin", ingredient=("gin",), abv_min=1)):
        assert catalogue.search(query).items == []
        assert catalogue.count(query) == 0
        assert catalogue.random(query) is None
        assert set(map(len, msgspec.structs.astuple(catalogue.facets(query)))) == {0}
    assert catalogue.ingredients().items == []
    assert catalogue.meta.newest_observed_at is None


def test_many_threads_read_at_the_same_time(tmp_path, new_file, make_drink):
    drinks = [make_drink(f"D{n:03}", "Gin", "Ice", f"New {n % 9}") for n in range(200)]
    path = new_file(tmp_path / "a.sqlite", drinks)
    catalogue = Catalogue(path)

    def read(number):
        query = DrinkQuery(q=f"new {number % 9}")
        assert len(list(catalogue.all_drinks())) == 200
        assert catalogue.drink(f"test:D{number:03}") == drinks[number]
        return catalogue.count(query) == len(catalogue.search(query, limit=200).items) > 0

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(64)))
    catalogue.close()


def test_active_readers_can_finish_after_close(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink(f"D{n:04}") for n in range(600)])
    reading = catalogue.all_drinks()
    next(reading)

    catalogue.close()
    catalogue.close()

    assert len(list(reading)) == 599
    with pytest.raises(CatalogueError, match="closed"):
        catalogue.drink("test:D0001")


def test_a_page_holds_25_drinks_or_50_ingredients_by_default(open_catalogue, make_drink):
    catalogue = open_catalogue(make_drink(f"D{n:02}", f"New {n:02}") for n in range(60))

    assert len(catalogue.search(DrinkQuery()).items) == 25
    assert len(catalogue.ingredients().items) == 50
    have = [f"New {n:02}" for n in range(60)]
    page = catalogue.makeable(have)
    assert (len(page.items), page.counts) == (25, {"0": 60, "1": 0, "2": 0})
    assert catalogue.makeable(have[1:]).counts == {"0": 59, "1": 1, "2": 0}
    assert [item.missing for item in catalogue.makeable(have[:1], limit=60).items] == [[]]


def test_every_match_can_be_the_random_drink(open_catalogue, make_drink):
    drinks = [make_drink(f"D{n}", glass="Cup" if n % 2 else "Bowl") for n in range(10)]
    catalogue = open_catalogue(drinks)
    random.seed(1)

    names = {catalogue.random(DrinkQuery(glass=("Cup",))).name for _ in range(200)}

    assert names == {"D1", "D3", "D5", "D7", "D9"}


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            "PRAGMA user_version = 999",
            rf"^Not a catalogue of format {FORMAT}: its format is 999\.$",
        ),
        ("DELETE FROM meta WHERE key = 'table'", r"^Not a sealed catalogue: .*table"),
        ("DROP TABLE meta", r"^Not a sealed catalogue: .*meta"),
    ],
)
def test_the_error_says_why_a_file_is_refused(tmp_path, new_file, statement, text):
    path = new_file(tmp_path / "a.sqlite", [])
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()

    with pytest.raises(CatalogueError, match=text):
        Catalogue(path)


def test_the_index_is_built_once_by_the_first_query_or_by_warm(
    open_catalogue, make_drink, monkeypatch
):
    built = []

    class Counted(CatalogueIndex):
        def __init__(self, connection):
            built.append(1)
            super().__init__(connection)

    monkeypatch.setattr(in_memory, "CatalogueIndex", Counted)
    catalogue = open_catalogue([make_drink("A", "Gin")])
    assert catalogue.drink("test:A") == make_drink("A", "Gin")
    assert built == [], "a lookup by ID reads the file"
    catalogue.warm()
    assert built == [1]
    assert catalogue.count(DrinkQuery()) == len(catalogue.search(DrinkQuery()).items) == 1
    assert built == [1]


# ---- the pool of connections


def test_connections_are_reused(tmp_path, new_file):
    connections = ConnectionPool(new_file(tmp_path / "a.sqlite", []))
    with connections.borrow() as first, connections.borrow() as second:
        assert first is not second
    with connections.borrow() as again, connections.borrow() as another:
        assert {again, another} == {first, second}
    connections.close()


def test_idle_connections_close_at_once_and_borrowed_ones_when_returned(tmp_path, new_file):
    connections = ConnectionPool(new_file(tmp_path / "a.sqlite", []))
    with connections.borrow() as borrowed:
        with connections.borrow() as idle:
            pass
        connections.close()
        assert borrowed.execute("SELECT 1").fetchall() == [(1,)]
        with pytest.raises(sqlite3.ProgrammingError):
            idle.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError):
        borrowed.execute("SELECT 1")
    with pytest.raises(CatalogueError, match="closed"), connections.borrow():
        pass


def test_connections_are_read_only(tmp_path, new_file):
    connections = ConnectionPool(new_file(tmp_path / "a.sqlite", []))
    with pytest.raises(CatalogueError, match="cannot be read"), connections.borrow() as borrowed:
        borrowed.execute("DELETE FROM meta")
    connections.close()
