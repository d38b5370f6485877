"""A catalogue lives on a laptop: it outlives crashes, and moves to another stack."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mocktailverse.catalogue.synced_copy import open_published
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.loads.load_record import Load
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import EMULATOR, read_stack
from mocktailverse.pipeline.ingest import InputFile, put_files
from mocktailverse.pipeline.raw_archive import restore_archive, write_archive
from mocktailverse.pipeline.verify_catalogue import verify_all
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

SAMPLES = Path(__file__).parents[2] / "data" / "raw"
FILES = [SAMPLES / "mocktails.json", SAMPLES / "winter.ndjson.gz"]
OPTIONS = Options(source_url="http://127.0.0.1:9")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder of a stack that a test crashes and starts again."""
    folder = tmp_path / "state"
    yield folder
    lifecycle.stop(folder)


def start(home: Path, on_notice: Callable[[str], None] = lambda _text: None) -> Stores:
    stack = lifecycle.start(home, OPTIONS, on_notice=on_notice)
    return Stores(stack.clients(), stack.outputs)


def load_samples(stores: Stores) -> list[Load]:
    files = [InputFile(path) for path in FILES]
    versions = put_files(stores.bucket, files, "thecocktaildb", now=now() - 60_000)
    return wait_for_loads(stores, versions)


def crash(home: Path) -> None:
    stack = read_stack(home)
    assert stack is not None
    os.kill(stack.by_name[EMULATOR].pid, signal.SIGKILL)


def is_verified(stores: Stores) -> bool:
    return verify_all(stores.bucket, stores.drinks, stores.loads, stores.catalogue).ok


def published(stores: Stores) -> set[tuple[str, str, int]]:
    """Return id, content and event time of each drink in the catalogue."""
    with open_published(stores.catalogue) as catalogue:
        return {(d.id, d.content_hash, d.observed_at) for d in catalogue.all_drinks()}


def test_loads_and_catalogue_are_the_same_after_a_crash(home):
    stores = start(home)
    loads = load_samples(stores)
    assert is_verified(stores)
    before = published(stores)
    crash(home)
    stores = start(home)
    assert published(stores) == before
    assert [stores.loads.latest(load.object) for load in loads] == loads
    assert is_verified(stores)


def test_a_load_that_a_crash_interrupts_is_finished_by_the_next_start(home):
    stores = start(home)
    version = stores.bucket.put(
        "raw/thecocktaildb/a.json", FILES[0].read_bytes(), metadata={}, content_type=""
    )
    crash(home)
    stores = start(home)
    (load,) = wait_for_loads(stores, [version])
    assert (load.status, load.generation, load.counts.read) == ("done", 1, 74)
    assert is_verified(stores)
    assert len(published(stores)) == 74


def test_raw_objects_are_replayed_once_by_newer_code(home):
    loads = load_samples(start(home))
    lifecycle.stop(home)
    files = {path.name for path in (home / "data").iterdir()}
    assert files == {"raw.sqlite", "derived.sqlite"}, "a copy of one needs no other file"
    with closing(sqlite3.connect(home / "data" / "derived.sqlite")) as file, file:
        number = TRANSFORM_VERSION - 1
        file.execute(
            "UPDATE items SET item = json_set(item, '$.transform_version.N', ?)"
            " WHERE json_extract(item, '$.part') IS NOT NULL",
            (str(number),),
        )
    notices: list[str] = []
    stores = start(home, notices.append)
    assert f"2 raw objects replayed with version {TRANSFORM_VERSION}" in notices[0]
    again = wait_for_loads(stores, [load.object for load in loads], [2, 2])
    assert all(load.transform_version == TRANSFORM_VERSION for load in again)
    assert is_verified(stores)
    lifecycle.stop(home)
    start(home, notices.append)
    assert "replayed" not in notices[1]


def test_an_archive_gives_another_stack_the_same_catalogue(home, tmp_path):
    stores = start(home)
    load_samples(stores)
    assert is_verified(stores)
    before = published(stores)
    with (tmp_path / "drinks.zip").open("w+b") as file:
        assert write_archive(stores.bucket, file, lambda *_: None) == len(FILES)
        lifecycle.stop(home, forget=True)
        stores = start(home)
        versions = restore_archive(stores.bucket, file, lambda *_: None)
    wait_for_loads(stores, versions)
    assert is_verified(stores)
    assert published(stores) == before
