"""Where raw drinks come from: one package a source, one line of registration each.

A source knows its records (how JSON objects and CSV rows become a `Record`), and may know how
to collect them. The collecting half is imported where it is used, so that reading records
needs no HTTP client.
"""

from collections.abc import Mapping
from typing import Protocol

from mocktailverse.drinks.record import Absence, Record
from mocktailverse.errors import UsageError
from mocktailverse.sources.thecocktaildb.record_reader import TheCocktailDBRecords


class RecordReader(Protocol):
    """How one source's raw records become `Record`s."""

    @property
    def id_field(self) -> str:
        """The field that holds a record's id."""
        ...

    @property
    def columns(self) -> frozenset[str]:
        """The CSV column names by which this source's files are recognized."""
        ...

    def from_json(self, data: bytes | memoryview) -> Record | Absence:
        """Read one JSON object; raise RecordRejectedError where it cannot be a drink."""
        ...

    def from_fields(self, fields: Mapping[str, object]) -> Record | Absence:
        """Read one record given as field names and values (a CSV row, a decoded object)."""
        ...


class ObjectStore(Protocol):
    """Takes raw objects and the saved state of a collector: `stores.data_bucket`."""

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> object:
        """Store the body under the key, replacing what was there."""
        ...

    def get(self, key: str) -> bytes | None:
        """Return the bytes under a key; None if there are none."""
        ...


def require_source(name: str) -> RecordReader:
    """The reader of a source.

    Raises:
        UsageError: no such source is registered.
    """
    if name not in SOURCES:
        raise UsageError(f"There is no source {name!r}; choose one of {', '.join(SOURCES)}.")
    return SOURCES[name]


SOURCES: dict[str, RecordReader] = {
    "thecocktaildb": TheCocktailDBRecords(),
}
"""The registered sources, by the name that stands in raw keys: `raw/<source>/`."""
