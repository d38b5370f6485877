"""The loads of the last days, and what stands behind them."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from mocktailverse.errors import UsageError
from mocktailverse.loads.load_record import START, Counts, Load, Segment, latest_generations
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.recent_loads import loads_of_day, recent_loads, rejected_lines
from mocktailverse.pipeline.redrive import redrive

TODAY = datetime.now(UTC).date()


def load(key="a", generation=1, *, rejected=0):
    version = ObjectVersion("data", f"raw/thecocktaildb/{key}", "v1")
    counts = Counts(read=rejected, rejected=rejected)
    return Load(version, generation, "done", counts, 0, 1, 0, None, 0, 0, 0, None, 1)


class Days:
    """Loads by the number of days ago."""

    def __init__(self, **days):
        self.days = {int(name[1:]): loads for name, loads in days.items()}

    def page(self, day, limit, after=None):
        found = self.days.get((TODAY - datetime.fromisoformat(day).date()).days, [])
        first = after["at"] if after else 0
        end = first + limit
        return found[first:end], ({"at": end} if end < len(found) else None)

    def place_of(self, load):
        return load.object.key


def test_loads_come_newest_day_first_as_far_back_as_asked():
    days = Days(d0=[load("a")], d2=[load("b")], d3=[load("c")])
    found, following = recent_loads(days, 3)
    assert [found.object.key[-1] for found in found] == ["a", "b"]
    assert following is None


def test_a_limit_bounds_the_loads_and_says_where_to_go_on():
    days = Days(d0=[load(str(number)) for number in range(250)])
    found, following = recent_loads(days, 1, limit=120)
    assert (len(found), following) == (120, "raw/thecocktaildb/119")


class Places(Days):
    """Places that say the day and how many of its loads are done."""

    def page(self, day, limit, after=None):
        assert limit == 100
        found, key = super().page(day, limit, after)
        return found, key and {"day": {"S": day}, **key}

    def place_of(self, load):
        days, number = load.object.key.rpartition("/")[2].split("-")
        return f"{TODAY - timedelta(days=int(days))} {int(number) + 1}"

    def key_of(self, place):
        day, at = place.split()
        return {"day": {"S": day}, "at": int(at)}


@pytest.mark.parametrize("numbers", [(2, 2), (100, 100), (150, 1), (1, 0, 150), (0, 3)])
@pytest.mark.parametrize("limit", [1, 2, 99, 100, 101, 150, 151, 500])
def test_pages_of_any_size_give_every_load_once_and_end_with_the_last(numbers, limit):
    loads = {
        f"d{days}": [load(f"{days}-{number}") for number in range(count)]
        for days, count in enumerate(numbers)
    }
    every = [one for of_day in loads.values() for one in of_day]
    found, place = [], None
    while True:
        page, place = recent_loads(Places(**loads), len(numbers), limit=limit, after=place)
        found += page
        if place is None:
            break
        assert len(page) == limit
    assert found == every
    assert len(page) <= limit
    assert len(every) <= limit or page


def test_only_loads_of_a_status_are_given():
    failed = msgspec.structs.replace(load("b"), status="failed")
    days = Days(d0=[load("a"), failed], d1=[load("c"), failed])
    assert recent_loads(days, 2, "failed") == ([failed, failed], None)
    assert recent_loads(days, 2, "loading") == ([], None)


def test_a_place_in_the_future_is_refused_before_anything_is_read():
    class Forged:
        def key_of(self, place):
            return {"day": {"S": place}}

        def page(self, day, *_):
            pytest.fail(f"{day} was read")

    for day in (TODAY + timedelta(days=1), date.max):
        with pytest.raises(UsageError) as caught:
            recent_loads(Forged(), 7, limit=1, after=day.isoformat())
        assert str(caught.value) == "Invalid cursor. Retry without it."


def test_a_day_is_read_page_by_page_to_its_end():
    days = Days(d1=[load(str(number)) for number in range(250)])
    assert len(list(loads_of_day(days, TODAY - timedelta(days=1)))) == 250
    assert list(loads_of_day(days, TODAY)) == []


def test_of_an_object_the_highest_generation_stands():
    loads = [load("a", 1), load("b", 1), load("a", 3), load("a", 2)]
    standing = latest_generations(loads)
    assert [(found.object.key[-1], found.generation) for found in standing] == [("a", 3), ("b", 1)]


def test_rejected_lines_come_in_the_order_of_the_object():
    class Books:
        def segments(self, _version, _generation):
            keys = ["one", None, "two"]
            return [Segment(n, START, START, Counts(), n == 2, key) for n, key in enumerate(keys)]

        def rejected(self, key):
            return [Rejected(key, "$", "", 0, None, load().object)]

    books = Books()
    lines = rejected_lines(load(rejected=2), books, books)
    assert [line.code for line in lines] == ["one", "two"]


def test_of_a_load_without_rejects_nothing_is_asked():
    assert list(rejected_lines(load(), None, None)) == []


class Letters:
    """Dead letters, received one by one."""

    def __init__(self, number):
        self.left = number
        self.received = 0

    def dead_letters(self):
        for number in range(self.left):
            self.received += 1
            yield number

    def redrive(self, _letter):
        self.left -= 1


@pytest.mark.parametrize(("limit", "moved"), [(None, 5), (3, 3), (9, 5), (0, 0)])
def test_dead_letters_are_sent_again_up_to_a_limit(limit, moved):
    letters = Letters(5)
    assert redrive(letters, limit) == moved
    assert (letters.left, letters.received) == (5 - moved, moved)
