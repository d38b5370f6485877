"""Queries of the loads table: the loads and segments of an object version, and listings by day."""

from collections.abc import Iterator
from typing import Any

from mocktailverse.loads.load_keys import LoadPosition, object_key
from mocktailverse.loads.load_record import Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.items import to_value, value_of
from mocktailverse.stores.load_items import is_load, load_of, segment_of, segments_prefix

DAY_INDEX = "by-day"
"""The index that lists loads by the day on which they were opened."""


class LoadQueries:
    """Reads load records; `LoadsTable` adds the writes."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._client = clients.dynamodb
        self._table = table

    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]:
        """Return the finished segments of a load, in order, read consistently."""
        return [segment_of(item) for item in self._parts(version, segments_prefix(generation))]

    def latest(self, version: ObjectVersion) -> Load | None:
        """Return the load of an object version in its highest generation; None without a load."""
        loads = [load_of(item) for item in self._parts(version, "") if is_load(item)]
        return loads[-1] if loads else None

    def page(
        self, day: str, limit: int, after: LoadPosition | None = None
    ) -> tuple[list[Load], LoadPosition | None]:
        """Return a page of the loads that were opened on a UTC day, newest first.

        Keyset pagination: the index is ordered by `started_at`, and each page resumes after the
        last position of the one before, however many loads were opened in the meantime. The second
        value is that position; None after the last page.
        """
        start: dict[str, Any] = {}
        if after:
            values = after._asdict().items()
            start["ExclusiveStartKey"] = {name: to_value(value) for name, value in values}
        with translated("Listing loads"):
            response = self._client.query(
                TableName=self._table,
                IndexName=DAY_INDEX,
                KeyConditionExpression="#day = :day",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues={":day": {"S": day}},
                ScanIndexForward=False,
                Limit=limit,
                **start,
            )
        loads = [load_of(item) for item in response["Items"]]
        last = response.get("LastEvaluatedKey")
        if last is None:
            return loads, None
        return loads, LoadPosition(**{name: value_of(value) for name, value in last.items()})

    def all(self) -> Iterator[Load]:
        """Yield every load of every generation, for audits: scans the whole table."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        with translated("Reading all loads"):
            for page in pages:
                for item in page["Items"]:
                    if is_load(item):
                        yield load_of(item)

    def _parts(self, version: ObjectVersion, prefix: str) -> list[dict[str, Any]]:
        """Return the items of an object version whose sort keys have a prefix, in their order."""
        condition, values = "#object = :object", {":object": {"S": object_key(version)}}
        if prefix:
            condition += " AND begins_with(part, :prefix)"
            values[":prefix"] = {"S": prefix}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames={"#object": "object"},
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        with translated("Reading a load"):
            return [item for page in pages for item in page["Items"]]
