"""The catalogue's writer: an edited catalogue equals a new one with the same drinks."""

import hashlib
import sqlite3
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue import rows, writer
from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.drink import Credit, Derived, Image, Stated
from mocktailverse.drinks.ingredients import ancestors, match_ingredient
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.errors import CatalogueError
from strategies.effort import examples

NAMES = ("White rum", "Rum", "Gin", "Absolut Citron", "Vodka", "Lime", "Moon dust", "moon dust")
TABLES = (
    "ingredients",
    "ingredient_kinds",
    "drink_ingredients",
    "tags",
    "drink_spirits",
    "drink_name_keys",
)
SEAL = {"version": "1-00000000", "built_at": 1, "table": "drinks"}


@pytest.fixture(scope="session")
def new_drink(numbered_drink):
    """Return a function that creates drinks with numbers as IDs, without measures."""
    return numbered_drink


def fill(path, drinks):
    with CatalogueWriter.create(path) as new:
        new.put(drinks)
        return new.seal(**SEAL)


def edit(path, drinks=(), ids=()):
    with CatalogueWriter.open(path) as opened:
        counts = opened.put(drinks), opened.remove(ids)
        opened.seal(**SEAL)
        return counts


def dump(path):
    """Return the content of the file without row numbers; the full text with all its terms."""
    with closing(sqlite3.connect(path)) as connection:
        read = connection.execute
        assert read("PRAGMA integrity_check").fetchall() == [("ok",)]
        read("INSERT INTO drink_texts (drink_texts, rank) VALUES ('integrity-check', 1)")
        read("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, drink_texts, row)")
        columns = ", ".join(rows.DRINK_COLUMNS)
        queries = {table: f"SELECT * FROM {table}" for table in TABLES}  # noqa: S608 - names
        queries |= {
            "drinks": f"SELECT {columns} FROM drinks",  # noqa: S608 - names
            "texts": "SELECT d.id, t.* FROM drinks d JOIN drink_texts t ON t.rowid = d.row",
            "rest": "SELECT * FROM drink_texts WHERE rowid NOT IN (SELECT row FROM drinks)",
            "terms": "SELECT * FROM terms",
            "meta": "SELECT * FROM meta",
            "schema": "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'drink_texts_%'",
        }
        return {name: sorted(map(repr, read(query))) for name, query in queries.items()}


@st.composite
def edits(draw, new_drink):
    """Draw a few drinks to put and a few IDs to remove; there are six drink IDs in total."""
    drinks = [
        new_drink(
            str(draw(st.integers(1, 6))),
            draw(st.sampled_from(["Fizz", "Sour", "Élan"])),
            draw(st.lists(st.sampled_from(NAMES), max_size=4)),
            tags=draw(st.sampled_from([(), ("IBA",), ("IBA", "New", "IBA")])),
            withdrawn_at=draw(st.none() | st.just(5)),
            derived=Derived(spirits=draw(st.sampled_from([(), ("Rum", "Gin")]))),
            instructions=draw(st.sampled_from([{}, {"en": "Shake.", "de": "Schütteln."}])),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    return drinks, draw(st.lists(st.sampled_from([f"thecocktaildb:{n}" for n in range(8)])))


@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_edits_result_in_the_same_rows_as_a_new_file(new_drink, data):
    with TemporaryDirectory() as folder:
        edited, new = Path(folder) / "edited", Path(folder) / "new"
        expected = {}
        fill(edited, [])
        for drinks, ids in data.draw(st.lists(edits(new_drink), min_size=1, max_size=4)):
            edit(edited, drinks, ids)
            expected |= {drink.id: drink for drink in drinks}
            expected = {key: drink for key, drink in expected.items() if key not in ids}
        fill(new, expected.values())
        assert dump(edited) == dump(new)


def test_every_field_of_a_drink_is_read_back(tmp_path, new_drink):
    drink = new_drink(
        "1",
        "Daiquiri",
        ["White rum", "Lime", "White rum"],
        image=Image("https://x/y.jpg", None, "Ada"),
        description="Sharp.",
        credit=Credit(None, "https://x/y", None),
        stated=Stated(20.0),
        tags=("a", "b", "a"),
        quality=("no_instructions",),
        derived=Derived(abv_percent_min=1.5, is_mocktail=False, spirits=("Rum",)),
    )
    fill(tmp_path / "c", [drink])
    with closing(sqlite3.connect(tmp_path / "c")) as connection:
        columns = ", ".join(rows.LINE_COLUMNS)
        lines = connection.execute(f"SELECT {columns} FROM drink_ingredients").fetchall()  # noqa: S608 - names
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT * FROM drinks").fetchone()
    assert rows.to_drink(row, lines) == drink


def ingredient_counts(path):
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT name, drinks, drinks_with_kinds FROM ingredients"
        return {name: counts for name, *counts in connection.execute(query)}


def test_a_drink_counts_once_for_an_ingredient_and_for_each_more_general_one(tmp_path, new_drink):
    first = new_drink("1", "Mix", ["Gold rum", "Dark rum", "Gold rum"])
    meta = fill(tmp_path / "c", [first, new_drink("2", "Neat", ["Rum"])])
    assert ingredient_counts(tmp_path / "c") == {
        "Gold rum": [1, 1],
        "Dark rum": [1, 1],
        "Rum": [1, 2],
        **{name: [0, 2] for name in ancestors("Rum")},
    }
    assert (meta.drinks, meta.withdrawn, meta.ingredients) == (2, 0, 3 + len(ancestors("Rum")))


def test_a_withdrawn_drink_does_not_count_but_its_ingredients_are_listed(tmp_path, new_drink):
    gone = new_drink("1", "Gone", ["Moon dust"], withdrawn_at=7)
    meta = fill(tmp_path / "c", [gone])
    assert ingredient_counts(tmp_path / "c") == {"Moon dust": [0, 0]}
    assert (meta.drinks, meta.withdrawn) == (1, 1)


def test_an_unknown_ingredient_has_only_a_name(tmp_path, new_drink):
    fill(tmp_path / "c", [new_drink("1", "Odd", ["Moon dust"])])
    with closing(sqlite3.connect(tmp_path / "c")) as connection:
        ingredients = connection.execute("SELECT * FROM ingredients").fetchall()
    assert ingredients == [("Moon dust", None, None, None, None, 1, 1)]


def test_a_known_ingredient_has_the_values_of_the_reference(tmp_path, new_drink):
    fill(tmp_path / "c", [new_drink("1", "Neat", ["Light rum"])])
    with closing(sqlite3.connect(tmp_path / "c")) as connection:
        ingredients = connection.execute("SELECT * FROM ingredients").fetchall()
        kinds = connection.execute("SELECT * FROM ingredient_kinds").fetchall()
    line = ("Light rum", *ancestors("Light rum"))
    assert len(line) > 2
    facts = {name: match_ingredient(name) for name in line}
    parents = {**dict(pairwise(line)), line[-1]: None}
    assert sorted(ingredients) == sorted(
        (
            name, fact.kind, parents[name], fact.abv_percent, fact.alcoholic,
            int(name == "Light rum"), 1,
        )
        for name, fact in facts.items()
    )  # fmt: skip
    assert sorted(kinds) == sorted(
        (general, name) for place, name in enumerate(line) for general in line[place:]
    )


def test_a_drink_with_an_equal_fingerprint_is_not_written_again(tmp_path, new_drink):
    drink = new_drink("1")
    fill(tmp_path / "c", [drink])
    seen_later = msgspec.structs.replace(drink, observed_at=drink.observed_at + 1)
    assert edit(tmp_path / "c", [seen_later]) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"content_hash": "f" * 64},
        {"withdrawn_at": 5},
        {"previous_name": "Fizz"},
        {"quality": ("id_reassigned",)},
    ],
)
def test_every_visible_change_is_written(tmp_path, new_drink, change):
    drink = new_drink("1")
    fill(tmp_path / "c", [drink])
    changed = msgspec.structs.replace(drink, **change)
    assert edit(tmp_path / "c", [changed]) == (1, 0)
    with closing(Catalogue(tmp_path / "c")) as catalogue:
        assert list(catalogue.all_drinks()) == [changed]
    assert edit(tmp_path / "c", [changed]) == (0, 0)


def test_removing_counts_only_existing_drinks(tmp_path, new_drink):
    fill(tmp_path / "c", [new_drink("1"), new_drink("2")])
    ids = ["thecocktaildb:1", "thecocktaildb:3", "'; DROP TABLE drinks; --"]
    assert edit(tmp_path / "c", ids=ids) == (0, 1)


def test_more_drinks_than_fit_into_one_chunk(tmp_path, new_drink, monkeypatch):
    monkeypatch.setattr(writer, "WRITE_CHUNK", 3)
    drinks = [new_drink(str(number % 10), f"Mix {number}") for number in range(25)]
    meta = fill(tmp_path / "c", drinks)
    assert meta.drinks == 10
    fill(tmp_path / "d", drinks[15:])
    assert dump(tmp_path / "c") == dump(tmp_path / "d")


def test_a_file_that_is_not_sealed_is_refused(tmp_path, new_drink):
    with CatalogueWriter.create(tmp_path / "c") as new:
        new.put([new_drink("1")])
    with pytest.raises(CatalogueError):
        CatalogueWriter.open(tmp_path / "c")


def damage(path, statement):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA user_version = 99",
        "DELETE FROM meta",
        "DROP TABLE meta",
        "UPDATE meta SET value = 'other' WHERE key = 'reference'",
        "UPDATE meta SET value = 'many' WHERE key = 'drinks'",
    ],
)
def test_a_catalogue_of_another_format_is_refused(tmp_path, statement):
    fill(tmp_path / "c", [])
    damage(tmp_path / "c", statement)
    with pytest.raises(CatalogueError):
        CatalogueWriter.open(tmp_path / "c")


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_a_file_that_is_not_a_database_is_refused(tmp_path, content):
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(CatalogueError):
        CatalogueWriter.open(tmp_path / "c")
    with pytest.raises(CatalogueError):
        CatalogueWriter.open(tmp_path / "missing")


def test_a_new_file_replaces_an_existing_one(tmp_path, new_drink):
    fill(tmp_path / "c", [new_drink("1"), new_drink("2")])
    assert fill(tmp_path / "c", [new_drink("3")]).drinks == 1
    (tmp_path / "c").write_bytes(b"not a database")
    assert fill(tmp_path / "c", [new_drink("3")]).drinks == 1


def test_seal_returns_the_meta_data_that_it_writes_to_the_file(tmp_path, new_drink):
    gone = new_drink("2", withdrawn_at=5, observed_at=9)
    seal = {"version": "7-00000001", "built_at": 7, "table": "other"}
    with CatalogueWriter.create(tmp_path / "c") as new:
        assert new.put([new_drink("1", "Fizz", ["Moon dust"], observed_at=8), gone]) == 2
        meta = new.seal(**seal)
    assert meta == Meta(
        version="7-00000001", format=FORMAT, built_at=7, drinks=2, ingredients=1, withdrawn=1,
        table="other", newest_observed_at=9,
    )  # fmt: skip
    with CatalogueWriter.open(tmp_path / "c") as opened:
        assert opened.meta == meta
        assert opened.remove([gone.id]) == 1
        meta = opened.seal(**seal)
    assert (meta.drinks, meta.withdrawn, meta.newest_observed_at) == (1, 0, 8)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM meta WHERE key = 'reference'", "another ingredient reference"),
        ("UPDATE meta SET value = '0' WHERE key = 'reference'", "another ingredient reference"),
        ("PRAGMA user_version = 99", f"Not a catalogue of format {FORMAT}: its format is 99"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="looks for open files in /proc")
def test_a_file_that_is_refused_is_not_kept_open(tmp_path, statement, message):
    path = tmp_path / "c"
    fill(path, [])
    damage(path, statement)
    with pytest.raises(CatalogueError, match=message) as caught:
        CatalogueWriter.open(path)
    assert caught.value.__traceback__ is not None, "the traceback references the opened file"
    open_files = [file.resolve() for file in Path("/proc/self/fd").iterdir()]
    assert path.resolve() not in open_files
    with pytest.raises(CatalogueError, match="missing` is not a file"):
        CatalogueWriter.open(tmp_path / "missing")


def test_a_closed_or_sealed_writer_cannot_write(tmp_path, new_drink):
    with CatalogueWriter.create(tmp_path / "c") as ended:
        ended.put([new_drink("1")])
    sealed = CatalogueWriter.create(tmp_path / "d")
    sealed.seal(**SEAL)
    for closed in (ended, sealed):
        with pytest.raises(CatalogueError, match="cannot be written"):
            closed.put([new_drink("2")])
        closed.close()


def test_the_reference_digest_depends_on_code_and_tables(tmp_path):
    fill(tmp_path / "c", [])
    with closing(sqlite3.connect(tmp_path / "c")) as connection:
        query = "SELECT value FROM meta WHERE key = 'reference'"
        ((digest,),) = connection.execute(query)
    names = (
        "ingredients", "composition", "roles", "replacements", "brews",
        "drink_names", "drink_aliases", "known_drinks",
    )  # fmt: skip
    reference = f"{TRANSFORM_VERSION}{[read_table(f'{name}.csv') for name in names]}"
    assert digest == hashlib.sha256(reference.encode()).hexdigest()[:16]


def test_damage_that_appears_during_a_write_is_reported(tmp_path, new_drink):
    fill(tmp_path / "c", [new_drink("1")])
    damage(tmp_path / "c", "DROP TABLE tags")
    raises_error = pytest.raises(CatalogueError, match=r"^The catalogue cannot be written: .*tags")
    with CatalogueWriter.open(tmp_path / "c") as opened, raises_error:
        opened.put([new_drink("1", "Fizz")])


def test_versions_are_unique_and_sort_by_time():
    early, late = catalogue_version(1_700_000_000_000), catalogue_version(1_700_000_000_001)
    assert early < late
    assert len({catalogue_version(1) for _ in range(100)}) == 100


def test_a_small_edit_takes_a_small_part_of_the_time_of_a_rebuild(tmp_path, new_drink):
    drinks = [
        new_drink(
            str(n), f"Mix {n}", [NAMES[n % 8], NAMES[n % 5]], instructions={"en": "Mix. " * 9}
        )
        for n in range(5_000)  # as many as one publish converts
    ]
    started = time.process_time()
    fill(tmp_path / "c", drinks)
    filled = time.process_time()
    changed = [new_drink(str(n), f"New {n}", [NAMES[n % 7]]) for n in range(0, 800, 100)]
    assert edit(tmp_path / "c", changed) == (8, 0)
    assert time.process_time() - filled < (filled - started) / 10
