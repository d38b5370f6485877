"""The local copy: current while the source responds, stale while it fails, without leaks."""

import gc
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mocktailverse import ttl_cache
from mocktailverse.catalogue import in_memory
from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.synced_copy import CatalogueCopy, open_published
from mocktailverse.errors import CatalogueError, MissingError, TransientError


class FakeSource:
    """Serves the bytes of a file, or raises `error`."""

    def __init__(self) -> None:
        self.body: bytes | None = None
        self.changed_rows: set[int] | None = None
        self.error: Exception | None = None
        self.requests = 0
        self.responses = 0
        self.downloads = 0
        self.entered = threading.Event()
        self.may_respond = threading.Event()
        self.may_respond.set()

    def download(
        self, path: Path, *, unless: str | None = None, **_: object
    ) -> CatalogueState | None:
        self.requests += 1
        self.entered.set()
        assert self.may_respond.wait(240)
        self.responses += 1
        if self.error:
            path.write_bytes(b"cut off")
            raise self.error
        if self.body is None:
            raise MissingError("Nothing was published yet.")
        etag = str(hash(self.body))
        if etag == unless:
            return None
        self.downloads += 1
        path.write_bytes(self.body)
        return CatalogueState(etag, self.changed_rows and frozenset(self.changed_rows))


class FakeClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source():
    return FakeSource()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def copy(source, clock, tmp_path):
    return CatalogueCopy(source, tmp_path / "new" / "folder", max_age_s=10, clock=clock)


@pytest.fixture
def bodies(tmp_path, new_file, make_drink):
    """Return the bytes of catalogues with one, two and three drinks."""
    return [
        new_file(tmp_path / "body", [make_drink(f"D{n}", "Gin") for n in range(size)]).read_bytes()
        for size in (1, 2, 3)
    ]


def _files(copy):
    return list(copy._folder.iterdir()) if copy._folder.exists() else []  # noqa: SLF001 - counts files


def test_the_published_catalogue_is_open_within_the_block_and_leaves_no_file(source, bodies):
    source.body = bodies[1]
    with open_published(source) as catalogue:
        assert catalogue.meta.drinks == 2
        assert catalogue.path.is_file()
    assert not catalogue.path.parent.exists()
    source.body = None
    with pytest.raises(MissingError), open_published(source):
        pass


def test_the_source_gets_one_request_per_max_age(copy, source, clock, bodies):
    source.body = bodies[0]
    first = copy.current()
    assert copy.current() is first
    assert source.requests == 1

    clock.now += 10
    assert copy.current() is first, "unchanged"
    assert (source.requests, source.downloads) == (2, 1)

    source.body = bodies[1]
    assert copy.current() is first, "not old enough"
    clock.now += 10
    assert copy.current().meta.drinks == 2
    assert copy.problem is None


def test_a_new_catalogue_is_warmed_before_readers_get_it(copy, source, clock, bodies, monkeypatch):
    warmed = []
    monkeypatch.setattr(Catalogue, "warm", lambda self, *_: warmed.append(self.meta.drinks))
    for body in bodies:
        source.body = body
        copy.current()
        clock.now += 10
    assert warmed == [2, 3], "readers wait for the first one, so warming must not delay it"


def test_an_index_in_use_is_updated_by_the_changed_rows_of_the_source(
    copy, source, clock, bodies, monkeypatch
):
    """Without them, or if no query has built an index, it is built."""
    updates = []
    updated = CatalogueIndex.updated

    def recorded(self, old, new, rows):
        updates.append(rows)
        return updated(self, old, new, rows)

    monkeypatch.setattr(in_memory, "_MOST_UPDATED", 0)
    monkeypatch.setattr(CatalogueIndex, "updated", recorded)
    source.body = bodies[0]
    copy.current()
    for body, rows in [(bodies[1], {2}), (bodies[2], {3}), (bodies[0], None), (bodies[1], {2})]:
        source.body, source.changed_rows = body, rows
        clock.now += 10
        catalogue = copy.current()
        assert catalogue.count(DrinkQuery()) == catalogue.meta.drinks
    assert updates == [{3}, {2}]


def test_readers_can_keep_reading_the_old_catalogue(copy, source, clock, bodies):
    source.body = bodies[0]
    old = copy.current()
    reading = old.all_drinks()
    source.body = bodies[1]
    clock.now += 10

    new = copy.current()

    assert new is not old
    assert old.count(DrinkQuery()) == len(list(reading)) == 1
    assert old.search(DrinkQuery(q="d")).items[0].name == "D0"
    assert len(_files(copy)) == 2
    del old, reading
    assert len(_files(copy)) == 2, "the old file waits for the next version"
    source.body = bodies[2]
    clock.now += 10
    assert copy.current().meta.drinks == 3
    assert len(_files(copy)) == 2
    assert new.drink("test:D1") is not None


def test_a_failing_source_leaves_the_old_copy_and_reports_why(copy, source, clock, bodies):
    source.body = bodies[0]
    old = copy.current()
    assert copy.failing_for_s is None

    clock.now += 10
    for error in (TransientError("Slow down."), MissingError("It is gone."), OSError("Disk full")):
        source.error = error
        assert copy.current() is old
        assert copy.problem == str(error)
        clock.now += 30
    assert copy.failing_for_s == 90

    source.error, source.body = None, b"not a catalogue"
    assert copy.current() is old
    assert "Not a sealed catalogue" in copy.problem
    assert len(_files(copy)) == 1

    source.body = bodies[1]
    clock.now += 30
    assert copy.current().meta.drinks == 2
    assert (copy.problem, copy.failing_for_s) == (None, None)


def test_in_the_foreground_a_failing_source_gets_no_request_for_half_a_minute(
    copy, source, clock, bodies
):
    source.body = bodies[0]
    copy.current()
    source.error = TransientError("Slow down.")
    clock.now += 10
    requests = source.requests + 1
    for waited_s in (0, 10, 19.9):
        clock.now += waited_s
        copy.current()
        assert source.requests == requests
    clock.now += 0.1
    copy.current()
    assert source.requests == requests + 1


def test_without_any_copy_the_caller_gets_the_error(copy, source, clock, bodies):
    source.error = TransientError("Slow down.")
    for _ in range(3):
        with pytest.raises(TransientError):
            copy.current()
    assert source.requests == 1, "a failure is not retried at once"
    source.error, source.body = None, b"not a catalogue"
    clock.now += 5
    with pytest.raises(CatalogueError):
        copy.current()
    assert _files(copy) == []

    source.body = bodies[2]
    clock.now += 5
    assert copy.current().meta.drinks == 3
    assert copy.problem is None


def test_the_first_catalogue_is_available_as_soon_as_it_is_published(copy, source, bodies):
    with pytest.raises(MissingError):
        copy.current()
    source.body = bodies[2]
    assert copy.current().meta.drinks == 3


def test_one_thread_refreshes_while_others_get_the_old_catalogue(copy, source, clock, bodies):
    source.body = bodies[0]
    old = copy.current()
    source.body = bodies[1]
    source.entered.clear()
    source.may_respond.clear()
    clock.now += 10
    catalogues = []
    reader = threading.Thread(target=lambda: catalogues.append(copy.current()))
    reader.start()
    assert source.entered.wait(240)

    assert copy.current() is old
    assert source.requests == 2

    source.may_respond.set()
    reader.join(30)
    assert [catalogue.meta.drinks for catalogue in catalogues] == [2]


def test_the_first_copy_is_downloaded_once_for_all_waiting_threads(copy, source, bodies):
    source.body = bodies[0]
    source.may_respond.clear()
    catalogues = []
    threads = [threading.Thread(target=lambda: catalogues.append(copy.current())) for _ in range(6)]
    for thread in threads:
        thread.start()
    assert source.entered.wait(240)
    source.may_respond.set()
    for thread in threads:
        thread.join(30)

    assert len(catalogues) == 6
    assert len(set(map(id, catalogues))) == 1
    assert source.downloads == 1


def test_readers_never_see_a_swap(source, tmp_path, bodies):
    copy = CatalogueCopy(source, tmp_path / "copies", max_age_s=0)
    source.body = bodies[0]
    copy.current()
    stop, problems = threading.Event(), []

    def read():
        while not stop.is_set():
            catalogue = copy.current()
            page = catalogue.search(DrinkQuery(q="d"))
            if not len(page.items) == catalogue.meta.drinks == len(list(catalogue.all_drinks())):
                problems.append(page)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 40):
        source.body = bodies[number % 3]
        deadline = time.monotonic() + 240
        while copy.current().meta.drinks != number % 3 + 1:
            assert time.monotonic() < deadline
    stop.set()
    for thread in threads:
        thread.join(30)

    assert problems == []
    assert copy.problem is None
    assert source.downloads == 40
    assert len(_files(copy)) == 2, "one is read, one waits for the next version"


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_swaps_leave_neither_more_files_nor_connections(copy, source, clock, bodies):
    def swap(number):
        source.body = bodies[number % 2]
        clock.now += 10
        assert copy.current().search(DrinkQuery()).items

    swap(0)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(1, 300):
        swap(number)

    assert len(_files(copy)) == 2, "one is read, one waits for the next version"
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
    assert source.downloads == 300


def test_the_last_copy_is_removed_with_its_owner(source, tmp_path, bodies):
    source.body = bodies[0]
    copy = CatalogueCopy(source, tmp_path / "copies", max_age_s=10)
    copy.current()
    assert len(list((tmp_path / "copies").iterdir())) == 1

    del copy
    gc.collect()

    assert list((tmp_path / "copies").iterdir()) == []


def test_a_copy_whose_file_was_deleted_is_closed_without_an_error(
    copy, source, clock, bodies, monkeypatch
):
    problems = []
    monkeypatch.setattr(sys, "unraisablehook", problems.append)
    source.body = bodies[0]
    copy.current()
    for file in _files(copy):
        file.unlink()
    source.body = bodies[1]
    clock.now += 10
    assert copy.current().meta.drinks == 2
    assert len(_files(copy)) == 1
    assert problems == []


# ---- in the background


@pytest.fixture
def background(source, clock, tmp_path):
    folder = tmp_path / "background"
    return CatalogueCopy(source, folder, max_age_s=10, in_background=True, clock=clock)


def _eventually(condition):
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_no_reader_waits_for_a_slow_download(background, source, clock, bodies):
    source.body = bodies[0]
    old = background.current()
    source.body = bodies[1]
    source.may_respond.clear()
    source.entered.clear()
    clock.now += 10

    assert background.current(timeout_s=0) is old
    assert source.entered.wait(240)
    assert [background.current() for _ in range(3)] == [old] * 3
    assert source.requests == 2, "one request at a time"

    source.may_respond.set()
    _eventually(lambda: background.current() is not old)
    assert background.current().meta.drinks == 2
    assert source.requests == 2


def test_the_reader_that_starts_a_quick_refresh_gets_the_new_catalogue(
    background, source, clock, bodies
):
    source.body = bodies[0]
    background.current()
    for size in (2, 3):
        source.body = bodies[size - 1]
        clock.now += 10
        assert background.current(timeout_s=240).meta.drinks == size


def test_no_reader_waits_for_a_source_that_hangs(background, source, clock, bodies):
    source.body = bodies[0]
    old = background.current()
    source.error = TransientError("Slow down.")
    clock.now += 10
    assert background.current(timeout_s=240) is old
    assert background.problem == "Slow down."
    responses = source.responses
    source.may_respond.clear()
    for _ in range(3):
        clock.now += 10
        assert background.current(timeout_s=60) is old
    assert source.responses == responses, "no reader waited for the response in progress"
    assert (background.problem, background.failing_for_s) == ("Slow down.", 30)

    source.error, source.body = None, bodies[1]
    source.may_respond.set()
    _eventually(lambda: background.problem is None)
    assert background.current().meta.drinks == 2


def test_readers_wait_for_the_first_copy_in_the_background_too(background, source, bodies):
    with pytest.raises(MissingError):
        background.current()
    source.body = bodies[0]
    assert background.current().meta.drinks == 1


def test_swaps_in_the_background_leave_no_more_files(background, source, clock, bodies):
    for number in range(20):
        source.body = bodies[number % 2]
        clock.now += 10
        assert background.current(timeout_s=240).search(DrinkQuery()).items
    assert len(_files(background)) == 2, "one is read, one waits for the next version"


def test_a_reader_waits_for_a_quarter_of_a_second_or_not_at_all_if_the_source_fails(
    source, clock, tmp_path, bodies, monkeypatch
):
    waited = []

    class Ended(threading.Event):
        def wait(self, timeout=None):
            waited.append(timeout)
            return super().wait(240)

    monkeypatch.setattr(ttl_cache, "Event", Ended)
    copy = CatalogueCopy(source, tmp_path / "copies", max_age_s=10, clock=clock, in_background=True)
    source.body = bodies[0]
    copy.current()
    for error in (None, TransientError("Slow down."), None):
        source.error = error
        clock.now += 30
        copy.current()
    clock.now += 10
    copy.current(timeout_s=7)
    assert waited == [0.25, 0.25, 0, 7]


def test_the_file_of_a_copy_has_a_random_name(copy, source, bodies):
    source.body = bodies[0]
    copy.current()
    (file,) = _files(copy)
    assert re.fullmatch(r"catalogue-[0-9a-f]{16}\.sqlite", file.name)


def test_a_refresh_in_progress_does_not_keep_the_process_alive(tmp_path, bodies):
    published = tmp_path / "published.sqlite"
    published.write_bytes(bodies[0])
    script = f"""
import shutil, threading
from pathlib import Path
from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.synced_copy import CatalogueCopy

class Source:
    def download(self, path, *, unless=None, **_):
        if unless:
            threading.Event().wait()
        shutil.copyfile({str(published)!r}, path)
        return CatalogueState("1")

copy = CatalogueCopy(Source(), Path({str(tmp_path / "copies")!r}), max_age_s=0, in_background=True)
copy.current()
print(copy.current(timeout_s=0).meta.drinks)
"""
    process = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, timeout=240
    )
    assert process.stdout == b"1\n"
