"""CSV rows with their byte offsets; a broken row costs itself and no neighbour."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mocktailverse.pipeline.byte_stream import Line

ROW_LINES_LIMIT = 50
ROW_BYTES_LIMIT = 64 * 1024
"""Bounds on a row that spans lines, and so on the work that broken quoting can cause."""

DELIMITERS = (",", ";", "\t", "|")


class CsvHeader:
    """The column names and the delimiter, read from the first line.

    It is `recognized` as one where it names more than one of the known columns, in any case;
    they come out in their known spelling.
    """

    def __init__(self, line: Line, known_columns: frozenset[str]) -> None:
        self.line = line
        text = (line.data or b"")[:ROW_BYTES_LIMIT].decode("utf-8", "replace")
        candidates = [
            (_known_spelling(self._names(text, delimiter), known_columns), delimiter)
            for delimiter in DELIMITERS
        ]
        self.columns, self.delimiter = max(
            candidates, key=lambda candidate: len(known_columns.intersection(candidate[0]))
        )
        self.recognized = len(known_columns.intersection(self.columns)) > 1

    @staticmethod
    def _names(line: str, delimiter: str) -> list[str]:
        try:
            row = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return []
        return [name.strip() for name in row]

    def fields(self, text: bytes) -> dict[str, str] | None:
        """The row in `text` by column name; None where it is not exactly one whole row.

        Cells beyond the header's columns are accepted while they are blank.
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
        return dict(zip(self.columns, cells, strict=True))


def _known_spelling(names: list[str], known_columns: frozenset[str]) -> list[str]:
    """The names, known ones as they are known; no two become one."""
    spellings = {name.casefold(): name for name in known_columns.difference(names)}
    return [
        name if name in known_columns else spellings.pop(name.casefold(), name) for name in names
    ]


class CsvRow(NamedTuple):
    """One row: its text, and its cells by column name; `fields` None where it is broken."""

    line: Line
    fields: dict[str, str] | None


def csv_rows(lines: Iterator[Line], header: CsvHeader) -> Iterator[CsvRow]:
    """Yield the rows, each as one `Line` even where it spans several; pass over blank lines.

    Where no number of following lines makes a row whole, only its first line is broken, and
    reading continues with the second. A damaged line is broken, and no part of another row.
    """
    pending: list[Line] = []
    while pending or (pending := list(islice(lines, 1))):
        first = pending[0]
        if first.data is not None and not first.data.strip() and not first.damage:
            del pending[0]
            continue
        row, used = _whole_row(pending, lines, header) or (CsvRow(first, None), 1)
        yield row
        del pending[:used]


def _whole_row(
    pending: list[Line], lines: Iterator[Line], header: CsvHeader
) -> tuple[CsvRow, int] | None:
    """The row that starts at pending[0] and the number of lines it takes; extends `pending`."""
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
            return CsvRow(Line(pending[0].start, line.end, text), fields), used
        if b'"' not in text:
            return None  # nothing is quoted: more lines cannot mend it
    return None
