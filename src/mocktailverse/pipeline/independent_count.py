"""Independent count of the records in a raw object: a check on the decoder (test oracle).

It follows the same rules as the decoder, but shares no code with it: it uses only the standard
library, and always reads an object to its end. So it finds mistakes in the decoder, but not
mistakes in the rules. A differential fuzz test compares the two.

    CSV         each row is a record; if its quoting is broken, each line
    document    each element of the array, or of an envelope's array; any other value is one record
    NDJSON      each line is a record; a line that is an envelope has those of its array
    everything unreadable, and damage to gzip data, is one (rejected) record each

Example: the lines `{"id": 1}`, `{"drinks": [{"id": 2}, {"id": 3}]}` and `oops` count as 4.
"""

import csv
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice

from mocktailverse.pipeline.independent_json import NOT_JSON, JsonObject, elements, is_json, parse

BYTES_LIMIT = 64 * 1024 * 1024
"""Maximum decoded size of a document, a line or a gzip object."""

PACKED_LIMIT = 2 * BYTES_LIMIT
"""Maximum size of gzip data; a larger one decompresses to more than BYTES_LIMIT in practice."""

BRACES_LIMIT = 500_000
"""Maximum number of opening braces in a document."""

HEAD_LINES = 100
"""Non-blank lines examined to decide between NDJSON and a broken document, where the first line
could begin either."""

ROW_LINES, ROW_BYTES = 50, 64 * 1024
STEP = 4096
DELIMITERS = ",;\t|"

Chunks = Callable[[], Iterable[bytes]]
Line = bytes | None
"""A line without its line feed; None if it is too long or damaged."""


def count_records(chunks: Chunks, id_field: str, columns: Collection[str]) -> int:
    """Return the number of records in a raw object, rejected ones included.

    `chunks` opens the stored bytes; it is called more than once. An object with the `id_field` is a
    record, whatever other keys it has. A first line with two of the `columns` is a CSV header.
    """
    damaged = False
    if _begin_with(b"\x1f\x8b", chunks()):
        text, damaged = _gunzip(_joined(chunks(), PACKED_LIMIT))
        if len(text) > BYTES_LIMIT:
            return 1
        chunks = lambda: (text,)  # noqa: E731 - the same bytes, decompressed
    mark = 3 if _begin_with(b"\xef\xbb\xbf", chunks()) else 0
    return _count(lambda: _without(mark, chunks()), id_field, columns, damaged=damaged)


def _count(chunks: Chunks, id_field: str, columns: Collection[str], *, damaged: bool) -> int:
    lines = _lines(chunks(), damaged=damaged)
    filled = (line for line in lines if line is None or line.strip())
    first = next(filled, None)
    if first is not None and (header := _csv_header(first, columns)):
        return _count_rows(lines, *header)
    value = NOT_JSON if first is None else parse(first)
    is_alone = value is not NOT_JSON and next(filled, b"") == b""
    if value is not NOT_JSON and not is_alone:
        return _count_lines(_lines(chunks(), damaged=damaged), id_field)
    document = _joined(chunks(), BYTES_LIMIT)
    if document.count(b"{") > BRACES_LIMIT:
        document = b""
    if document and not damaged and not is_alone:
        value = parse(document)
    if value is not NOT_JSON:
        return _count_value(value, id_field, in_document=True) if document else 1
    if _looks_like_lines(_lines(chunks(), damaged=damaged)):
        return _count_lines(_lines(chunks(), damaged=damaged), id_field)
    return _count_broken_document(document.strip(), id_field, damaged=damaged)


# ---- values


def _count_value(value: object, id_field: str, *, in_document: bool) -> int:
    if not isinstance(value, JsonObject):
        return len(value) if isinstance(value, list) and in_document else 1
    keys = [key for key, _ in value]
    if id_field in keys or "drinks" not in keys or len(set(keys)) < len(keys):
        return 1
    drinks = dict(value)["drinks"]
    if drinks is None or isinstance(drinks, str):
        return 0
    return len(drinks) if isinstance(drinks, list) and not isinstance(drinks, JsonObject) else 1


def _count_lines(lines: Iterable[Line], id_field: str) -> int:
    return sum(_count_line(line, id_field) for line in lines)


def _count_line(line: Line, id_field: str) -> int:
    if line is None:
        return 1
    if b'"drinks"' not in line or not line.lstrip().startswith(b"{"):
        return bool(line.strip())
    value = parse(line)
    if value is not NOT_JSON:
        return _count_value(value, id_field, in_document=False)
    split = list(elements(line))
    return len(split) if _has_object(split) else 1


def _count_broken_document(document: bytes, id_field: str, *, damaged: bool) -> int:
    """Count the complete elements, and the left-over or the damage as one more."""
    split = list(elements(document))
    if not _has_object(split):
        return 1
    value = parse(document)
    if value is not NOT_JSON:
        return _count_value(value, id_field, in_document=True) + damaged
    return len(split) + (damaged and split[-1] is not None)


def _looks_like_lines(lines: Iterable[Line]) -> bool:
    """Return whether lines are JSON objects: any of them, or half of the head.

    The stricter rule applies if the first line could begin a document.
    """
    opens_document = False
    objects = filled = 0
    for line in lines:
        if text := (line or b"").strip():
            opens_document = opens_document or (not filled and text[-1:] in {b"[", b"{", b","})
            objects += text.startswith(b"{") and is_json(text)
            filled += 1
        if (objects and not opens_document) or (filled == HEAD_LINES and opens_document):
            break
    return 2 * objects >= filled if opens_document else objects > 0


def _has_object(elements: Iterable[bytes | None]) -> bool:
    return any(element.startswith(b"{") for element in elements if element)


# ---- CSV


def _csv_header(line: bytes, columns: Collection[str]) -> tuple[int, str] | None:
    """Return the number of columns and the delimiter of a header; None if it is not a header."""
    text = line[:ROW_BYTES].decode("utf-8", "replace")
    known_names = {column.casefold() for column in columns}
    best, header = 1, None
    for candidate in DELIMITERS:
        try:
            names = next(csv.reader([text], delimiter=candidate), [])
        except csv.Error:
            continue
        recognized = len(known_names.intersection(name.strip().casefold() for name in names))
        if recognized > best:
            best, header = recognized, (len(names), candidate)
    return header


def _count_rows(lines: Iterator[Line], width: int, delimiter: str) -> int:
    """Count rows, each of as few lines as make it whole; a line that no others complete is one."""
    count = 0
    pending = deque[Line]()
    while pending or (pending := deque(islice(lines, 1))):
        if pending[0] is None or pending[0].strip():
            count += 1
            taken = _row_lines(pending, lines, width, delimiter)
        else:
            taken = 1
        for _ in range(taken):
            pending.popleft()
    return count


def _row_lines(pending: deque[Line], lines: Iterator[Line], width: int, delimiter: str) -> int:
    text = b""
    for number in range(ROW_LINES):
        if number == len(pending):
            pending.extend(islice(lines, 1))
        line = pending[number] if number < len(pending) else None
        if line is None or len(text) + len(line) > ROW_BYTES:
            return 1
        text = text + b"\n" + line if number else line
        if _is_row(text, width, delimiter):
            return number + 1
        if b'"' not in text:  # without quotes a row ends with its line
            return 1
    return 1


def _is_row(text: bytes, width: int, delimiter: str) -> bool:
    try:
        rows = list(csv.reader([text.decode()], delimiter=delimiter, strict=True))
    except (csv.Error, UnicodeDecodeError):
        return False
    return len(rows) == 1 and len(rows[0]) >= width and not any(map(str.strip, rows[0][width:]))


# ---- bytes


def _lines(chunks: Iterable[bytes], *, damaged: bool) -> Iterator[Line]:
    """Yield the lines; if the data is damaged, the last one is None."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for part in whole:
            yield b"".join((*parts, part)) if size + len(part) <= BYTES_LIMIT else None
            parts, size = [], 0
        size += len(last)
        if size <= BYTES_LIMIT:
            parts.append(last)
    if size or damaged:
        yield b"".join(parts) if size <= BYTES_LIMIT and not damaged else None


def _joined(chunks: Iterable[bytes], limit: int) -> bytes:
    """Return all bytes; none if they are more than the limit."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            return b""
    return b"".join(parts)


def _gunzip(data: bytes) -> tuple[bytes, bool]:
    """Return the readable bytes, up to one above the limit, and whether the data is damaged."""
    text = b""
    while data and len(text) <= BYTES_LIMIT:
        member = zlib.decompressobj(wbits=31)
        try:
            text += member.decompress(data, BYTES_LIMIT + 1 - len(text))
        except zlib.error:
            return text + b"".join(_readable(data)), True
        if not member.eof:
            return text, len(text) <= BYTES_LIMIT
        data = member.unused_data.lstrip(b"\0")
    return text, False


def _readable(data: bytes) -> Iterator[bytes]:
    """Yield the readable bytes of a damaged member; zlib discards those of a failed step."""
    member = zlib.decompressobj(wbits=31)
    for start in range(0, len(data), STEP):
        before = member.copy()
        try:
            yield member.decompress(data[start : start + STEP])
        except zlib.error:
            with suppress(zlib.error):
                for at in range(start, start + STEP):
                    yield before.decompress(data[at : at + 1])
            return


def _begin_with(mark: bytes, chunks: Iterable[bytes]) -> bool:
    return bytes(islice(chain.from_iterable(chunks), len(mark))) == mark


def _without(size: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes after the first `size`."""
    for chunk in chunks:
        yield chunk[size:]
        size = max(0, size - len(chunk))
