"""The switch to a release with another catalogue format: what is built and published, and when."""

import io
import sqlite3
import zipfile
from contextlib import closing
from types import SimpleNamespace

import pytest

from mocktailverse.catalogue.file_names import file_name
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.deployment import catalogue_switch
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.catalogue_switch import CatalogueSwitch, catalogue_format
from mocktailverse.drinks.register import Register
from mocktailverse.errors import UsageError
from mocktailverse.pipeline.publishing import Publisher
from mocktailverse.pipeline.rebuilding import Rebuild
from mocktailverse.testing.memory_stores import MemoryCatalogueStore, MemoryDrinks

OWN, OTHER, UNKNOWN = FORMAT, FORMAT + 1, FORMAT + 2
NOW_MS = 1_700_000_000_000


class MemoryFiles:
    """The published files by key; a file that was never asked for is missing."""

    def __init__(self):
        self.stores = {}

    def file(self, key):
        return self.stores.setdefault(key, MemoryCatalogueStore(key))

    def published_keys(self):
        return [key for key, store in self.stores.items() if store.etag()]

    def delete(self, key):
        self.stores.pop(key, None)


class Drinks(MemoryDrinks):
    """A table whose scans are counted."""

    scans = 0

    def all(self, spend=None):
        self.scans += 1
        assert spend is None, "the embedded AWS needs no pace"
        return super().all()


class World:
    """An environment in memory, whose deployed publish function has this code's format."""

    def __init__(self, folder, new_drink):
        self.folder = folder
        self.new_drink = new_drink
        self.files = MemoryFiles()
        self.drinks = Drinks()
        self.events = []
        self.invoked = set()
        self.reports = []
        self.outputs = {"CatalogueBucket": "catalogue", "PublishFunction": "publish"}
        self.stores = SimpleNamespace(
            catalogue_files=self.files,
            drinks=self.drinks,
            clients=SimpleNamespace(endpoint="http://127.0.0.1:1"),
            functions=SimpleNamespace(invoke=self.invoke),
            live_function=self.outputs.__getitem__,
            outputs=self.outputs,
        )

    def invoke(self, name, event):
        self.invoked.add(name)
        ids = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
        self.events.append(ids)
        self.publish(OWN, *ids)

    def put(self, *numbers, at=1):
        """Put drinks into the table; return their ids."""
        drinks = [self.new_drink(str(n), f"Mix {n} at {at}", observed_at=at) for n in numbers]
        self.drinks.write([Register(drink.id, drink, "a:b:c") for drink in drinks])
        return [drink.id for drink in drinks]

    def build(self, number):
        """Publish the file of a format with all drinks."""
        rebuild = Rebuild(
            self.drinks, self.files.file(file_name(number)), (), self.new_folder(),
            now_ms=lambda: NOW_MS,
        )  # fmt: skip
        rebuild.run(self.drinks.table.values())

    def publish(self, number, *ids):
        file = self.files.file(file_name(number))
        Publisher(self.drinks, file, self.new_folder(), now_ms=lambda: NOW_MS).publish(ids)

    def new_folder(self):
        folder = self.folder / str(len(list(self.folder.iterdir())))
        folder.mkdir()
        return folder

    def catch_up(self, number=OWN, **options):
        return self.switch(number).catch_up(**options)

    def switch(self, number):
        return CatalogueSwitch(self.stores, "dev", number, self.reports.append)

    def published(self, number):
        path = self.new_folder() / "c"
        self.files.file(file_name(number)).download(path)
        with closing(sqlite3.connect(path)) as file:
            return dict(file.execute("SELECT id, name FROM drinks"))

    def table(self):
        return {key: register.drink.name for key, register in self.drinks.table.items()}


@pytest.fixture
def world(tmp_path, new_drink):
    return World(tmp_path, new_drink)


def test_the_file_of_a_new_format_is_built_beside_the_other(world, monkeypatch):
    monkeypatch.setattr(catalogue_switch, "DRINKS_PER_REPORT", 2)
    world.put(1, 2)
    world.build(OTHER)
    world.switch(OWN).prepare()
    assert world.published(OWN) == world.table()
    assert world.drinks.scans == 1
    assert world.reports == [
        f"building the catalogue of format {OWN} beside the current one",
        "2 drinks read",
    ]


def test_a_file_that_was_left_for_the_way_back_is_updated_by_the_release_without_a_scan(world):
    world.put(1, 2)
    world.build(OWN)
    world.build(OTHER)
    world.publish(OTHER, *world.put(2, 3, at=5))
    world.switch(OWN).prepare()
    world.catch_up(function="publish:7")
    assert world.published(OWN) == world.table()
    assert world.drinks.scans == 0
    assert world.invoked == {"publish:7"}


def test_a_stack_without_a_catalogue_gets_one_before_the_release_is_tried(world):
    world.put(1)
    world.switch(OWN).prepare()
    assert world.published(OWN) == world.table()
    assert world.reports == [f"building the catalogue of format {OWN}"]


def test_with_its_format_published_there_is_nothing_to_prepare(world):
    world.build(OWN)
    world.switch(OWN).prepare()
    assert (world.drinks.scans, world.reports) == (0, [])


def test_a_missing_file_that_this_checkout_cannot_build_is_reported(world):
    world.build(OWN)
    for step in (world.switch(UNKNOWN).prepare, world.switch(UNKNOWN).catch_up):
        with pytest.raises(UsageError, match="mocktailverse rebuild --env dev"):
            step()


@pytest.mark.parametrize("body", [None, b"not a catalogue"])
def test_a_new_environment_and_one_with_a_damaged_file_get_a_catalogue(world, body):
    world.files.file(file_name(OWN)).body = body
    world.put(1)
    assert world.catch_up() == {}, "there is no other release"
    assert world.published(OWN) == world.table()


def test_what_the_replaced_function_has_published_is_published_by_the_new_one(world):
    world.put(*range(250))
    world.build(OWN)
    world.build(OTHER)
    changed = world.put(*range(120), at=5)
    world.publish(OTHER, *changed)
    world.catch_up()
    assert world.published(OWN) == world.table()
    assert [len(ids) for ids in world.events] == [100, 20]
    assert sorted(key for ids in world.events for key in ids) == sorted(changed)
    assert world.drinks.scans == 0


def test_an_invocation_of_the_replaced_function_that_ends_late_is_noticed(world):
    world.put(1)
    world.build(OWN)
    world.build(OTHER)
    compared = world.catch_up()
    assert world.catch_up(compared=compared) == compared
    world.publish(OTHER, *world.put(2, at=5))
    assert world.catch_up(compared=compared) != compared
    assert world.published(OWN) == world.table()


def test_a_file_of_the_previous_format_that_is_only_older_causes_no_publishing(world):
    world.put(1, 2)
    world.build(OTHER)
    world.build(OWN)
    world.publish(OWN, *world.put(2, 3, at=5))
    world.catch_up()
    assert world.events == []


@pytest.mark.parametrize(("text", "number"), [('"""FORMAT = 1"""\nFORMAT = 12\n', 12), ("", None)])
def test_the_format_of_a_release_is_read_from_its_zip(text, number):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as bundle:
        bundle.writestr("mocktailverse/catalogue/schema.py", text)
    s3 = SimpleNamespace(get_object=lambda **_: {"Body": io.BytesIO(content.getvalue())})
    artifact = Artifact("bucket", "functions/a.zip")
    if number:
        assert catalogue_format(SimpleNamespace(s3=s3), artifact) == number
    else:
        with pytest.raises(UsageError, match="no catalogue format"):
            catalogue_format(SimpleNamespace(s3=s3), artifact)
