"""Pieces of raw objects: valid records in many forms, absences, and invalid ones with a reason."""

import csv
import io
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from .case import Drink, Entry
from .writing import RAW_BYTE

LATIN_1_E_ACUTE = chr(RAW_BYTE + 0xE9)
FULL_WIDTH_12 = "\uff11\uff12"
TOO_MANY_BYTES = 131 * 1024
INVALID_TIMES = (
    "yesterday", "-5", "12.5", "1e12", "2026-01-31", "2026-01-31T06:00", "0x10",
    "32503680000000", "2999-01-01T00:00:00Z", "999999999999999", "9999999999999999",
)  # fmt: skip
"""Invalid times, times without an offset, and times far in the future."""

Record = dict[str, Any]

_BAD_IDS: tuple[object, ...] = ("x", "0", "-1", "1234567890123", 1.5, True, [], FULL_WIDTH_12)
_BAD_CELLS = (
    ("idDrink", " ", "id_missing"),
    ("idDrink", "x7", "id_invalid"),
    ("strDrink", "", "name_missing"),
)


def good(rng: random.Random, drink: Drink) -> Entry:
    """Return a valid record; its form does not change its content."""
    record: Record = dict(drink.fields)
    for rewrite in rng.sample(_REWRITES, rng.choice([0, 0, 1, 2])):
        record = rewrite(rng, record)
    return Entry(_json(rng, record), drink=f"{drink.id}/{drink.variant}")


def absence(rng: random.Random, drink: Drink) -> Entry:
    """Return a record that the source does not have a drink."""
    return Entry(_json(rng, {"idDrink": drink.id, "absent": True}), absent=drink.id)


def bad(rng: random.Random, drink: Drink, *, in_lines: bool, alone: bool) -> Entry:
    """Return a piece that must be rejected; some are recognized only on a separate line."""
    makers = [*_BAD_RECORDS]
    if not alone:
        makers += _BAD_PIECES
    if in_lines:
        makers += _BAD_LINES
    return rng.choice(makers)(rng, dict(drink.fields))


def without_records(rng: random.Random) -> Entry:
    """Return a line without records, which is the API's response to a search without results."""
    return Entry(rng.choice(['{"drinks": null}', '{"drinks":"None Found"}', '{"drinks": []}']))


def grouped(rng: random.Random, entries: list[Entry]) -> list[Entry]:
    """Return the entries on lines that are envelopes; some lines have no record, or are broken."""
    lines, line = [], 0
    for entry in entries:
        lines.append(Entry(entry.text, entry.drink, entry.absent, entry.code, entry.path, line))
        if rng.random() < 0.4:
            line += 1
            if rng.random() < 0.2:
                empty = without_records(rng)
                lines.append(Entry(empty.text, line=line))
                line += 1
    return lines


def opaque(rng: random.Random) -> Entry:
    """Return a whole body without a valid record."""
    text, code = rng.choice(_OPAQUE)
    return Entry(text, code=code)


def iso(at_ms: int) -> str:
    """Return a time as ISO 8601 with an offset."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return moment.isoformat()


class CsvTable:
    """Rows of a CSV with one header: columns in any order and case, any accepted delimiter."""

    def __init__(self, rng: random.Random) -> None:
        self._delimiter = rng.choice(",,;\t|")
        self._columns = [
            "idDrink", "strDrink", "strCategory", "strAlcoholic", "strGlass", "strIBA", "strTags",
            "strInstructions", "strDrinkThumb", "strVideo", "strImageAttribution",
            "strImageSource", "strCreativeCommonsConfirmed",
            *(f"strInstructions{tag}" for tag in ("ES", "DE", "FR", "IT", "ZH-HANS", "ZH-HANT")),
            *(f"strIngredient{slot}" for slot in range(1, 16)),
            *(f"strMeasure{slot}" for slot in range(1, 16)),
        ]  # fmt: skip
        rng.shuffle(self._columns)
        names = [rng.choice([name, name, name.upper()]) for name in self._columns]
        self.header = self._row(names)

    def good(self, drink: Drink) -> Entry:
        """Return a valid row."""
        return Entry(self._of(drink.fields), drink=f"{drink.id}/{drink.variant}")

    def bad(self, rng: random.Random, drink: Drink) -> Entry:
        """Return a row that must be rejected."""
        if rng.random() < 0.3:
            return Entry(self._row(["1", "2", "3"]), code="malformed_csv")
        field, cell, code = rng.choice(_BAD_CELLS)
        row = self._of({**drink.fields, field: cell})
        return Entry(row, code=code, path=f"$.{field}")

    def _of(self, fields: dict[str, str | None]) -> str:
        return self._row([fields.get(name) or "" for name in self._columns])

    def _row(self, cells: list[str]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\r\n").writerow(cells)
        return text.getvalue().removesuffix("\r\n")


def _json(rng: random.Random, record: Record) -> str:
    separators = rng.choice([(",", ":"), (", ", ": "), (" , ", " :\t")])
    return json.dumps(record, ensure_ascii=rng.random() < 0.3, separators=separators)


# ---- forms of valid records

Rewrite = Callable[[random.Random, Record], Record]


def _shuffled(rng: random.Random, record: Record) -> Record:
    return dict(rng.sample(list(record.items()), len(record)))


_REWRITES: tuple[Rewrite, ...] = (
    _shuffled,
    lambda _, record: record | {"idDrink": int(record["idDrink"])},
    lambda _, record: record | {"idDrink": f" {record['idDrink']}\n"},
    lambda _, record: record | {"strNewField": "new", "popularity": {"stars": [4.5, None]}},
    lambda _, record: record | {"absent": False},
    lambda _, record: {
        name: value
        for name, value in record.items()
        if value is not None or name == "strInstructions"
    },
    lambda rng, record: record | {"drinks": rng.choice([None, "none", [], [{}], {"a": 1}, 3])},
)

# ---- invalid records

BadMaker = Callable[[random.Random, Record], Entry]


def _with(change: Record, code: str, path: str) -> BadMaker:
    return lambda rng, record: Entry(_json(rng, record | change), code=code, path=path)


def _without(field: str, code: str) -> BadMaker:
    def make(rng: random.Random, record: Record) -> Entry:
        del record[field]
        return Entry(_json(rng, record), code=code, path=f"$.{field}")

    return make


def _partial(rng: random.Random, record: Record) -> Entry:
    names = ("idDrink", "strDrink", "strDrinkThumb")
    return Entry(_json(rng, {name: record[name] for name in names}), code="partial_record")


def _text(text: str, code: str) -> BadMaker:
    return lambda _rng, _record: Entry(text, code=code)


_BAD_RECORDS: tuple[BadMaker, ...] = (
    _without("idDrink", "id_missing"),
    _without("strDrink", "name_missing"),
    _with({"idDrink": None}, "id_missing", "$.idDrink"),
    _with({"idDrink": "  "}, "id_missing", "$.idDrink"),
    *(_with({"idDrink": value}, "id_invalid", "$.idDrink") for value in _BAD_IDS),
    _with({"strDrink": " \t"}, "name_missing", "$.strDrink"),
    _with({"strDrink": 5}, "wrong_type", "$.strDrink"),
    _with({"strIngredient2": ["Gin"]}, "wrong_type", "$.strIngredient2"),
    _with({"strMeasure1": True}, "wrong_type", "$.strMeasure1"),
    _with({"strInstructions": "long " * (TOO_MANY_BYTES // 5)}, "record_too_large", "$"),
    _partial,
)
_BAD_PIECES: tuple[BadMaker, ...] = (
    *(_text(text, "not_an_object") for text in ("42", '"a drink"', "null", "true", "[1, [2]]")),
    _text('{"idDrink": "7", "strDrink": }', "malformed_json"),
)
_BAD_LINES: tuple[BadMaker, ...] = (
    _text('{"idDrink": "7", "strDrink": "Cut of', "malformed_json"),
    _text("not JSON at all", "malformed_json"),
    _text(
        f'{{"idDrink": "7", "strDrink": "Caf{LATIN_1_E_ACUTE}", "strInstructions": "Stir."}}',
        "not_utf8",
    ),
    _text('{"drinks": [{"idDrink": "7"}], "drinks": []}', "duplicate_key"),
    _text('{"drinks": 7}', "drinks_invalid"),
)
_OPAQUE: tuple[tuple[str, str | None], ...] = (
    ("", "empty_object"),
    (" \n\n\t", "empty_object"),
    ("<html><body>Bad gateway</body></html>", "unrecognized_form"),
    ("id;name\n1;Mule\n", "unrecognized_form"),
    ('{"drinks": null}', None),
    ('{"drinks": "None Found"}', None),
    ('{"drinks": []}', None),
    ('{"drinks": {"idDrink": "7"}}', "drinks_invalid"),
    ('{"drinks": [{"idDrink": "7", "strDr', "malformed_json"),
    ('{"drinks": [], "drinks": [{"idDrink": "7"}]}', "duplicate_key"),
)
