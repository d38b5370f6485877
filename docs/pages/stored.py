"""What the stores really hold: asked of the code that writes, with samples for data."""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from msgspec import Struct, inspect

from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.register import Register
from mocktailverse.loads.load_record import Counts, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import Part, Run, put_part
from mocktailverse.sources.thecocktaildb.extract import run_name
from mocktailverse.sources.thecocktaildb.extract_report import FetchCursor
from mocktailverse.sources.thecocktaildb.page_fetcher import PageFetcher
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.items import to_item
from mocktailverse.stores.loads_table import LoadsTable

AT = 1_769_839_200_000
"""2026-01-31T06:00Z, in ms."""

SOURCE = "thecocktaildb"
Kinds = dict[str, str]
"""An item's attributes and their DynamoDB types: `S`, or `S or NULL`."""


class StoredObject(Struct, frozen=True):
    """An object as it is put into the data bucket."""

    key: str
    metadata: Mapping[str, str]
    content_type: str


class Column(Struct, frozen=True):
    """A column of catalogue.sqlite."""

    name: str
    type: str
    nullable: bool
    in_key: bool


def raw_objects() -> dict[str, StoredObject]:
    """A raw object of each kind of writer, by who stores it."""
    fetched, ingested = _Bucket(), _Bucket()
    start = FetchCursor(run_name("sweep", AT), "sweep", AT, ())
    client: Any = SimpleNamespace(source=SOURCE, requests=0)
    fetching = PageFetcher(client, fetched, start, lambda: AT, lambda: 1)
    fetching.put_raw("f-a", [b"{}"], AT)
    put_part(ingested, Run(SOURCE, AT, AT), 1, Part("drinks.ndjson", b""))
    return {"fetch": fetched.objects[0], "ingest": ingested.objects[0]}


def rejected_object(segment: str = "000000-500") -> StoredObject:
    """Where the rejected lines of a load's first segment are."""
    bucket = _Bucket()
    clients: Any = SimpleNamespace(s3=bucket)
    version = ObjectVersion("data", raw_objects()["fetch"].key, "version")
    DataBucket(clients, "data").put_rejected(version.load_id(1), segment, [])
    return bucket.objects[0]


def drink_item() -> Kinds:
    """The attributes of an item of the drinks table."""
    full, sparse = (sample(Register, full=full) for full in (True, False))
    drink = sample(type(full.drink), full=False)
    items = [to_item(full), to_item(msgspec.structs.replace(sparse, drink=drink))]
    return _kinds(items)


def load_items() -> tuple[Kinds, Kinds]:
    """The attributes of the loads table's items: of a load, and of a segment."""
    table = _Table()
    clients: Any = SimpleNamespace(dynamodb=table)
    loads = LoadsTable(clients, "loads", expire_days=1)
    version = ObjectVersion("data", "raw/", "version")
    load = loads.acquire(LoadRequest(version, 1), "worker", now=AT, until=AT)
    assert isinstance(load, Load)  # noqa: S101  the sample table gives every load
    loads.release(load, "worker", "why")
    loads.requeued(version, 1, now=AT)
    loads.fail(version, 1, "why", now=AT)
    drift = sample(Drift, full=True)
    for stored_at in (AT, None):
        loads.finish(load, Counts(), [drift], size=1, stored_at=stored_at, now=AT)
    for full in (True, False):
        loads.put_segment(load, sample(Segment, full=full))
    return _kinds(table.loads), _kinds(table.segments)


def catalogue() -> tuple[dict[str, list[Column]], list[tuple[str, str, str]], list[str]]:
    """The tables of an empty catalogue with their columns, its indexes, and the keys of `meta`."""
    with tempfile.TemporaryDirectory(prefix="mocktailverse-docs-") as folder:
        path = Path(folder, "catalogue.sqlite")
        CatalogueWriter.create(path).seal(version="", built_at=AT, table="drinks")
        connection = sqlite3.connect(path)
        try:
            names = [name for (name,) in connection.execute(_TABLES)]
            tables = {name: list(_columns(connection, name)) for name in names}
            indexes = [
                (name, of, ", ".join(n for (n,) in connection.execute(_INDEXED, (name,))))
                for name, of in connection.execute(_INDEXES)
            ]
            keys = [key for (key,) in connection.execute("SELECT key FROM meta ORDER BY key")]
        finally:
            connection.close()
    return tables, indexes, keys


def sample(kind: Any, *, full: bool) -> Any:  # noqa: ANN401  a value of any type
    """A value of a type; not full: null and empty wherever that is possible."""
    return msgspec.convert(_sample(inspect.type_info(kind), full=full), kind)


def _sample(kind: inspect.Type, *, full: bool) -> Any:  # noqa: ANN401, PLR0911  any of many types
    match kind:
        case inspect.UnionType(types=types):
            is_null = [one for one in types if isinstance(one, inspect.NoneType)]
            chosen = next(one for one in types if one not in is_null)
            return None if is_null and not full else _sample(chosen, full=full)
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.VarTupleType(item_type=item):
            return [_sample(item, full=full)] if full else []
        case inspect.DictType(value_type=value):
            return {"en": _sample(value, full=full)} if full else {}
        case inspect.StructType(fields=fields):
            return {field.name: _sample(field.type, full=full) for field in fields}
        case inspect.StrType():
            return "text"
        case inspect.BoolType():
            return True
        case inspect.FloatType():
            return 1.5
        case _:
            return 1


_TABLES = """SELECT name FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE 'drink\\_texts\\_%' ESCAPE '\\' ORDER BY rowid"""
_INDEXES = (
    "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql > '' ORDER BY name"
)
_INDEXED = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[Column]:
    columns = connection.execute(
        'SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY cid', (table,)
    )
    for name, kind, is_required, place in columns:
        yield Column(name, kind, not (is_required or place), bool(place))


def _kinds(items: list[dict[str, Any]]) -> Kinds:
    """The attributes of all items, and the types that they have there."""
    found: dict[str, dict[str, None]] = {}
    for item in items:
        for name, value in item.items():
            (kind,) = value
            found.setdefault(name, {})[kind] = None
    return {name: " or ".join(kinds) for name, kinds in found.items()}


class _Bucket:
    """Takes objects, as a raw store and as boto3's client of S3."""

    def __init__(self) -> None:
        self.objects: list[StoredObject] = []

    def put(
        self, key: str, _body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> ObjectVersion:
        self.objects.append(StoredObject(key, metadata, content_type))
        return ObjectVersion("data", key, "version")

    def put_object(self, **arguments: Any) -> dict[str, str]:  # noqa: ANN401  boto3's own
        self.put(
            arguments["Key"],
            arguments["Body"],
            metadata=arguments["Metadata"],
            content_type=arguments["ContentType"],
        )
        return {}


class _Table:
    """Takes items as boto3's client of DynamoDB does; an update's attributes are an item."""

    def __init__(self) -> None:
        self.loads: list[dict[str, Any]] = []
        self.segments: list[dict[str, Any]] = []
        self._standing: dict[str, Any] = {}

    def update_item(self, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  boto3's own
        values = arguments["ExpressionAttributeValues"]
        names = arguments["ExpressionAttributeNames"].values()
        written = {name: values[f":{name}"] for name in names if f":{name}" in values}
        self.loads.append({**arguments["Key"], **written})
        self._standing |= self.loads[-1]
        return {"Attributes": dict(self._standing)}

    def put_item(self, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  boto3's own
        self.segments.append(arguments["Item"])
        return {}
