"""The transform as a whole and stage by stage, for raw objects without a store."""

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
_READER = SOURCES[_VERSION.source].records


class InMemory:
    """A raw object in memory."""

    stored_at = 1_750_000_000_000

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.bytes = len(data)
        self.metadata: dict[str, str] = {}

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for offset in range(start, self.bytes, CHUNK_BYTES):
            yield self._data[offset : offset + CHUNK_BYTES]


class OnDisk:
    """A raw object in a file, read in chunks."""

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
    """Yield the records with their positions; none may be unreadable."""
    for record in decode(raw, _READER):
        assert isinstance(record, RawRecord), record
        yield record


def records(raw: OpenObject) -> Iterator[Record]:
    """Yield the records, decoded and validated."""
    for record in raw_records(raw):
        assert isinstance(record.data, bytes), record
        yield _READER.from_json(record.data)


def registers(raw: OpenObject) -> Iterator[Register]:
    """Yield the registers of the whole transform; no record may be rejected."""
    for result in transform(raw, _VERSION):
        assert result.register, result.rejected
        yield result.register


def items(raw: OpenObject) -> Iterator[Item]:
    """Yield DynamoDB's items, after all stages."""
    for register in registers(raw):
        yield to_item(register)
