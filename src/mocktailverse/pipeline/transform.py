"""The transform, without stores: a raw object's bytes become registers and rejected lines.

Decode, validate and normalize in one stream; the same code for the function, for `verify` and
for files.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import TRANSFORM_VERSION, absent, normalize
from mocktailverse.drinks.record import Absence, Record
from mocktailverse.drinks.register import Register
from mocktailverse.errors import ObjectRejectedError, RecordRejectedError
from mocktailverse.loads.load_record import END, START, Checkpoint
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.decode import Decoded, Unreadable, as_text, decode
from mocktailverse.pipeline.json_elements import TOO_DEEP, is_nested_too_deeply
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.sources import SOURCES, RecordReader
from mocktailverse.times import CLOCK_TOLERANCE_MS, parse_iso

RECORD_LIMIT = 128 * 1024
"""Bytes of a JSON record. Text may stand twice in a drink (raw and canonical), and an item of
the drinks table holds 400 KB."""

RAW_BRACKETS_LIMIT = 200
"""Opening brackets up to which a rejected record is kept as JSON, so that none is nested too
deeply to be written and read again."""


class Piece(NamedTuple):
    """What became of one record, and the cursor behind it: a register, or a rejected line."""

    after: Checkpoint
    register: Register | None
    rejected: Rejected | None
    drift: tuple[Drift, ...] = ()

    @property
    def result(self) -> Register | Rejected:
        """Whichever it is."""
        result = self.register or self.rejected
        assert result is not None  # noqa: S101 - one of them is given
        return result


def transform(
    raw: OpenObject, version: ObjectVersion, start: Checkpoint = START
) -> Iterator[Piece]:
    """Yield what became of every record of a raw object from `start` on.

    An object that cannot be read at all is one rejected line without a position.

    Raises:
        TransientError: reading the object broke off.
    """
    if start == END:
        return
    try:
        reader = reader_of(version)
        observed_at = observed_at_of(raw)
    except ObjectRejectedError as error:
        rejected = Rejected(error.code, "$", str(error), None, error.raw, version)
        yield Piece(END, None, rejected)
        return
    for item in decode(raw, reader, start):
        yield _piece(item, reader, version, observed_at)


def observed_at_of(raw: OpenObject) -> int:
    """When the object's records were observed at the source, in ms since 1970 UTC.

    From the metadata `observed-at` (ms, or ISO 8601 with an offset), else when it was stored.

    Raises:
        ObjectRejectedError: it is no time, or lies after the time of storing.
    """
    text = raw.metadata.get("observed-at")
    if text is None:
        return raw.stored_at
    is_number = re.fullmatch(r"\d{1,15}", text, re.ASCII)
    observed_at = int(text) if is_number else parse_iso(text)
    if observed_at is None or not 0 <= observed_at <= raw.stored_at + CLOCK_TOLERANCE_MS:
        raise ObjectRejectedError(
            Reason.OBSERVED_AT_INVALID,
            f"observed-at {text[:40]!r} is no time in ms since 1970, or lies more than 5 minutes "
            f"after {raw.stored_at}, when the object was stored.",
        )
    return observed_at


def reader_of(version: ObjectVersion) -> RecordReader:
    """Return the reader of the source that the object's key names.

    Raises:
        ObjectRejectedError: it names none that is registered.
    """
    reader = SOURCES.get(version.source)
    if reader is None:
        raise ObjectRejectedError(
            Reason.SOURCE_UNKNOWN,
            f"The key {version.key!r} names no source; use raw/<source>/ with one of: "
            f"{', '.join(sorted(SOURCES))}.",
        )
    return reader


def _piece(item: Decoded, reader: RecordReader, version: ObjectVersion, observed_at: int) -> Piece:
    if isinstance(item, Unreadable):
        rejected = Rejected(item.code, "$", item.message, item.position, item.raw, version)
        return Piece(item.after, None, rejected)
    try:
        record = _record(reader, item.data)
    except RecordRejectedError as error:
        raw = item.data if isinstance(item.data, dict) else _raw_value(item.data)
        rejected = Rejected(error.code, error.path, str(error), item.position, raw, version)
        return Piece(item.after, None, rejected)
    if isinstance(record, Absence):
        return Piece(item.after, absent(record, version.source, observed_at), None)
    lineage = Lineage(
        version.bucket, version.key, version.version_id, item.position, TRANSFORM_VERSION
    )
    register = normalize(record, version.source, observed_at, lineage)
    return Piece(item.after, register, None, record.drift)


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
    """The record itself where it is JSON, else its text; a huge one is cut."""
    if len(data) > RECORD_LIMIT or data.count(b"[") + data.count(b"{") > RAW_BRACKETS_LIMIT:
        return as_text(data)
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return as_text(data)
