"""Raw objects as bytes, with the position of each record: separate code from the pipeline's."""

import gzip
import json
import zlib
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from .case import Entry, RawFile

ANYWHERE = -1
"""A position that the oracle does not check."""

RAW_BYTE = 0xF700
"""Pieces are text in JSON, where U+F780 to U+F7FF represent the bytes 0x80 to 0xFF."""

_RAW_BYTES = {RAW_BYTE + byte: 0xDC00 + byte for byte in range(0x80, 0x100)}


class Placed(NamedTuple):
    """An entry and its expected position; None is the whole object."""

    entry: Entry
    position: int | None


class Written(NamedTuple):
    """The bytes of a raw object and its records, in reading order."""

    body: bytes
    records: list[Placed]

    @property
    def rejected(self) -> list[Placed]:
        """The records that must be rejected."""
        return [placed for placed in self.records if placed.entry.code]


def write(file: RawFile) -> Written:
    """Return the bytes of a raw object, and the position of each record."""
    plain, records = _plain(file)
    if file.cut == "document":
        plain, records = _cut_document(plain, records)
    body = _compressed(plain, file.gzip_members)
    if file.cut == "gzip":
        body, records = _cut_gzip(body, records)
    if file.rejected_as:  # its records are not read
        records = [Placed(Entry("", code=file.rejected_as), None)]
    return Written(body, [p for p in records if _is_record(p.entry)])


def encoded(text: str) -> bytes:
    """Return the bytes of a piece."""
    return text.translate(_RAW_BYTES).encode("utf-8", "surrogateescape")


def _plain(file: RawFile) -> tuple[bytes, list[Placed]]:
    start = encoded(file.prefix)
    match file.form:
        case "opaque":
            body = start + b"".join(encoded(entry.text) for entry in file.entries)
            return body, [Placed(entry, ANYWHERE) for entry in file.entries]
        case "envelope" | "array" | "single":
            return start + _document(file), _by_index(file.entries)
        case "csv":
            start += encoded(file.header + file.newline)
            return _lines(file, start, ([entry] for entry in file.entries))
        case "ndjson":
            return _ndjson(file, start, [[entry] for entry in file.entries])
        case "envelopes":
            groups = groupby(file.entries, key=lambda entry: entry.line)
            return _ndjson(file, start, [list(group) for _, group in groups])


def _document(file: RawFile) -> bytes:
    elements = file.separator.join(entry.text for entry in file.entries)
    frame = {"envelope": '{"drinks":[%s]}', "array": "[%s]", "single": "%s"}[file.form]
    return encoded(frame.replace("%s", elements, 1))


def _by_index(entries: tuple[Entry, ...]) -> list[Placed]:
    return [Placed(entry, index) for index, entry in enumerate(entries)]


def _ndjson(file: RawFile, start: bytes, lines: list[list[Entry]]) -> tuple[bytes, list[Placed]]:
    """Return lines; a single line that is valid JSON is a document, whose positions are indices."""
    body, placed = _lines(file, start, iter(lines))
    if len(lines) == 1:
        return body, _by_index(tuple(lines[0]))
    return body, placed


def _lines(file: RawFile, start: bytes, lines: Iterator[list[Entry]]) -> tuple[bytes, list[Placed]]:
    body, placed = bytearray(start), []
    for entries in lines:
        wrapped = file.form == "envelopes" and not _is_whole_line(entries)
        body += b'{"drinks": [' if wrapped else b""
        for number, entry in enumerate(entries):
            body += encoded(file.separator) if number else b""
            placed.append(Placed(entry, len(body)))
            body += encoded(entry.text)
        body += b"]}" if wrapped else b""
        body += encoded(file.newline)
    if not file.ends_with_newline:
        del body[len(body) - len(file.newline) :]
    return bytes(body), placed


def _is_whole_line(entries: list[Entry]) -> bool:
    """Return whether a line is a separate envelope without records."""
    return len(entries) == 1 and not _is_record(entries[0])


def _cut_document(plain: bytes, records: list[Placed]) -> tuple[bytes, list[Placed]]:
    """Cut in the middle of the last element, which is then malformed; the others are complete."""
    *whole, last = records
    size = len(encoded(last.entry.text))
    end = plain.rindex(encoded(last.entry.text)) + size // 2
    return plain[:end], [*whole, Placed(Entry("", code="malformed_json"), last.position)]


def _compressed(plain: bytes, members: int) -> bytes:
    if members == 0:
        return plain
    step = -(-len(plain) // members) or 1
    parts = [plain[at : at + step] for at in range(0, len(plain), step)] or [b""]
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def _cut_gzip(body: bytes, records: list[Placed]) -> tuple[bytes, list[Placed]]:
    """Cut in its second half: complete lines are read, and one line is rejected for the damage."""
    kept = body[: len(body) * 3 // 4]
    inflater = zlib.decompressobj(wbits=31)
    readable = inflater.decompress(kept) + inflater.flush()
    end = readable.rfind(b"\n") + 1
    whole = [p for p in records if p.position is not None and _end(p) < end]
    return kept, [*whole, Placed(Entry("", code="gzip_corrupt"), ANYWHERE)]


def _end(placed: Placed) -> int:
    return (placed.position or 0) + len(encoded(placed.entry.text))


def _is_record(entry: Entry) -> bool:
    return bool(entry.drink or entry.absent or entry.code)


def json_or_none(text: str) -> object:
    """Return the value of a piece that is valid JSON, or None."""
    try:
        return json.loads(encoded(text))
    except ValueError:
        return None
