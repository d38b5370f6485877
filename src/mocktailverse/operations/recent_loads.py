"""The loads of the last days, read through the table's index by day, never by a scan."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from mocktailverse.cursors import CursorCodec
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_keys import LoadPosition
from mocktailverse.loads.load_record import Load, latest_generations
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.ports import DailyLoads, LoadsStore, RawStore

PAGE = 100
REPLAY_DAYS = 30
"""How far back `objects_to_replay` looks."""

_cursors = CursorCodec(LoadPosition)


def recent_loads(
    loads: DailyLoads,
    days: int,
    status: str | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> tuple[list[Load], str | None]:
    """Return loads opened in the last days (UTC), newest first, and the cursor of the next page.

    Raises:
        UsageError: `after` is not a cursor of an earlier call.
    """
    day = datetime.now(UTC).date()
    oldest = day - timedelta(days=days - 1)
    position = _position(after, day) if after else None
    if position:
        day = date.fromisoformat(position.day)
    recent: list[Load] = []
    while day >= oldest:
        page, position = loads.page(day.isoformat(), PAGE, position)
        for number, load in enumerate(page, 1):
            if status in (None, load.status):
                recent.append(load)
            if limit is not None and len(recent) == limit:
                is_last = number == len(page) and position is None and day == oldest
                return recent, None if is_last else _cursors.encode(LoadPosition.of(load))
        if position is None:
            day -= timedelta(days=1)
    return recent, None


def _position(cursor: str, today: date) -> LoadPosition:
    """Return the position of a cursor; one in the future would query every day back from it."""
    position = _cursors.decode(cursor)
    if not position.is_valid or date.fromisoformat(position.day) > today:
        raise UsageError("Invalid cursor. Retry without it.")
    return position


def loads_of_day(loads: DailyLoads, day: date) -> Iterator[Load]:
    """Yield all loads opened on a day (UTC), newest first."""
    position: LoadPosition | None = None
    while True:
        page, position = loads.page(day.isoformat(), PAGE, position)
        yield from page
        if position is None:
            return


def objects_to_replay(loads: DailyLoads, *, failed: bool, rejected: bool) -> list[ObjectVersion]:
    """Return the recent object versions whose latest load failed, or rejected records."""
    return [
        load.object
        for load in latest_generations(recent_loads(loads, REPLAY_DAYS)[0])
        if (failed and load.status == "failed") or (rejected and load.counts.rejected)
    ]


def rejected_lines(load: Load, loads: LoadsStore, bucket: RawStore) -> Iterator[Rejected]:
    """Yield a load's rejected lines in the raw object's order; none once they have expired."""
    if not load.counts.rejected:
        return
    for segment in loads.segments(load.object, load.generation):
        if segment.rejected_key:
            yield from bucket.rejected(segment.rejected_key)
