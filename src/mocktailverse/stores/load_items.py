"""Load records as items of the loads table: the mapping between DynamoDB's types and ours.

Each load is one item, and each of its finished segments another. A segment that is the whole load
and rejects nothing has no item. An item has the fields of the load or segment, and:

object       partition key, `<version id>/<bucket>/<key>`
part         sort key: `0001` is the load of generation 1, `0001#000002` its finished segment 2
day          UTC day of `started_at`, such as `2026-11-22`; loads only
expires_at   when DynamoDB may delete the item (TTL), in s since 1970 UTC; loads only; absent if
             loads do not expire
lease_until  when the worker's lease expires, in ms since 1970 UTC; absent if the load is free
lease_owner  a random name of the worker's attempt
"""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from mocktailverse.conversion import converter
from mocktailverse.loads.load_keys import object_key
from mocktailverse.loads.load_record import Counts, Lease, Load, Segment
from mocktailverse.stores.items import to_value, value_of

WORKER_DIED = "The worker of the last delivery ended without a result."
"""The error of a load that was marked failed before its last try."""

_SEGMENT_MARK = "#"
"""Separates the generation from the number in a segment's sort key; a load's has none."""

_to_load = converter(Load)
_to_segment = converter(Segment)


def segments_prefix(generation: int) -> str:
    """Return the common prefix of the sort keys of a load's segments."""
    return f"{generation:04d}{_SEGMENT_MARK}"


def is_load(item: Mapping[str, Any]) -> bool:
    """Return whether an item is a load; otherwise it is a segment."""
    return _SEGMENT_MARK not in item["part"]["S"]


def load_of(item: Mapping[str, Any]) -> Load:
    """Return the load of an item; while a worker holds its lease, its status is `loading`."""
    fields = {name: value_of(value) for name, value in item.items()}
    if fields.get("lease_until", 0) > time.time() * 1000:
        fields |= {"status": "loading", "error": None, "finished_at": None}
    return _to_load(
        {
            "bytes": 0,
            "attempts": 0,
            "requeues": 0,
            "requeued_at": None,
            "active_at": fields["started_at"],
            "finished_at": None,
            "error": None,
            "drift": (),
            "changes": {},
            **fields,
            "object": {name: fields[name] for name in ("bucket", "key", "version_id")},
            "counts": {name: fields.get(name, 0) for name in Counts.__struct_fields__},
        }
    )


def lease_of(item: Mapping[str, Any]) -> Lease | None:
    """Return the lease on the load of an item; None if it is free.

    A lease begins when a worker takes the load, which is the time that `active_at` records.
    """
    if "lease_until" not in item:
        return None
    until, active_at = value_of(item["lease_until"]), value_of(item["active_at"])
    return Lease(value_of(item["lease_owner"]), until, until - active_at)


def segment_of(item: Mapping[str, Any]) -> Segment:
    """Return the segment of an item."""
    return _to_segment({name: value_of(value) for name, value in item.items()})


def to_segment_item(load: Load, segment: Segment) -> dict[str, Any]:
    """Return the item of a load's segment."""
    item = {
        "object": object_key(load.object),
        "part": f"{segments_prefix(load.generation)}{segment.number:06d}",
        **msgspec.to_builtins(segment),
    }
    return {name: to_value(value) for name, value in item.items()}
