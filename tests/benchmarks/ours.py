"""The transform, whole and stage by stage, over raw objects without a store."""

from collections.abc import Iterator
from pathlib import Path

from mocktailverse.drinks.record import Record
from mocktailverse.drinks.register import Register
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.decode import RawRecord, decode
from mocktailverse.pipeline.transformation import OpenObject, transform
from mocktailverse.sources import SOURCES
from mocktailverse.stores.items import Item, to_item

CHUNK_BYTES = 1024 * 1024

_VERSION = ObjectVersion("benchmark", "raw/thecocktaildb/2025/01/01/run/part.ndjson", "1")
_READER = SOURCES[_VERSION.source]


class InMemory:
    """Bytes as a raw object."""

    stored_at = 1_750_000_000_000

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.bytes = len(data)
        self.metadata: dict[str, str] = {}

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for offset in range(start, self.bytes, CHUNK_BYTES):
            yield self._data[offset : offset + CHUNK_BYTES]


class OnDisk:
    """A file as a raw object, read piece by piece."""

    stored_at = 1_750_000_000_000

    def __init__(self, path: Path) -> None:
        self._path = path
        self.bytes = path.stat().st_size
        self.metadata: dict[str, str] = {}

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            file.seek(start)
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


def raw_records(raw: OpenObject) -> Iterator[RawRecord]:
    """Find the records, each with its position; none may be unreadable."""
    for record in decode(raw, _READER):
        assert isinstance(record, RawRecord), record
        yield record


def records(raw: OpenObject) -> Iterator[Record]:
    """Decode and validate the records as well."""
    for record in raw_records(raw):
        assert isinstance(record.data, bytes), record
        yield _READER.from_json(record.data)


def registers(raw: OpenObject) -> Iterator[Register]:
    """The transform: normalize the records, too; none may be rejected."""
    for piece in transform(raw, _VERSION):
        assert piece.register, piece.rejected
        yield piece.register


def items(raw: OpenObject) -> Iterator[Item]:
    """The whole way, up to DynamoDB's items."""
    for register in registers(raw):
        yield to_item(register)
