"""The loads of the last days, and their rejected records."""

import base64
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from mocktailverse.cursors import CursorCodec
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_keys import LoadPosition
from mocktailverse.loads.load_record import START, Counts, Load, Segment, latest_generations
from mocktailverse.loads.load_request import DeadLetter
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.recent_loads import loads_of_day, recent_loads, rejected_lines
from mocktailverse.pipeline.redrive import redrive

TODAY = datetime.now(UTC).date()
cursors = CursorCodec(LoadPosition)


def load(key="a", generation=1, *, rejected=0):
    version = ObjectVersion("data", f"raw/thecocktaildb/{key}", "v1")
    counts = Counts(read=rejected, rejected=rejected)
    return Load(version, generation, "done", counts, 0, 1, 0, None, 0, 0, 0, None, 1)


class FakeLoadsByDay:
    """Loads by the number of days ago; each load started one ms before its predecessor in the list.

    Checks that every page except the first continues after the position of a load of that day.
    """

    def __init__(self, **days):
        self.days = {
            int(name[1:]): [
                msgspec.structs.replace(one, started_at=noon(int(name[1:])) - number)
                for number, one in enumerate(loads)
            ]
            for name, loads in days.items()
        }

    def page(self, day, limit, after=None):
        assert limit == 100
        loads = self.days.get((TODAY - date.fromisoformat(day)).days, [])
        positions = [LoadPosition.of(one) for one in loads]
        first = positions.index(after) + 1 if after else 0
        end = first + limit
        return loads[first:end], (positions[end - 1] if end < len(loads) else None)

    def every(self):
        return [one for loads in self.days.values() for one in loads]


def noon(days):
    """Return noon of a day in ms."""
    time = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=days)
    return int(time.timestamp() * 1000)


def test_loads_are_listed_newest_day_first_back_to_the_first_requested_day():
    days = FakeLoadsByDay(d0=[load("a")], d2=[load("b")], d3=[load("c")])
    loads, following = recent_loads(days, 3)
    assert [one.object.key[-1] for one in loads] == ["a", "b"]
    assert following is None


def test_a_limit_bounds_the_loads_and_returns_the_cursor_of_the_last_one():
    days = FakeLoadsByDay(d0=[load(str(number)) for number in range(250)])
    loads, following = recent_loads(days, 1, limit=120)
    assert len(loads) == 120
    position = ("v1/data/raw/thecocktaildb/119", "0001", str(TODAY), noon(0) - 119)
    assert cursors.decode(following) == position


def test_a_padded_cursor_of_an_older_release_is_accepted():
    days = FakeLoadsByDay(d0=[load(str(number)) for number in range(9)])
    for number, one in enumerate(days.days[0]):
        text = msgspec.json.encode(LoadPosition.of(one))
        padded = base64.urlsafe_b64encode(text).decode()
        assert recent_loads(days, 1, after=padded) == (days.days[0][number + 1 :], None)


@pytest.mark.parametrize("numbers", [(2, 2), (100, 100), (150, 1), (1, 0, 150), (0, 3)])
@pytest.mark.parametrize("limit", [1, 2, 99, 100, 101, 150, 151, 500])
def test_pages_of_any_size_contain_every_load_once(numbers, limit):
    loads = {
        f"d{days}": [load(f"{days}-{number}") for number in range(count)]
        for days, count in enumerate(numbers)
    }
    days = FakeLoadsByDay(**loads)
    every = days.every()
    listed, position = [], None
    while True:
        page, position = recent_loads(days, len(numbers), limit=limit, after=position)
        listed += page
        if position is None:
            break
        assert len(page) == limit
    assert listed == every
    assert len(page) <= limit
    assert len(every) <= limit or page


def test_loads_can_be_filtered_by_status():
    failed = msgspec.structs.replace(load("b"), status="failed")
    days = FakeLoadsByDay(d0=[load("a"), failed], d1=[load("c"), failed])
    assert recent_loads(days, 2, "failed") == ([days.days[0][1], days.days[1][1]], None)
    assert recent_loads(days, 2, "loading") == ([], None)


class UnreadableLoads:
    """A loads table that fails the test if it is read."""

    def page(self, day, *_):
        pytest.fail(f"{day} was read")


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date.max])
def test_a_cursor_in_the_future_is_refused_before_the_first_read(day):
    noon_ms = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)
    forged = cursors.encode(LoadPosition("v1/data/raw/own/a", "0001", str(day), noon_ms))
    with pytest.raises(UsageError) as caught:
        recent_loads(UnreadableLoads(), 7, limit=1, after=forged)
    assert str(caught.value) == "Invalid cursor. Retry without it."


@pytest.mark.parametrize("cursor", ["nonsense", "é", "W10=", "WyJhIiwiYiIsImMiLDFd"])
def test_a_text_that_is_not_a_cursor_is_refused_before_the_first_read(cursor):
    with pytest.raises(UsageError, match="Invalid cursor"):
        recent_loads(UnreadableLoads(), 7, after=cursor)


@pytest.mark.parametrize(
    "forged",
    [
        '["a", "0001", "2026-01-01", 0]',
        '["a", "0001", "19700101", 0]',
        '["", "0001", "1970-01-01", 0]',
        '["a", "", "1970-01-01", 0]',
        '["a", "0001#000002", "1970-01-01", 0]',
        '["a", "0001", "1970-01-01", 1e30]',
        f'["a", "0001", "1970-01-01", {10**18}]',
        f'["{"a" * 2049}", "0001", "1970-01-01", 0]',
    ],
)
def test_a_forged_cursor_is_refused_before_the_first_read(forged):
    with pytest.raises(UsageError, match="Invalid cursor"):
        recent_loads(UnreadableLoads(), 7, after=base64.urlsafe_b64encode(forged.encode()).decode())


def test_a_day_is_read_page_by_page_to_its_end():
    days = FakeLoadsByDay(d1=[load(str(number)) for number in range(250)])
    assert len(list(loads_of_day(days, TODAY - timedelta(days=1)))) == 250
    assert list(loads_of_day(days, TODAY)) == []


def test_only_the_highest_generation_of_an_object_is_kept():
    loads = [load("a", 1), load("b", 1), load("a", 3), load("a", 2)]
    latest = latest_generations(loads)
    assert [(one.object.key[-1], one.generation) for one in latest] == [("a", 3), ("b", 1)]


def test_rejected_lines_are_in_the_order_of_the_object():
    class FakeStore:
        def segments(self, _version, _generation):
            keys = ["one", None, "two"]
            return [Segment(n, START, START, Counts(), n == 2, key) for n, key in enumerate(keys)]

        def rejected(self, key):
            return [Rejected(key, "$", "", 0, None, load().object)]

    store = FakeStore()
    lines = rejected_lines(load(rejected=2), store, store)
    assert [line.code for line in lines] == ["one", "two"]


def test_a_load_without_rejected_lines_causes_no_read():
    assert list(rejected_lines(load(), None, None)) == []


class FakeDeadLetterQueue:
    """A dead-letter queue that counts the received messages."""

    def __init__(self, number):
        self.left = number
        self.received = 0

    def dead_letters(self):
        for number in range(self.left):
            self.received += 1
            yield DeadLetter(str(number), "")

    def redrive(self, _letter):
        self.left -= 1


@pytest.mark.parametrize(("limit", "moved"), [(None, 5), (3, 3), (9, 5), (0, 0)])
def test_dead_letters_are_redriven_up_to_a_limit(limit, moved):
    letters = FakeDeadLetterQueue(5)
    assert redrive(letters, limit).sent == moved
    assert (letters.left, letters.received) == (5 - moved, moved)
