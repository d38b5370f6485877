"""The data of a local stack on disk: raw objects in one SQLite file, everything else in another.

`data/raw.sqlite`      the objects of the data bucket, except rejected lines: the source of truth
`data/derived.sqlite`  the tables' items, rejected lines, the published catalogue, schedules' runs

A write is on disk when it returns. Raw objects are synced, so they also survive a power failure.
Derived data survives the end of every process; after a power failure its last writes may be
missing, and it can always be computed again from the raw objects.
"""

import contextlib
import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local import full_disk

FORMAT = 2
"""Format of both files; raise it when a column changes its meaning.

Format 1 has names of buckets without the region. A raw file is upgraded; derived data is computed
again.
"""

RAW_LIMIT_BYTES = 512 * 2**20
"""Limit of all raw objects: about 200,000 drinks, which take 8 GiB of the emulator's memory."""
DERIVED_LIMIT_BYTES = 8 * 2**30

_RAW_FILE, _DERIVED_FILE = "raw.sqlite", "derived.sqlite"
_PAGE_BYTES = 4096
_WAL_BYTES = 64 * 2**20
_PRIMARY_CODE = 0xFF
"""Part of SQLite's extended error codes that names the kind of error."""
_MD5_DIGITS = 32

_OBJECTS = """
CREATE TABLE IF NOT EXISTS objects (
  place INTEGER PRIMARY KEY, -- order of the writes
  bucket TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL, -- '' in an unversioned bucket
  attributes TEXT NOT NULL, body BLOB, -- no body: a delete marker
  UNIQUE (bucket, key, version_id)
)"""
_ITEMS = """
CREATE TABLE IF NOT EXISTS items (
  "table" TEXT NOT NULL, partition TEXT NOT NULL, sort TEXT NOT NULL, item TEXT NOT NULL,
  PRIMARY KEY ("table", partition, sort)
)"""
_UPGRADE = "UPDATE objects SET bucket = bucket || '-us-east-1'"
_RUNS = "CREATE TABLE IF NOT EXISTS runs (schedule TEXT PRIMARY KEY, at REAL NOT NULL)"


class DataFileError(UnreachableError):
    """A data file cannot be written or read; nothing was changed by the failed call."""


class DerivedFileError(DataFileError):
    """The derived data is damaged; without its file it is computed again from the raw objects."""


class KeptObject(NamedTuple):
    """One version of an object, or a delete marker."""

    bucket: str
    key: str
    version_id: str
    """Empty in a bucket without versions."""
    attributes: Mapping[str, Any]
    """The emulator's record of the object without its body."""
    body: bytes | None
    """None for a delete marker."""


class KeptItem(NamedTuple):
    """One item of a table in DynamoDB's JSON; None if it was deleted."""

    table: str
    partition: str
    sort: str
    item: Mapping[str, Any] | None


class DataFiles:
    """The two data files of one stack; several threads may use them.

    Every method raises DataFileError if a file is damaged, or the disk full.

    Raises:
        DerivedFileError: the file of the derived data is damaged.
        UsageError: a newer version of Mocktailverse wrote the files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        folder.mkdir(mode=0o700, exist_ok=True)
        raw, derived = folder / _RAW_FILE, folder / _DERIVED_FILE
        if _size(derived) and not _size(raw):  # the raw objects' file is always created first
            raise DataFileError(_unreadable(raw, "it is missing or empty"))
        self._raw = _open(raw, (_OBJECTS,), RAW_LIMIT_BYTES, "FULL", DataFileError)
        try:
            tables = (_OBJECTS, _ITEMS, _RUNS)
            self._derived = _open(derived, tables, DERIVED_LIMIT_BYTES, "NORMAL", DerivedFileError)
        except BaseException:
            self._raw.close()
            raise

    def close(self) -> None:
        """Close both files."""
        self._raw.close()
        self._derived.close()

    def put_object(self, kept: KeptObject, *, is_raw: bool) -> None:
        """Store a version of an object in place of one of the same id."""
        row = (*kept[:3], msgspec.json.encode(kept.attributes).decode(), kept.body)
        with self._writing(is_raw=is_raw) as file:
            file.execute(
                "INSERT OR REPLACE INTO objects (bucket, key, version_id, attributes, body)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )

    def delete_object(self, bucket: str, key: str, version_id: str, *, is_raw: bool) -> None:
        """Delete a version of an object, if it is stored."""
        with self._writing(is_raw=is_raw) as file:
            file.execute(
                "DELETE FROM objects WHERE bucket = ? AND key = ? AND version_id = ?",
                (bucket, key, version_id),
            )

    def write_items(self, items: Iterable[KeptItem]) -> None:
        """Store or delete items, all or none."""
        with self._writing(is_raw=False) as file:
            for kept in items:
                if kept.item is None:
                    file.execute(
                        'DELETE FROM items WHERE "table" = ? AND partition = ? AND sort = ?',
                        kept[:3],
                    )
                else:
                    text = msgspec.json.encode(kept.item).decode()
                    file.execute(
                        "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", (*kept[:3], text)
                    )

    def write_runs(self, runs: Mapping[str, float]) -> None:
        """Store when schedules ran last, in s since 1970, by their names."""
        with self._writing(is_raw=False) as file:
            file.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?)", runs.items())

    def objects(self) -> Iterator[KeptObject]:
        """Yield all objects in the order of their writes, the raw ones first."""
        with self._lock:
            with _translated(self.folder / _RAW_FILE, DataFileError):
                yield from _objects(self._raw)
            with _translated(self.folder / _DERIVED_FILE, DerivedFileError):
                yield from _objects(self._derived)

    def items(self) -> Iterator[KeptItem]:
        """Yield all items of all tables."""
        with self._lock, _translated(self.folder / _DERIVED_FILE, DerivedFileError):
            for table, partition, sort, item in self._derived.execute("SELECT * FROM items"):
                yield KeptItem(table, partition, sort, msgspec.json.decode(item))

    def runs(self) -> dict[str, float]:
        """Return when schedules ran last, in s since 1970, by their names."""
        with self._lock, _translated(self.folder / _DERIVED_FILE, DerivedFileError):
            return dict(self._derived.execute("SELECT * FROM runs"))

    @contextlib.contextmanager
    def _writing(self, *, is_raw: bool) -> Iterator[sqlite3.Connection]:
        file, name = (self._raw, _RAW_FILE) if is_raw else (self._derived, _DERIVED_FILE)
        with self._lock, _translated(self.folder / name, DataFileError), file:  # or rolls back
            yield file


def set_aside_derived(folder: Path) -> Path:
    """Rename the file of the derived data, in place of one that was set aside before."""
    aside = folder / f"{_DERIVED_FILE}.damaged"
    for suffix in ("-wal", ""):
        path = folder / f"{_DERIVED_FILE}{suffix}"
        if path.exists():
            path.rename(f"{aside}{suffix}")
    return aside


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _objects(file: sqlite3.Connection) -> Iterator[KeptObject]:
    for bucket, key, version_id, attributes, body in file.execute(
        "SELECT bucket, key, version_id, attributes, body FROM objects ORDER BY place"
    ):
        kept = KeptObject(bucket, key, version_id, msgspec.json.decode(attributes), body)
        if not _is_intact(kept):
            raise sqlite3.DatabaseError(f"the content of `{key}` has changed")
        yield kept


def _is_intact(kept: KeptObject) -> bool:
    """Return whether an object's bytes still have their MD5, if its ETag is one."""
    etag = str(kept.attributes.get("etag", "")).strip('"')
    if kept.body is None or len(etag) != _MD5_DIGITS:
        return True
    return hashlib.md5(kept.body, usedforsecurity=False).hexdigest() == etag


def _open(
    path: Path, tables: Iterable[str], limit: int, synchronous: str, damaged: type[DataFileError]
) -> sqlite3.Connection:
    """Open a file, created if missing; raise `damaged` if it cannot be read."""
    path.touch(mode=0o600)
    file = sqlite3.connect(path, check_same_thread=False)
    try:
        with _translated(path, damaged):
            file.execute("PRAGMA locking_mode = EXCLUSIVE")  # one process; no shared memory
            version = _require_format(file, path)
            file.execute("PRAGMA journal_mode = WAL")
            file.execute(f"PRAGMA synchronous = {synchronous}")
            file.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
            file.execute(f"PRAGMA max_page_count = {limit // _PAGE_BYTES}")
            with file:
                for table in tables:
                    file.execute(table)
                if version == 1:
                    file.execute(_UPGRADE)
                file.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        file.close()
        raise
    return file


def _require_format(file: sqlite3.Connection, path: Path) -> int:
    """Return the format of a file, 0 of a new one."""
    (version,) = file.execute("PRAGMA user_version").fetchone()
    if version > FORMAT:
        raise UsageError(
            f"`{path}` was written by a newer version of Mocktailverse (format {version}, this one"
            f" reads up to {FORMAT}). Nothing was changed. Use that version."
        )
    if 0 < version < FORMAT and path.name == _DERIVED_FILE:
        raise sqlite3.DatabaseError(f"it has the earlier format {version}")
    (result,) = file.execute("PRAGMA quick_check(1)").fetchone()
    if result != "ok":
        raise sqlite3.DatabaseError(" ".join(result.split()))
    return int(version)


@contextlib.contextmanager
def _translated(path: Path, damaged: type[DataFileError]) -> Iterator[None]:
    """Raise DataFileError instead of SQLite's errors, or `damaged` if the file is."""
    try:
        yield
    except (sqlite3.Error, msgspec.DecodeError) as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _PRIMARY_CODE
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise damaged(_unreadable(path, str(error))) from error
        raise DataFileError(_explained(path, code, error)) from error


def _explained(path: Path, code: int, error: Exception) -> str:
    """Return what an error of SQLite means for a person."""
    folder = path.parent
    if code == sqlite3.SQLITE_BUSY:
        return f"Another process uses `{path}`. Stop that program or stack first."
    if shutil.disk_usage(folder).free < full_disk.LEAST_FREE_BYTES:
        return f"{full_disk.explanation(folder)} ({error})"
    if code == sqlite3.SQLITE_FULL:
        return (
            f"The data in `{folder}` has reached the limit of a local stack,"
            f" {RAW_LIMIT_BYTES >> 20} MiB of raw objects. Keep fewer on this machine, or deploy to"
            " AWS."
        )
    return f"`{path}` cannot be read or written: {error}. Nothing was changed. Repeat the command."


def _unreadable(path: Path, problem: str) -> str:
    return (
        f"`{path}` cannot be read: {problem}. Nothing was changed. Put back a copy of the whole"
        f" folder `{path.parent}` if you have one. To delete all data and start empty, run"
        " `mocktailverse up --forget`."
    )
