"""The files that the data browser shows, made from what an environment holds."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

import msgspec

from mocktailverse.catalogue.synced_copy import CatalogueSource
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.ledger import Load, Rejected
from mocktailverse.errors import MissingError
from mocktailverse.pipeline.recent import (
    DailyLoads,
    RejectedLines,
    Segments,
    latest_generations,
    recent_loads,
    rejected_lines,
)

CATALOGUE, LOADS = "catalogue.sqlite", "loads.sqlite"
MOST_LOADS = 2_000
MOST_REJECTED = 20_000
DAYS = 30
LOOKED_AT = 100
"""A change among so many newest loads is what lets them be copied anew."""

SCHEMA = """
DROP TABLE IF EXISTS rejected;
DROP TABLE IF EXISTS loads;
CREATE TABLE loads (
  load TEXT PRIMARY KEY, source TEXT, key TEXT NOT NULL, version_id TEXT NOT NULL,
  generation INTEGER NOT NULL, status TEXT NOT NULL,
  read INTEGER NOT NULL, loaded INTEGER NOT NULL, unchanged INTEGER NOT NULL,
  stale INTEGER NOT NULL, rejected INTEGER NOT NULL,
  bytes INTEGER NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, duration_ms INTEGER,
  attempts INTEGER NOT NULL, requeues INTEGER NOT NULL, transform_version INTEGER NOT NULL,
  error TEXT
);
CREATE TABLE rejected (
  load TEXT NOT NULL REFERENCES loads (load), position INTEGER, code TEXT NOT NULL,
  path TEXT NOT NULL, message TEXT NOT NULL, raw TEXT NOT NULL
);
CREATE INDEX rejected_by_load ON rejected (load);
CREATE INDEX loads_by_start ON loads (started_at);
"""


class Books(DailyLoads, Segments, Protocol):
    """Lists loads and their segments."""


class Copies:
    """Keeps the files in a folder up to date, while others read them."""

    def __init__(
        self, catalogue: CatalogueSource, books: Books, bucket: RejectedLines, folder: Path
    ) -> None:
        self._catalogue = catalogue
        self._books = books
        self._bucket = bucket
        self._folder = folder
        self._etag: str | None = None
        self._newest: list[Load] | None = None

    def refresh(self) -> None:
        """Copy what has changed.

        Raises:
            TransientError, UnreachableError: AWS does not answer; the files stay as they are.
        """
        self._copy_catalogue()
        newest, _ = recent_loads(self._books, DAYS, limit=LOOKED_AT)
        if newest != self._newest:
            self._write_loads()
            self._newest = newest

    def _copy_catalogue(self) -> None:
        """Copy within the file that readers have open; nothing published is an empty catalogue."""
        fetched, copy = self._folder / "fetched.sqlite", self._folder / CATALOGUE
        try:
            etag = self._catalogue.download(fetched, unless=self._etag)
        except MissingError:
            if not copy.exists():
                with CatalogueWriter.create(copy) as writer:
                    writer.seal(version=catalogue_version(0), built_at=0, table="")
            return
        if etag is None:
            return
        with closing(sqlite3.connect(fetched)) as new, closing(sqlite3.connect(copy)) as standing:
            new.backup(standing)
        fetched.unlink()
        self._etag = etag

    def _write_loads(self) -> None:
        """Write the newest loads, and what the latest generation of each rejected, anew."""
        loads, _ = recent_loads(self._books, DAYS, limit=MOST_LOADS)
        rejected = (
            (load.object.load_id(load.generation), line)
            for load in latest_generations(loads)
            for line in rejected_lines(load, self._books, self._bucket)
        )
        with closing(sqlite3.connect(self._folder / LOADS, isolation_level=None)) as connection:
            _fill(connection, loads, islice(rejected, MOST_REJECTED))


def _fill(
    connection: sqlite3.Connection,
    loads: Iterable[Load],
    rejected: Iterable[tuple[str, Rejected]],
) -> None:
    """Replace the content; nobody sees it half done."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    rows = [_load_row(load) for load in loads]
    connection.executemany(f"INSERT INTO loads VALUES ({', '.join('?' * 19)})", rows)  # noqa: S608  question marks alone
    connection.executemany(
        "INSERT INTO rejected VALUES (?, ?, ?, ?, ?, ?)",
        (_rejected_row(load, line) for load, line in rejected),
    )
    connection.execute("COMMIT")


def _load_row(load: Load) -> tuple[object, ...]:
    return (
        load.object.load_id(load.generation), load.object.source, load.object.key,
        load.object.version_id, load.generation, load.status,
        *msgspec.structs.astuple(load.counts),
        load.bytes, _moment(load.started_at), _moment(load.finished_at), load.duration_ms,
        load.attempts, load.requeues, load.transform_version, load.error,
    )  # fmt: skip


def _rejected_row(load_id: str, line: Rejected) -> tuple[object, ...]:
    raw = msgspec.json.format(msgspec.json.encode(line.raw)).decode()
    return load_id, line.position, line.code, line.path, line.message, raw


def _moment(at: int | None) -> str | None:
    """A time in ms as text that sorts, in UTC."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(sep=" ", timespec="milliseconds")[:-6]
