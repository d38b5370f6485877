"""The loads of the last days, read day by day through the table's index, never by a scan."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mocktailverse.errors import UsageError
from mocktailverse.loads.load_record import Load, latest_generations
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.ports import DailyLoads, LoadsStore, RawStore

PAGE = 100
REPLAY_DAYS = 30
"""How far back `unfinished` looks."""


def recent_loads(
    loads: DailyLoads,
    days: int,
    status: str | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> tuple[list[Load], str | None]:
    """Loads opened in the last days (UTC), newest first, and where to go on.

    Raises:
        UsageError: `after` is not what an earlier call gave.
    """
    day = datetime.now(UTC).date()
    oldest = day - timedelta(days=days - 1)
    key: dict[str, Any] | None = None
    if after:
        key = loads.key_of(after)
        day = _day_reached(key, day)
    found: list[Load] = []
    while day >= oldest:
        page, key = loads.page(day.isoformat(), PAGE, key)
        for number, load in enumerate(page, 1):
            if status in (None, load.status):
                found.append(load)
            if limit is not None and len(found) == limit:
                is_last = number == len(page) and key is None and day == oldest
                return found, None if is_last else loads.place_of(load)
        if key is None:
            day -= timedelta(days=1)
    return found, None


def _day_reached(key: Mapping[str, Any], today: date) -> date:
    """The day of a place; from one in the future, every day up to it would be read."""
    day = date.fromisoformat(key["day"]["S"])
    if day > today:
        raise UsageError(f"No load was opened on {day} yet. Ask again without the cursor.")
    return day


def loads_of_day(loads: DailyLoads, day: date) -> Iterator[Load]:
    """All loads opened on a day (UTC), newest first."""
    key: dict[str, Any] | None = None
    while True:
        page, key = loads.page(day.isoformat(), PAGE, key)
        yield from page
        if key is None:
            return


def unfinished(loads: DailyLoads, *, failed: bool, rejected: bool) -> list[ObjectVersion]:
    """Return the recent object versions whose latest load failed, or rejected records."""
    return [
        load.object
        for load in latest_generations(recent_loads(loads, REPLAY_DAYS)[0])
        if (failed and load.status == "failed") or (rejected and load.counts.rejected)
    ]


def rejected_lines(load: Load, loads: LoadsStore, bucket: RawStore) -> Iterator[Rejected]:
    """What a load could not load, in the order of the raw object; nothing once it has expired."""
    if not load.counts.rejected:
        return
    for segment in loads.segments(load.object, load.generation):
        if segment.rejected_key:
            yield from bucket.rejected(segment.rejected_key)
