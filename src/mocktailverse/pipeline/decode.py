"""The decode stage: a raw object's bytes become raw records, each with its position.

The form is told by content, never by name: an API envelope, an array, a single object, NDJSON
(whose lines may be envelopes), or CSV; each plain or gzip. NDJSON and CSV stream in flat memory
and can be resumed anywhere. What cannot be read comes out in its place as `Unreadable`: it never
hides the records beside it.

    position    array index in a document; decoded byte offset in NDJSON and CSV
    cursor      where to go on: (offset, records to pass over at that offset)
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Literal, NamedTuple

import msgspec

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import ObjectRejectedError
from mocktailverse.loads.load_record import END, START, Checkpoint
from mocktailverse.pipeline.byte_stream import (
    DecodedBytes,
    GzipDamagedError,
    Line,
    TooLargeError,
)
from mocktailverse.pipeline.csv_rows import CsvHeader, csv_rows
from mocktailverse.pipeline.envelope import records_in_array, records_in_object
from mocktailverse.pipeline.json_elements import (
    LEFT_OVER,
    NOT_JSON,
    TOO_DEEP,
    Element,
    can_be_split,
    elements,
    is_json,
    is_nested_too_deeply,
)
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.sources import RecordReader

RAW_TEXT_LIMIT = 64 * 1024
"""Bytes of an unreadable piece that a rejected line quotes; the raw object holds them all."""

HEAD_LINES = 100
"""Filled lines that tell NDJSON from a broken document, where the first line may begin either."""


class RawRecord(NamedTuple):
    """One record as received: JSON bytes, or a CSV row by column name."""

    position: int
    after: Checkpoint
    data: bytes | dict[str, str]


class Unreadable(NamedTuple):
    """A piece of the object that is no record; position None = the whole object."""

    position: int | None
    after: Checkpoint
    code: str
    message: str
    raw: str | None


Decoded = RawRecord | Unreadable
Form = Literal["document", "ndjson"] | CsvHeader


_any_json = msgspec.json.Decoder(msgspec.Raw)


def decode(
    source: OpenObject, fields: RecordReader, start: Checkpoint = START
) -> Iterator[Decoded]:
    """Yield the records of a raw object from `start` on.

    Raises:
        TransientError: where reading the stored bytes broke off; decode again from a cursor.
    """
    if start == END:
        return
    position = None if start == START else start.offset
    try:
        for item in _decode(DecodedBytes(source), fields, start):
            position = item.after.offset
            yield item
    except ObjectRejectedError as error:
        yield Unreadable(position, END, error.code, str(error), error.raw)


def as_text(data: bytes) -> str:
    """The piece as text for a rejected line, cut to RAW_TEXT_LIMIT bytes."""
    return data[:RAW_TEXT_LIMIT].decode("utf-8", "replace")


def form_of(data: DecodedBytes, columns: frozenset[str]) -> Form:
    """Detect the format from the content; a CSV's form is its header.

    Raises:
        ObjectRejectedError: it has none of the accepted forms.
    """
    lines = data.lines()
    first = _next_filled(lines)
    if first is None:
        raise ObjectRejectedError(Reason.EMPTY_OBJECT, "The object is empty.")
    if not first.damage and (header := CsvHeader(first, columns)).recognized:
        return header
    return "document" if _is_document(data, first, lines) else "ndjson"


def _decode(data: DecodedBytes, fields: RecordReader, start: Checkpoint) -> Iterator[Decoded]:
    form = form_of(data, fields.columns)
    if isinstance(form, CsvHeader):
        yield from _decode_csv(data, form, max(start.offset, form.line.end))
    elif form == "document":
        pieces = _decode_document(*data.document(), fields.id_field)
        yield from islice(pieces, start.offset, None)
    else:
        yield from _decode_ndjson(data, fields.id_field, start)


def _next_filled(lines: Iterator[Line]) -> Line | None:
    """The next line that holds more than white space, or that is damaged."""
    return next((line for line in lines if _is_filled(line)), None)


def _is_filled(line: Line) -> bool:
    return line.data is None or line.damage is not None or bool(line.data.strip())


def _is_document(data: DecodedBytes, first: Line, others: Iterator[Line]) -> bool:
    """Whether the object is one JSON document; else it is NDJSON.

    Raises:
        ObjectRejectedError: where it is neither.
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
    """Whether some lines are JSON objects of their own.

    Where the first line looks like the beginning of a document, most of the first lines have to
    be: a broken array may have a record on each line.
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
    return ObjectRejectedError(Reason.MALFORMED_JSON, f"{_why_not_json(document)}.", raw=raw)


def _why_not_json(document: bytes) -> str:
    if is_nested_too_deeply(document):
        return TOO_DEEP
    try:
        _any_json.decode(document)
    except NOT_JSON as error:
        return f"Not valid JSON: {error}"
    return "Not valid JSON"


def _decode_document(
    document: bytes, damage: GzipDamagedError | None, id_field: str
) -> Iterator[Decoded]:
    """Yield the records; damage is one more piece, with what is left of the document."""
    found = _elements_of(document.strip(), id_field)
    is_cut = damage and found and found[-1].problem is LEFT_OVER
    rest = found.pop().data if is_cut else b""
    for index, element in enumerate(found):
        yield _piece(index, Checkpoint(index + 1), element)
    if damage:
        yield _damaged(len(found), rest, damage)


def _decode_ndjson(data: DecodedBytes, id_field: str, start: Checkpoint) -> Iterator[Decoded]:
    skip = start.skip
    for line in data.lines(start.offset):
        if line.damage:
            yield _damaged(line.start, line.data or b"", line.damage)
        elif line.data is None:
            yield _line_too_long(line)
        elif b'"drinks"' in line.data and line.data.lstrip().startswith(b"{"):
            yield from islice(_decode_envelope_line(line, line.data, id_field), skip, None)
        elif line.data and not line.data.isspace():
            yield RawRecord(line.start, Checkpoint(line.end), line.data)
        skip = 0


def _decode_envelope_line(line: Line, text: bytes, id_field: str) -> Iterator[Decoded]:
    """Yield an envelope's records, each with its own byte offset in the object."""
    found = _elements_of(text, id_field)
    for number, element in enumerate(found, 1):
        after = Checkpoint(line.end) if number == len(found) else Checkpoint(line.start, number)
        yield _piece(line.start + element.start, after, element)


def _elements_of(value: bytes, id_field: str) -> list[Element]:
    """Return the records in one JSON value; those that can be split off where it is not valid.

    What cannot be split is one broken record, which its reader will reject.
    """
    if is_nested_too_deeply(value):
        return _salvaged(value)
    try:
        if value.startswith(b"["):
            return records_in_array(value)
        return records_in_object(value, id_field)
    except NOT_JSON:
        return _salvaged(value)


def _salvaged(value: bytes) -> list[Element]:
    return list(elements(value)) if can_be_split(value) else [Element(0, value)]


def _piece(position: int, after: Checkpoint, element: Element) -> Decoded:
    if element.problem is None:
        return RawRecord(position, after, element.data)
    code, message = element.problem
    return Unreadable(position, after, code, message, as_text(element.data))


def _damaged(position: int, rest: bytes, damage: GzipDamagedError) -> Unreadable:
    return Unreadable(position, END, damage.code, str(damage), as_text(rest) or None)


def _decode_csv(data: DecodedBytes, header: CsvHeader, offset: int) -> Iterator[Decoded]:
    for line, fields in csv_rows(data.lines(offset), header):
        if fields is not None:
            yield RawRecord(line.start, Checkpoint(line.end), fields)
        elif line.damage:
            yield _damaged(line.start, line.data or b"", line.damage)
        elif line.data is None:
            yield _line_too_long(line)
        else:
            message = (
                f"The row is not {len(header.columns)} cells in UTF-8, its quoting is broken, or "
                "it is longer than 64 KiB."
            )
            raw = as_text(line.data)
            yield Unreadable(line.start, Checkpoint(line.end), Reason.MALFORMED_CSV, message, raw)


def _line_too_long(line: Line) -> Unreadable:
    message = "The line is longer than 64 MiB; it is passed over."
    return Unreadable(line.start, Checkpoint(line.end), Reason.LINE_TOO_LONG, message, None)
