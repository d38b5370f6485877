"""A start finds what a crash has interrupted in the data files."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.drinks.register import Register
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.loads.load_keys import load_key
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.local import recovery
from mocktailverse.local.data_files import DataFiles, KeptItem, KeptObject
from mocktailverse.stores.items import to_item, to_value
from mocktailverse.testing.memory_stores import MemoryCatalogueStore

VERSION = ObjectVersion("data", "raw/own/a.json", "v1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def files(folder: Path) -> Iterator[DataFiles]:
    """Data files with one raw object; `inspected` closes them."""
    files = DataFiles(folder)
    files.put_object(KeptObject("data", VERSION.key, "v1", {}, b"{}"), is_raw=True)
    yield files
    files.close()


def inspected(files: DataFiles) -> recovery.Interrupted:
    files.close()
    return recovery.inspect(files.folder)


def write_load(files: DataFiles, generation: int = 1, **fields: Any) -> None:
    partition, part = load_key(VERSION, generation)
    values = {"object": partition, "part": part, "generation": generation, "status": "done"}
    values |= {"transform_version": TRANSFORM_VERSION} | fields
    item = {name: to_value(value) for name, value in values.items()}
    files.write_items([KeptItem("loads", partition, part, item)])


def test_an_object_without_a_load_is_loaded(files):
    assert inspected(files).unfinished == (LoadRequest(VERSION, 1),)


def test_nothing_is_repeated_for_a_finished_load(files):
    write_load(files)
    interrupted = inspected(files)
    assert interrupted.raw_objects == 1
    assert interrupted.unfinished == interrupted.outdated == interrupted.unpublished == ()
    assert str(interrupted) == "restored 0 drinks from 1 raw object"


@pytest.mark.parametrize("status", ["loading", "failed"])
def test_an_unfinished_load_continues_and_takes_over_the_lease(files, status):
    write_load(files)
    write_load(files, generation=2, status=status, lease_owner="worker-1")
    request = LoadRequest(VERSION, 2, waited_for="worker-1")
    assert inspected(files).unfinished == (request,)


def test_segments_are_not_taken_for_loads(files):
    write_load(files)
    partition, _ = load_key(VERSION, 1)
    item = {"part": to_value("0001#000000"), "number": to_value(0)}
    files.write_items([KeptItem("loads", partition, "0001#000000", item)])
    assert inspected(files).unfinished == ()


def test_a_load_by_older_code_is_replayed(files):
    write_load(files, transform_version=TRANSFORM_VERSION - 1)
    interrupted = inspected(files)
    assert interrupted.outdated == (VERSION,)
    assert f"1 raw object replayed with version {TRANSFORM_VERSION}" in str(interrupted)


def test_tables_of_newer_code_are_set_aside_and_computed_again(files, folder):
    write_load(files, transform_version=TRANSFORM_VERSION + 1)
    files.close()
    notices: list[str] = []
    interrupted = recovery.prepare(folder, notices.append)
    assert interrupted.unfinished == (LoadRequest(VERSION, 1),)
    assert "A newer version" in notices[0]
    assert (folder / "derived.sqlite.damaged").is_file()


def test_damaged_tables_are_set_aside_and_computed_again(files, folder):
    write_load(files)
    files.close()
    (folder / "derived.sqlite").write_bytes(b"no database" * 1000)
    notices: list[str] = []
    interrupted = recovery.prepare(folder, notices.append)
    assert interrupted.unfinished == (LoadRequest(VERSION, 1),)
    aside = folder / "derived.sqlite.damaged"
    (notice,) = notices
    assert notice == (
        f"The tables cannot be read (file is not a database); `{aside}` has them, and all raw"
        " objects are loaded again"
    )


# ---- the catalogue


def write_drinks(files: DataFiles, catalogue: Path | None, drinks: list) -> None:
    write_load(files)
    items = [to_item(Register(drink.id, drink)) for drink in drinks]
    files.write_items(KeptItem("drinks", item["id"]["S"], "-", item) for item in items)
    if catalogue:
        published = MemoryCatalogueStore()
        published.body = catalogue.read_bytes()
        for key, body in published.objects.contents.items():
            files.put_object(KeptObject("cat", key, "", {}, body), is_raw=False)


def test_a_catalogue_that_equals_the_table_is_not_published(
    files, catalogue_path, sample_catalogue
):
    write_drinks(files, catalogue_path, list(sample_catalogue.all_drinks()))
    assert inspected(files).unpublished == ()


def test_drinks_that_differ_are_published(files, catalogue_path, sample_catalogue):
    drinks = list(sample_catalogue.all_drinks())
    changed = msgspec.structs.replace(drinks[0], content_hash="0" * 64)
    withdrawn = msgspec.structs.replace(drinks[1], withdrawn_at=1)
    write_drinks(files, catalogue_path, [changed, withdrawn, *drinks[3:]])
    assert set(inspected(files).unpublished) == {drink.id for drink in drinks[:3]}


@pytest.mark.parametrize("content", [None, b"not a catalogue"])
def test_all_drinks_are_published_if_there_is_no_readable_catalogue(
    files, tmp_path, sample_catalogue, content
):
    path = tmp_path / "catalogue.sqlite"
    if content:
        path.write_bytes(content)
    drinks = list(sample_catalogue.all_drinks())
    write_drinks(files, path if content else None, drinks)
    assert len(inspected(files).unpublished) == len(drinks)


def test_all_drinks_are_published_if_the_catalogue_has_another_format(
    files, catalogue_path, sample_catalogue, tmp_path
):
    path = Path(shutil.copy(catalogue_path, tmp_path / "earlier"))
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {FORMAT - 1}")
    drinks = list(sample_catalogue.all_drinks())
    write_drinks(files, path, drinks)
    assert len(inspected(files).unpublished) == len(drinks)
