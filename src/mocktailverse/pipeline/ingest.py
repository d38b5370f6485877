"""Ingest: stores files as raw objects; a big NDJSON or CSV file becomes several.

Objects load in parallel, so a big file is split into parts at the ends of records. Each part of a
CSV file begins with the file's header. The bytes of the records are not changed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from mocktailverse.errors import ObjectRejectedError, UsageError
from mocktailverse.loads.object_version import ObjectVersion, run_prefix
from mocktailverse.pipeline.byte_stream import DECODED_LIMIT, DecodedBytes, DecodedLine
from mocktailverse.pipeline.csv_rows import CsvHeader, csv_rows
from mocktailverse.pipeline.decode import detect_format
from mocktailverse.pipeline.ports import RawStore
from mocktailverse.sources import require_source
from mocktailverse.times import run_name

PART_BYTES = 4 * 1024 * 1024
"""Decoded bytes above which NDJSON and CSV files are split; about the size of a part."""

CHUNK_BYTES = 1024 * 1024
CONTENT_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "gz": "application/gzip",
}


class InputFile:
    """A file on disk as an `OpenObject`, so that the transform reads it without AWS."""

    metadata: Mapping[str, str] = MappingProxyType({})
    content_type = "application/octet-stream"

    def __init__(self, path: Path, observed_at: int | None = None) -> None:
        """Check the file; `observed_at` is the event time in ms, None: when it was written.

        Raises:
            UsageError: it cannot be read, is not a regular file, or is empty.
        """
        self.path = path
        try:
            if path.is_dir():
                raise UsageError(f"`{path}` is a directory. Pass the files in it.")
            facts = path.stat()
            if not path.is_file():
                raise UsageError(
                    f"`{path}` is not a regular file. Save its content to a file first."
                )
            with path.open("rb"):
                pass
        except OSError as error:
            raise UsageError(f"`{path}` cannot be read: {error.strerror}.") from error
        if not facts.st_size:
            raise UsageError(f"`{path}` is empty.")
        self.bytes = facts.st_size
        self.stored_at = facts.st_mtime_ns // 1_000_000 if observed_at is None else observed_at

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` to the end.

        Raises:
            UsageError: it can no longer be read.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise UsageError(f"`{self.path}` cannot be read: {error.strerror}.") from error


class Part(Struct, frozen=True):
    """The content of one raw object to store."""

    name: str
    """The last segment of its key."""
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type, by the file extension; readers detect the format from the content."""
        return CONTENT_TYPES.get(self.name.rpartition(".")[2], "application/octet-stream")


def parts_of(file: InputFile, columns: frozenset[str]) -> Iterator[Part]:
    """Yield the raw objects of a file; a file that is not split becomes one.

    Raises:
        UsageError: the file is too large for one object and cannot be split, or one of its lines is
            too long. This is raised before the first part, so that nothing is stored.
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.path.name).strip("-.")[:100] or "file"
    data = DecodedBytes(file, trusted=True)
    try:  # the sum reads the whole file, so damage is noticed before anything is stored
        is_big = sum(map(len, data.chunks())) > PART_BYTES
        form = detect_format(data, columns) if is_big else None
    except ObjectRejectedError:  # stored as it is: the transform rejects it with the reason
        form = None
    if form is None or form == "document":
        if file.bytes > DECODED_LIMIT:
            raise UsageError(
                f"`{file.path}` is {file.bytes / 2**20:.0f} MiB and cannot be split: it is one "
                "JSON document, or damaged. The limit is 64 MiB. Convert it to NDJSON, one record "
                "a line, which may have any size."
            )
        yield Part(name, b"".join(file.chunks()))
        return
    for line in data.lines():  # raises before the first part is yielded if a line is too long
        _bytes(line)
    stem = name.partition(".")[0]
    if isinstance(form, CsvHeader):
        rows = (row.line for row in csv_rows(data.lines(form.line.end), form))
        bodies, ending = _split(rows, _bytes(form.line)), "csv"
    else:
        bodies, ending = _split(data.lines(), b""), "ndjson"
    for number, body in enumerate(bodies, 1):
        yield Part(f"{stem}-{number:05d}.{ending}", body)


def _split(lines: Iterator[DecodedLine], header: bytes) -> Iterator[bytes]:
    """Yield the bodies of the parts, each of about PART_BYTES and with at least one line."""
    part, size = [header], len(header)
    for line in lines:
        text = _bytes(line)
        if size + len(text) > PART_BYTES and len(part) > 1:
            yield b"".join(part)
            part, size = [header], len(header)
        part.append(text)
        size += len(text)
    yield b"".join(part)


def _bytes(line: DecodedLine) -> bytes:
    if line.data is None:
        raise UsageError(f"The line at byte {line.start} is longer than 64 MiB. Split it first.")
    return line.data + b"\n"


class IngestRun(Struct, frozen=True):
    """One ingest of a file; times in ms since 1970 UTC."""

    source: str
    started_at: int
    observed_at: int
    """The event time of its records."""

    def put(self, store: RawStore, number: int, part: Part) -> ObjectVersion:
        """Store a part as a raw object, and return its version.

        `number` makes the key unique in the run, even if two files have the same name.
        """
        run = run_name(self.started_at, "ingest")
        return store.put(
            f"{run_prefix('raw', self.source, self.started_at, run)}{number:05d}-{part.name}",
            part.body,
            metadata={"observed-at": str(self.observed_at), "source": self.source},
            content_type=part.content_type,
        )


def put_files(  # noqa: PLR0913 - keyword-only; each is a separate fact about the run
    store: RawStore,
    files: Sequence[InputFile],
    source: str,
    *,
    now: int,
    observed_at: int | None = None,
    on_file: Callable[[InputFile], object] = lambda _file: None,
) -> list[ObjectVersion]:
    """Store files as the raw objects of one run, and return their versions in order.

    `observed_at` is the event time of the records in ms; None: `now` for the first file, and one
    millisecond later for each further file, so that the later one of two files wins.

    Raises:
        UsageError: the source is not registered, or a file cannot be ingested.
    """
    columns = require_source(source).records.columns
    versions: list[ObjectVersion] = []
    for index, file in enumerate(files):
        run = IngestRun(source, now, now + index if observed_at is None else observed_at)
        for part in parts_of(file, columns):
            versions.append(run.put(store, len(versions) + 1, part))
        on_file(file)
    return versions
