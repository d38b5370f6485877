"""Rebuilding: the table is read once, whatever publishers do meanwhile."""

from contextlib import closing

import pytest

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.register import Register
from mocktailverse.errors import TransientError
from mocktailverse.pipeline.publishing import Publisher
from mocktailverse.pipeline.rebuilding import Rebuild
from mocktailverse.testing.memory_stores import MemoryDrinks

RECIPE = "a:b:c"
NOW_MS = 1_700_000_000_000


class Scan:
    """The registers of a table as one scan reads them; `during` is called after the last one."""

    def __init__(self, table, during=lambda: None):
        self.table = table
        self.during = during
        self.number = 0

    def __iter__(self):
        self.number += 1
        yield from self.table.all()
        self.during()


@pytest.fixture
def table(new_drink):
    drinks = MemoryDrinks()
    some = [new_drink(str(n), f"Mix {n}", observed_at=1) for n in range(4)]
    drinks.write([Register(drink.id, drink, RECIPE) for drink in some])
    return drinks


@pytest.fixture
def changed(table, new_drink):
    """Return a function that changes drinks of the table and returns their ids."""
    times = iter(range(2, 100))

    def change(*numbers):
        at = next(times)
        drinks = [new_drink(str(n), f"Mix {n} at {at}", observed_at=at) for n in numbers]
        table.write([Register(drink.id, drink, RECIPE) for drink in drinks])
        return [drink.id for drink in drinks]

    return change


@pytest.fixture
def rebuild(table, tmp_path):
    """Return a function that rebuilds a published file."""

    def run(published, scan=None, others=()):
        folder = tmp_path / f"rebuild-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        one = Rebuild(table, published, others, folder, now_ms=lambda: NOW_MS, wait=lambda _s: None)
        return one.run(scan or Scan(table))

    return run


@pytest.fixture
def new_publisher(table, tmp_path):
    def make(published):
        folder = tmp_path / f"publisher-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return Publisher(table, published, folder, now_ms=lambda: NOW_MS)

    return make


def names(published, tmp_path):
    path = tmp_path / "read"
    published.download(path)
    with closing(Catalogue(path)) as catalogue:
        return {drink.id: drink.name for drink in catalogue.all_drinks()}


def expected(table):
    return {key: register.drink.name for key, register in table.table.items()}


def test_an_environment_without_drinks_gets_an_empty_catalogue(
    rebuild, table, new_published, tmp_path
):
    table.table.clear()
    published = new_published()
    result = rebuild(published)
    assert (result.drinks, result.rebuilt) == (0, True)
    assert names(published, tmp_path) == {}


def test_a_damaged_catalogue_is_replaced(rebuild, table, new_published, tmp_path):
    published = new_published()
    published.body = b"not a catalogue"
    assert rebuild(published).changed == 4
    assert names(published, tmp_path) == expected(table)


def test_the_number_of_drinks_read_is_reported(table, new_published, tmp_path):
    seen = []
    rebuild = Rebuild(table, new_published(), (), tmp_path, now_ms=lambda: NOW_MS)
    rebuild.run(table.all(), seen.append)
    assert seen == [1, 2, 3, 4]


def test_a_publish_during_the_scan_is_kept_and_the_table_is_read_once(
    rebuild, table, changed, new_publisher, new_published, tmp_path
):
    published = new_published()
    rebuild(published)
    publisher = new_publisher(published)
    scan = Scan(table, lambda: publisher.publish(changed(1)))
    assert rebuild(published, scan).attempts == 1
    assert names(published, tmp_path) == expected(table)
    assert scan.number == 1


def test_conflicts_repeat_the_comparison_and_not_the_scan(
    rebuild, table, changed, new_publisher, new_published, tmp_path
):
    published = new_published()
    rebuild(published)
    publisher = new_publisher(published)
    upload, left = published.upload, [1, 2, 3]

    def overtaken(path, *, replacing):
        if left:
            published.upload = upload
            publisher.publish(changed(left.pop()))
            published.upload = overtaken
        return upload(path, replacing=replacing)

    published.upload = overtaken
    scan = Scan(table)
    assert rebuild(published, scan).attempts == 4
    assert scan.number == 1
    assert names(published, tmp_path) == expected(table)


def test_what_the_old_format_s_publisher_has_published_meanwhile_is_in_the_new_file(
    rebuild, table, changed, new_publisher, new_published, tmp_path
):
    """It takes the change notifications while the new format is built beside it."""
    old, new = new_published(), new_published()
    rebuild(old)
    publisher = new_publisher(old)
    rebuild(new, Scan(table, lambda: publisher.publish(changed(2, 3))), others=[old])
    assert names(new, tmp_path) == expected(table)
    assert names(old, tmp_path) == expected(table)


def test_a_drink_deleted_during_the_scan_is_not_in_the_new_file(
    rebuild, table, new_publisher, new_published, tmp_path
):
    published = new_published()
    rebuild(published)
    publisher = new_publisher(published)

    def delete():
        del table.table["thecocktaildb:2"]
        publisher.publish(["thecocktaildb:2"])

    rebuild(published, Scan(table, delete))
    assert names(published, tmp_path) == expected(table)


def test_a_catalogue_that_is_deleted_during_the_scan_is_not_replaced(rebuild, table, new_published):
    """What a publisher has put into it since the scan began is unknown."""
    published = new_published()
    rebuild(published)

    def delete():
        published.body = None

    with pytest.raises(TransientError, match="Rebuild it again"):
        rebuild(published, Scan(table, delete))
    assert published.body is None


def test_a_version_is_later_than_those_that_were_published_during_the_scan(
    table, changed, new_publisher, new_published, tmp_path
):
    clock = iter(range(NOW_MS, NOW_MS + 100))
    published = new_published()
    build = Rebuild(table, published, (), tmp_path, now_ms=clock.__next__)
    build.run(table.all())
    publisher = new_publisher(published)
    folder = tmp_path / "second"
    folder.mkdir()

    def publish():
        publisher._now_ms = clock.__next__  # noqa: SLF001 - the clock of all
        publisher.publish(changed(1))

    Rebuild(table, published, (), folder, now_ms=clock.__next__).run(Scan(table, publish))
    parts = [key for key in published.objects.writes if key != published.name]
    assert len(parts) == 3
    assert parts == sorted(parts)
