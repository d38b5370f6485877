"""Verify the last stage: compare the published catalogue with the table."""

import sqlite3
from contextlib import closing

import msgspec
import pytest

from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.register import Register
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline import verify_catalogue
from mocktailverse.pipeline.verify_catalogue import verify_all

FIRST = "thecocktaildb:1"


class Setting:
    """Loaded stores with a published catalogue. `meanwhile` is called at the first wait.

    `later` has the calls at other waits, by number.
    """

    def __init__(self, world, published, path):
        self.world = world
        self.published = published
        self.path = path
        self.waits = 0
        self.waited_s = 0.0
        self.meanwhile = lambda: None
        self.later = {}

    def publish(self):
        with CatalogueWriter.create(self.path) as writer:
            writer.put(register.drink for register in self.world.drinks.all() if register.drink)
            writer.seal(version=catalogue_version(1), built_at=1, table="drinks")
        self.published.body = self.path.read_bytes()

    def tamper(self, statement):
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement)
            version = (catalogue_version(1),)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'version'", version)
        self.published.body = self.path.read_bytes()

    def verify(self, **options):
        world = self.world
        return verify_all(
            world.raw, world.drinks, world.loads, self.published, wait=self.wait, **options
        )

    def wait(self, seconds):
        self.waits += 1
        self.waited_s += seconds
        if self.waits == 1:
            self.meanwhile()
        self.later.get(self.waits, lambda: None)()


@pytest.fixture
def setting(new_world, new_published, raw_record, tmp_path):
    world = new_world()
    records = [raw_record("1", "Adonis"), raw_record("2"), raw_record("3")]
    version = world.raw.add(msgspec.json.encode(records), "raw/thecocktaildb/1")
    world.handle(LoadRequest(version, 1))
    setting = Setting(world, new_published(), tmp_path / "c")
    setting.publish()
    return setting


def differences_of(report):
    return [(one.kind, one.subject, one.problem) for one in report.differences]


def test_a_complete_catalogue_is_verified_without_waiting(setting):
    report = setting.verify()
    assert report.ok
    assert (report.objects, report.drinks, setting.waits) == (1, 3, 0)


def test_an_empty_system_needs_no_catalogue(new_world, new_published, tmp_path):
    assert Setting(new_world(), new_published(), tmp_path / "c").verify().ok


def test_a_drink_that_is_missing_in_the_catalogue_is_lost(setting):
    setting.tamper(f"DELETE FROM drinks WHERE id = '{FIRST}'")  # noqa: S608 - a constant ID
    report = setting.verify()
    assert differences_of(report) == [("lost", FIRST, "it is not in the catalogue")]
    assert report.lost == [FIRST]
    assert (setting.waits, setting.waited_s) == (30, 15)
    assert len(setting.published.objects.reads) == 2  # head and snapshot, once


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
def test_a_drink_that_differs_in_the_catalogue_is_stale(setting, change):
    setting.tamper(f"UPDATE drinks SET {change} WHERE id = '{FIRST}'")  # noqa: S608 - our own constants
    report = setting.verify()
    field = change.split()[0].replace("transform_version", "lineage")
    assert differences_of(report) == [("stale", FIRST, f"the catalogue differs in {field}")]


def test_a_drink_that_is_missing_in_the_table_is_extra(setting):
    setting.tamper(f"UPDATE drinks SET id = 'other' WHERE id = '{FIRST}'")  # noqa: S608 - our own constants
    report = setting.verify()
    assert (report.lost, report.stale, report.extra) == ([FIRST], [], ["other"])
    assert ("extra", "other", "it is not in the table") in differences_of(report)


def test_a_drink_that_is_wrong_in_the_table_is_reported_once_without_waiting(setting):
    register = setting.world.drinks.table[FIRST]
    wrong = msgspec.structs.replace(register.drink, name="Other")
    setting.world.drinks.table[FIRST] = Register(FIRST, wrong, register.recipe)
    assert differences_of(setting.verify()) == [("stale", FIRST, "differs in name")]
    assert setting.waits == 0


def test_the_last_observation_may_lag_behind(setting):
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


def test_without_a_published_catalogue_every_drink_is_lost(setting):
    setting.published.body = None
    many, chunks = setting.world.drinks.many, []
    setting.world.drinks.many = lambda ids: (chunks.append(ids), many(ids))[1]
    assert len(setting.verify().lost) == 3
    assert (setting.waits, len(chunks)) == (30, 1)


def test_verify_waits_as_long_as_the_number_of_differences_falls(setting):
    ids = [f"thecocktaildb:{number}" for number in (1, 2, 3)]

    def publish_first(number):
        def publish():
            setting.publish()
            setting.tamper(f"DELETE FROM drinks WHERE id > '{ids[number - 1]}'")  # noqa: S608 - own ids

        return publish

    setting.tamper("DELETE FROM drinks")
    setting.later = {
        30: publish_first(1),
        40: publish_first(1),
        60: publish_first(2),
        89: publish_first(2),
    }
    assert differences_of(setting.verify()) == [("lost", ids[2], "it is not in the catalogue")]
    assert setting.waits == 90
    setting.waits = 0
    setting.tamper("DELETE FROM drinks")
    setting.later = {30: publish_first(1), 60: publish_first(3)}
    assert setting.verify().ok
    assert setting.waits == 60


def test_differences_are_looked_up_in_chunks(setting, monkeypatch):
    monkeypatch.setattr(verify_catalogue, "READ_CHUNK", 2)
    many, chunks = setting.world.drinks.many, []

    def recording(ids):
        chunks.append([*ids])
        return many(chunks[-1])

    setting.world.drinks.many = recording
    setting.tamper("UPDATE drinks SET name = 'Other'")
    assert len(setting.verify().stale) == 3
    assert chunks == [[FIRST, "thecocktaildb:2"], ["thecocktaildb:3"]]


def test_the_copy_of_the_catalogue_is_deleted_afterwards(setting):
    download, folders = setting.published.download, []

    def recording(path, *, unless=None):
        folders.append(path.parent)
        return download(path, unless=unless)

    setting.published.download = recording
    assert setting.verify().ok
    (folder,) = folders
    assert folder.name.startswith("mocktailverse-verify-")
    assert not folder.exists()


def test_a_drink_that_changes_during_the_verification_is_not_a_difference(setting):
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
def test_a_damaged_catalogue_is_reported_once(setting, statement):
    setting.tamper(statement)
    ((kind, subject, problem),) = differences_of(setting.verify())
    assert (kind, subject) == ("stale", "catalogue.sqlite")
    assert problem.startswith("the catalogue cannot be read")


def test_a_catalogue_of_an_earlier_format_is_compared_as_readers_see_it(setting, as_format_1):
    as_format_1(setting.path)
    setting.published.body = setting.path.read_bytes()
    problems = {problem for _, _, problem in differences_of(setting.verify())}
    assert problems == {"the catalogue differs in derived"}, "format 1 lacks sugar and acid"


def test_the_catalogue_is_compared_with_the_table_even_if_raw_objects_expire(setting):
    setting.world.raw.objects.clear()
    assert setting.verify(raw_expires=True).ok
    setting.tamper("UPDATE drinks SET name = 'Other'")
    assert len(setting.verify(raw_expires=True).stale) == 3
