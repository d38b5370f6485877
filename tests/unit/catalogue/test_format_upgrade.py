"""A file of an earlier format can be read at once; only a publisher replaces it."""

import sqlite3
import time
from contextlib import closing

import pytest

from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.format_upgrade import upgrade
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.synced_copy import CatalogueCopy, open_published
from mocktailverse.errors import CatalogueError
from mocktailverse.pipeline.verify_catalogue import _comparable


class Published:
    """The published file."""

    def __init__(self, path):
        self.path = path

    def download(self, path, *, unless=None, **_):  # noqa: ARG002 - as the protocol
        path.write_bytes(self.path.read_bytes())
        return CatalogueState("etag")


@pytest.fixture
def drinks(make_drink):
    mocktail = make_drink("Julep", "Mint", is_mocktail=True, abv_percent_max=0.0, spirits=())
    return [make_drink("Gimlet", "Gin", "Lime juice", spirits=("Gin",), tags=("IBA",)), mocktail]


@pytest.fixture
def format_1(tmp_path, new_file, drinks, as_format_1):
    """Return the path of a file of format 1."""
    return as_format_1(new_file(tmp_path / "published", drinks))


def test_a_copy_of_an_earlier_format_serves_the_same_drinks(format_1, drinks, tmp_path):
    copy = CatalogueCopy(Published(format_1), tmp_path / "copies", max_age_s=10)

    catalogue = copy.current()

    assert list(catalogue.all_drinks()) == drinks
    assert copy.problem is None
    assert catalogue.meta.format == FORMAT
    assert catalogue.meta.version.endswith(f"-{FORMAT}"), "what was cached of the file must expire"
    assert catalogue.search(DrinkQuery(q="gin")).items == drinks[:1]
    assert catalogue.count(DrinkQuery(zero_proof=("alcohol_free",))) == 1
    assert catalogue.count(DrinkQuery(sugar_max=100)) == 0, "unknown"
    assert catalogue.makeable(["mint"]).counts["0"] == 1
    assert catalogue.statistics().drinks == 2
    assert catalogue.ingredient("Gin") is not None


def test_a_single_use_copy_is_upgraded_and_the_published_file_is_not(format_1, drinks):
    before = format_1.read_bytes()
    with open_published(Published(format_1)) as catalogue:
        assert list(map(_comparable, catalogue.all_drinks())) == list(map(_comparable, drinks))
    assert format_1.read_bytes() == before


def test_an_upgraded_file_has_the_columns_of_a_new_one(format_1, new_file, tmp_path):
    upgrade(format_1)
    new = new_file(tmp_path / "new", [])
    for table in ("drinks", "drink_ingredients"):
        with closing(sqlite3.connect(format_1)) as old, closing(sqlite3.connect(new)) as current:
            columns = [
                sorted(row[1:5] for row in file.execute(f"PRAGMA table_info({table})"))
                for file in (old, current)
            ]
        assert columns[0] == columns[1]
    with closing(sqlite3.connect(format_1)) as old:
        assert old.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_complete_copy_has_a_column_for_a_field_that_the_format_lacks(tmp_path, new_file, drinks):
    path = new_file(tmp_path / "file", drinks)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("ALTER TABLE drinks DROP COLUMN video")
        file.execute("ALTER TABLE drink_ingredients DROP COLUMN preparation")
    upgrade(path, complete=True)
    with closing(Catalogue(path)) as catalogue:
        assert list(map(_comparable, catalogue.all_drinks())) == list(map(_comparable, drinks))
        assert list(catalogue.unread_fields()) == []


def test_a_file_of_this_format_or_a_later_one_is_left_as_it_is(tmp_path, new_file):
    path = new_file(tmp_path / "file", [])
    for number in (FORMAT, FORMAT + 1, 0):
        with closing(sqlite3.connect(path)) as file:
            file.execute(f"PRAGMA user_version = {number}")
        before = path.read_bytes()
        upgrade(path)
        assert path.read_bytes() == before
    with pytest.raises(CatalogueError, match="Not a catalogue of format"):
        Catalogue(path)


def test_a_damaged_file_of_an_earlier_format_is_reported(format_1, tmp_path):
    with closing(sqlite3.connect(format_1)) as file:
        file.execute("DROP TABLE drinks")
    with pytest.raises(CatalogueError, match="no such table"):
        upgrade(format_1)
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"not a database" * 100)
    with pytest.raises(CatalogueError, match="not a database"):
        upgrade(garbage)


def test_an_upgrade_takes_a_moment_for_any_number_of_drinks(tmp_path, new_file, make_drink):
    path = new_file(tmp_path / "many", (make_drink(f"D{n}", "Gin") for n in range(3000)))
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("ALTER TABLE drinks DROP COLUMN sugar_g_min")
        file.execute("PRAGMA user_version = 1")
    started = time.process_time()
    upgrade(path)
    assert time.process_time() - started < 0.5
    with closing(Catalogue(path)) as catalogue:
        assert catalogue.drink("test:D7").derived.sugar_g_min is None
