"""Verify, to the end: what the published catalogue shows is held against the table."""

import sqlite3
from contextlib import closing

import msgspec
import pytest

from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.ledger import LoadRequest
from mocktailverse.drinks.register import Register
from mocktailverse.pipeline.verify_catalogue import POLLS, verify_all

FIRST = "thecocktaildb:1"
LATER = {"version": "1-00000000", "built_at": 1, "table": "drinks"}


class Setting:
    """Loaded stores with a published catalogue; `meanwhile` happens at the first waiting."""

    def __init__(self, world, published, path):
        self.world = world
        self.published = published
        self.path = path
        self.waits = 0
        self.meanwhile = lambda: None

    def publish(self):
        with CatalogueWriter.create(self.path) as writer:
            writer.put(register.drink for register in self.world.drinks.all() if register.drink)
            writer.seal(**LATER)
        self.published.body = self.path.read_bytes()

    def tamper(self, statement):
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement)
        self.published.body = self.path.read_bytes()

    def verify(self, **options):
        world = self.world
        return verify_all(
            world.raw, world.drinks, world.loads, self.published, wait=self.wait, **options
        )

    def wait(self, _seconds):
        self.waits += 1
        if self.waits == 1:
            self.meanwhile()


@pytest.fixture
def setting(new_world, new_published, raw_record, tmp_path):
    world = new_world()
    records = [raw_record("1", "Adonis"), raw_record("2"), raw_record("3")]
    version = world.raw.add(msgspec.json.encode(records), "raw/thecocktaildb/1")
    world.handle(LoadRequest(version, 1))
    setting = Setting(world, new_published(), tmp_path / "c")
    setting.publish()
    return setting


def told(report):
    return [(one.kind, one.subject, one.problem) for one in report.differences]


def test_what_is_published_is_verified_at_once(setting):
    report = setting.verify()
    assert report.ok
    assert (report.objects, report.drinks, setting.waits) == (1, 3, 0)


def test_an_empty_system_needs_no_catalogue(new_world, new_published, tmp_path):
    assert Setting(new_world(), new_published(), tmp_path / "c").verify().ok


def test_a_drink_that_the_catalogue_lacks_is_lost(setting):
    setting.tamper(f"DELETE FROM drinks WHERE id = '{FIRST}'")  # noqa: S608 - our own id
    report = setting.verify()
    assert told(report) == [("lost", FIRST, "the catalogue lacks it")]
    assert report.lost == [FIRST]
    assert setting.waits == POLLS


@pytest.mark.parametrize(
    "change",
    [
        "name = 'Other'",
        "content_hash = 'f'",
        "transform_version = 99",
        "withdrawn_at = 5",
        "quality = '[\"x\"]'",
    ],
)
def test_a_drink_that_the_catalogue_shows_otherwise_is_stale(setting, change):
    setting.tamper(f"UPDATE drinks SET {change} WHERE id = '{FIRST}'")  # noqa: S608 - as above
    report = setting.verify()
    field = change.split()[0].replace("transform_version", "lineage")
    assert told(report) == [("stale", FIRST, f"the catalogue differs in {field}")]


def test_a_drink_that_the_table_lacks_is_extra(setting):
    setting.tamper(f"UPDATE drinks SET id = 'other' WHERE id = '{FIRST}'")  # noqa: S608 - as above
    report = setting.verify()
    assert (report.lost, report.stale, report.extra) == ([FIRST], [], ["other"])
    assert "catalogue" in report.differences[0].problem


def test_a_drink_that_is_wrong_in_the_table_is_told_once_and_at_once(setting):
    register = setting.world.drinks.table[FIRST]
    wrong = msgspec.structs.replace(register.drink, name="Other")
    setting.world.drinks.table[FIRST] = Register(FIRST, wrong, register.recipe)
    assert told(setting.verify()) == [("stale", FIRST, "differs in name")]
    assert setting.waits == 0


def test_when_and_where_it_was_last_seen_may_lag_behind(setting):
    setting.tamper("UPDATE drinks SET observed_at = 1, lineage_key = 'raw/x', lineage_position = 7")
    assert setting.verify().ok
    assert setting.waits == 0


def test_the_catalogue_is_given_time_to_catch_up(setting):
    setting.tamper("DELETE FROM drinks")
    setting.meanwhile = setting.publish
    assert setting.verify().ok
    assert setting.waits == 1


def test_a_first_catalogue_is_waited_for(setting):
    setting.published.body = None
    setting.meanwhile = setting.publish
    assert setting.verify().ok


def test_nothing_published_means_all_is_lost(setting):
    setting.published.body = None
    assert len(setting.verify().lost) == 3


def test_a_drink_that_changes_while_it_is_verified_is_no_difference(setting):
    drinks = setting.world.drinks
    before = drinks.table[FIRST]
    drink = msgspec.structs.replace(before.drink, name="Other", content_hash="f" * 64)

    def change_when_read(registers=drinks.all):
        yield from registers()
        drinks.table[FIRST] = Register(FIRST, drink, before.recipe)
        drinks.all = registers
        setting.publish()

    drinks.all = change_when_read
    assert setting.verify().ok
    assert setting.waits == 0


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 9", "DROP TABLE drink_ingredients"])
def test_a_damaged_catalogue_is_told_once(setting, statement):
    setting.tamper(statement)
    ((kind, subject, problem),) = told(setting.verify())
    assert (kind, subject) == ("stale", "catalogue.sqlite")
    assert problem.startswith("the catalogue cannot be read")


def test_where_raw_objects_expire_the_catalogue_still_shows_the_table(setting):
    setting.world.raw.objects.clear()
    assert setting.verify(raw_expires=True).ok
    setting.tamper("UPDATE drinks SET name = 'Other'")
    assert len(setting.verify(raw_expires=True).stale) == 3
