"""Loads and segments as DynamoDB items and back.

A load is an item, and each of its finished segments another. A segment that is the whole load and
rejects nothing has none. Beside the fields of both an item has:

object       `<version id>/<bucket>/<key>`
part         `0001` is the load of generation 1, `0001#000002` its finished segment 2
day          the day of started_at in UTC, such as `2026-11-22`; loads only
expires_at   when DynamoDB may delete it, in s since 1970 UTC; loads only, absent where they stay
lease_until  until when a worker holds the load, in ms since 1970 UTC; absent when it is free
lease_owner  a random name of the worker's attempt
"""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from mocktailverse.conversion import converter
from mocktailverse.loads.load_record import Counts, Lease, Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.items import to_value, value_of
from mocktailverse.times import utc

WORKER_DIED = "The worker of the last delivery ended without a result."
"""The error of a load that was marked failed in advance."""

_SEGMENT_MARK = "#"
"""Stands in the part of a segment, and in that of no load."""

_to_load = converter(Load)
_to_segment = converter(Segment)


def object_key(version: ObjectVersion) -> str:
    """The partition key of all that is kept of an object version."""
    return f"{version.version_id}/{version.bucket}/{version.key}"


def load_key(version: ObjectVersion, generation: int) -> tuple[str, str]:
    """Object and part of a load."""
    return object_key(version), f"{generation:04d}"


def segments_prefix(generation: int) -> str:
    """With what the parts of a load's segments begin."""
    return f"{generation:04d}{_SEGMENT_MARK}"


def day_of(at: int) -> str:
    """The UTC day of a time in ms, `2026-11-22`."""
    return f"{utc(at):%Y-%m-%d}"


def is_load(item: Mapping[str, Any]) -> bool:
    """Whether an item is a load; else it is a segment of one."""
    return _SEGMENT_MARK not in item["part"]["S"]


def load_of(item: Mapping[str, Any]) -> Load:
    """The load that an item holds. While a worker holds it, it is loading, whatever it was."""
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
            **fields,
            "object": {name: fields[name] for name in ("bucket", "key", "version_id")},
            "counts": {name: fields.get(name, 0) for name in Counts.__struct_fields__},
        }
    )


def lease_of(item: Mapping[str, Any]) -> Lease | None:
    """Return the lease on the load that an item holds; None where it is free.

    A lease begins when its load is taken, which is also what `active_at` records.
    """
    if "lease_until" not in item:
        return None
    until, active_at = value_of(item["lease_until"]), value_of(item["active_at"])
    return Lease(value_of(item["lease_owner"]), until, until - active_at)


def segment_of(item: Mapping[str, Any]) -> Segment:
    """The segment that an item holds."""
    return _to_segment({name: value_of(value) for name, value in item.items()})


def to_segment_item(load: Load, segment: Segment) -> dict[str, Any]:
    """The item of a load's segment."""
    item = {
        "object": object_key(load.object),
        "part": f"{segments_prefix(load.generation)}{segment.number:06d}",
        **msgspec.to_builtins(segment),
    }
    return {name: to_value(value) for name, value in item.items()}
