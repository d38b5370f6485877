"""Trace one record through the pipeline: raw object, load, and the log lines of each function."""

from typing import Any, NamedTuple

import msgspec

from mocktailverse.errors import MissingError
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion, StoredObject
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.log_group import LogLine

STAGES = {"fetch": "FetchFunction", "load": "TransformFunction", "publish": "PublishFunction"}
OMITTED_FIELDS = frozenset(
    {"level", "location", "timestamp", "service", "trace", "traces", "exception"}
)
"""Fields of a log line that add nothing to a trace."""

CLOCK_SKEW_MS = 60_000
"""Log lines may carry an earlier time than the object: another machine's clock wrote them."""


class Step(NamedTuple):
    """One event in the processing of a raw object; `at` in ms since 1970 UTC."""

    at: int
    stage: str
    what: str
    details: dict[str, Any]


def raw_object(stores: Stores, key_or_id: str) -> StoredObject:
    """Return a key's latest raw object, or that of a drink; MissingError if there is none left."""
    version = None if key_or_id.startswith(RAW_PREFIX) else _version_of_drink(stores, key_or_id)
    key = version.key if version else key_or_id
    versions = [
        stored
        for stored in stores.bucket.versions(key)
        if stored.version.key == key and version in (None, stored.version)
    ]
    if not versions:
        raise MissingError(f"The raw object of `{key_or_id}` does not exist, or has expired.")
    return max(versions, key=lambda stored: stored.stored_at)


def trace(stores: Stores, origin: StoredObject) -> list[Step]:
    """Return what happened to a raw object version, in the order of time."""
    version, stored_at = origin.version, origin.stored_at
    steps = [Step(stored_at, "raw", "stored", {"key": version.key})]
    load = stores.loads.latest(version)
    if load:
        load_id = version.load_id(load.generation)
        counts = msgspec.to_builtins(load.counts)
        at = load.finished_at or load.active_at
        steps.append(Step(at, "load", f"is {load.status}", {"load": load_id, **counts}))
    for stage, output in STAGES.items():
        log = stores.function_log(output)
        lines = log.lines_if_any(stored_at - CLOCK_SKEW_MS, version.trace_id)
        steps += [_step(stage, line) for line in lines]
    return sorted(steps, key=lambda step: step.at)


def _version_of_drink(stores: Stores, drink_id: str) -> ObjectVersion:
    register = stores.drinks.get(drink_id)
    if register is None or register.drink is None:
        raise MissingError(f"No drink `{drink_id}` is in the table.")
    return ObjectVersion.of(register.drink.lineage)


def _step(stage: str, line: LogLine) -> Step:
    try:
        fields = msgspec.json.decode(line.message, type=dict[str, Any])
    except msgspec.MsgspecError:  # a line that Lambda wrote
        return Step(line.at, stage, line.message, {})
    details = {name: value for name, value in fields.items() if name not in OMITTED_FIELDS}
    return Step(line.at, stage, str(details.pop("message", "")), details)
