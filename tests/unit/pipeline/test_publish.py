"""Publishing: concurrent publishers with faults at any call converge to the table."""

import random
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.register import Register
from mocktailverse.errors import CatalogueError, PermanentError, TransientError
from mocktailverse.pipeline import publishing as stage
from mocktailverse.pipeline.publishing import Publisher
from mocktailverse.pipeline.rebuilding import Rebuild
from strategies.effort import examples

NOW_MS = 1_700_000_000_000


class Table:
    """The drinks table; calls `before` with the name of each call; `before` may raise an error."""

    name = "drinks"

    def __init__(self, before=lambda _call: None):
        self.before = before
        self.registers = {}

    def put(self, *drinks):
        self.registers |= {drink.id: Register(drink.id, drink) for drink in drinks}

    def many(self, ids):
        self.before("many")
        return {key: self.registers[key] for key in ids if key in self.registers}

    def all(self):
        self.before("all")
        return iter(list(self.registers.values()))

    def drinks(self):
        drinks = (register.drink for register in self.registers.values())
        return {drink.id: drink for drink in drinks if drink}


class Objects:
    """The published objects, as one publisher uses them."""

    def __init__(self, objects, before, after):
        self.objects = objects
        self.before = before
        self.after = after

    def __getattr__(self, name):
        def call(*args, **options):
            self.before(name)
            result = getattr(self.objects, name)(*args, **options)
            self.after(name)
            return result

        return call


def seen_by_one(published, before=lambda _call: None, after=lambda _call: None):
    """Return the published catalogue with calls before and after each request for an object."""
    return PublishedCatalogue(Objects(published.objects, before, after), published.name)


def published_drinks(body):
    """Return the drinks in a published file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "c"
        path.write_bytes(body)
        with closing(Catalogue(path)) as catalogue:
            return {drink.id: drink for drink in catalogue.all_drinks()}


@pytest.fixture
def published(new_published):
    return new_published()


@pytest.fixture
def table(new_drink):
    """Return a table of three drinks."""
    table = Table()
    table.put(*(new_drink(str(number), f"Mix {number}", ["Gin"]) for number in range(3)))
    return table


@pytest.fixture
def new_publisher(tmp_path):
    numbers = iter(range(100))

    def make(table, catalogue):
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return Publisher(
            table, catalogue, folder, now_ms=lambda: NOW_MS, env="prod", wait=lambda _s: None
        )

    return make


def build(registers, published):
    """Publish a catalogue of these registers, as a new environment gets one."""
    with TemporaryDirectory() as folder:
        rebuild = Rebuild(Table(), published, (), Path(folder), now_ms=lambda: NOW_MS)
        rebuild.run(registers)


@pytest.fixture
def publisher(new_publisher, table, published):
    """Return a publisher with an up-to-date copy of the catalogue of all three drinks."""
    build(table.registers.values(), published)
    publisher = new_publisher(table, published)
    publisher.publish([])
    published.objects.reads.clear()
    published.objects.writes.clear()
    return publisher


@pytest.mark.parametrize("body", [None, b"not a catalogue"])
def test_without_a_catalogue_nothing_is_published_or_scanned(
    new_publisher, table, published, new_drink, body
):
    """The stream keeps the notifications until somebody rebuilds the catalogue."""
    published.body = body
    has_body = 2 * (body is not None)

    def before(call):
        assert call != "all"

    table.before = before
    publisher = new_publisher(table, published)
    for _ in range(2):
        with pytest.raises(CatalogueError, match="mocktailverse rebuild --env prod"):
            publisher.publish(["thecocktaildb:1"])
    assert published.name not in published.objects.writes[has_body:]
    build(table.registers.values(), published)
    table.put(new_drink("1", "Other"))
    assert publisher.publish(["thecocktaildb:1"]).changed == 1
    assert published_drinks(published.body) == table.drinks()


def test_a_changed_drink_is_published(publisher, table, published, new_drink):
    table.put(new_drink("1", "Other"), new_drink("7", "New"))
    result = publisher.publish(["thecocktaildb:1", "thecocktaildb:7", "thecocktaildb:1"])
    assert (result.changed, result.removed, result.drinks, result.rebuilt) == (2, 0, 4, False)
    assert published.objects.reads == []  # its own copy is the published one
    assert published_drinks(published.body) == table.drinks()


def test_drinks_that_are_deleted_or_have_only_absences_are_removed(publisher, table, published):
    del table.registers["thecocktaildb:0"]
    table.registers["thecocktaildb:1"] = Register("thecocktaildb:1", None, absences=(5,))
    result = publisher.publish(["thecocktaildb:0", "thecocktaildb:1", "thecocktaildb:9"])
    assert (result.changed, result.removed, result.drinks) == (0, 2, 1)
    assert published_drinks(published.body) == table.drinks()


def test_without_changes_nothing_is_uploaded(publisher, table, published):
    result = publisher.publish(table.registers)
    assert (result.changed, result.removed, result.drinks) == (0, 0, 3)
    assert result.version.startswith(f"{NOW_MS}-")
    assert published.objects.writes == []


def test_another_publishers_change_is_read_first(
    publisher, new_publisher, table, published, new_drink
):
    table.put(new_drink("1", "Other"))
    new_publisher(table, published).publish(["thecocktaildb:1"])
    table.put(new_drink("2", "Other, too"))
    published.objects.reads.clear()
    publisher.publish(["thecocktaildb:2"])
    head, change = published.objects.reads
    assert (head, change.endswith(".ndjson.gz")) == (published.name, True)
    assert published_drinks(published.body) == table.drinks()


def tampered(body, statement):
    """Return a published file after an SQL statement, as another version."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tampered"
        path.write_bytes(body)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE meta SET value = value || '+' WHERE key = 'version'")
            connection.execute(statement)
        return path.read_bytes()


@pytest.mark.parametrize(
    "statement", ["PRAGMA user_version = 0", "DROP TABLE tags", "DELETE FROM meta"]
)
def test_a_catalogue_that_cannot_be_edited_is_kept_and_reported(
    publisher, table, published, new_drink, statement
):
    published.body = tampered(published.body, statement)
    before = dict(published.objects.contents)
    table.put(new_drink("1", "Other"))
    with pytest.raises(CatalogueError, match="mocktailverse rebuild --env prod"):
        publisher.publish(["thecocktaildb:1"])
    assert published.objects.contents == before


def test_a_file_of_an_earlier_format_is_kept_and_reported(
    publisher, published, as_format_1, tmp_path
):
    path = tmp_path / "earlier"
    path.write_bytes(tampered(published.body, "UPDATE drinks SET tags = '[]'"))
    body = published.body = as_format_1(path).read_bytes()
    with pytest.raises(CatalogueError, match="its format is 1"):
        publisher.publish(["thecocktaildb:2"])
    assert published.body == body


@pytest.mark.parametrize("changes", [0, 1])
def test_a_file_with_another_ingredient_reference_is_written_again_from_its_own_drinks(
    publisher, table, published, new_drink, changes
):
    """A release with other ingredients needs no scan, and no rebuild."""
    as_built = published.body
    statement = "UPDATE meta SET value = 'other' WHERE key = 'reference'"
    other = tampered(as_built, "UPDATE ingredients SET drinks = 99")
    published.body = tampered(other, statement)
    table.put(*[new_drink("1", "Other", ["Gin"])][:changes])
    result = publisher.publish(["thecocktaildb:1"])
    assert (result.changed, result.drinks) == (changes, 3)
    assert published_drinks(published.body) == table.drinks()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "c"
        path.write_bytes(published.body)
        with closing(Catalogue(path)) as catalogue:
            assert catalogue.ingredient("Gin").drinks == 3
    published.objects.writes.clear()
    assert publisher.publish([]).changed == 0
    assert published.objects.writes == []


def test_a_damaged_file_with_another_ingredient_reference_is_kept_and_reported(
    publisher, published
):
    statement = "UPDATE meta SET value = 'other' WHERE key = 'reference'"
    body = published.body = tampered(
        tampered(published.body, statement), "ALTER TABLE drinks RENAME COLUMN glass TO jar"
    )
    with pytest.raises(CatalogueError, match="mocktailverse rebuild --env prod"):
        publisher.publish([])
    assert published.body == body


def test_a_lost_copy_is_downloaded_again(publisher, table, published, tmp_path, new_drink):
    for path in tmp_path.rglob(stage.FILE):
        path.unlink()
    table.put(new_drink("1", "Other"))
    assert not publisher.publish(["thecocktaildb:1"]).rebuilt
    assert published_drinks(published.body) == table.drinks()


def test_a_publisher_that_always_loses_gives_up(
    new_publisher, publisher, table, published, new_drink
):
    names = iter(range(100))

    def overtake(call):
        if call == "replace":
            table.put(new_drink("2", f"Mix {next(names)}"))
            publisher.publish(["thecocktaildb:2"])

    loser = new_publisher(table, seen_by_one(published, overtake))
    table.put(new_drink("1", "Other"))
    with pytest.raises(TransientError, match="8 conflicting"):
        loser.publish(["thecocktaildb:1"])
    assert set(published_drinks(published.body)) == set(table.drinks())


def test_the_wait_after_a_lost_upload_doubles_up_to_two_seconds(
    tmp_path, table, published, monkeypatch
):
    def overtake(call):
        if call == "replace":
            published.body = str(len(waits)).encode()

    waits, shares = [], []
    monkeypatch.setattr(
        stage.random, "uniform", lambda *bounds: (shares.append(bounds), bounds[1])[1]
    )
    rebuild = Rebuild(
        table,
        seen_by_one(published, overtake),
        (),
        tmp_path,
        now_ms=lambda: NOW_MS,
        wait=waits.append,
    )
    with pytest.raises(TransientError) as raised:
        rebuild.run(table.all())
    assert str(raised.value) == "Gave up after 8 conflicting concurrent publishes."
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]
    assert set(shares) == {(0.5, 1)}


@pytest.mark.parametrize("call", ["read", "many", "add", "replace"])
@pytest.mark.parametrize("error", [TransientError, PermanentError])
def test_a_failure_leaves_the_published_file_and_is_raised(
    new_publisher, new_published, new_drink, call, error
):
    failing = set()

    def fail(name):
        if name in failing:
            raise error(name)

    table, published = Table(fail), new_published()
    publisher = new_publisher(table, seen_by_one(published, fail))
    table.put(new_drink("1"))
    build(table.registers.values(), published)
    publisher.publish(["thecocktaildb:1"])
    before = published.body
    table.put(new_drink("1", "Other"))
    failing.add(call)
    for _ in range(2):
        with pytest.raises(error):
            publisher.publish(["thecocktaildb:1"])
    assert published.body == before
    failing.clear()
    assert publisher.publish(["thecocktaildb:1"]).changed == 1
    assert published_drinks(published.body) == table.drinks()


def test_an_upload_whose_response_is_lost_is_not_repeated(
    new_publisher, publisher, table, published, new_drink
):
    failing = {"replace"}

    def fail(name):
        if name in failing:
            raise TransientError(name)

    table.put(new_drink("1", "Other"))
    weak = new_publisher(table, seen_by_one(published, after=fail))
    with pytest.raises(TransientError):
        weak.publish(["thecocktaildb:1"])
    assert published_drinks(published.body) == table.drinks()
    assert weak.publish(["thecocktaildb:1"]).changed == 0
    assert publisher.publish(table.registers).changed == 0


def test_a_failed_seal_leaves_the_published_file(
    publisher, table, published, new_drink, monkeypatch
):
    def fail(_now):
        raise PermanentError("the disk is full")

    table.put(new_drink("1", "Other"))
    before = published.body
    with monkeypatch.context() as patch:
        patch.setattr(stage, "catalogue_version", fail)
        with pytest.raises(PermanentError):
            publisher.publish(["thecocktaildb:1"])
    assert published.body == before
    assert publisher.publish(["thecocktaildb:1"]).changed == 1
    assert published_drinks(published.body) == table.drinks()


# ---- two concurrent publishers


class Actor(threading.Thread):
    """A thread that waits at each step until the test lets it continue."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.go, self.paused = threading.Semaphore(0), threading.Semaphore(0)
        self.work = work
        self.done = False
        self.error = None

    def run(self):
        try:
            self.step()
            self.work(self)
        except BaseException as error:  # noqa: BLE001 - the test reports any error
            self.error = error
        self.done = True
        self.paused.release()

    def step(self, _call=""):
        self.paused.release()
        self.go.acquire()


def interleave(actors, choose):
    """Run the actors one at a time in a random order."""
    for actor in actors:
        actor.start()
        actor.paused.acquire()
    while alive := [actor for actor in actors if not actor.done]:
        actor = choose.choice(alive)
        actor.go.release()
        actor.paused.acquire()
    assert [actor.error for actor in actors] == [None] * len(actors)


class ChangeStream:
    """The stream: notifications wait until their drinks are published; some are sent twice."""

    def __init__(self, choose):
        self.choose = choose
        self.waiting = []
        self.is_open = True

    def notify(self, drink_id):
        self.waiting += [drink_id] * self.choose.randint(1, 2)

    def take(self):
        """Remove and return some of the notifications, in any order."""
        self.choose.shuffle(self.waiting)
        number = self.choose.randint(1, max(1, len(self.waiting)))
        batch, self.waiting = self.waiting[:number], self.waiting[number:]
        return batch


class AgeCheck:
    """Checks each upload: no publisher may replace a drink by an older one."""

    def __init__(self, published):
        self.published = published
        self.newest = Counter()

    def __call__(self, call):
        if call == "replace":
            for drink in published_drinks(self.published.body).values():
                age = int(drink.category)
                assert age >= self.newest[drink.id]
                self.newest[drink.id] = age


class ConcurrentPublishers:
    """A table that changes while two publishers handle its stream and sometimes fail."""

    def __init__(self, published, new_drink, choose, faults):
        self.published = published
        self.new_drink = new_drink
        self.choose = choose
        self.faults_left = faults
        self.table = Table()
        self.stream = ChangeStream(choose)
        self.ages = AgeCheck(published)
        self.rebuilds = 0

    def change(self, actor):
        for number in range(1, 9):
            actor.step()
            name, category = f"Mix {number}", str(number)
            drink = self.new_drink(
                str(self.choose.randint(1, 3)), name, category=category, observed_at=number
            )
            if drink.id in self.table.registers and self.choose.random() < 0.2:
                self.table.registers[drink.id] = Register(drink.id, None, absences=(1,))
            else:
                self.table.put(drink)
            self.stream.notify(drink.id)
        self.stream.is_open = False

    def publish(self, actor):
        with TemporaryDirectory() as folder:
            publisher = self.publisher(actor, Path(folder))
            while self.stream.is_open or self.stream.waiting:
                actor.step()
                batch = self.stream.take()
                try:
                    publisher.publish(batch)
                except (TransientError, PermanentError):
                    self.stream.waiting += batch

    def rebuild(self, actor):
        """Rebuild the catalogue, until it was done twice without a fault."""
        while self.rebuilds < 2:
            with TemporaryDirectory() as folder:
                table, bucket = self.stores(actor)
                rebuild = Rebuild(
                    table, bucket, (), Path(folder), now_ms=lambda: NOW_MS, wait=actor.step
                )
                try:
                    rebuild.run(self.read_slowly(actor))
                    self.rebuilds += 1
                except (TransientError, PermanentError):
                    pass

    def read_slowly(self, actor):
        for drink_id in list(self.table.registers):
            actor.step()
            yield self.table.registers[drink_id]

    def publisher(self, actor, folder):
        table, bucket = self.stores(actor)
        return Publisher(table, bucket, folder, now_ms=lambda: NOW_MS, wait=actor.step)

    def stores(self, actor):
        def before(call):
            actor.step()
            self.maybe_fail(call)

        def after(call):
            self.ages(call)
            self.maybe_fail(call)

        table = Table(before)
        table.registers = self.table.registers
        return table, seen_by_one(self.published, before, after)

    def maybe_fail(self, call):
        if self.faults_left and self.choose.random() < 0.15:
            self.faults_left -= 1
            raise self.choose.choice([TransientError, PermanentError])(call)


@settings(max_examples=examples(40), deadline=None)
@given(seed=st.integers(0, 2**32), faults=st.integers(0, 8))
def test_two_publishers_and_a_rebuild_converge_to_the_table_despite_any_faults(
    new_published, new_drink, seed, faults
):
    """Nothing is published before the rebuild; then it competes with the publishers."""
    published = new_published()
    publishers = ConcurrentPublishers(published, new_drink, random.Random(seed), faults)
    interleave(
        [
            *(Actor(publishers.change), Actor(publishers.rebuild)),
            *(Actor(publishers.publish), Actor(publishers.publish)),
        ],
        publishers.choose,
    )
    assert published_drinks(published.body) == publishers.table.drinks()
