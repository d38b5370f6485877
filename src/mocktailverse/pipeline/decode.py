"""The decode stage: a raw object's bytes become raw records, each with its position.

The form is told by content, never by name: an API envelope, an array, a single object, NDJSON
(whose lines may be envelopes), or CSV; each plain or gzip. NDJSON and CSV stream in flat memory
and can be resumed anywhere. What cannot be read comes out in its place as `Unreadable`: it never
hides the records beside it.

    position    array index in a document; decoded byte offset in NDJSON and CSV
    cursor      where to go on: (offset, records to pass over at that offset)
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.ledger import END, START, Cursor
from mocktailverse.errors import ObjectRejectedError
from mocktailverse.pipeline.byte_stream import (
    ByteSource,
    DecodedBytes,
    GzipDamagedError,
    Line,
)
from mocktailverse.pipeline.csv_rows import CsvHeader, csv_rows
from mocktailverse.pipeline.json_elements import NOT_JSON, can_be_split, elements, is_json

RAW_TEXT_LIMIT = 64 * 1024
"""Bytes of an unreadable piece that a rejected line quotes; the raw object holds them all."""

HEAD_LINES = 100
"""How many lines are looked at to tell NDJSON with a broken first line from a broken document."""


class RawRecord(NamedTuple):
    """One record as received: JSON bytes, or a CSV row by column name."""

    position: int
    after: Cursor
    data: bytes | dict[str, str]


class Unreadable(NamedTuple):
    """A piece of the object that is no record; position None = the whole object."""

    position: int | None
    after: Cursor
    code: str
    message: str
    raw: str | None


Decoded = RawRecord | Unreadable
Form = Literal["document", "ndjson"] | CsvHeader


class _Envelope(Struct):
    drinks: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_envelope = msgspec.json.Decoder(_Envelope)
_array = msgspec.json.Decoder(list[msgspec.Raw])
_any_json = msgspec.json.Decoder(msgspec.Raw)


def decode(source: ByteSource, columns: frozenset[str], start: Cursor = START) -> Iterator[Decoded]:
    """Yield the records of a raw object from `start` on.

    `columns` are the CSV column names by which the source's files are recognized.

    Raises:
        TransientError: where reading the stored bytes broke off; decode again from a cursor.
    """
    if start == END:
        return
    position = None if start == START else start.offset
    try:
        for item in _decode(DecodedBytes(source), columns, start):
            position = item.after.offset
            yield item
    except ObjectRejectedError as error:
        yield Unreadable(position, END, error.code, str(error), error.raw)


def as_text(data: bytes) -> str:
    """The piece as text for a rejected line, cut to RAW_TEXT_LIMIT bytes."""
    return data[:RAW_TEXT_LIMIT].decode("utf-8", "replace")


def form_of(data: DecodedBytes, columns: frozenset[str]) -> Form:
    """Tell the form by content; a CSV's form is its header.

    Raises:
        ObjectRejectedError: it has none of the accepted forms.
    """
    lines = data.lines()
    first = _next_filled(lines)
    if first is None:
        raise ObjectRejectedError(Reason.EMPTY_OBJECT, "The object is empty.")
    header = CsvHeader(first, columns)
    if header.recognized:
        return header
    return "document" if _is_document(data, first, lines) else "ndjson"


def _decode(data: DecodedBytes, columns: frozenset[str], start: Cursor) -> Iterator[Decoded]:
    form = form_of(data, columns)
    if isinstance(form, CsvHeader):
        yield from _decode_csv(data, form, max(start.offset, form.line.end))
    elif form == "document":
        yield from _decode_document(data.document(), start)
    else:
        yield from _decode_ndjson(data, start)


def _next_filled(lines: Iterator[Line]) -> Line | None:
    """The next line that holds more than white space."""
    return next((line for line in lines if line.data is None or line.data.strip()), None)


def _is_document(data: DecodedBytes, first: Line, others: Iterator[Line]) -> bool:
    """Whether the object is one JSON document; else it is NDJSON.

    Raises:
        ObjectRejectedError: where it is neither.
    """
    if first.data is not None and is_json(first.data):
        return not _has_more(others)
    try:
        document = data.document()
        if is_json(document):
            return True
        broken = _broken_document(document)
    except ObjectRejectedError as error:  # too large or damaged
        broken, document = error, b""
    if _looks_like_ndjson(data):
        return False
    if can_be_split(document):
        return True
    raise broken


def _has_more(lines: Iterator[Line]) -> bool:
    try:
        return _next_filled(lines) is not None
    except GzipDamagedError:  # what follows is damaged, but it is there
        return True


def _looks_like_ndjson(data: DecodedBytes) -> bool:
    """Whether some of the first lines are JSON objects of their own.

    Where the first line looks like the beginning of a document, it takes most of them: a broken
    array may have a record a line.
    """
    lines: list[Line] = []
    with suppress(GzipDamagedError):  # the lines before the damage tell enough
        lines.extend(islice(data.lines(), HEAD_LINES))
    filled = [text for line in lines if (text := (line.data or b"").strip())]
    objects = sum(line.startswith(b"{") and is_json(line) for line in filled)
    opens_document = bool(filled) and filled[0].endswith((b"[", b"{", b","))
    return 2 * objects >= len(filled) > 0 if opens_document else objects > 0


def _broken_document(document: bytes) -> ObjectRejectedError:
    raw = as_text(document)
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
    try:
        _any_json.decode(document)
        cause = "unknown"
    except NOT_JSON as error:
        cause = str(error)
    return ObjectRejectedError(Reason.MALFORMED_JSON, f"Not valid JSON: {cause}.", raw=raw)


def _decode_document(document: bytes, start: Cursor) -> Iterator[Decoded]:
    body = document.strip()
    try:
        records = _array.decode(body) if body.startswith(b"[") else _records_of(body)
    except NOT_JSON:
        yield from islice(_split_document(body), start.offset, None)
        return
    if isinstance(records, Unreadable):
        yield records
        return
    for index, record in enumerate(records[start.offset :], start.offset):
        yield RawRecord(index, Cursor(index + 1), bytes(record))


def _split_document(body: bytes) -> Iterator[Decoded]:
    for index, element in enumerate(elements(body)):
        if element.whole:
            yield RawRecord(index, Cursor(index + 1), element.data)
        else:
            yield _left_over(index, END, element.data)


def _left_over(position: int, after: Cursor, data: bytes) -> Unreadable:
    message = "What is left of the document is cut off or is not valid JSON."
    return Unreadable(position, after, Reason.MALFORMED_JSON, message, as_text(data))


def _decode_ndjson(data: DecodedBytes, start: Cursor) -> Iterator[Decoded]:
    skip = start.skip
    for line in data.lines(start.offset):
        if line.data is None:
            yield _line_too_long(line)
        elif b'"drinks"' in line.data:
            yield from islice(_decode_envelope_line(line.start, line.end, line.data), skip, None)
        elif line.data and not line.data.isspace():
            yield RawRecord(line.start, Cursor(line.end), line.data)
        skip = 0


def _decode_envelope_line(start: int, end: int, line: bytes) -> Iterator[Decoded]:
    """Yield an envelope's records, each with its own byte offset in the object."""
    try:
        records = _records_of(line)
    except NOT_JSON:
        yield from _split_line(start, end, line)
        return
    if isinstance(records, Unreadable):
        yield records._replace(position=start, after=Cursor(end))
        return
    found = 0
    for number, record in enumerate(records, 1):
        piece = bytes(record)
        found = line.index(piece, found)
        after = Cursor(end) if number == len(records) else Cursor(start, number)
        yield RawRecord(start + found, after, piece)
        found += len(piece)


def _split_line(start: int, end: int, line: bytes) -> Iterator[Decoded]:
    if not can_be_split(line):  # one broken record, which its reader will reject
        yield RawRecord(start, Cursor(end), line)
        return
    for number, element in enumerate(elements(line), 1):
        if element.whole:
            yield RawRecord(start + element.start, Cursor(start, number), element.data)
        else:
            yield _left_over(start + element.start, Cursor(end), element.data)


def _records_of(document: bytes) -> list[msgspec.Raw] | Unreadable:
    """The records of an envelope or of a single object.

    `drinks` that is null or a string is the API's way to say that there are none.
    """
    try:
        drinks = _envelope.decode(document).drinks
    except msgspec.ValidationError:  # no object: one record, which its reader will reject
        return [msgspec.Raw(document)]
    if isinstance(drinks, msgspec.UnsetType):
        return [msgspec.Raw(document)]
    body = bytes(drinks)
    if body.startswith(b"["):
        return _array.decode(body)
    if body == b"null" or body.startswith(b'"'):
        return []
    return Unreadable(
        0,
        END,
        Reason.DRINKS_INVALID,
        "drinks is neither a list nor null nor a string.",
        as_text(document),
    )


def _decode_csv(data: DecodedBytes, header: CsvHeader, offset: int) -> Iterator[Decoded]:
    for line, fields in csv_rows(data.lines(offset), header):
        if fields is not None:
            yield RawRecord(line.start, Cursor(line.end), fields)
        elif line.data is None:
            yield _line_too_long(line)
        else:
            message = (
                f"The row is not {len(header.columns)} cells in UTF-8, its quoting is broken, or "
                "it is longer than 64 KiB."
            )
            raw = as_text(line.data)
            yield Unreadable(line.start, Cursor(line.end), Reason.MALFORMED_CSV, message, raw)


def _line_too_long(line: Line) -> Unreadable:
    message = "The line is longer than 64 MiB; it is passed over."
    return Unreadable(line.start, Cursor(line.end), Reason.LINE_TOO_LONG, message, None)
