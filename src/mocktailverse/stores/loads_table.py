"""The loads table: the state of each load, changed by conditional writes (optimistic locking).

A message may be delivered twice, late, or to two workers at once (at-least-once delivery). So a
change that may come too late has a condition on the load's state, and then writes nothing. Example:
worker A takes a lease until 12:15 and dies. At 12:16 worker B takes the lease, because
`lease_until < now` holds. If A was only slow, its `release` and `continued` write nothing, because
`lease_owner` is B. `finish` needs no condition: the stored segments give every worker the same sum.

The format of the items is in `load_items`; `load_queries` reads them.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.loads.load_keys import day_of, load_key
from mocktailverse.loads.load_record import Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import conflicting_item, translated
from mocktailverse.stores.expressions import Update
from mocktailverse.stores.items import to_value
from mocktailverse.stores.load_items import (
    WORKER_DIED,
    lease_of,
    load_of,
    segment_of,
    to_segment_item,
)
from mocktailverse.stores.load_queries import LoadQueries

_NOT_DONE = "(attribute_not_exists(#status) OR #status <> :done)"


class ConditionFailedError(Exception):
    """The load is not in the state that the write requires; nothing was written."""

    def __init__(self, item: Mapping[str, Any] | None) -> None:
        super().__init__()
        self.load = load_of(item) if item else None
        """The current load; None if it does not exist."""
        self.lease = lease_of(item) if item else None
        """The lease on it; None if it is free."""


class LoadsTable(LoadQueries):
    """Loads and their segments. A lease keeps two workers from one load at the same time."""

    def __init__(self, clients: Clients, table: str, expire_days: int | None = None) -> None:
        super().__init__(clients, table)
        self._expire_days = expire_days

    def fail_in_advance(self, version: ObjectVersion, generation: int, *, now: int) -> None:
        """Mark a load failed before its last try, even if another worker holds its lease.

        Finishing or continuing the load reverts it.
        """
        update = Update(put={"status": "failed", "error": WORKER_DIED, "finished_at": now})
        self._update_unfinished(version, generation, update, now)

    def acquire(
        self, request: LoadRequest, owner: str, *, now: int, until: int
    ) -> Load | Lease | None:
        """Take the lease on a load; open the load if it is new.

        An existing load keeps its status: deliveries overlap, and the last one may have marked it
        failed before an earlier one takes the lease.

        `owner` is a name that is unique to this attempt. A lease whose owner is the message's
        `waited_for` counts as expired: the message was delayed by the lease's length, or sent by
        that owner.

        Returns:
            The load; or the unexpired lease of another worker; or None if the load is done.
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
            # If the response of a call is lost, botocore repeats the call, which then meets the
            # lease that the first one took: this attempt holds it.
            return error.load if error.lease and error.lease.owner == owner else error.lease

    def release(self, load: Load, owner: str, error: str) -> None:
        """Release the lease after an error, if this owner still holds it.

        The status stays: the only message of a failed load may be a dead letter.
        """
        self._give_back(load, owner, Update(put={"error": error}, remove=("lease_until",)))

    def continued(self, load: Load, owner: str) -> None:
        """Release the lease after a continuation was sent, if this owner still holds it.

        The load is open again, unless it was marked failed after this owner took the lease: then
        the continuation may have been delivered already and failed for the last time.
        """
        opened = Update(
            put={"status": "loading"},
            remove=("lease_until", "error", "finished_at"),
            condition="(attribute_not_exists(#finished_at) OR #finished_at <= #active_at)",
        )
        self._give_back(load, owner, opened)

    def finish(self, load: Load) -> None:
        """Mark a load done; store its counts, drift, changes, bytes and times."""
        fields = msgspec.to_builtins(load)
        names = ("drift", "changes", "bytes", "stored_at", "finished_at")
        result = {name: fields[name] for name in names}
        update = Update(
            put={"status": "done", **result, **fields["counts"]}, remove=("lease_until", "error")
        )
        self._update(load.object, load.generation, update)

    def fail(self, version: ObjectVersion, generation: int, error: str, *, now: int) -> None:
        """Mark a load failed; a later message for it, or a replay, may still finish it."""
        update = Update(
            put={"status": "failed", "error": error, "finished_at": now}, remove=("lease_until",)
        )
        self._update_unfinished(version, generation, update, now)

    def requeued(self, version: ObjectVersion, generation: int, *, now: int) -> Load | None:
        """Count a re-queue of a load, opened if it is missing; return None if it is done."""
        update = Update(put={"requeued_at": now}, add={"requeues": 1})
        return self._update_unfinished(version, generation, update, now)

    def open_generation(self, version: ObjectVersion, *, now: int) -> int:
        """Open the next generation of a load for a replay and return its number."""
        latest = self.latest(version)
        generation = latest.generation + 1 if latest else 1
        opening = self._opening(version, generation, now)
        self._update(version, generation, Update(default=opening))
        return generation

    def put_segment(self, load: Load, segment: Segment) -> Segment:
        """Store a finished segment, unless its number is stored; return the stored one."""
        with translated("Storing a segment"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_segment_item(load, segment),
                    ConditionExpression="attribute_not_exists(part)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                return segment_of(conflicting_item(error))
        return segment

    def _opening(self, version: ObjectVersion, generation: int, now: int) -> dict[str, object]:
        """Return the attributes of a new load; an update sets those that are absent."""
        opening = {
            **msgspec.to_builtins(version),
            "generation": generation,
            "status": "loading",
            "transform_version": TRANSFORM_VERSION,
            "started_at": now,
            "day": day_of(now),
        }
        if self._expire_days is not None:  # in seconds, as DynamoDB requires
            opening["expires_at"] = now // 1000 + self._expire_days * 24 * 3600
        return opening

    def _give_back(self, load: Load, owner: str, update: Update) -> None:
        """Apply an update that ends the owner's lease; do nothing if the lease is another's."""
        conditions = ("attribute_exists(#lease_until)", "#lease_owner = :owner", update.condition)
        held = msgspec.structs.replace(
            update, condition=" AND ".join(filter(None, conditions)), values={"owner": owner}
        )
        with suppress(ConditionFailedError):
            self._update(load.object, load.generation, held)

    def _update_unfinished(
        self, version: ObjectVersion, generation: int, update: Update, now: int
    ) -> Load | None:
        """Change a load, opened if it is missing; a late message must not change one that is done.

        Return the new state; None if it is done.
        """
        opening = self._opening(version, generation, now)
        unless_done = msgspec.structs.replace(
            update, default=opening, condition=_NOT_DONE, values={"done": "done"}
        )
        try:
            return self._update(version, generation, unless_done)
        except ConditionFailedError:
            return None

    def _update(self, version: ObjectVersion, generation: int, update: Update) -> Load:
        """Return the new state of a load; ConditionFailedError if the condition does not hold."""
        partition, part = load_key(version, generation)
        with translated("Writing a load"):
            try:
                response = self._client.update_item(
                    TableName=self._table,
                    Key={"object": to_value(partition), "part": to_value(part)},
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **update.arguments(),
                )
            except ClientError as error:
                raise ConditionFailedError(conflicting_item(error)) from error
        return load_of(response["Attributes"])
