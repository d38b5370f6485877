"""The loads table: what happened to every raw object; its items are in `load_items`."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.normalize import TRANSFORM_VERSION
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_record import Counts, Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.error_translation import error_code, translated
from mocktailverse.stores.expressions import Update
from mocktailverse.stores.items import to_value
from mocktailverse.stores.load_items import (
    WORKER_DIED,
    day_of,
    is_load,
    lease_of,
    load_key,
    load_of,
    object_key,
    segment_of,
    segments_prefix,
    to_segment_item,
)

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients

BY_DAY = "by-day"
PARTITION_KEY_BYTES = 2048
_NOT_DONE = "(attribute_not_exists(#status) OR #status <> :done)"
_CONDITION_FAILED = "ConditionalCheckFailedException"


def _is_key(of: str, part: str) -> bool:
    """Whether texts can be the key of a load; DynamoDB refuses longer ones with an error."""
    return (
        0 < len(of.encode()) <= PARTITION_KEY_BYTES
        and re.fullmatch(r"[0-9]{4,9}", part) is not None
    )


class ConditionFailedError(Exception):
    """The load is not in the state that the write asked for; nothing was written.

    Attributes:
        standing: the load as it stands; None where there is none.
        lease: the lease on it; None where it is free.
    """

    def __init__(self, error: ClientError) -> None:
        super().__init__()
        item: Any = error.response.get("Item")
        self.standing = load_of(item) if item else None
        self.lease = lease_of(item) if item else None


class LoadsTable:
    """Loads and their segments. A lease keeps two workers from one load at the same time."""

    def __init__(self, clients: "Clients", table: str, expire_days: int | None = None) -> None:
        self._client = clients.dynamodb
        self._table = table
        self._expire_days = expire_days

    def fail_in_advance(self, version: ObjectVersion, generation: int, *, now: int) -> None:
        """Mark a load failed before its last try, also where another worker holds it.

        Finishing or continuing it takes that back.
        """
        update = Update(
            put={"status": "failed", "error": WORKER_DIED, "finished_at": now},
            default=self._opening(version, generation, now),
        )
        self._update_unfinished(version, generation, update)

    def acquire(
        self, request: LoadRequest, owner: str, *, now: int, until: int
    ) -> Load | Lease | None:
        """Take the lease on a load until a time in ms, and open the load where it is new.

        An existing load keeps its status: the last delivery may have failed before an earlier one
        began. `owner` is a name unique to this attempt. A lease whose owner is `waited_for` counts
        as expired: the request was delayed by its length, or sent by that owner.

        Returns:
            The load; the lease of another worker that has not expired; None where the load is
            done. A call whose response was lost is repeated by botocore and finds its own lease,
            which counts as taken.
        """
        update = Update(
            put={
                "active_at": now,
                "lease_until": until,
                "lease_owner": owner,
                "transform_version": TRANSFORM_VERSION,
            },
            default=self._opening(request.object, request.generation, now),
            add={"attempts": 1},
            condition=(
                f"{_NOT_DONE} AND (attribute_not_exists(#lease_until) OR #lease_until < :at"
                " OR #lease_owner = :waited_for)"
            ),
            values={"done": "done", "at": now, "waited_for": request.waited_for or ""},
        )
        try:
            return self._update(request.object, request.generation, update)
        except ConditionFailedError as error:
            return error.standing if error.lease and error.lease.owner == owner else error.lease

    def release(self, load: Load, owner: str, error: str) -> None:
        """Give a load back after an error, where this owner still holds it.

        Its status stays: a load that has failed may have no other message than a dead letter.
        """
        self._give_back(load, owner, Update(put={"error": error}, remove=("lease_until",)))

    def continued(self, load: Load, owner: str) -> None:
        """Give a load back whose continuation was sent, where this owner still holds it.

        It is open again, unless it was marked failed since this owner took it: then its
        continuation may have failed for the last time.
        """
        opened = Update(
            put={"status": "loading"},
            remove=("lease_until", "error", "finished_at"),
            condition="(attribute_not_exists(#finished_at) OR #finished_at <= #active_at)",
        )
        self._give_back(load, owner, opened)

    def finish(  # noqa: PLR0913 - all that is known of a load at its end
        self,
        load: Load,
        counts: Counts,
        drift: Sequence[Drift],
        *,
        size: int,
        stored_at: int | None = None,
        now: int,
    ) -> None:
        """Mark a load done, with the totals of its segments; `size` in stored bytes."""
        update = Update(
            put={
                "status": "done",
                "finished_at": now,
                "bytes": size,
                "stored_at": stored_at,
                "drift": msgspec.to_builtins(drift),
                **msgspec.to_builtins(counts),
            },
            remove=("lease_until", "error"),
        )
        self._update(load.object, load.generation, update)

    def fail(self, version: ObjectVersion, generation: int, error: str, *, now: int) -> None:
        """Mark a load failed; a later message for it, or a replay, may still finish it."""
        update = Update(
            put={"status": "failed", "error": error, "finished_at": now},
            default=self._opening(version, generation, now),
            remove=("lease_until",),
        )
        self._update_unfinished(version, generation, update)

    def requeued(self, version: ObjectVersion, generation: int, *, now: int) -> Load | None:
        """Count one more re-queue of a load, opening it where it is missing; None: it is done."""
        update = Update(
            put={"requeued_at": now},
            default=self._opening(version, generation, now),
            add={"requeues": 1},
        )
        return self._update_unfinished(version, generation, update)

    def open_generation(self, version: ObjectVersion, *, now: int) -> int:
        """Open the next generation of a load for a replay and return its number."""
        latest = self.latest(version)
        generation = 1 if latest is None else latest.generation + 1
        opening = self._opening(version, generation, now)
        self._update(version, generation, Update(default=opening))
        return generation

    def put_segment(self, load: Load, segment: Segment) -> Segment:
        """Store a finished segment once; return the one that stands, this or an earlier one."""
        with translated("Storing a segment"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_segment_item(load, segment),
                    ConditionExpression="attribute_not_exists(part)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if error_code(error) != _CONDITION_FAILED:
                    raise
                standing: Any = error.response.get("Item")
                return segment_of(standing)
        return segment

    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]:
        """The finished segments of a load, in order, read consistently."""
        return [segment_of(item) for item in self._parts(version, segments_prefix(generation))]

    def latest(self, version: ObjectVersion) -> Load | None:
        """The load of an object version in its highest generation; None where there is none."""
        loads = [load_of(item) for item in self._parts(version, "") if is_load(item)]
        return loads[-1] if loads else None

    def page(
        self, day: str, limit: int, after: Mapping[str, Any] | None = None
    ) -> tuple[list[Load], dict[str, Any] | None]:
        """Loads opened on a day (UTC, `2026-11-22`), newest first, and where to go on."""
        start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
        with translated("Listing loads"):
            answer = self._client.query(
                TableName=self._table,
                IndexName=BY_DAY,
                KeyConditionExpression="#day = :day",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues={":day": {"S": day}},
                ScanIndexForward=False,
                Limit=limit,
                **start,
            )
        return [load_of(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    def place_of(self, load: Load) -> str:
        """A load's place in the by-day listing, as a text to go on behind it later."""
        place = [*load_key(load.object, load.generation), day_of(load.started_at), load.started_at]
        return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()

    def key_of(self, place: str) -> dict[str, Any]:
        """The key to start behind, from a place.

        Raises:
            UsageError: no listing gave this place.
        """
        try:
            text = base64.urlsafe_b64decode(place)
            values = msgspec.json.decode(text, type=tuple[str, str, str, int])
            is_place = _is_key(*values[:2]) and day_of(values[3]) == values[2]
        except (ValueError, OverflowError, OSError, msgspec.MsgspecError):
            is_place = False
        if not is_place:
            raise UsageError(f"{place!r} is not the `next` of a listing of loads.")
        names = ("object", "part", "day", "started_at")
        return {name: to_value(value) for name, value in zip(names, values, strict=True)}

    def all(self) -> Iterator[Load]:
        """Every load of every generation. For audits: a whole scan."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        with translated("Reading all loads"):
            for page in pages:
                for item in page["Items"]:
                    if is_load(item):
                        yield load_of(item)

    def _parts(self, version: ObjectVersion, prefix: str) -> list[dict[str, Any]]:
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

    def _opening(self, version: ObjectVersion, generation: int, now: int) -> dict[str, object]:
        """What a load is opened with."""
        opening = {
            **msgspec.to_builtins(version),
            "generation": generation,
            "status": "loading",
            "transform_version": TRANSFORM_VERSION,
            "started_at": now,
            "day": day_of(now),
        }
        if self._expire_days is not None:  # DynamoDB wants seconds
            opening["expires_at"] = now // 1000 + self._expire_days * 24 * 3600
        return opening

    def _give_back(self, load: Load, owner: str, update: Update) -> None:
        conditions = ("attribute_exists(#lease_until)", "#lease_owner = :owner", update.condition)
        held = msgspec.structs.replace(
            update, condition=" AND ".join(filter(None, conditions)), values={"owner": owner}
        )
        with suppress(ConditionFailedError):
            self._update(load.object, load.generation, held)

    def _update_unfinished(
        self, version: ObjectVersion, generation: int, update: Update
    ) -> Load | None:
        """Change a load unless it is done: a late message must not touch its result."""
        unless_done = msgspec.structs.replace(
            update, condition=_NOT_DONE, values={**update.values, "done": "done"}
        )
        try:
            return self._update(version, generation, unless_done)
        except ConditionFailedError:
            return None

    def _update(self, version: ObjectVersion, generation: int, update: Update) -> Load:
        """Change a load and return it as it is then.

        Raises:
            ConditionFailedError: the condition did not hold.
        """
        of, part = load_key(version, generation)
        key = {"object": to_value(of), "part": to_value(part)}
        with translated("Writing a load"):
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **update.arguments(),
                )
            except ClientError as error:
                if error_code(error) == _CONDITION_FAILED:
                    raise ConditionFailedError(error) from error
                raise
        return load_of(answer["Attributes"])
