"""Ingest by hand: files become raw objects; big NDJSON and CSV files become many.

Objects load in parallel, so a big file is cut into parts. A part of a CSV file begins with the
file's header. The bytes of the records stay as they are.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from mocktailverse.errors import ObjectRejectedError, UsageError
from mocktailverse.loads.object_version import ObjectVersion, run_prefix
from mocktailverse.pipeline.byte_stream import (
    DECODED_LIMIT,
    DecodedBytes,
    Line,
)
from mocktailverse.pipeline.csv_rows import CsvHeader, csv_rows
from mocktailverse.pipeline.decode import detect_format
from mocktailverse.pipeline.ports import RawStore
from mocktailverse.sources import require_source
from mocktailverse.times import utc

PART_BYTES = 4 * 1024 * 1024
"""Decoded bytes from which NDJSON and CSV files are cut, and about the size of a part."""

CHUNK_BYTES = 1024 * 1024
CONTENT_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "gz": "application/gzip",
}


class InputFile:
    """A file on disk as an opened object: what the transform can read without any AWS."""

    metadata: Mapping[str, str] = MappingProxyType({})

    def __init__(self, path: Path, observed_at: int | None = None) -> None:
        """Look at the file; its records were observed at a time in ms, or when it was written.

        Raises:
            UsageError: it cannot be read, is no regular file or is empty.
        """
        self.path = path
        try:
            if path.is_dir():
                raise UsageError(f"{path} is a directory; name the files in it.")
            facts = path.stat()
            if not path.is_file():
                raise UsageError(f"{path} is no regular file; store its content in one first.")
            with path.open("rb"):
                pass
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
        if not facts.st_size:
            raise UsageError(f"{path} is empty: there is nothing to read in it.")
        self.bytes = facts.st_size
        self.stored_at = facts.st_mtime_ns // 1_000_000 if observed_at is None else observed_at

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` to the end.

        Raises:
            UsageError: it cannot be read any more.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}.") from error


class Part(Struct, frozen=True):
    """One raw object to be: the last part of its key, and its bytes."""

    name: str
    body: bytes

    @property
    def content_type(self) -> str:
        """From the ending of the name; what reads the object goes by its content."""
        return CONTENT_TYPES.get(self.name.rpartition(".")[2], "application/octet-stream")


def parts_of(file: InputFile, columns: frozenset[str]) -> Iterator[Part]:
    """The raw objects that a file becomes; a file that cannot be read as records becomes one.

    Raises:
        UsageError: before the first part: the file is too large for one object and cannot be
            cut, or a line in it is.
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.path.name).strip("-.")[:100] or "file"
    data = DecodedBytes(file, trusted=True)
    try:
        form = detect_format(data, columns) if _is_big(data) else None
    except ObjectRejectedError:  # the transform will say why; the bytes go as they are
        form = None
    if form is None or form == "document":
        if file.bytes > DECODED_LIMIT:
            raise UsageError(
                f"{file.path} is {file.bytes / 2**20:.0f} MiB and cannot be cut: it is one JSON "
                "document, or damaged; 64 MiB is the limit. Convert it to NDJSON, one record a "
                "line, which may have any size."
            )
        yield Part(name, b"".join(file.chunks()))
        return
    for line in data.lines():  # before any part is out
        _bytes(line)
    stem = name.partition(".")[0]
    if isinstance(form, CsvHeader):
        rows = (row.line for row in csv_rows(data.lines(form.line.end), form))
        bodies, ending = _cut(rows, _bytes(form.line)), "csv"
    else:
        bodies, ending = _cut(data.lines(), b""), "ndjson"
    for number, body in enumerate(bodies, 1):
        yield Part(f"{stem}-{number:05d}.{ending}", body)


def _is_big(data: DecodedBytes) -> bool:
    """Whether the file is to be cut; reads all of it, so that damage shows before any part is made.

    Raises:
        GzipDamagedError: it cannot be read to its end.
    """
    return sum(map(len, data.chunks())) > PART_BYTES


def _cut(lines: Iterator[Line], header: bytes) -> Iterator[bytes]:
    part, size = [header], len(header)
    for line in lines:
        text = _bytes(line)
        if size + len(text) > PART_BYTES and len(part) > 1:
            yield b"".join(part)
            part, size = [header], len(header)
        part.append(text)
        size += len(text)
    yield b"".join(part)


def _bytes(line: Line) -> bytes:
    if line.data is None:
        raise UsageError(f"The line at byte {line.start} is longer than 64 MiB; cut it first.")
    return line.data + b"\n"


class Run(Struct, frozen=True):
    """One ingest: its source, when it began and when its records were observed, both in ms."""

    source: str
    started_at: int
    observed_at: int

    @property
    def prefix(self) -> str:
        """The common beginning of its keys: `raw/<source>/<yyyy>/<mm>/<dd>/<run>/`."""
        began = utc(self.started_at)
        milliseconds = self.started_at % 1000
        run = f"{began:%Y%m%dT%H%M%S}{milliseconds:03d}Z-ingest"
        return run_prefix("raw", self.source, self.started_at, run)


def put_part(store: RawStore, run: Run, number: int, part: Part) -> ObjectVersion:
    """Store a part as a raw object; `number` keeps equal names of a run apart."""
    return store.put(
        f"{run.prefix}{number:05d}-{part.name}",
        part.body,
        metadata={"observed-at": str(run.observed_at), "source": run.source},
        content_type=part.content_type,
    )


def put_files(  # noqa: PLR0913  keyword-only; each is a separate fact about the run
    store: RawStore,
    files: Sequence[InputFile],
    source: str,
    *,
    now: int,
    observed_at: int | None = None,
    on_file: Callable[[InputFile], object] = lambda _file: None,
) -> list[ObjectVersion]:
    """Store files as the raw objects of one run; what they became, in order.

    Without a time given, the files were observed now, each a millisecond after the one before,
    so that of two files in one run the later one wins.

    Args:
        store: takes the raw objects.
        files: what is stored.
        source: whose records these are.
        now: when the run begins, in ms.
        observed_at: when the records were observed, in ms.
        on_file: told of each file that is done.

    Raises:
        UsageError: there is no such source, or a file cannot be ingested.
    """
    columns = require_source(source).columns
    versions: list[ObjectVersion] = []
    for index, file in enumerate(files):
        run = Run(source, now, now + index if observed_at is None else observed_at)
        for part in parts_of(file, columns):
            versions.append(put_part(store, run, len(versions) + 1, part))
        on_file(file)
    return versions
