"""CSV rows with their byte offsets; a broken row is rejected, and its neighbours still load.

A quoted cell may contain line breaks, so a row may span lines. An unclosed quote would then swallow
the rest of the file. So lines are joined only within limits, and if no number of lines makes a
whole row, only the first one is broken and reading resumes at the second.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mocktailverse.pipeline.byte_stream import DecodedLine

ROW_LINES_LIMIT = 50
ROW_BYTES_LIMIT = 64 * 1024
"""Limits of a row that spans lines; they bound the work that broken quoting can cause."""

DELIMITERS = (",", ";", "\t", "|")


class CsvHeader:
    """The column names and the delimiter, read from the first line.

    The line is `recognized` as a header if it names at least two known columns, in upper or lower
    case; `columns` has them in their known spelling.
    """

    def __init__(self, line: DecodedLine, known_columns: frozenset[str]) -> None:
        self.line = line
        text = (line.data or b"")[:ROW_BYTES_LIMIT].decode("utf-8", "replace")
        self.columns, self.delimiter = max(
            ((_columns(text, delimiter, known_columns), delimiter) for delimiter in DELIMITERS),
            key=lambda candidate: len(known_columns.intersection(candidate[0])),
        )
        self.recognized = len(known_columns.intersection(self.columns)) > 1

    def fields(self, text: bytes) -> dict[str, str] | None:
        """Return the cells of the row in `text` by column name; None if it is not one whole row.

        Additional cells are accepted if they are blank. Cells of equal columns are joined.
        """
        try:
            rows = list(csv.reader([text.decode()], delimiter=self.delimiter, strict=True))
        except (csv.Error, UnicodeDecodeError):
            return None
        if len(rows) != 1 or len(rows[0]) < len(self.columns):
            return None
        cells, surplus = rows[0][: len(self.columns)], rows[0][len(self.columns) :]
        if any(cell.strip() for cell in surplus):
            return None
        row = dict(zip(self.columns, cells, strict=True))
        if len(row) == len(cells):
            return row
        row = {}
        for name, cell in zip(self.columns, cells, strict=True):
            row[name] = "\n".join(filter(str.strip, (row.get(name, ""), cell)))
        return row


def _columns(line: str, delimiter: str, known_columns: frozenset[str]) -> list[str]:
    """Return the names in a line, known ones in their known spelling; no two become equal."""
    try:
        names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
    spellings = {name.casefold(): name for name in known_columns.difference(names)}
    return [
        name if name in known_columns else spellings.pop(name.casefold(), name) for name in names
    ]


class CsvRow(NamedTuple):
    """One row: its text as one line, even if it spans several, and its cells by column name."""

    line: DecodedLine
    fields: dict[str, str] | None
    """None if the row is broken."""


def csv_rows(lines: Iterator[DecodedLine], header: CsvHeader) -> Iterator[CsvRow]:
    """Yield the rows, without blank lines.

    A damaged line is a broken row, and is never joined to another.
    """
    pending: list[DecodedLine] = []
    while pending or (pending := list(islice(lines, 1))):
        first = pending[0]
        if first.is_blank:
            del pending[0]
            continue
        row, used = _whole_row(pending, lines, header) or (CsvRow(first, None), 1)
        yield row
        del pending[:used]


def _whole_row(
    pending: list[DecodedLine], lines: Iterator[DecodedLine], header: CsvHeader
) -> tuple[CsvRow, int] | None:
    """Return the row that starts at pending[0] and its number of lines; extend `pending`."""
    text = b""
    for used in range(1, ROW_LINES_LIMIT + 1):
        if len(pending) < used:
            pending.extend(islice(lines, 1))
        if len(pending) < used:
            return None
        line = pending[used - 1]
        if line.data is None or line.damage or len(text) + len(line.data) > ROW_BYTES_LIMIT:
            return None
        text = text + b"\n" + line.data if used > 1 else line.data
        if used > 1 and b'"' not in line.data:
            continue  # without a quote this line cannot end a quoted cell
        if (fields := header.fields(text)) is not None:
            return CsvRow(DecodedLine(pending[0].start, line.end, text), fields), used
        if b'"' not in text:
            return None  # nothing is quoted, so more lines cannot complete it
    return None
