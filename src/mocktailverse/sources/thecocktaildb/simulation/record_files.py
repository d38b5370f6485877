"""Read records from files in TheCocktailDB's format: JSON, NDJSON and CSV, each also gzipped."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from mocktailverse.errors import UsageError
from mocktailverse.sources.thecocktaildb.simulation.database import Record

SUFFIXES = (".json", ".ndjson", ".csv")
_UNREADABLE = (OSError, EOFError, ValueError, RecursionError, csv.Error, zlib.error)


def read_records(paths: Iterable[Path]) -> tuple[list[Record], list[str]]:
    """Return all records, and a note on each file or line that could not be read.

    A directory means the files with a known suffix directly in it. Unreadable files and lines are
    skipped, because the sample records contain malformed ones on purpose.

    Raises:
        UsageError: a path does not exist.
    """
    records: list[Record] = []
    notes: list[str] = []
    for path in _files(paths):
        try:
            text = _content(path).decode("utf-8-sig")
            records += _csv(text) if ".csv" in path.suffixes else _json(text, path, notes)
        except _UNREADABLE as error:
            notes.append(f"{path}: {error}")
    return records, notes


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.iterdir() if file.is_file())
            yield from sorted(f for f in inside if f.name.removesuffix(".gz").endswith(SUFFIXES))
        elif path.is_file():
            yield path
        else:
            raise UsageError(f"`{path}` does not exist. Pass a file or a directory of records.")


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def _csv(text: str) -> list[Record]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{key: row[key] or None for key in rows.fieldnames or ()} for row in rows]


def _json(text: str, path: Path, notes: list[str]) -> list[Record]:
    try:
        return list(_records(json.loads(text)))
    except ValueError:
        pass  # not a single document: one per line
    records: list[Record] = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            records += _records(json.loads(line)) if line.strip() else ()
        except ValueError as error:
            notes.append(f"{path}, line {number}: {error}")
    return records


def _records(document: object) -> Iterator[Record]:
    """Return the records of an envelope, an array or a single record."""
    if isinstance(document, dict) and "drinks" in document:
        document = document["drinks"]
    records = document if isinstance(document, list) else [document]
    return (record for record in records if isinstance(record, dict))
