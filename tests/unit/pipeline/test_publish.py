"""Publishing: any number of publishers, in any order and failing anywhere, end at the table."""

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

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.register import Register
from mocktailverse.errors import PermanentError, TransientError
from mocktailverse.pipeline import publishing as stage
from mocktailverse.pipeline.publishing import Publisher
from strategies.effort import examples

NOW_MS = 1_700_000_000_000


class Table:
    """The drinks table; `before` is called with the name of each call, and may raise."""

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
        found = (register.drink for register in self.registers.values())
        return {drink.id: drink for drink in found if drink}


class Bucket:
    """A published file, seen by one publisher."""

    def __init__(self, published, before=lambda _call: None, after=lambda _call: None):
        self.published = published
        self.before = before
        self.after = after

    def __getattr__(self, name):
        def call(*args, **options):
            self.before(name)
            answer = getattr(self.published, name)(*args, **options)
            self.after(name)
            return answer

        return call


def shown(body):
    """The drinks in a published file."""
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
    """Three drinks."""
    table = Table()
    table.put(*(new_drink(str(number), f"Mix {number}", ["Gin"]) for number in range(3)))
    return table


@pytest.fixture
def new_publisher(tmp_path):
    made = iter(range(100))

    def make(table, catalogue):
        folder = tmp_path / str(next(made))
        folder.mkdir()
        return Publisher(table, catalogue, folder, now_ms=lambda: NOW_MS, wait=lambda _s: None)

    return make


@pytest.fixture
def publisher(new_publisher, table, published):
    """A publisher that has published all three drinks."""
    publisher = new_publisher(table, published)
    publisher.publish(table.registers)
    return publisher


def test_the_first_doorbell_publishes_the_whole_table(new_publisher, table, published):
    done = new_publisher(table, published).publish(["thecocktaildb:1"])
    assert (done.rebuilt, done.drinks, done.removed, done.attempts) == (True, 3, 0, 1)
    assert shown(published.body) == table.drinks()


def test_a_changed_drink_is_published(publisher, table, published, new_drink):
    table.put(new_drink("1", "Other"), new_drink("7", "New"))
    done = publisher.publish(["thecocktaildb:1", "thecocktaildb:7", "thecocktaildb:1"])
    assert (done.changed, done.removed, done.drinks, done.rebuilt) == (2, 0, 4, False)
    assert shown(published.body) == table.drinks()
    assert published.downloads == 0  # its own copy is what was published


def test_what_is_gone_or_known_from_absences_alone_is_taken_out(publisher, table, published):
    del table.registers["thecocktaildb:0"]
    table.registers["thecocktaildb:1"] = Register("thecocktaildb:1", None, absences=(5,))
    done = publisher.publish(["thecocktaildb:0", "thecocktaildb:1", "thecocktaildb:9"])
    assert (done.changed, done.removed, done.drinks) == (0, 2, 1)
    assert shown(published.body) == table.drinks()


def test_nothing_changed_nothing_uploaded(publisher, table, published):
    done = publisher.publish(table.registers)
    assert (done.changed, done.removed, done.drinks) == (0, 0, 3)
    assert done.version.startswith(f"{NOW_MS}-")
    assert len(published.uploads) == 1


def test_another_publishers_file_is_downloaded_first(
    publisher, new_publisher, table, published, new_drink
):
    table.put(new_drink("1", "Other"))
    new_publisher(table, published).publish(["thecocktaildb:1"])
    table.put(new_drink("2", "Other, too"))
    publisher.publish(["thecocktaildb:2"])
    assert shown(published.body) == table.drinks()
    assert published.downloads == 2


@pytest.mark.parametrize(
    "statement", ["PRAGMA user_version = 0", "DROP TABLE tags", "DELETE FROM meta"]
)
def test_a_catalogue_that_cannot_be_edited_is_rebuilt(
    publisher, table, published, new_drink, statement
):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tampered"
        path.write_bytes(published.body)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)
        published.body = path.read_bytes()
    table.put(new_drink("1", "Other"))
    assert publisher.publish(["thecocktaildb:1"]).rebuilt
    table.put(new_drink("2", "Other"))
    assert not publisher.publish(["thecocktaildb:2"]).rebuilt
    assert shown(published.body) == table.drinks()


def test_a_lost_copy_is_downloaded_again(publisher, table, published, tmp_path, new_drink):
    for path in tmp_path.rglob(stage.FILE):
        path.unlink()
    table.put(new_drink("1", "Other"))
    assert not publisher.publish(["thecocktaildb:1"]).rebuilt
    assert shown(published.body) == table.drinks()


def test_a_rebuild_replaces_whatever_is_published(new_publisher, table, published):
    published.body = b"no catalogue"
    seen = []
    done = new_publisher(table, published).rebuild(seen.append)
    assert (done.rebuilt, done.changed, seen) == (True, 3, [1, 2, 3])
    assert shown(published.body) == table.drinks()


def test_a_rebuild_that_was_overtaken_reads_again(new_publisher, publisher, table, published):
    def overtake(call):
        if call == "upload" and len(published.uploads) == 1:
            table.registers.pop("thecocktaildb:2")
            publisher.publish(["thecocktaildb:2"])

    done = new_publisher(table, Bucket(published, overtake)).rebuild()
    assert (done.attempts, done.drinks) == (2, 2)
    assert shown(published.body) == table.drinks()


def test_a_publisher_that_always_loses_gives_up_for_now(
    new_publisher, publisher, table, published, new_drink
):
    names = iter(range(100))

    def overtake(call):
        if call == "upload":
            table.put(new_drink("2", f"Mix {next(names)}"))
            publisher.publish(["thecocktaildb:2"])

    loser = new_publisher(table, Bucket(published, overtake))
    table.put(new_drink("1", "Other"))
    with pytest.raises(TransientError, match="8 conflicting"):
        loser.publish(["thecocktaildb:1"])
    assert set(shown(published.body)) == set(table.drinks())


def test_after_each_lost_upload_the_wait_is_twice_as_long_up_to_two_seconds(
    tmp_path, table, published, monkeypatch
):
    def overtake(call):
        if call == "upload":
            published.body = str(len(waits)).encode()

    waits, shares = [], []
    monkeypatch.setattr(
        stage.random, "uniform", lambda *bounds: (shares.append(bounds), bounds[1])[1]
    )
    loser = Publisher(
        table, Bucket(published, overtake), tmp_path, now_ms=lambda: NOW_MS, wait=waits.append
    )
    with pytest.raises(TransientError) as caught:
        loser.rebuild()
    assert str(caught.value) == "Gave up after 8 conflicting concurrent publishes."
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]
    assert set(shares) == {(0.5, 1)}


@pytest.mark.parametrize("call", ["download", "many", "upload"])
@pytest.mark.parametrize("error", [TransientError, PermanentError])
def test_a_failure_leaves_what_is_published_and_raises(
    new_publisher, new_published, new_drink, call, error
):
    failing = set()

    def fail(name):
        if name in failing:
            raise error(name)

    table, published = Table(fail), new_published()
    publisher = new_publisher(table, Bucket(published, fail))
    table.put(new_drink("1"))
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
    assert shown(published.body) == table.drinks()


def test_an_upload_whose_answer_is_lost_is_found_done(
    new_publisher, publisher, table, published, new_drink
):
    failing = {"upload"}

    def fail(name):
        if name in failing:
            raise TransientError(name)

    table.put(new_drink("1", "Other"))
    weak = new_publisher(table, Bucket(published, after=fail))
    with pytest.raises(TransientError):
        weak.publish(["thecocktaildb:1"])
    assert shown(published.body) == table.drinks()
    assert weak.publish(["thecocktaildb:1"]).changed == 0
    assert publisher.publish(table.registers).changed == 0


def test_a_seal_that_fails_leaves_what_is_published(
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
    assert shown(published.body) == table.drinks()


# ---- two publishers at once


class Actor(threading.Thread):
    """Works step by step: each step begins when the test lets it."""

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
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test has to see it
            self.error = error
        self.done = True
        self.paused.release()

    def step(self, _call=""):
        self.paused.release()
        self.go.acquire()


def interleave(actors, choose):
    """Let the actors work, one at a time, in an order by chance."""
    for actor in actors:
        actor.start()
        actor.paused.acquire()
    while alive := [actor for actor in actors if not actor.done]:
        actor = choose.choice(alive)
        actor.go.release()
        actor.paused.acquire()
    assert [actor.error for actor in actors] == [None] * len(actors)


class Doorbell:
    """The stream: bells wait until somebody has published their drinks; some ring twice."""

    def __init__(self, choose):
        self.choose = choose
        self.waiting = []
        self.is_open = True

    def ring(self, drink_id):
        self.waiting += [drink_id] * self.choose.randint(1, 2)

    def take(self):
        """Some of the bells, in any order."""
        self.choose.shuffle(self.waiting)
        number = self.choose.randint(1, max(1, len(self.waiting)))
        batch, self.waiting = self.waiting[:number], self.waiting[number:]
        return batch


class Ages:
    """Watches each upload: no drink may get older, whoever publishes it."""

    def __init__(self, published):
        self.published = published
        self.newest = Counter()

    def __call__(self, call):
        if call == "upload":
            for drink in shown(self.published.body).values():
                age = int(drink.category)
                assert age >= self.newest[drink.id]
                self.newest[drink.id] = age


class Crowd:
    """A table that changes while two publishers hear its doorbell and fail now and then."""

    def __init__(self, published, new_drink, choose, faults):
        self.published = published
        self.new_drink = new_drink
        self.choose = choose
        self.faults_left = faults
        self.table = Table()
        self.bell = Doorbell(choose)
        self.ages = Ages(published)

    def change(self, actor):
        for number in range(1, 9):
            actor.step()
            name, category = f"Mix {number}", str(number)
            drink = self.new_drink(str(self.choose.randint(1, 3)), name, category=category)
            if drink.id in self.table.registers and self.choose.random() < 0.2:
                self.table.registers[drink.id] = Register(drink.id, None, absences=(1,))
            else:
                self.table.put(drink)
            self.bell.ring(drink.id)
        self.bell.is_open = False

    def publish(self, actor):
        with TemporaryDirectory() as folder:
            publisher = self.publisher(actor, Path(folder))
            while self.bell.is_open or self.bell.waiting:
                actor.step()
                batch = self.bell.take()
                try:
                    publisher.publish(batch)
                except (TransientError, PermanentError):
                    self.bell.waiting += batch

    def publisher(self, actor, folder):
        def before(call):
            actor.step()
            self.perhaps_fail(call)

        def after(call):
            self.ages(call)
            self.perhaps_fail(call)

        seen = Table(before)
        seen.registers = self.table.registers
        bucket = Bucket(self.published, before, after)
        return Publisher(seen, bucket, folder, now_ms=lambda: NOW_MS, wait=actor.step)

    def perhaps_fail(self, call):
        if self.faults_left and self.choose.random() < 0.15:
            self.faults_left -= 1
            raise self.choose.choice([TransientError, PermanentError])(call)


@settings(max_examples=examples(40), deadline=None)
@given(seed=st.integers(0, 2**32), faults=st.integers(0, 8))
def test_two_publishers_end_at_the_table_whatever_happens(new_published, new_drink, seed, faults):
    published = new_published()
    crowd = Crowd(published, new_drink, random.Random(seed), faults)  # noqa: S311 - chance that can be repeated
    interleave([Actor(crowd.change), Actor(crowd.publish), Actor(crowd.publish)], crowd.choose)
    assert shown(published.body) == crowd.table.drinks()
