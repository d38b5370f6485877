"""The drinks table: last-writer-wins registers, merged into it by conditional writes.

A write is an idempotent upsert: whatever the order and the number of deliveries, the table ends up
the same. The usual case, a new drink or the same recipe seen later, is one conditional `PutItem`.
If its condition fails, the response has the current item; both are merged, and the result is put on
the condition that the item has not changed since (optimistic locking, compare and swap).
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from mocktailverse.drinks.register import Register, WriteResult, merge, version_of, write_result
from mocktailverse.errors import TransientError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import ThrottledError, conflicting_item, translated
from mocktailverse.stores.items import from_item, to_item

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import ScanOutputTypeDef

WRITERS = 8
"""Concurrent writes; more would only wait for each other in one process."""

CONTENTION_LIMIT = 10
"""Tries of one write while others change the same drink."""

BATCH_GET = 100
"""DynamoDB's maximum number of items in one call."""

READ_TRIES = 8
"""Maximum number of calls for one batch; DynamoDB returns keys unprocessed if it throttles."""

SCAN_TRIES = 30
"""Maximum number of calls for one page of a scan; with the free capacity a page takes 20 s."""

PACED_PAGE = 25
"""Drinks in a page of a paced scan: some 11 read units, which prod's share gives in 2 s."""

RawItem = dict[str, Any]
"""An item as boto3 returns it."""

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0


class DrinksTable:
    """The current drinks by id; each item is a `Register`."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._client = clients.dynamodb
        self.name = table
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="drinks")

    def write(self, registers: Sequence[Register]) -> list[WriteResult | None]:
        """Merge registers of distinct drinks into the table concurrently; return each one's result.

        A result is None if DynamoDB throttled the write, and nothing was written. After any other
        transient failure, which is raised, some registers may have been written.
        """
        return list(self._writers.map(self._write, registers))

    def get(self, drink_id: str) -> Register | None:
        """Return the register of a drink, read consistently; None if there is none."""
        with translated("Reading a drink"):
            response = self._client.get_item(
                TableName=self.name, Key={"id": {"S": drink_id}}, ConsistentRead=True
            )
        item = response.get("Item")
        return None if item is None else from_item(item)

    def many(self, ids: Iterable[str]) -> dict[str, Register]:
        """Return the existing registers of these drinks by id, read consistently."""
        keys = [{"id": {"S": drink_id}} for drink_id in dict.fromkeys(ids)]
        batches = (keys[first : first + BATCH_GET] for first in range(0, len(keys), BATCH_GET))
        registers = (from_item(item) for batch in batches for item in self._batch(batch))
        return {register.id: register for register in registers}

    def page(self, limit: int, after: str | None = None) -> tuple[list[Register], str | None]:
        """Return up to `limit` registers in table order, and the id after which to continue.

        For operators: it scans the table.
        """
        start: dict[str, Any] = {"ExclusiveStartKey": {"id": {"S": after}}} if after else {}
        with translated("Listing drinks"):
            response = self._client.scan(TableName=self.name, Limit=limit, **start)
        last = response.get("LastEvaluatedKey")
        return [from_item(item) for item in response["Items"]], last["id"]["S"] if last else None

    def all(self, spend: Callable[[float], None] | None = None) -> Iterator[Register]:
        """Yield every register, read consistently, for audits and rebuilds.

        It scans the whole table, at the speed of its read capacity, or at the pace of `spend`,
        which gets the read units of each page and waits. ThrottledError if DynamoDB throttles a
        page for a minute.
        """
        options: dict[str, Any] = {}
        if spend:
            options = {"Limit": PACED_PAGE, "ReturnConsumedCapacity": "TOTAL"}
        while True:
            page = self._scanned(options)
            yield from map(from_item, page["Items"])
            if spend:
                spend(page["ConsumedCapacity"]["CapacityUnits"])
            if "LastEvaluatedKey" not in page:
                return
            options["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def read_units(self) -> int:
        """Return the provisioned read capacity in units a second; 0 if the table is on demand."""
        with translated("Reading the table's capacity"):
            table = self._client.describe_table(TableName=self.name)["Table"]
        return table.get("ProvisionedThroughput", {}).get("ReadCapacityUnits", 0)

    def _scanned(self, options: dict[str, Any]) -> "ScanOutputTypeDef":
        for _ in range(SCAN_TRIES):
            try:
                with translated("Reading all drinks"):
                    return self._client.scan(TableName=self.name, ConsistentRead=True, **options)
            except ThrottledError:
                time.sleep(LONGEST_WAIT_S)
        raise ThrottledError("DynamoDB throttled the scan.")

    def _batch(self, keys: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the items of these keys; repeat unprocessed keys, backing off with jitter."""
        wait_s = FIRST_WAIT_S
        for _ in range(READ_TRIES):
            request: Any = {self.name: {"Keys": keys, "ConsistentRead": True}}
            with translated("Reading drinks"):
                response: Any = self._client.batch_get_item(RequestItems=request)
            yield from response["Responses"].get(self.name, [])
            unprocessed = response.get("UnprocessedKeys", {}).get(self.name)
            if not unprocessed:
                return
            keys = unprocessed["Keys"]
            time.sleep(wait_s * random.uniform(0.5, 1))  # noqa: S311 - jitter
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        raise ThrottledError(
            f"DynamoDB throttled: {len(keys)} keys unprocessed after {READ_TRIES} calls."
        )

    def _write(self, register: Register) -> WriteResult | None:
        try:
            with translated("Writing a drink"):
                return self._merge(register)
        except ThrottledError:
            return None

    def _merge(self, new: Register) -> WriteResult:
        """Put without reading if the usual case holds; otherwise merge, compare and swap."""
        register, condition = new, _usual_case(new)
        for _ in range(1 + CONTENTION_LIMIT):
            done, item = self._put(register, condition)
            current = from_item(item) if item else None
            if done:
                return write_result(current, new)
            register = merge(current, new)
            if register == current:
                return write_result(current, new)
            condition = _unchanged_since(item)
        raise TransientError(
            f"Gave up after {CONTENTION_LIMIT} conflicting writes of drink {new.id}."
        )

    def _put(self, register: Register, condition: dict[str, Any]) -> tuple[bool, RawItem | None]:
        """Put under a condition; return whether it held, and the item before the put."""
        try:
            response = self._client.put_item(
                TableName=self.name,
                Item=to_item(register),
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **condition,
            )
        except ClientError as error:
            return False, conflicting_item(error)
        old: Any = response.get("Attributes")
        return True, old


def _usual_case(register: Register) -> dict[str, Any]:
    """Return the condition for a new drink, or the same recipe seen later.

    Then the new register already is the merged one: it needs nothing of the current item.
    """
    if register.drink is None or register.earlier or register.absences:
        return {"ConditionExpression": "attribute_not_exists(id)"}
    return {
        "ConditionExpression": (
            "attribute_not_exists(id) OR (version < :version AND recipe = :recipe "
            "AND attribute_not_exists(earlier) AND attribute_not_exists(absences))"
        ),
        "ExpressionAttributeValues": {
            ":version": {"S": version_of(register.drink).sortable()},
            ":recipe": {"S": register.recipe},
        },
    }


def _unchanged_since(item: RawItem | None) -> dict[str, Any]:
    """Return the condition that the item is still the one that was read.

    An item that code without `revision` wrote is compared by the attributes that the revision is a
    hash of; the write that follows adds it.
    """
    if item is None:
        return {"ConditionExpression": "attribute_not_exists(id)"}
    memory = ("revision",) if "revision" in item else ("earlier", "absences", "removed_at")
    terms = ["attribute_exists(id)"]
    values = {}
    for name in ("version", *memory):
        if name in item:
            terms.append(f"{name} = :{name}")
            values[f":{name}"] = item[name]
        else:
            terms.append(f"attribute_not_exists({name})")
    condition: dict[str, Any] = {"ConditionExpression": " AND ".join(terms)}
    return condition | ({"ExpressionAttributeValues": values} if values else {})
