"""The sources of raw drinks: one package for each source, registered in `SOURCES` below.

A source can read its records (JSON objects and CSV rows become a `Record`), and may be able to
collect them. The code that collects is imported only where it is used, so that reading records
does not load an HTTP client.
"""

from collections.abc import Mapping
from typing import Protocol

from mocktailverse.drinks.record import Absence, Record
from mocktailverse.errors import UsageError
from mocktailverse.sources.thecocktaildb.record_reader import TheCocktailDBRecords


class RecordReader(Protocol):
    """Reads one source's raw records."""

    @property
    def id_field(self) -> str:
        """Name of the field with a record's id."""
        ...

    @property
    def columns(self) -> frozenset[str]:
        """CSV column names by which this source's files are detected."""
        ...

    def from_json(self, data: bytes | memoryview) -> Record | Absence:
        """Return the record of one JSON object; raise RecordRejectedError if it is not a drink."""
        ...

    def from_fields(self, fields: Mapping[str, object]) -> Record | Absence:
        """Return the record of field names and values (a CSV row, a decoded object)."""
        ...


class ObjectStore(Protocol):
    """Stores raw objects and a collector's state; implemented by `stores.data_bucket`."""

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> object:
        """Store the body under the key, replacing an earlier one."""
        ...

    def get(self, key: str) -> bytes | None:
        """Return the bytes stored under a key; None if the key does not exist."""
        ...


def require_source(name: str) -> RecordReader:
    """Return the reader of a source.

    Raises:
        UsageError: the source is not registered.
    """
    if name not in SOURCES:
        raise UsageError(f"Unknown source `{name}`. Choose one of {', '.join(SOURCES)}.")
    return SOURCES[name]


SOURCES: dict[str, RecordReader] = {"thecocktaildb": TheCocktailDBRecords()}
"""The registered sources, by their name in raw keys: `raw/<source>/`."""
