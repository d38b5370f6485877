"""Metrics of the live pipeline: outcomes of loads, speed, and latency until drinks are visible."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import msgspec
from msgspec import Struct

from mocktailverse.loads.load_record import Counts, Load, latest_generations
from mocktailverse.operations.timing import passages, quantile
from mocktailverse.pipeline.ports import DailyLoads

CHANGE_TOLERANCE_MS = 1_000
"""DynamoDB rounds the time of a change notification to a second."""

PUBLISHED = "published"
"""The message of the publish function's log line."""


class Distribution(Struct, frozen=True):
    """A number of values, their quantiles by nearest rank, and their maximum."""

    count: int
    p50: float
    p95: float
    most: float


class Throughput(Struct, frozen=True):
    """Records and stored bytes of the loads that are done, and their rates.

    `busy_s` is the time with at least one of them in progress; the rates are None if it is 0.
    """

    records: int
    bytes: int
    busy_s: float
    records_per_s: float | None
    bytes_per_s: float | None


class Publishing(Struct, frozen=True):
    """One publishing: its time in ms since 1970 UTC, and its lag behind the oldest change.

    `traces` are the trace ids of the raw objects that its drinks come from.
    """

    at: int
    lag_ms: int
    changed: int
    traces: tuple[str, ...]


class LoadMetrics(Struct, frozen=True, kw_only=True):
    """The outcomes and latencies of loads.

    `statuses`, `counts` and `not_conserving` leave out loads that a replay has superseded.
    `not_conserving` are the keys of the raw objects whose counts do not add up. `to_loaded_s` and
    `to_visible_s` are measured from the time of storing, of first loads only; an object is visible
    once all its drinks are published. `not_seen` counts objects without a logged publishing.
    """

    statuses: dict[str, int]
    counts: Counts
    not_conserving: tuple[str, ...]
    throughput: Throughput
    to_loaded_s: Distribution | None
    to_visible_s: Distribution | None
    not_seen: int


class ReadOnce:
    """Caches pages of loads, for readers whose days overlap."""

    def __init__(self, loads: DailyLoads) -> None:
        self.page = cache(loads.page)


def load_metrics(loads: Sequence[Load], publishings: Iterable[Publishing]) -> LoadMetrics:
    """Return the metrics of loads, all generations of them, newest first."""
    current = latest_generations(loads)
    first = passages(loads, ())
    by_trace = defaultdict[str, list[Publishing]](list)
    for publishing in publishings:
        for trace in publishing.traces:
            by_trace[trace].append(publishing)
    shown = [passage.load for passage in first if passage.load.counts.loaded]
    visible_at = [(load, _visible_at(load, by_trace)) for load in shown]
    return LoadMetrics(
        statuses=dict(sorted(Counter(load.status for load in current).items())),
        counts=sum((load.counts for load in current), Counts()),
        not_conserving=tuple(load.object.key for load in current if not load.counts.conserving),
        throughput=throughput_of(loads),
        to_loaded_s=spread(passage.waiting_s + passage.loading_s for passage in first),
        to_visible_s=spread(
            max(0, at - (load.stored_at or 0)) / 1000 for load, at in visible_at if at is not None
        ),
        not_seen=sum(at is None for _, at in visible_at),
    )


def publishing_of(at: int, message: str) -> Publishing | None:
    """Return the publishing in a line of the publish function's log; None if it is another line."""
    try:
        line = msgspec.json.decode(message, type=_LogLine)
    except msgspec.MsgspecError:  # a line that Lambda wrote, or of other code
        return None
    if line.message != PUBLISHED:
        return None
    return Publishing(at, line.lag_ms, line.changed, line.traces)


def spread(values: Iterable[float]) -> Distribution | None:
    """Return the spread of values; None if there are none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return Distribution(len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.95), ordered[-1])


def throughput_of(loads: Iterable[Load]) -> Throughput:
    """Return the throughput of the loads that are done; overlapping time counts once."""
    done = [load for load in loads if load.status == "done"]
    records, size = sum(load.counts.read for load in done), sum(load.bytes for load in done)
    busy_s = sum(end - begin for begin, end in _busy(done)) / 1000
    if not busy_s:
        return Throughput(records, size, busy_s, None, None)
    return Throughput(records, size, busy_s, records / busy_s, size / busy_s)


def _busy(loads: Iterable[Load]) -> Iterator[tuple[int, int]]:
    """Yield the times in ms with loads in progress, without overlaps."""
    spans = sorted((load.started_at, load.finished_at or load.started_at) for load in loads)
    reached = 0
    for begin, end in spans:
        if end > reached:
            yield max(begin, reached), end
            reached = end


def _visible_at(load: Load, by_trace: Mapping[str, Sequence[Publishing]]) -> int | None:
    """Return when the last of a load's drinks was published, in ms since 1970 UTC.

    Later publishings, such as those of a replay, name the same object. Their changes came after the
    load's end, which leaves them out.
    """
    latest = (load.finished_at or 0) + CHANGE_TOLERANCE_MS
    times = [
        publishing.at
        for publishing in by_trace.get(load.object.trace_id, ())
        if publishing.at >= load.started_at and publishing.at - publishing.lag_ms <= latest
    ]
    return max(times, default=None)


class _LogLine(Struct):
    message: str
    lag_ms: int = 0
    changed: int = 0
    traces: tuple[str, ...] = ()
