"""A proxy before the embedded AWS that throttles DynamoDB by its provisioned capacity.

The embedded AWS has no capacity limits. Each table and index has a token bucket for reads and one
for writes: its units a second, and a burst of what 300 s leave unused. A request is served while
the bucket has anything left, and costs what AWS counts: a write unit for each started kB of an
item, a read unit for each started 4 kB, half for eventually consistent reads. Source: DynamoDB
developer guide, "Provisioned capacity mode" and "Burst and adaptive capacity". Sizes are those of
the JSON, which is larger than what AWS counts, and every write counts for each index.

Time is scaled: at 60, a second here has the capacity of a minute there.
"""

import json
import math
import time
from typing import Any, NamedTuple
from uuid import uuid4

from mocktailverse.cost.template import Resource
from trials.proxy import Proxy, Request
from trials.spoiling import Strikes

TARGET = "DynamoDB_20120810."
WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
READS = {"GetItem", "BatchGetItem", "Query", "Scan"}
WRITTEN = ("Item", "Key", "ExpressionAttributeValues")
WRITE_BYTES, READ_BYTES = 1024, 4096
BURST_S = 300
THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"


class Bucket:
    """The unused units of a table or an index, for reads or for writes."""

    def __init__(self, units_per_s: float, scale: float, burst_share: float) -> None:
        self._per_s = units_per_s * scale
        self._most = units_per_s * BURST_S
        self._level = self._most * burst_share
        self._at = time.monotonic()
        self.throttled = 0

    def has_any(self) -> bool:
        """Return whether a request is served now; count one that is not."""
        now = time.monotonic()
        self._level = min(self._most, self._level + (now - self._at) * self._per_s)
        self._at = now
        self.throttled += self._level <= 0
        return self._level > 0

    def take(self, units: float) -> None:
        self._level -= units


class Use(NamedTuple):
    """A call of DynamoDB: its tables and indexes, and its kind."""

    names: list[str]
    is_write: bool
    given: dict[str, Any]

    def units(self, response: bytes) -> float:
        """Return the units that the call costs."""
        if self.is_write:
            written = [self.given[part] for part in WRITTEN if part in self.given]
            return max(1, math.ceil(_size(written) / WRITE_BYTES))
        is_consistent = self.given.get("ConsistentRead") or any(
            keys.get("ConsistentRead") for keys in self.given.get("RequestItems", {}).values()
        )
        units = max(1, math.ceil(len(response) / READ_BYTES))
        return units if is_consistent else units / 2


class CapacityProxy(Proxy):
    """Forwards calls, and throttles those of DynamoDB that exceed the tables' capacity."""

    def __init__(
        self, upstream_port: int, tables: list[Resource], scale: float, burst_share: float
    ) -> None:
        super().__init__(upstream_port, kill=lambda _port: False)
        self.strikes = Strikes((), "")
        self.buckets: dict[tuple[str, bool], Bucket] = {}
        for table in tables:
            name, properties = table.properties["TableName"], table.properties
            parts = {name: properties["ProvisionedThroughput"]}
            for index in properties.get("GlobalSecondaryIndexes", []):
                parts[f"{name}/{index['IndexName']}"] = index["ProvisionedThroughput"]
            for part, units in parts.items():
                for is_write, kind in ((True, "Write"), (False, "Read")):
                    rate = float(units[f"{kind}CapacityUnits"])
                    self.buckets[part, is_write] = Bucket(rate, scale, burst_share)

    @property
    def throttled(self) -> int:
        """The number of throttled calls."""
        return sum(bucket.throttled for bucket in self.buckets.values())

    def _buckets(self, use: Use) -> list[Bucket]:
        """Return what a call uses: a write goes to the table's indexes, too."""
        return [
            bucket
            for (name, is_write), bucket in self.buckets.items()
            if is_write == use.is_write
            and (name in use.names or (is_write and name.partition("/")[0] in use.names))
        ]

    async def _forwarded(self, request: Request) -> bytes:
        use = _use(request)
        if use is None:
            return await super()._forwarded(request)
        buckets = self._buckets(use)
        if not all([bucket.has_any() for bucket in buckets]):  # noqa: C419 - each counts
            return _throttle()
        response = await super()._forwarded(request)
        units = use.units(response)
        for bucket in buckets:
            bucket.take(units)
        return response


def _use(request: Request) -> Use | None:
    operation = request.header("x-amz-target").removeprefix(TARGET)
    if operation not in WRITES | READS:
        return None
    given = json.loads(request.body)
    if "RequestItems" in given:
        return Use(list(given["RequestItems"]), is_write=False, given=given)
    index = f"/{given['IndexName']}" if "IndexName" in given else ""
    return Use([given["TableName"] + index], operation in WRITES, given)


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def _throttle() -> bytes:
    body = json.dumps({"__type": THROTTLED, "message": "The provisioned throughput was exceeded."})
    head = (
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(body)}\r\nx-amzn-RequestId: {uuid4()}\r\nConnection: close\r\n\r\n"
    )
    return (head + body).encode()
