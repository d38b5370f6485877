"""What the stores hold, taken from the code that writes it, with sample values."""

import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import Mock

import msgspec
from msgspec import inspect

from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.register import Register
from mocktailverse.loads.load_record import Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import DEFAULT_SOURCE, ObjectVersion
from mocktailverse.pipeline.ingest import IngestRun, Part
from mocktailverse.sources.thecocktaildb.extract import run_name
from mocktailverse.sources.thecocktaildb.extract_report import FetchCursor
from mocktailverse.sources.thecocktaildb.page_fetcher import PageFetcher
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.items import to_item
from mocktailverse.stores.loads_table import LoadsTable

AT = 1_769_839_200_000
"""2026-01-31T06:00Z, in ms."""

SOURCE = DEFAULT_SOURCE
Item = Mapping[str, Any]
"""An item as DynamoDB's API takes it: `{"id": {"S": "a"}}`."""


class StoredObject(NamedTuple):
    """An object of the data bucket."""

    key: str
    metadata: Mapping[str, str]


class Column(NamedTuple):
    """A column of the catalogue's file."""

    name: str
    type: str
    is_nullable: bool
    in_key: bool


class CatalogueSchema(NamedTuple):
    """The schema of an empty catalogue."""

    tables: dict[str, list[Column]]
    indexes: list[tuple[str, str, str]]
    """Name, table, columns."""
    meta_keys: list[str]


def raw_objects() -> dict[str, StoredObject]:
    """Return a raw object of each command that stores some, by the command."""
    fetched, ingested = Mock(), Mock()
    start = FetchCursor(run_name("sweep", AT), "sweep", AT, ())
    client = Mock(source=SOURCE, requests=0)
    PageFetcher(client, fetched, start, lambda: AT, lambda: 1).put_raw("f-a", [b"{}"], AT)
    IngestRun(SOURCE, AT, AT).put(ingested, 1, Part("drinks.ndjson", b""))
    puts = {"fetch": fetched.put.call_args, "ingest": ingested.put.call_args}
    return {n: StoredObject(put.args[0], put.kwargs["metadata"]) for n, put in puts.items()}


def rejected_key(segment: str = "000000-500") -> str:
    """Return the key of the rejected lines of a load's first segment."""
    clients = Mock()
    version = ObjectVersion("data", raw_objects()["fetch"].key, "version")
    DataBucket(clients, "data").put_rejected(version.load_id(1), segment, [])
    return str(clients.s3.put_object.call_args.kwargs["Key"])


def drink_item() -> dict[str, str]:
    """Return the attributes of an item of the drinks table and their types, such as `S or NULL`."""
    full, sparse = (sample(Register, full=full) for full in (True, False))
    drink = sample(type(full.drink), full=False)
    return _types([to_item(full), to_item(msgspec.structs.replace(sparse, drink=drink))])


def load_items() -> tuple[dict[str, str], dict[str, str]]:
    """Return the attributes of the loads table's items: of a load, and of a segment."""
    loads: list[Item] = []
    attributes: dict[str, Any] = {}

    def update_item(**request: Any) -> dict[str, Any]:  # noqa: ANN401  boto3's own
        values = request["ExpressionAttributeValues"]
        names = request["ExpressionAttributeNames"].values()
        loads.append(request["Key"] | {n: values[f":{n}"] for n in names if f":{n}" in values})
        attributes.update(loads[-1])
        return {"Attributes": dict(attributes)}

    clients = Mock()
    clients.dynamodb.update_item = update_item
    table = LoadsTable(clients, "loads", expire_days=1)
    version = ObjectVersion("data", "raw/", "version")
    load = table.acquire(LoadRequest(version, 1), "worker", now=AT, until=AT)
    assert isinstance(load, Load)  # noqa: S101  nobody else has a lease in this table
    table.release(load, "worker", "why")
    table.requeued(version, 1, now=AT)
    table.fail(version, 1, "why", now=AT)
    for stored_at in (AT, None):
        drift = (sample(Drift, full=True),)
        table.finish(
            msgspec.structs.replace(load, drift=drift, bytes=1, stored_at=stored_at, finished_at=AT)
        )
    for full in (True, False):
        table.put_segment(load, sample(Segment, full=full))
    segments = [call.kwargs["Item"] for call in clients.dynamodb.put_item.call_args_list]
    return _types(loads), _types(segments)


def _types(items: Iterable[Item]) -> dict[str, str]:
    types: dict[str, dict[str, None]] = {}
    for item in items:
        for name, value in item.items():
            types.setdefault(name, {}).update(dict.fromkeys(value))
    return {name: " or ".join(kinds) for name, kinds in types.items()}


def catalogue() -> CatalogueSchema:
    """Return the schema of the catalogue that the writer creates."""
    with tempfile.TemporaryDirectory(prefix="mocktailverse-docs-") as folder:
        path = Path(folder, "catalogue.sqlite")
        CatalogueWriter.create(path).seal(version="", built_at=AT, table="drinks")
        connection = sqlite3.connect(path)
        try:
            tables: dict[str, list[Column]] = {}
            for name, *column in connection.execute(_COLUMNS):
                tables.setdefault(name, []).append(Column(*column))
            indexes = connection.execute(_INDEXES).fetchall()
            keys = [key for (key,) in connection.execute("SELECT key FROM meta ORDER BY key")]
        finally:
            connection.close()
    return CatalogueSchema(tables, indexes, keys)


_COLUMNS = """SELECT t.name, c.name, c.type, NOT (c."notnull" OR c.pk), c.pk > 0
FROM sqlite_master t JOIN pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.name NOT GLOB 'drink_texts_*'
ORDER BY t.rowid, c.cid"""
_INDEXES = """SELECT i.name, i.tbl_name,
  (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
FROM sqlite_master i WHERE i.type = 'index' AND i.sql > '' ORDER BY i.name"""


def sample(kind: Any, *, full: bool) -> Any:  # noqa: ANN401  a value of any type
    """Return a value of a type; if it is not full, null and empty values wherever possible."""
    return msgspec.convert(_sample(inspect.type_info(kind), full=full), kind)


def _sample(kind: inspect.Type, *, full: bool) -> Any:  # noqa: ANN401, PLR0911  any of many types
    match kind:
        case inspect.UnionType(types=types):
            is_optional = any(isinstance(one, inspect.NoneType) for one in types)
            value = next(one for one in types if not isinstance(one, inspect.NoneType))
            return None if is_optional and not full else _sample(value, full=full)
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
