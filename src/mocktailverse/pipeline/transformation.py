"""The transform stage: a raw object's bytes become registers and rejected lines. Pure.

It decodes, reads and normalizes in one stream, a batch of records at a time. The transform
function, `verify` and the `transform` command run this same code.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import absent, normalize_all
from mocktailverse.drinks.record import Absence, Record
from mocktailverse.drinks.register import Outcome, Register
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.errors import ObjectRejectedError, RecordRejectedError
from mocktailverse.loads.load_record import END, START, Checkpoint
from mocktailverse.loads.object_version import ObjectVersion, first_stored_at
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.decode import DecodedRecord, UnreadableRecord, as_text, decode
from mocktailverse.pipeline.json_elements import TOO_DEEP, is_nested_too_deeply
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.sources import SOURCES, RecordReader
from mocktailverse.times import CLOCK_TOLERANCE_MS, parse_iso

RECORD_LIMIT = 128 * 1024
"""Maximum bytes of a JSON record. A drink may have a text twice (raw and canonical), and an item of
the drinks table holds at most 400 KB."""

RECORDS_AT_ONCE = 64
"""Records that take each step together: enough for the processor to keep the step's code in its
caches, and few enough to hold in memory. One by one, the transform takes a third longer."""

RAW_BRACKETS_LIMIT = 200
"""Opening brackets up to which a rejected record is stored as JSON; one with more might be nested
too deeply to be encoded and decoded again, so it is stored as text."""


class RecordResult(Struct):
    """The result of one raw record: a register, or a rejected line; later its outcome as well.

    Mutable, so that the load stage notes the outcome where the record is, without a copy.
    """

    after: Checkpoint
    """Where decoding resumes after this record."""
    register: Register | None
    """The record as a last-writer-wins register, to be merged into the drinks table."""
    rejected: Rejected | None
    """The line of the quarantine, if the record cannot load."""
    drift: tuple[Drift, ...] = ()
    changed: tuple[str, ...] = ()
    """The fields in which the drink in the table had another content."""
    outcome: Outcome | None = None
    """What the record counts as; None until it is written, and for a rejected one."""


ResultOf = Callable[[DecodedRecord, RecordReader, ObjectVersion, int], RecordResult]


def transform(
    raw: OpenObject,
    version: ObjectVersion,
    start: Checkpoint = START,
    result_of: ResultOf | None = None,
) -> Iterator[RecordResult]:
    """Yield the result of every record of a raw object, from `start` on.

    An object that cannot be read at all gives one rejected line without a position. `result_of`
    makes the result of a record instead of `record_result`.

    Raises:
        TransientError: the connection to the store failed before the end.
    """
    if start == END:
        return
    try:
        reader = reader_of(version)
        observed_at = observed_at_of(raw)
    except ObjectRejectedError as error:
        rejected = Rejected(error.code, "$", str(error), None, error.raw, version)
        yield RecordResult(END, None, rejected)
        return
    records = decode(raw, reader, start)
    if result_of:
        for decoded in records:
            yield result_of(decoded, reader, version, observed_at)
        return
    for batch in _batches(records):
        yield from record_results(batch, reader, version, observed_at)


def _batches(records: Iterable[DecodedRecord]) -> Iterator[list[DecodedRecord]]:
    """Yield the records in batches; if reading fails, those before the failure come first."""
    batch: list[DecodedRecord] = []
    try:
        for record in records:
            batch.append(record)
            if len(batch) == RECORDS_AT_ONCE:
                yield batch
                batch = []
    except Exception:  # of any kind, such as a failed connection; it is raised again
        yield batch
        raise
    yield batch


def observed_at_of(raw: OpenObject) -> int:
    """Return the event time of the object's records, in ms since 1970 UTC.

    It is the metadata `observed-at` (ms, or ISO 8601 with an offset); without it, the time at which
    the object was stored; of an object from an archive, the original's.

    Raises:
        ObjectRejectedError: it is not a valid time, or is later than the time of storing.
    """
    stored_at = first_stored_at(raw.stored_at, raw.metadata)
    text = raw.metadata.get("observed-at")
    if text is None:
        return stored_at
    is_number = re.fullmatch(r"\d{1,15}", text, re.ASCII)
    observed_at = int(text) if is_number else parse_iso(text)
    if observed_at is None or not 0 <= observed_at <= stored_at + CLOCK_TOLERANCE_MS:
        raise ObjectRejectedError(
            Reason.OBSERVED_AT_INVALID,
            f"The metadata observed-at {text[:40]!r} is not a valid time in ms since 1970, or is "
            f"more than 5 minutes after {stored_at}, when the object was stored.",
        )
    return observed_at


def reader_of(version: ObjectVersion) -> RecordReader:
    """Return the reader of the source that the object's key names.

    Raises:
        ObjectRejectedError: the source is not registered.
    """
    source = SOURCES.get(version.source)
    if source is None:
        raise ObjectRejectedError(
            Reason.SOURCE_UNKNOWN,
            f"The key {version.key!r} does not begin with a registered source. Use raw/<source>/ "
            f"with one of: {', '.join(sorted(SOURCES))}.",
        )
    return source.records


def record_result(
    decoded: DecodedRecord, reader: RecordReader, version: ObjectVersion, observed_at: int
) -> RecordResult:
    """Return the result of one record, observed at `observed_at` (ms since 1970 UTC)."""
    (result,) = record_results([decoded], reader, version, observed_at)
    return result


def record_results(
    batch: Sequence[DecodedRecord], reader: RecordReader, version: ObjectVersion, observed_at: int
) -> list[RecordResult]:
    """Return the results of some records; all are read before the first one is normalized."""
    read = [_read(decoded, reader, version) for decoded in batch]
    observed = [
        (record, _lineage(version, decoded))
        for decoded, record in zip(batch, read, strict=True)
        if isinstance(record, Record)
    ]
    source = version.source
    registers = iter(normalize_all(observed, source, observed_at))
    results = []
    for decoded, one in zip(batch, read, strict=True):
        if isinstance(one, Record):
            result = RecordResult(decoded.after, next(registers), None, one.drift)
        elif isinstance(one, Absence):
            result = RecordResult(decoded.after, absent(one, source, observed_at), None)
        else:
            result = RecordResult(decoded.after, None, one)
        results.append(result)
    return results


def _lineage(version: ObjectVersion, decoded: DecodedRecord) -> Lineage:
    position = decoded.position or 0  # only an unreadable record may have none
    return Lineage(version.bucket, version.key, version.version_id, position, TRANSFORM_VERSION)


def _read(
    decoded: DecodedRecord, reader: RecordReader, version: ObjectVersion
) -> Record | Absence | Rejected:
    if isinstance(decoded, UnreadableRecord):
        position, _, code, message, text = decoded
        return Rejected(code, "$", message, position, text, version)
    try:
        return _record(reader, decoded.data)
    except RecordRejectedError as error:
        data = decoded.data
        raw = data if isinstance(data, dict) else _raw_value(data)
        return Rejected(error.code, error.path, str(error), decoded.position, raw, version)


def _record(reader: RecordReader, data: bytes | dict[str, str]) -> Record | Absence:
    if isinstance(data, dict):
        return reader.from_fields(data)
    if is_nested_too_deeply(data):
        raise RecordRejectedError(Reason.MALFORMED_JSON, "$", f"{TOO_DEEP}.")
    if len(data) > RECORD_LIMIT:
        raise RecordRejectedError(
            Reason.RECORD_TOO_LARGE, "$", f"The record is {len(data)} bytes; 131072 is the limit."
        )
    return reader.from_json(data)


def _raw_value(data: bytes) -> object:
    """Return the record as JSON, or as text if it is not valid JSON; a huge one is truncated."""
    if len(data) > RECORD_LIMIT or data.count(b"[") + data.count(b"{") > RAW_BRACKETS_LIMIT:
        return as_text(data)
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return as_text(data)
