"""The data files keep what was written, or say what is wrong with them."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.local import data_files
from mocktailverse.local.data_files import (
    DataFileError,
    DataFiles,
    DerivedFileError,
    KeptItem,
    KeptObject,
    set_aside_derived,
)

RECORD = {"etag": '"1"', "metadata": {"observed-at": "1"}}


def an_object(key: str = "raw/own/a.json", version_id: str = "v1", body: bytes | None = b"{}"):
    return KeptObject("data", key, version_id, RECORD, body)


def an_item(sort: str = "0001", item: dict | None = None) -> KeptItem:
    return KeptItem("loads", "v1/data/raw/own/a.json", sort, item or {"part": {"S": sort}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_new_process_reads_what_another_has_written(folder):
    objects = [
        an_object(),
        an_object(version_id="v2", body=b""),
        an_object(version_id="v3", body=None),
        an_object("rejected/a.ndjson"),
    ]
    with closing(DataFiles(folder)) as files:
        for kept in objects:
            files.put_object(kept, is_raw=kept.key.startswith("raw/"))
        files.write_items([an_item(), an_item("0002")])
        files.write_runs({"fetch": 1.5})
    with closing(DataFiles(folder)) as files:
        assert list(files.objects()) == objects
        assert list(files.items()) == [an_item(), an_item("0002")]
        assert files.runs() == {"fetch": 1.5}


def test_only_the_owner_may_read_the_files(folder):
    with closing(DataFiles(folder)):
        assert folder.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_a_new_body_replaces_the_one_of_the_same_version(folder):
    with closing(DataFiles(folder)) as files:
        for body in (b"1", b"2"):
            files.put_object(an_object("catalogue.sqlite", "", body), is_raw=False)
        assert [kept.body for kept in files.objects()] == [b"2"]


def test_deleted_objects_and_items_are_gone(folder):
    with closing(DataFiles(folder)) as files:
        files.put_object(an_object(), is_raw=True)
        files.delete_object("data", "raw/own/a.json", "v1", is_raw=True)
        files.write_items([an_item()])
        files.write_items([an_item()._replace(item=None)])
        assert list(files.objects()) == []
        assert list(files.items()) == []


def test_items_are_written_all_or_none(folder):
    with closing(DataFiles(folder)) as files:
        with pytest.raises(TypeError):
            files.write_items([an_item(), an_item("0002", {"part": object()})])
        assert list(files.items()) == []


def test_a_second_process_cannot_use_the_files(folder):
    with closing(DataFiles(folder)), pytest.raises(DataFileError, match="Another process uses"):
        DataFiles(folder)


def test_the_limit_of_raw_objects_is_an_error_that_keeps_the_others(folder, monkeypatch):
    monkeypatch.setattr(data_files, "RAW_LIMIT_BYTES", 2**16)
    with closing(DataFiles(folder)) as files:
        files.put_object(an_object(), is_raw=True)
        with pytest.raises(DataFileError, match=r"limit of a local stack.*deploy to AWS"):
            files.put_object(an_object("raw/own/b.json", body=bytes(2**17)), is_raw=True)
        assert list(files.objects()) == [an_object()]
        files.put_object(an_object("raw/own/c.json"), is_raw=True)


def test_a_full_disk_is_named(folder, monkeypatch):
    monkeypatch.setattr(data_files, "RAW_LIMIT_BYTES", 2**16)
    with closing(DataFiles(folder)) as files:
        monkeypatch.setattr("mocktailverse.local.full_disk.LEAST_FREE_BYTES", 2**80)
        with pytest.raises(DataFileError, match=r"disk that holds .* ran out of space"):
            files.put_object(an_object(body=bytes(2**17)), is_raw=True)


def damaged(folder: Path, name: str) -> None:
    with closing(DataFiles(folder)) as files:
        files.put_object(an_object(body=bytes(10_000)), is_raw=True)
        files.write_items([an_item(str(number)) for number in range(500)])
    path = folder / name
    content = bytearray(path.read_bytes())
    content[5000:9000] = b"\xff" * 4000
    path.write_bytes(content)


def test_damaged_raw_objects_are_an_error_that_names_the_ways_out(folder):
    damaged(folder, "raw.sqlite")
    before = (folder / "raw.sqlite").read_bytes()
    with pytest.raises(DataFileError, match=r"(?s)cannot be read.*copy.*up --forget") as raised:
        DataFiles(folder)
    assert not isinstance(raised.value, DerivedFileError)
    assert (folder / "raw.sqlite").read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database" * 1000, b"\x00" * 5000])
def test_a_raw_file_of_another_kind_is_an_error(folder, content):
    folder.mkdir()
    (folder / "raw.sqlite").write_bytes(content)
    with pytest.raises(DataFileError, match="cannot be read"):
        DataFiles(folder)


def test_damaged_derived_data_can_be_set_aside(folder):
    damaged(folder, "derived.sqlite")
    with pytest.raises(DerivedFileError):
        DataFiles(folder)
    aside = set_aside_derived(folder)
    with closing(DataFiles(folder)) as files:
        assert len(list(files.objects())) == 1
        assert list(files.items()) == []
    assert aside.is_file()


@pytest.mark.parametrize("name", ["raw.sqlite", "derived.sqlite"])
def test_files_of_a_newer_version_are_refused(folder, name):
    with closing(DataFiles(folder)):
        pass
    with closing(sqlite3.connect(folder / name)) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match=r"newer version.*format 99"):
        DataFiles(folder)


def test_raw_objects_of_format_1_are_kept_under_the_bucket_s_name_with_its_region(folder):
    with closing(DataFiles(folder)) as files:
        files.put_object(an_object(), is_raw=True)
        files.write_items([an_item()])
    for name in ("raw.sqlite", "derived.sqlite"):
        with closing(sqlite3.connect(folder / name)) as file:
            file.execute("PRAGMA user_version = 1")
    with pytest.raises(DerivedFileError, match="earlier format 1"):
        DataFiles(folder)
    set_aside_derived(folder)
    for _ in range(2):  # it is upgraded once
        with closing(DataFiles(folder)) as files:
            assert list(files.objects()) == [an_object()._replace(bucket="data-us-east-1")]


@pytest.mark.parametrize("content", [None, b""])
def test_raw_objects_that_are_missing_beside_their_tables_are_an_error(folder, content):
    with closing(DataFiles(folder)) as files:
        files.write_items([an_item()])
    (folder / "raw.sqlite").unlink()
    if content is not None:
        (folder / "raw.sqlite").write_bytes(content)
    with pytest.raises(DataFileError, match=r"raw\.sqlite` cannot be read: it is missing"):
        DataFiles(folder)


def changed(folder: Path, name: str, old: bytes, new: bytes) -> None:
    """Replace bytes within a file, so that SQLite's own check finds nothing."""
    path = folder / name
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


def test_a_changed_raw_object_is_an_error_that_names_it(folder):
    body = b"a body that no other bytes equal"
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    with closing(DataFiles(folder)) as files:
        kept = an_object(body=body)._replace(attributes={"etag": f'"{etag}"'})
        files.put_object(kept, is_raw=True)
    changed(folder, "raw.sqlite", body, body.upper())
    with (
        closing(DataFiles(folder)) as files,
        pytest.raises(DataFileError, match=r"content of `raw/own/a\.json` has changed"),
    ):
        list(files.objects())


def test_a_changed_item_is_damage_of_the_derived_data(folder):
    with closing(DataFiles(folder)) as files:
        files.write_items([an_item(item={"text": {"S": "unique text"}})])
    changed(folder, "derived.sqlite", b'"unique text"', b'"unique text ')
    with closing(DataFiles(folder)) as files, pytest.raises(DerivedFileError):
        list(files.items())


def test_tables_that_another_program_reads_are_not_damaged(folder):
    with closing(DataFiles(folder)) as files:
        files.write_items([an_item()])
    with closing(sqlite3.connect(folder / "derived.sqlite")) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM items").fetchall()
        with pytest.raises(DataFileError, match="Another process uses") as raised:
            DataFiles(folder)
    assert not isinstance(raised.value, DerivedFileError)
