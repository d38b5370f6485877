"""Metrics of the live pipeline: what loads did, how fast, and how soon people could see it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.loads.load_record import Counts, Load, latest_generations
from mocktailverse.operations.timing import passages, quantile
from mocktailverse.pipeline.ports import DailyLoads

BELL_TOLERANCE_MS = 1_000
"""DynamoDB tells to the second when a drink changed."""

PUBLISHED = "published"
"""The message of the publish function's log line."""


class Spread(Struct, frozen=True):
    """How many values there are, their quantiles by nearest rank, and the largest."""

    count: int
    p50: float
    p95: float
    most: float


class Throughput(Struct, frozen=True):
    """Records and stored bytes of the loads that are done, and both for a busy second.

    `busy_s` is the time while at least one of them was under way; the rates are None where it is 0.
    """

    records: int
    bytes: int
    busy_s: float
    records_per_s: float | None
    bytes_per_s: float | None


class Publishing(Struct, frozen=True):
    """A publishing that was done at a time in ms, `lag_ms` after the oldest change it was for.

    `traces` are the trace ids of the raw objects whose drinks it was asked to publish.
    """

    at: int
    lag_ms: int
    changed: int
    traces: tuple[str, ...]


class LoadMetrics(Struct, frozen=True, kw_only=True):
    """What loads did; statuses, counts and `not_conserving` without those superseded by a replay.

    `not_conserving` are the keys of the raw objects whose counts do not add up. `to_loaded_s` and
    `to_visible_s` count from when a raw object was stored, first loads only; visible is an object
    of which all drinks were published. `not_seen` are those of which no publishing tells.
    """

    statuses: dict[str, int]
    counts: Counts
    not_conserving: tuple[str, ...]
    throughput: Throughput
    to_loaded_s: Spread | None
    to_visible_s: Spread | None
    not_seen: int


class ReadOnce:
    """Reads each page of loads once, for readers whose days overlap."""

    def __init__(self, loads: DailyLoads) -> None:
        self._loads = loads
        self._pages: dict[tuple[str, int, str], tuple[list[Load], dict[str, Any] | None]] = {}

    def page(
        self, day: str, limit: int, after: Mapping[str, Any] | None = None
    ) -> tuple[list[Load], dict[str, Any] | None]:
        """As `DailyLoads.page`."""
        asked = (day, limit, repr(after))
        if asked not in self._pages:
            self._pages[asked] = self._loads.page(day, limit, after)
        return self._pages[asked]

    def place_of(self, load: Load) -> str:
        """As `DailyLoads.place_of`."""
        return self._loads.place_of(load)

    def key_of(self, place: str) -> dict[str, Any]:
        """As `DailyLoads.key_of`."""
        return self._loads.key_of(place)


def load_metrics(loads: Sequence[Load], publishings: Iterable[Publishing]) -> LoadMetrics:
    """The metrics of loads, all generations of them, newest first."""
    standing = latest_generations(loads)
    first = passages(loads, ())
    naming = _by_trace(publishings)
    shown = [passage.load for passage in first if passage.load.counts.loaded]
    visible_at = [(load, _visible_at(load, naming)) for load in shown]
    return LoadMetrics(
        statuses=dict(sorted(Counter(load.status for load in standing).items())),
        counts=sum((load.counts for load in standing), Counts()),
        not_conserving=tuple(load.object.key for load in standing if not load.counts.conserving),
        throughput=throughput_of(loads),
        to_loaded_s=spread(passage.waiting_s + passage.loading_s for passage in first),
        to_visible_s=spread(
            max(0, at - (load.stored_at or 0)) / 1000 for load, at in visible_at if at is not None
        ),
        not_seen=sum(at is None for _, at in visible_at),
    )


def publishing_of(at: int, message: str) -> Publishing | None:
    """The publishing that a line of the publish function's log tells of; None of other lines."""
    try:
        told = msgspec.json.decode(message, type=_Told)
    except msgspec.MsgspecError:  # a line that Lambda wrote, or of other code
        return None
    if told.message != PUBLISHED:
        return None
    return Publishing(at, told.lag_ms, told.changed, told.traces)


def spread(values: Iterable[float]) -> Spread | None:
    """The spread of values; None of none."""
    found = sorted(values)
    if not found:
        return None
    return Spread(len(found), quantile(found, 0.5), quantile(found, 0.95), found[-1])


def throughput_of(loads: Iterable[Load]) -> Throughput:
    """The throughput of the loads that are done; time that several shared counts once."""
    done = [load for load in loads if load.status == "done"]
    records, size = sum(load.counts.read for load in done), sum(load.bytes for load in done)
    busy_s = sum(end - begin for begin, end in _busy(done)) / 1000
    if not busy_s:
        return Throughput(records, size, busy_s, None, None)
    return Throughput(records, size, busy_s, records / busy_s, size / busy_s)


def _busy(loads: Iterable[Load]) -> Iterator[tuple[int, int]]:
    """The times in ms while loads were under way, without overlaps."""
    spans = sorted((load.started_at, load.finished_at or load.started_at) for load in loads)
    reached = 0
    for begin, end in spans:
        if end > reached:
            yield max(begin, reached), end
            reached = end


def _by_trace(publishings: Iterable[Publishing]) -> dict[str, list[Publishing]]:
    found: dict[str, list[Publishing]] = {}
    for publishing in publishings:
        for trace in publishing.traces:
            found.setdefault(trace, []).append(publishing)
    return found


def _visible_at(load: Load, naming: Mapping[str, Sequence[Publishing]]) -> int | None:
    """When the last of a load's drinks was published, in ms.

    Later publishings name its object, too, such as those of a replay; they are told by the change
    they answer to, which came after the load's end.
    """
    latest = (load.finished_at or 0) + BELL_TOLERANCE_MS
    times = [
        publishing.at
        for publishing in naming.get(load.object.trace_id, ())
        if publishing.at >= load.started_at and publishing.at - publishing.lag_ms <= latest
    ]
    return max(times, default=None)


class _Told(Struct):
    message: str
    lag_ms: int = 0
    changed: int = 0
    traces: tuple[str, ...] = ()
