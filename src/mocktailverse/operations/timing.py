"""Speed of the pipeline from the load records alone: throughput, and latency of an object."""

import math
from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.loads.load_record import Load


class Rate(Struct, frozen=True):
    """Records a second from a time in ms on."""

    at: int
    records_per_s: float


class Passage(Struct, frozen=True):
    """The durations of the steps of a raw object, in s.

    `publishing_s` is None where no catalogue was seen that was built for this load.
    """

    load: Load
    waiting_s: float
    loading_s: float
    publishing_s: float | None

    @property
    def visible_s(self) -> float | None:
        """From stored to visible."""
        if self.publishing_s is None:
            return None
        return self.waiting_s + self.loading_s + self.publishing_s


def throughput(loads: Sequence[Load], *, now: int, bins: int, bin_ms: int) -> list[Rate]:
    """Return the records read a second in the last `bins` bins, oldest first.

    A load's records are spread evenly over the time from its first attempt to its end.
    """
    start = now // bin_ms * bin_ms - (bins - 1) * bin_ms
    read = [0.0] * bins
    for load in loads:
        if load.finished_at is None or not load.counts.read:
            continue
        begin, end = load.started_at, max(load.finished_at, load.started_at + 1)
        for number in range(max(0, (begin - start) // bin_ms), bins):
            left = start + number * bin_ms
            overlap = min(end, left + bin_ms) - max(begin, left)
            if overlap <= 0:
                break
            read[number] += load.counts.read * overlap / (end - begin)
    return [
        Rate(start + number * bin_ms, records * 1000 / bin_ms)
        for number, records in enumerate(read)
    ]


def passages(loads: Sequence[Load], builds: Sequence[int]) -> list[Passage]:
    """Return the passages of the objects that were loaded at the first attempt, in this order.

    Replays are left out: their objects were stored long before. A build counts as a load's own
    where it is the first after the load's end and an earlier one is known, too.
    """
    return [
        Passage(
            load,
            max(0, load.started_at - load.stored_at) / 1000,
            max(0, load.finished_at - load.started_at) / 1000,
            _publishing_s(load, load.finished_at, builds),
        )
        for load in loads
        if load.status == "done"
        and load.generation == 1
        and load.stored_at is not None
        and load.finished_at is not None
    ]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def _publishing_s(load: Load, finished_at: int, builds: Sequence[int]) -> float | None:
    if not load.counts.loaded:
        return None
    position = bisect_left(builds, finished_at)
    if not 0 < position < len(builds):
        return None
    return (builds[position] - finished_at) / 1000
