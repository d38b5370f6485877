"""The catalogue's drinks as CSV, NDJSON, JSON or Bar Assistant recipes, streamed one by one.

Every export is in name order, and identical for the same catalogue. Without a query it holds every
drink that is not withdrawn.
"""

import csv
from collections.abc import Collection, Iterable, Iterator

import msgspec

from mocktailverse.catalogue.exports.bar_assistant import recipe
from mocktailverse.catalogue.exports.csv_columns import COLUMNS, csv_cell
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.drinks.drink import Drink

PAGE_SIZE = 500
NOT_WITHDRAWN = DrinkQuery()


def export_csv(catalogue: Catalogue, query: DrinkQuery = NOT_WITHDRAWN) -> Iterator[bytes]:
    """Yield CSV after RFC 4180 in UTF-8: a header, then one row a drink; lines end in CR LF.

    Texts go through `csv_cell`; numbers stay numbers; unknown values are empty.
    """
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield writer.writerow([column.name for column in COLUMNS])
    for drink in _drinks(catalogue, query):
        cells = (column.cell(drink) for column in COLUMNS)
        yield writer.writerow([csv_cell(c) if isinstance(c, str) else c for c in cells])


def export_ndjson(catalogue: Catalogue, query: DrinkQuery = NOT_WITHDRAWN) -> Iterator[bytes]:
    """Yield one Drink a line, as the API returns it."""
    for drink in _drinks(catalogue, query):
        yield msgspec.json.encode(drink) + b"\n"


def export_json(catalogue: Catalogue, query: DrinkQuery = NOT_WITHDRAWN) -> Iterator[bytes]:
    """Yield one JSON array of Drinks."""
    return json_array(_drinks(catalogue, query))


def export_bar_assistant(
    catalogue: Catalogue, query: DrinkQuery = NOT_WITHDRAWN, own: Collection[str] = ()
) -> Iterator[bytes]:
    """Yield one JSON array of recipes, each as Bar Assistant imports it.

    `own` are the sources whose recipes people wrote themselves; these return in their words.
    """
    drinks = _drinks(catalogue, query)
    return json_array(recipe(drink, in_own_words=drink.source in own) for drink in drinks)


class _Echo:
    """A file whose `write` returns the bytes, so that `writerow` returns them, too."""

    def write(self, text: str) -> bytes:
        return text.encode()


def json_array(items: Iterable[object]) -> Iterator[bytes]:
    """Yield one JSON array in chunks, with a line for each item."""
    separator = b"[\n"
    for item in items:
        yield separator + msgspec.json.encode(item)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def _drinks(catalogue: Catalogue, query: DrinkQuery) -> Iterator[Drink]:
    by_name = msgspec.structs.replace(query, sort="name")
    after = None
    while True:
        page = catalogue.search(by_name, limit=PAGE_SIZE, after=after)
        yield from page.items
        after = page.next
        if after is None:
            return
