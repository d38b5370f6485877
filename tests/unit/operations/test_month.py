"""The month to date: its days, its first load and its share of a month."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from mocktailverse.cost.running import Running
from mocktailverse.cost.usage import Activity, usage_of
from mocktailverse.errors import MissingError
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations import month
from mocktailverse.operations.month import MonthUsage

HOUR_MS = 3_600_000
NOON = datetime(2026, 2, 4, 12, tzinfo=UTC)
LIMIT_S = 10
RUNNING = Running(wcu=1, rcu=1, transform_timeout_s=LIMIT_S)


def ms(day, hour=0):
    return int(datetime(2026, 2, day, hour, tzinfo=UTC).timestamp() * 1000)


def load(day, hour, number=0):
    version = ObjectVersion("data", f"raw/s/{day}-{hour}-{number}", "v")
    counts = Counts(5, 5)
    started = ms(day, hour)
    return Load(
        version, 1, "done", counts, 7, 1, 0, None, started, started, started + 99_000, None, 1
    )


class FakeStores:
    """Loads by day, newest first, and a catalogue; `days_read` lists the days that were read."""

    def __init__(self, *loads, drinks=3):
        self.loads = sorted(loads, key=lambda load: -load.started_at)
        self.drinks = drinks
        self.days_read = []

    def page(self, day, limit, after=None):
        self.days_read.append(int(day[-2:]))
        start = after["at"] if after else 0
        of_day = [
            load
            for load in self.loads
            if datetime.fromtimestamp(load.started_at / 1000, UTC).date().isoformat() == day
        ]
        more = start + limit < len(of_day)
        return of_day[start : start + limit], {"at": start + limit} if more else None

    def current(self):
        if self.drinks is None:
            raise MissingError("no catalogue")
        return SimpleNamespace(meta=SimpleNamespace(drinks=self.drinks))


@pytest.fixture
def clock():
    return SimpleNamespace(at=int(NOON.timestamp() * 1000))


def reader(stores, clock):
    return MonthUsage(stores, lambda: stores.current().meta, RUNNING, lambda: clock.at)


def test_a_month_is_read_day_by_day_back_to_its_first_day(clock):
    loads = [load(4, 9), load(4, 8), load(2, 23), load(1, 0)]
    so_far = reader(FakeStores(*loads), clock).read()
    assert list(so_far.days) == [date(2026, 2, day) for day in (4, 3, 2, 1)]
    assert [activity.loads for activity in so_far.days.values()] == [2, 0, 1, 1]
    assert so_far.activity == Activity.of(loads, LIMIT_S)
    assert so_far.activity.busy_s == 4 * LIMIT_S
    assert (so_far.is_whole, so_far.since, so_far.drinks) == (True, ms(1), 3)
    assert month.LOADS == 3_000
    assert so_far.share == 3.5 / 28


def test_the_usage_covers_that_share_of_a_month(clock):
    so_far = reader(FakeStores(load(4, 9)), clock).read()
    assert so_far.usage == usage_of(so_far.activity, RUNNING, month_share=3.5 / 28, drinks=3)


@pytest.mark.parametrize(("month_", "days"), [(1, 31), (2, 28), (4, 30), (12, 31)])
def test_the_share_depends_on_the_days_of_the_month(clock, month_, days):
    clock.at = int(datetime(2026, month_, 2, tzinfo=UTC).timestamp() * 1000)
    assert reader(FakeStores(), clock).read().share == pytest.approx(1 / days)


def test_the_share_is_positive_at_the_first_moment_of_a_month(clock):
    clock.at = ms(1)
    assert reader(FakeStores(), clock).read().share == 1 / (28 * 24 * HOUR_MS)


def test_without_a_catalogue_there_are_no_drinks(clock):
    assert reader(FakeStores(drinks=None), clock).read().drinks == 0


def test_days_that_can_no_longer_change_are_read_once(clock):
    stores = FakeStores(load(1, 5), load(3, 5))
    months = reader(stores, clock)
    first = months.read()
    assert stores.days_read == [4, 3, 2, 1]
    assert months.read() == first
    assert stores.days_read[4:] == [4, 3]
    clock.at = ms(5, 1)
    months.read()
    assert stores.days_read[6:] == [5, 4, 3]


@pytest.mark.parametrize(
    ("limit", "days", "since"),
    [
        (5, 4, ms(1)),
        (4, 3, ms(2)),
        (3, 3, ms(2, 8)),
        (2, 1, ms(4)),
        (1, 1, ms(4, 9)),
    ],
)
def test_a_limit_drops_the_oldest_loads_and_moves_the_start(monkeypatch, clock, limit, days, since):
    monkeypatch.setattr(month, "LOADS", limit)
    stores = FakeStores(load(4, 9), load(4, 8), load(2, 8), load(2, 6), load(1, 3))
    so_far = reader(stores, clock).read()
    assert (len(so_far.days), so_far.since) == (days, since)
    assert so_far.is_whole == (limit == 5)
    assert so_far.activity.loads == limit
    assert so_far.share == (clock.at - since) / (28 * 24 * HOUR_MS)


def test_an_incomplete_day_is_not_cached(monkeypatch, clock):
    stores = FakeStores(load(1, 5), load(1, 4))
    months = reader(stores, clock)
    monkeypatch.setattr(month, "LOADS", 1)
    assert months.read().activity.loads == 1
    monkeypatch.setattr(month, "LOADS", 9)
    assert months.read().activity.loads == 2
