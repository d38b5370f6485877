"""The SQLite files of the data browser: copies of an environment's catalogue and loads."""

import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path

import msgspec

from mocktailverse.catalogue.synced_copy import CatalogueSource
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.errors import MissingError
from mocktailverse.loads.load_record import Load, latest_generations
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.recent_loads import recent_loads, rejected_lines
from mocktailverse.pipeline.ports import LoadsStore, RawStore
from mocktailverse.times import utc

CATALOGUE, LOADS = "catalogue.sqlite", "loads.sqlite"
MAX_LOADS = 2_000
MAX_REJECTED = 20_000
MAX_INDENTED_BYTES = 256 * 1024
"""Maximum size of a rejected record that is shown with indentation."""
DAYS = 30
NEWEST_LOADS = 100
"""The loads are copied again when one of this many newest ones has changed."""

SCHEMA = """
BEGIN IMMEDIATE;  -- until the rows are in: readers see the old content or the new one
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


class Copies:
    """Refreshes the files in a folder while other processes read them."""

    def __init__(
        self, catalogue: CatalogueSource, loads: LoadsStore, bucket: RawStore, folder: Path
    ) -> None:
        self._catalogue = catalogue
        self._loads = loads
        self._bucket = bucket
        self._folder = folder
        self._etag: str | None = None
        self._newest: list[Load] | None = None

    def refresh(self) -> None:
        """Copy the catalogue and the loads if they have changed.

        Raises:
            TransientError, UnreachableError: AWS does not respond; the files are unchanged.
        """
        self._copy_catalogue()
        newest, _ = recent_loads(self._loads, DAYS, limit=NEWEST_LOADS)
        if newest != self._newest:
            self._write_loads()
            self._newest = newest

    def _copy_catalogue(self) -> None:
        """Copy into the file that readers have open; empty before the first publication."""
        fetched, copy = self._folder / "fetched.sqlite", self._folder / CATALOGUE
        try:
            latest = self._catalogue.download(fetched, unless=self._etag)
        except MissingError:
            if not copy.exists():
                with CatalogueWriter.create(copy) as writer:
                    writer.seal(version=catalogue_version(0), built_at=0, table="")
            return
        if latest is None:
            return
        with closing(sqlite3.connect(fetched)) as new, closing(sqlite3.connect(copy)) as old:
            new.backup(old)
        self._etag = latest.etag

    def _write_loads(self) -> None:
        """Write the newest loads, and the lines that the latest generation of each rejected."""
        loads, _ = recent_loads(self._loads, DAYS, limit=MAX_LOADS)
        rejected = (
            _rejected_row(load.load_id, line)
            for load in latest_generations(loads)
            for line in rejected_lines(load, self._loads, self._bucket)
        )
        with closing(sqlite3.connect(self._folder / LOADS, isolation_level=None)) as connection:
            connection.executescript(SCHEMA)
            connection.executemany(
                f"INSERT INTO loads VALUES ({', '.join('?' * 19)})",  # noqa: S608  question marks alone
                map(_load_row, loads),
            )
            connection.executemany(
                "INSERT INTO rejected VALUES (?, ?, ?, ?, ?, ?)", islice(rejected, MAX_REJECTED)
            )
            connection.execute("COMMIT")


def _load_row(load: Load) -> tuple[object, ...]:
    return (
        load.load_id, load.object.source, load.object.key,
        load.object.version_id, load.generation, load.status,
        *msgspec.structs.astuple(load.counts),
        load.bytes, _moment(load.started_at), _moment(load.finished_at), load.duration_ms,
        load.attempts, load.requeues, load.transform_version, load.error,
    )  # fmt: skip


def _rejected_row(load_id: str, line: Rejected) -> tuple[object, ...]:
    raw = msgspec.json.encode(line.raw)
    indented = msgspec.json.format(raw)  # deeply nested, it may be a hundred times as large
    text = (indented if len(indented) <= MAX_INDENTED_BYTES else raw).decode()
    return load_id, line.position, line.code, line.path, line.message, text


def _moment(at: int | None) -> str | None:
    """Return a time in ms as UTC text that sorts by time."""
    if at is None:
        return None
    return utc(at).isoformat(sep=" ", timespec="milliseconds")[:-6]
