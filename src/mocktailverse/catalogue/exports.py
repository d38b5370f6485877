"""The catalogue's drinks as CSV, NDJSON, JSON or recipes for Bar Assistant, one at a time.

Every export is in name order, and the same for the same catalogue. Without a query it holds every
drink that is not withdrawn.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator

import msgspec

from mocktailverse.catalogue.bar_assistant import recipe
from mocktailverse.catalogue.csv_columns import COLUMNS
from mocktailverse.catalogue.query import DrinkQuery
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.drink import Drink

PAGE = 500
PRESENT = DrinkQuery()


def export_csv(catalogue: Catalogue, query: DrinkQuery = PRESENT) -> Iterator[str]:
    """CSV after RFC 4180: the header, then one row a drink; lines end in CR LF.

    Texts go through `csv_cell`; numbers stay numbers; what is not known is empty.
    """
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield writer.writerow([column.name for column in COLUMNS])
    for drink in _drinks(catalogue, query):
        cells = (column.cell(drink) for column in COLUMNS)
        yield writer.writerow([csv_cell(c) if isinstance(c, str) else c for c in cells])


def export_ndjson(catalogue: Catalogue, query: DrinkQuery = PRESENT) -> Iterator[bytes]:
    """One Drink a line, as the API gives it."""
    for drink in _drinks(catalogue, query):
        yield msgspec.json.encode(drink) + b"\n"


def export_json(catalogue: Catalogue, query: DrinkQuery = PRESENT) -> Iterator[bytes]:
    """One JSON array of Drinks."""
    return _array(_drinks(catalogue, query))


def export_bar_assistant(catalogue: Catalogue, query: DrinkQuery = PRESENT) -> Iterator[bytes]:
    """One JSON array of recipes, each as Bar Assistant imports it."""
    return _array(recipe(drink) for drink in _drinks(catalogue, query))


def csv_cell(text: str) -> str:
    """Text as a cell that no spreadsheet takes for a formula.

    An apostrophe is put before text that starts with a tab or a line break, or with one of
    `= + - @`, also in their other widths, and also after white space, quotes or invisible
    characters, which some spreadsheets strip. It is put before such a text's own apostrophes, too,
    so the way back is exact: take one apostrophe away where what follows it is such a text.
    """
    return f"'{text}" if _may_be_formula(text) else text


def _may_be_formula(text: str) -> bool:
    if text[:1].isalnum():  # nearly every text; the rest takes longer
        return False
    bare = text.lstrip("'")
    if bare.startswith(("\t", "\r", "\n")):
        return True
    first = next((char for char in bare if not _is_stripped(char)), "")
    return unicodedata.normalize("NFKC", first).startswith(("=", "+", "-", "@"))


def _is_stripped(char: str) -> bool:
    return char.isspace() or char in "'\"`" or unicodedata.category(char) in {"Cc", "Cf"}


class _Echo:
    """What a CSV writer writes comes back as the result of its call."""

    def write(self, text: str) -> str:
        return text


def _array(items: Iterable[object]) -> Iterator[bytes]:
    separator = b"[\n"
    for item in items:
        yield separator + msgspec.json.encode(item)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def _drinks(catalogue: Catalogue, query: DrinkQuery) -> Iterator[Drink]:
    by_name = msgspec.structs.replace(query, sort="name")
    after = None
    while True:
        page = catalogue.search(by_name, limit=PAGE, after=after)
        yield from page.items
        after = page.next
        if after is None:
            return
