"""The decode stage: a raw object's bytes become raw records, each with its position.

The format is detected from the content, never from the name: an API envelope, an array, a single
object, NDJSON (whose lines may be envelopes), or CSV; each plain or gzip. NDJSON and CSV are
streamed in constant memory and can be resumed anywhere. An element that cannot be read becomes an
`UnreadableRecord` in its place; its neighbours still load.

    position    array index in a document; decoded byte offset in NDJSON and CSV
    checkpoint  where to resume: (offset, records to skip at that offset)
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Literal, NamedTuple

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import ObjectRejectedError
from mocktailverse.loads.load_record import END, START, Checkpoint
from mocktailverse.pipeline.byte_stream import (
    DecodedBytes,
    DecodedLine,
    GzipDamagedError,
    TooLargeError,
)
from mocktailverse.pipeline.csv_rows import CsvHeader, csv_rows
from mocktailverse.pipeline.envelope import records_in_array, records_in_object
from mocktailverse.pipeline.json_elements import (
    LEFT_OVER,
    NOT_JSON,
    Element,
    can_be_split,
    elements,
    is_json,
    is_nested_too_deeply,
    why_not_json,
)
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.sources import RecordReader

RAW_TEXT_LIMIT = 64 * 1024
"""Bytes of an unreadable record that a rejected line quotes; the raw object holds all of them."""

HEAD_LINES = 100
"""Non-blank lines examined to decide between NDJSON and a broken document, where the first line
could begin either."""


class RawRecord(NamedTuple):
    """One record as received: JSON bytes, or a CSV row by column name."""

    position: int
    after: Checkpoint
    data: bytes | dict[str, str]


class UnreadableRecord(NamedTuple):
    """An element of the object that is not a record; position None means the whole object."""

    position: int | None
    after: Checkpoint
    code: str
    message: str
    raw: str | None


DecodedRecord = RawRecord | UnreadableRecord
Format = Literal["document", "ndjson"] | CsvHeader


def decode(
    source: OpenObject, fields: RecordReader, start: Checkpoint = START
) -> Iterator[DecodedRecord]:
    """Yield the records of a raw object from `start` on.

    Raises:
        TransientError: the connection failed; decode again from a checkpoint.
    """
    if start == END:
        return
    position = None if start == START else start.offset
    try:
        for item in _decode(DecodedBytes(source), fields, start):
            position = item.after.offset
            yield item
    except ObjectRejectedError as error:
        yield UnreadableRecord(position, END, error.code, str(error), error.raw)


def as_text(data: bytes) -> str:
    """Return bytes as text for a rejected line, truncated to RAW_TEXT_LIMIT bytes."""
    return data[:RAW_TEXT_LIMIT].decode("utf-8", "replace")


def detect_format(data: DecodedBytes, columns: frozenset[str]) -> Format:
    """Return the format, detected from the content; of CSV it is the header.

    Raises:
        ObjectRejectedError: it has none of the accepted formats.
    """
    lines = data.lines()
    first = _next_filled(lines)
    if first is None:
        raise ObjectRejectedError(Reason.EMPTY_OBJECT, "The object is empty.")
    if not first.damage and (header := CsvHeader(first, columns)).recognized:
        return header
    return "document" if _is_document(data, first, lines) else "ndjson"


def _decode(data: DecodedBytes, fields: RecordReader, start: Checkpoint) -> Iterator[DecodedRecord]:
    form = detect_format(data, fields.columns)
    if isinstance(form, CsvHeader):
        yield from _decode_csv(data, form, max(start.offset, form.line.end))
    elif form == "document":
        records = _decode_document(*data.document(), fields.id_field)
        yield from islice(records, start.offset, None)
    else:
        yield from _decode_ndjson(data, fields.id_field, start)


def _next_filled(lines: Iterator[DecodedLine]) -> DecodedLine | None:
    return next((line for line in lines if not line.is_blank), None)


def _is_document(data: DecodedBytes, first: DecodedLine, others: Iterator[DecodedLine]) -> bool:
    """Return whether the object is one JSON document; otherwise it is NDJSON.

    Raises:
        ObjectRejectedError: it is neither.
    """
    if first.data is not None and not first.damage and is_json(first.data):
        return _next_filled(others) is None
    try:
        document, damage = data.document()
        if is_json(document) and not damage:
            return True
        broken = _broken_document(document, damage)
    except TooLargeError as error:
        broken, document = error, b""
    if _looks_like_ndjson(data):
        return False
    if can_be_split(document):
        return True
    raise broken


def _looks_like_ndjson(data: DecodedBytes) -> bool:
    """Return whether lines are JSON objects of their own.

    If the first line could begin a document, at least half of the first lines have to be objects:
    a broken array may have a record on some of its lines.
    """
    texts = (b"" if line.damage else (line.data or b"").strip() for line in data.lines())
    filled = (text for text in texts if text)
    first = next(filled, b"")
    are_objects = (text.startswith(b"{") and is_json(text) for text in chain([first], filled))
    if not first.endswith((b"[", b"{", b",")):
        return any(are_objects)
    head = list(islice(are_objects, HEAD_LINES))
    return 2 * sum(head) >= len(head)


def _broken_document(document: bytes, damage: GzipDamagedError | None) -> ObjectRejectedError:
    raw = as_text(document)
    if damage:
        return ObjectRejectedError(damage.code, str(damage), raw=raw or None)
    try:
        document.decode()
    except UnicodeDecodeError as error:
        return ObjectRejectedError(Reason.NOT_UTF8, f"Not UTF-8 text: {error}.", raw=raw)
    if not document.lstrip().startswith((b"{", b"[")):
        return ObjectRejectedError(
            Reason.UNRECOGNIZED_FORM,
            "Neither JSON nor NDJSON, and the first line has none of the source's CSV columns.",
            raw=raw,
        )
    return ObjectRejectedError(Reason.MALFORMED_JSON, f"{why_not_json(document)}.", raw=raw)


def _decode_document(
    document: bytes, damage: GzipDamagedError | None, id_field: str
) -> Iterator[DecodedRecord]:
    """Yield the records; damage is one more element, with the rest of the document."""
    records = _elements_of(document.strip(), id_field)
    is_cut = damage and records and records[-1].problem is LEFT_OVER
    rest = records.pop().data if is_cut else b""
    for index, element in enumerate(records):
        yield _decoded(index, Checkpoint(index + 1), element)
    if damage:
        yield _damaged(len(records), rest, damage)


def _decode_ndjson(data: DecodedBytes, id_field: str, start: Checkpoint) -> Iterator[DecodedRecord]:
    skip = start.skip
    for line in data.lines(start.offset):
        if line.damage or line.data is None:
            yield _unreadable_line(line)
        elif b'"drinks"' in line.data and line.data.lstrip().startswith(b"{"):
            yield from islice(_decode_envelope_line(line, line.data, id_field), skip, None)
        elif line.data and not line.data.isspace():
            yield RawRecord(line.start, Checkpoint(line.end), line.data)
        skip = 0


def _decode_envelope_line(line: DecodedLine, text: bytes, id_field: str) -> Iterator[DecodedRecord]:
    """Yield an envelope's records, each with its own byte offset in the object."""
    records = _elements_of(text, id_field)
    for number, element in enumerate(records, 1):
        after = Checkpoint(line.end) if number == len(records) else Checkpoint(line.start, number)
        yield _decoded(line.start + element.start, after, element)


def _elements_of(value: bytes, id_field: str) -> list[Element]:
    """Return the records in one JSON value; of invalid JSON those that can be split off.

    A value that cannot be split is one broken record, which its reader will reject.
    """
    with suppress(*NOT_JSON):
        if not is_nested_too_deeply(value):
            if value.startswith(b"["):
                return records_in_array(value)
            return records_in_object(value, id_field)
    return list(elements(value)) if can_be_split(value) else [Element(0, value)]


def _decoded(position: int, after: Checkpoint, element: Element) -> DecodedRecord:
    if element.problem is None:
        return RawRecord(position, after, element.data)
    code, message = element.problem
    return UnreadableRecord(position, after, code, message, as_text(element.data))


def _damaged(position: int, rest: bytes, damage: GzipDamagedError) -> UnreadableRecord:
    return UnreadableRecord(position, END, damage.code, str(damage), as_text(rest) or None)


def _decode_csv(data: DecodedBytes, header: CsvHeader, offset: int) -> Iterator[DecodedRecord]:
    for line, fields in csv_rows(data.lines(offset), header):
        after = Checkpoint(line.end)
        if fields is not None:
            yield RawRecord(line.start, after, fields)
        elif line.damage or line.data is None:
            yield _unreadable_line(line)
        else:
            message = (
                f"The row is not {len(header.columns)} cells in UTF-8, its quoting is broken, or "
                "it is longer than 64 KiB."
            )
            raw = as_text(line.data)
            yield UnreadableRecord(line.start, after, Reason.MALFORMED_CSV, message, raw)


def _unreadable_line(line: DecodedLine) -> UnreadableRecord:
    """Return the record of a line that is damaged or too long."""
    if line.damage:
        return _damaged(line.start, line.data or b"", line.damage)
    message = "The line is longer than 64 MiB; it was skipped."
    return UnreadableRecord(line.start, Checkpoint(line.end), Reason.LINE_TOO_LONG, message, None)
