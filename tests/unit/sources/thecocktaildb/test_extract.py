"""The extract stage: the objects that a run writes, even if it stops or requests fail."""

import json
import math
from string import ascii_lowercase

import httpx2
import msgspec
import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.errors import UsageError
from mocktailverse.sources.collection import Failure
from mocktailverse.sources.thecocktaildb.extract import check_run, extract, run_name
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport, FetchCursor
from mocktailverse.sources.thecocktaildb.scripted_source import (
    NO_DRINKS,
    ScriptedTheCocktailDB,
    drinks_response,
)
from mocktailverse.sources.thecocktaildb.strategies import plan
from strategies.effort import examples

MIDNIGHT_MS = 1_767_225_600_000  # 2026-01-01 00:00:00 UTC
RUN = "20260101T000000Z-test"
PREFIX = f"thecocktaildb/2026/01/01/{RUN}"
MOCKTAILS = [str(12000 + number) for number in range(60)]


@pytest.fixture(autouse=True, scope="module")
def _no_backoff():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


class World:
    """A source, a store and a clock; `replies` has some responses, `default_response` the others.

    Each request takes 0.25 s because of the rate limit.
    """

    def __init__(self, replies=None, per_s=4) -> None:
        self.source = ScriptedTheCocktailDB(replies, default=default_response, requests_per_s=per_s)
        self.objects: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.content_types: dict[str, str] = {}
        self.puts = 0

    def put(self, key, body, *, metadata, content_type) -> None:
        self.puts += 1
        self.objects[key] = body
        self.metadata[key] = dict(metadata)
        self.content_types[key] = content_type

    def now_ms(self) -> int:
        return MIDNIGHT_MS + round(self.source.now_s * 1000)

    def extract(self, strategy, *, seconds=math.inf, cursor=None, **options) -> ExtractReport:
        deadline = self.source.now_s + seconds
        return extract(
            self.source.client,
            self,
            strategy,
            RUN,
            now_ms=self.now_ms,
            time_left_s=lambda: deadline - self.source.now_s,
            cursor=cursor,
            **options,
        )


def default_response(request: str) -> httpx2.Response:
    endpoint, _, query = request.partition("?")
    value = query.partition("=")[2]
    match endpoint:
        case "filter.php":
            return drinks_response({"idDrink": drink_id} for drink_id in MOCKTAILS)
        case "search.php" if value in "qxz0123456789":
            return NO_DRINKS
        case "search.php":
            drinks = [{"idDrink": f"{ord(value)}{n}", "strDrink": f"{value}\\n"} for n in range(3)]
            return httpx2.Response(200, content=json.dumps({"drinks": drinks}, indent=1).encode())
        case _:
            body = b'{"drinks":[\r\n {"idDrink":"%s","strDrink":"a\\nb"}\n]}' % value.encode()
            return httpx2.Response(200, content=body)


def test_a_sweep_stores_the_response_of_each_letter_unchanged():
    world = World()
    report = world.extract(plan("sweep"))
    assert report.done
    assert report.pages == report.requests == 36
    assert report.records == 23 * 3
    assert len(report.objects) == 23
    assert report.objects[0] == f"raw/{PREFIX}/f-a.json"
    assert world.objects == {
        f"raw/{PREFIX}/f-{letter}.json": default_response(f"search.php?f={letter}").content
        for letter in set(ascii_lowercase) - set("qxz")
    }
    assert set(world.content_types.values()) == {"application/json"}


def test_every_object_has_its_origin_as_metadata():
    world = World()
    world.extract(plan("sweep"))
    assert world.metadata[f"raw/{PREFIX}/f-b.json"] == {
        "observed-at": str(MIDNIGHT_MS + 250),
        "source": "thecocktaildb",
        "run": RUN,
        "strategy": "sweep",
        "part": "f-b",
    }


def test_the_listing_is_not_loaded_and_its_drinks_are_looked_up_in_batches():
    world = World()
    report = world.extract(plan("mocktails"))
    assert report.objects == [
        f"listings/{PREFIX}/a-non-alcoholic.json",
        f"raw/{PREFIX}/a-non-alcoholic-i-0001.ndjson",
        f"raw/{PREFIX}/a-non-alcoholic-i-0002.ndjson",
        f"raw/{PREFIX}/a-non-alcoholic-i-0003.ndjson",
    ]
    assert report.records == len(MOCKTAILS)
    assert report.pages == 4
    assert report.requests == 61


def test_a_batch_has_one_response_per_line_without_line_breaks():
    world = World()
    world.extract(plan("ids", ["11007", "11000"]))
    key = f"raw/{PREFIX}/i-0001.ndjson"
    lines = world.objects[key].splitlines()
    received = [
        default_response("lookup.php?i=11007").content,
        default_response("lookup.php?i=11000").content,
    ]
    assert [json.loads(line) for line in lines] == [json.loads(body) for body in received]
    assert [len(line) for line in lines] == [len(body) for body in received]
    assert world.content_types[key] == "application/x-ndjson"


def test_a_batch_is_observed_at_its_first_response():
    world = World()
    world.extract(plan("ids", MOCKTAILS))
    observed = [int(metadata["observed-at"]) - MIDNIGHT_MS for metadata in world.metadata.values()]
    assert observed == [0, 6250, 12500]


def test_one_failing_page_does_not_stop_the_run():
    world = World({"search.php?f=c": httpx2.Response(500), "search.php?f=e": httpx2.Response(404)})
    report = world.extract(plan("sweep"))
    assert report.done
    assert report.pages == 36
    assert [(failure.part, failure.transient) for failure in report.failed] == [
        ("f-c", True),
        ("f-e", False),
    ]
    assert len(world.objects) == 21


def test_one_failing_lookup_does_not_lose_its_batch():
    world = World({"lookup.php?i=12003": httpx2.Response(200, content=b"<html>")})
    report = world.extract(plan("mocktails"))
    assert [failure.request for failure in report.failed] == ["lookup.php?i=12003"]
    assert report.records == len(MOCKTAILS) - 1


def test_five_failed_requests_in_a_row_stop_the_run():
    letters = "defgh"
    world = World({f"search.php?f={letter}": httpx2.Response(503) for letter in letters})
    report = world.extract(plan("sweep"))
    assert report.stopped_because == "unreachable"
    assert [failure.part for failure in report.failed] == [f"f-{letter}" for letter in letters]
    assert report.cursor
    assert report.cursor.pending[0].part == "f-i"


def test_failures_in_a_row_are_counted_across_calls():
    world = World({f"search.php?f={letter}": httpx2.Response(503) for letter in "abd"})
    start = FetchCursor(RUN, "sweep", MIDNIGHT_MS, plan("sweep").pages, failures_in_a_row=3)
    report = world.extract(plan("sweep"), cursor=start)
    assert report.stopped_because == "unreachable"
    assert [failure.part for failure in report.failed] == ["f-a", "f-b"]
    assert report.cursor.failures_in_a_row == 5
    later = world.extract(plan("sweep"), cursor=msgspec.structs.replace(start, failures_in_a_row=2))
    assert later.done
    assert [failure.part for failure in later.failed] == ["f-a", "f-b", "f-d"]


def test_a_failure_names_its_request_and_the_error():
    world = World({"search.php?f=e": httpx2.Response(404), "search.php?f=g": httpx2.Response(500)})
    assert world.extract(plan("sweep")).failed == [
        Failure(
            "f-e",
            "search.php?f=e",
            "`search.php?f=e` was refused with status 404.",
            transient=False,
        ),
        Failure(
            "f-g", "search.php?f=g", "`search.php?f=g` failed with status 500.", transient=True
        ),
    ]


@pytest.mark.parametrize(
    ("strategy", "needed_s"),
    [
        (plan("sweep"), 10.5),
        (plan("ids", MOCKTAILS), 6 + 25 * 0.5 + 10),
        (plan("mocktails"), 25 * 0.5 + 10),
    ],
)
def test_a_page_starts_if_half_a_second_for_each_request_and_ten_more_are_left(strategy, needed_s):
    short, enough = World(), World()
    report = short.extract(strategy, seconds=needed_s - 0.01)
    assert (report.pages, report.stopped_because) == (1, "time")
    enough.extract(strategy, seconds=needed_s)
    assert len(enough.source.requests) > len(short.source.requests)


def test_a_low_rate_limit_determines_the_time_of_a_request():
    world = World(per_s=0.5)
    assert world.extract(plan("sweep"), seconds=11.99).pages == 1
    world = World(per_s=0.5)
    assert world.extract(plan("sweep"), seconds=12).pages == 2


def test_a_run_with_nothing_pending_is_done_without_a_request():
    world = World()
    report = world.extract(plan("sweep"), cursor=FetchCursor(RUN, "sweep", MIDNIGHT_MS, ()))
    assert report == ExtractReport(
        RUN, "sweep", pages=0, requests=0, records=0, objects=[], failed=[], done=True
    )
    assert world.source.requests == []


def test_each_call_reports_its_own_requests():
    world = World()
    first = world.extract(plan("mocktails"), seconds=24)
    second = world.extract(plan("mocktails"), cursor=first.cursor)
    assert first.requests > 0
    assert first.requests + second.requests == world.source.client.requests == 61
    assert first.records + second.records == len(MOCKTAILS)


def test_requests_that_are_refused_do_not_stop_the_run():
    world = World({f"search.php?f={letter}": httpx2.Response(404) for letter in "abcdefghijklm"})
    report = world.extract(plan("sweep"))
    assert report.done
    assert len(report.failed) == 13


def test_an_unreachable_source_stops_the_run():
    world = World({"search.php?f=c": httpx2.ConnectError("refused")})
    report = world.extract(plan("sweep"))
    assert not report.done
    assert report.stopped_because == "unreachable"
    assert report.failed == []
    assert world.source.requests.count("search.php?f=c") == 3 * 2
    world.source.replies.clear()
    assert world.extract(plan("sweep"), cursor=report.cursor).done
    assert world.objects == uninterrupted("sweep").objects


def test_a_run_that_is_out_of_time_stores_its_pages_and_continues_later():
    world = World()
    first = world.extract(plan("mocktails"), seconds=24)
    assert first.stopped_because == "time"
    assert not first.done
    assert first.objects == list(world.objects)
    assert world.source.now_s <= 24
    second = world.extract(plan("mocktails"), cursor=first.cursor)
    assert second.done
    assert second.stopped_because is None
    assert world.objects == uninterrupted("mocktails").objects


def test_a_batch_that_runs_out_of_time_is_stored_in_two_parts():
    world = World()
    report = world.extract(plan("ids", MOCKTAILS[:25]), seconds=12)
    while report.cursor:
        report = world.extract(plan("ids", MOCKTAILS[:25]), cursor=report.cursor)
    first, second = world.objects
    assert (first, second) == (f"raw/{PREFIX}/i-0001.ndjson", f"raw/{PREFIX}/i-0001-8.ndjson")
    assert world.objects[first] + world.objects[second] == next(
        iter(uninterrupted("ids", MOCKTAILS[:25]).objects.values())
    )


def test_a_long_retry_after_stops_the_run_without_failing_its_pages():
    throttled = httpx2.Response(429, headers={"Retry-After": "50"})
    world = World({"search.php?f=d": throttled})
    report = world.extract(plan("sweep"), seconds=40)
    assert report.stopped_because == "time"
    assert report.failed == []
    assert report.cursor
    assert report.cursor.pending[0].part == "f-d"


def test_every_call_makes_progress():
    throttled = httpx2.Response(429, headers={"Retry-After": "50"})
    world = World({"search.php?f=a": throttled})
    report = world.extract(plan("sweep"), seconds=1)
    assert [failure.part for failure in report.failed] == ["f-a"]
    assert report.cursor
    assert report.cursor.pending[0].part == "f-b"


def uninterrupted(name: str, arguments=()) -> World:
    world = World()
    assert world.extract(plan(name, arguments)).done
    return world


@settings(deadline=None, max_examples=examples(40))
@given(
    name=st.sampled_from(["sweep", "mocktails"]),
    seconds=st.lists(st.integers(min_value=23, max_value=40), min_size=20, max_size=20),
)
def test_a_run_in_pieces_writes_the_same_objects_as_an_uninterrupted_run(name, seconds):
    world = World()
    report = world.extract(plan(name), seconds=seconds.pop())
    while report.cursor:
        assert report.pages or report.failed
        cursor = msgspec.json.decode(msgspec.json.encode(report.cursor), type=FetchCursor)
        world.source.now_s += 86_400
        report = world.extract(plan(name), seconds=seconds.pop(), cursor=cursor)
    assert world.objects == uninterrupted(name).objects
    assert world.puts == len(world.objects)


@settings(deadline=None, max_examples=examples(40))
@given(st.lists(st.floats(min_value=0.3, max_value=20), min_size=70, max_size=70))
def test_with_any_time_limits_every_drink_is_stored_exactly_once(seconds):
    world = World()
    report = world.extract(plan("mocktails"), seconds=seconds.pop())
    while report.cursor:
        report = world.extract(plan("mocktails"), seconds=seconds.pop(), cursor=report.cursor)
    lines = b"".join(body for key, body in world.objects.items() if key.startswith("raw/"))
    stored_ids = [json.loads(line)["drinks"][0]["idDrink"] for line in lines.splitlines()]
    assert stored_ids == MOCKTAILS


def test_a_page_repeated_after_a_crash_replaces_its_object():
    world = World()
    world.extract(plan("mocktails"))
    before = dict(world.objects)
    world.source.now_s = 10.0
    world.extract(plan("mocktails"))
    assert world.objects == before


def test_the_report_counts_the_pages_that_a_listing_reveals():
    assert World().extract(plan("mocktails")).pages == 4


def test_a_report_is_plain_data():
    world = World({"search.php?f=c": httpx2.Response(500)})
    report = world.extract(plan("sweep"), seconds=14)
    assert report.cursor
    assert msgspec.json.decode(msgspec.json.encode(report), type=ExtractReport) == report


def test_a_cursor_of_another_run_is_refused():
    cursor = FetchCursor("other", "sweep", MIDNIGHT_MS, ())
    with pytest.raises(UsageError) as raised:
        World().extract(plan("sweep"), cursor=cursor)
    assert str(raised.value) == "The cursor belongs to the run other (sweep)."
    with pytest.raises(UsageError):
        World().extract(plan("sweep"), cursor=FetchCursor(RUN, "mocktails", MIDNIGHT_MS, ()))


@pytest.mark.parametrize("run", ["", "a/b", "..", "-a", "a b", "x" * 101, "é", "a\n"])
def test_an_invalid_run_name_is_refused(run):
    with pytest.raises(UsageError) as raised:
        check_run(run, "sweep", None)
    assert str(raised.value) == (
        f"Invalid run name {run!r}: use letters, digits, `.`, `_` and `-` only."
    )
    world = World()
    with pytest.raises(UsageError):
        extract(
            world.source.client,
            world,
            plan("sweep"),
            run,
            now_ms=world.now_ms,
            time_left_s=lambda: math.inf,
        )


@pytest.mark.parametrize("run", ["x" * 100, "7", "A.b_c-9"])
def test_a_valid_run_name_is_accepted(run):
    check_run(run, "sweep", FetchCursor(run, "sweep", MIDNIGHT_MS, ()))


def test_a_run_is_named_after_its_time_and_strategy():
    assert run_name("sweep", MIDNIGHT_MS) == "20260101T000000Z-sweep"
