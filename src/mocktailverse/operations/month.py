"""The usage of the current month, read day by day from the load records."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from msgspec import Struct

from mocktailverse.catalogue.meta import Meta
from mocktailverse.cost.running import Running
from mocktailverse.cost.usage import Activity, Usage, usage_of
from mocktailverse.errors import MissingError
from mocktailverse.operations.recent_loads import loads_of_day
from mocktailverse.pipeline.ports import DailyLoads
from mocktailverse.times import utc

LOADS = 3_000
"""Maximum number of loads read of a month, newest days first; it bounds the requests."""

SETTLED_DAYS = 2
"""Days after which the loads of a day no longer change; such a day is read once."""


class MonthSoFar(Struct, frozen=True, kw_only=True):
    """The month until now, in UTC.

    `days`, newest first, reach back to the 1st, or to `since` (ms) where there are more than LOADS
    loads; `share` is how much of a month has passed since.
    """

    days: dict[date, Activity]
    is_whole: bool
    since: int
    share: float
    drinks: int
    running: Running

    @property
    def activity(self) -> Activity:
        """The sum of all days."""
        return sum(self.days.values(), Activity())

    @property
    def usage(self) -> Usage:
        """The usage of AWS that the activity causes."""
        return usage_of(self.activity, self.running, month_share=self.share, drinks=self.drinks)


class MonthUsage:
    """Sums up the loads of the month on a stage with this footprint; past days are cached."""

    def __init__(
        self,
        loads: DailyLoads,
        read_meta: Callable[[], Meta | None],
        running: Running,
        clock: Callable[[], int],
    ) -> None:
        self._loads = loads
        self._read_meta = read_meta
        self._running = running
        self._clock = clock
        self._settled: dict[date, Activity] = {}

    def read(self) -> MonthSoFar:
        """Return the month until now."""
        now = self._clock()
        today = utc(now).date()
        first = today.replace(day=1)
        days: dict[date, Activity] = {}
        left, since = LOADS, _start_ms(first)
        for number in range(today.day):
            day = today - timedelta(days=number)
            if left <= 0:
                since = max(since, _start_ms(day + timedelta(days=1)))
                break
            days[day], cut_at = self._of_day(day, today, left)
            left -= round(days[day].loads)
            since = cut_at or since
        return MonthSoFar(
            days=days,
            is_whole=since == _start_ms(first),
            since=since,
            share=_share_of_month(now - since, first),
            drinks=self._drinks(),
            running=self._running,
        )

    def _of_day(self, day: date, today: date, limit: int) -> tuple[Activity, int | None]:
        """Return a day's activity; if the limit cut it, also the time from which it counts."""
        if day in self._settled:
            return self._settled[day], None
        loads = list(islice(loads_of_day(self._loads, day), limit + 1))
        is_cut = len(loads) > limit
        activity = Activity.of(loads[:limit], self._running.transform_timeout_s)
        if not is_cut and day <= today - timedelta(days=SETTLED_DAYS):
            self._settled[day] = activity
        return activity, loads[limit - 1].started_at if is_cut else None

    def _drinks(self) -> int:
        """Return the number of drinks in the catalogue; 0 if none was published yet."""
        try:
            meta = self._read_meta()
        except MissingError:
            return 0
        return meta.drinks if meta else 0


def _start_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _share_of_month(passed_ms: int, first: date) -> float:
    """Return the share of the month that begins with `first`; never 0."""
    following = (first + timedelta(days=32)).replace(day=1)
    return max(1, passed_ms) / (_start_ms(following) - _start_ms(first))
