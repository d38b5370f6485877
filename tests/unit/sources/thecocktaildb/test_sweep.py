"""The sweep: its coverage of a capped source, its requests, and withdrawn drinks.

Tests with large sources are in tests/slow/test_large_sweeps.py.
"""

import json

import httpx2
import msgspec
import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.errors import UsageError
from mocktailverse.sources.thecocktaildb.client import TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract_report import FetchCursor
from mocktailverse.sources.thecocktaildb.extract_sweep import extract_sweep
from mocktailverse.sources.thecocktaildb.id_space import gaps, next_ids, numbers
from mocktailverse.sources.thecocktaildb.name_index import NameIndex, terms_of
from mocktailverse.sources.thecocktaildb.simulation.record_files import read_records
from mocktailverse.sources.thecocktaildb.sweep_state import SweepState
from strategies.effort import examples
from worlds.sweeps import (
    DAY_S,
    PREMIUM,
    ROOT,
    START_MS,
    World,
    drink,
    fictional_drinks,
    ids,
    print_reach,
)

STATE = "state/fetch/thecocktaildb/known.json"
NOTHING = httpx2.Response(200, content=b'{"drinks":null}')


@pytest.fixture(autouse=True, scope="module")
def _no_backoff():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


# ---- coverage and number of requests


def test_drinks_that_share_one_name_are_found_by_listings_and_ids():
    records = [drink(11000 + number, "Punch") for number in range(300) if number % 5]
    world = World(records)
    report = world.sweep()
    assert print_reach("one name", world, report) >= 0.99


def test_responses_of_a_source_without_caps_are_complete():
    records = fictional_drinks(300, 2)
    world = World(records, key=PREMIUM)
    report = world.sweep()
    assert world.stored(report) == ids(records)
    assert report.requests < 80
    assert any(request.startswith("randomselection.php") for request in world.requests)


def test_the_samples_are_all_found():
    records = read_records([ROOT / "data" / "raw"])[0]
    served = World(records)
    report = served.sweep()
    expected_ids = {
        str(r["idDrink"]).strip() for r in records if r.get("idDrink") and r.get("strDrink")
    }
    assert len(expected_ids - served.stored(report)) <= 0.01 * len(expected_ids)


NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name.strip().strip("_"))


@settings(deadline=None, max_examples=examples(25))
@given(st.dictionaries(st.integers(1, 200_000), NAMES, max_size=20))
def test_a_small_source_is_covered_completely_with_any_names(drinks):
    records = [drink(number, name) for number, name in drinks.items()]
    world = World(records)
    report = world.sweep()
    assert report.done
    assert world.stored(report) == ids(records)
    assert report.requests < 120


def test_each_request_is_sent_once():
    world = World(fictional_drinks(400, 3))
    world.sweep()
    sent = [text for text in world.requests if not text.startswith("random.php")]
    assert len(sent) == len(set(sent))


def test_the_requests_that_reveal_most_come_first():
    world = World(fictional_drinks(600, 4))
    report = world.sweep()
    half = World(world.records)
    part = half.sweep(max_requests=report.requests // 2)
    assert len(half.stored(part)) > 0.75 * len(world.records)


# ---- the state of sweeps


def test_drinks_added_since_yesterday_are_found():
    records = fictional_drinks(300, 5)
    world = World(records)
    world.sweep()
    last = max(int(record["idDrink"]) for record in records)
    world.next_day()
    world.serve([*records, drink(last + 2, "abc"), drink(last + 3, "Zzz", strGlass="New glass")])
    report = world.sweep()
    assert {str(last + 2), str(last + 3)} <= world.stored(report)
    assert report.coverage.new == 2


def test_every_known_drink_is_fetched_again_within_a_week():
    world = World(fictional_drinks(250, 6))
    known_ids = world.stored(world.sweep())
    refetched = set()
    for _ in range(8):
        world.next_day()
        refetched |= world.stored(world.sweep())
    assert known_ids <= refetched


def test_a_full_sweep_fetches_every_known_drink_again():
    world = World(fictional_drinks(300, 7))
    known_ids = world.stored(world.sweep())
    report = world.sweep(full=True)
    assert known_ids <= world.stored(report)


@pytest.mark.parametrize("state", [None, b"{", b'{"drinks": 3}', b"[]", b"\xff"])
def test_a_lost_or_unreadable_state_costs_only_requests(state):
    world = World(fictional_drinks(200, 8))
    stored = world.stored(world.sweep())
    world.objects.pop(STATE)
    if state is not None:
        world.objects[STATE] = state
    world.next_day()
    report = world.sweep()
    assert world.stored(report) == stored
    assert world.absences(report) == set()


def test_the_state_records_when_and_how_a_drink_was_seen():
    world = World([drink(11007, "Margarita")])
    world.sweep()
    state = msgspec.json.decode(world.objects[STATE], type=SweepState)
    margarita = state.drinks["11007"]
    assert margarita.name == "Margarita"
    assert margarita.via
    assert START_MS < margarita.full_ms <= margarita.seen_ms
    assert state.sweep is None


# ---- request budgets and resuming


def test_a_sweep_in_pieces_stores_the_same_drinks_as_an_uninterrupted_sweep():
    records = fictional_drinks(300, 9)
    whole = World(records)
    expected = whole.stored(whole.sweep())
    world = World(records)
    report = world.sweep(seconds=15)
    stored, requests = world.stored(report), report.requests
    while report.cursor:
        assert report.stopped_because == "time"
        assert report.coverage.ended == "time"
        assert len(msgspec.json.encode(report.cursor)) < 300
        cursor = msgspec.json.decode(msgspec.json.encode(report.cursor), type=FetchCursor)
        report = world.sweep(seconds=15, cursor=cursor)
        stored |= world.stored(report)
        requests += report.requests
    assert report.done
    assert len(expected ^ stored) <= 0.01 * len(records)
    assert report.coverage.requests == requests
    keys = [key for key in world.objects if key != STATE]
    assert len(keys) == len(set(keys))


def test_a_crash_loses_only_requests():
    world = World(fictional_drinks(200, 10))
    first = world.sweep(seconds=20)
    world.objects.pop(STATE)
    report = world.sweep(cursor=first.cursor)
    assert report.done
    assert len(world.stored(report)) >= 0.99 * len(world.records)


def test_a_sweep_ends_at_its_request_limit_and_the_next_one_continues():
    world = World(fictional_drinks(500, 11))
    first = world.sweep(max_requests=60)
    assert (first.done, first.stopped_because, first.cursor) == (False, "requests", None)
    assert first.requests == 60
    assert first.coverage.ended == "requests"
    stored = world.stored(first) | world.stored(world.sweep())
    assert len(stored) >= 0.99 * len(world.records)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_sweep_sends_at_most_the_allowed_requests(most):
    world = World(fictional_drinks(100, 11))
    report = world.sweep(max_requests=most)
    assert (report.requests, len(world.requests)) == (most, most)
    assert (report.done, report.stopped_because, report.cursor) == (False, "requests", None)


@pytest.mark.parametrize(("seconds", "requests"), [(10.49, 1), (10.5, 2), (10.75, 3)])
def test_a_sweep_continues_if_half_a_second_and_ten_more_are_left(seconds, requests):
    report = World(fictional_drinks(100, 11)).sweep(seconds=seconds)
    assert (report.requests, report.stopped_because) == (requests, "time")


def test_a_source_that_is_down_ends_the_sweep():
    world = World(fictional_drinks(100, 12))
    world.override = lambda _request: httpx2.Response(503)
    report = world.sweep()
    assert (report.done, report.stopped_because) == (False, "unreachable")
    assert report.coverage.ended == "unreachable"
    assert len(report.failed) == 5
    world.override = lambda _request: None
    assert world.sweep().done


def test_a_source_that_is_down_ends_a_sweep_in_pieces_after_as_many_failures():
    world = World(fictional_drinks(100, 12))
    world.override = lambda _request: httpx2.Response(503)
    reports = [world.sweep(seconds=1)]
    while reports[-1].cursor:
        reports.append(world.sweep(seconds=1, cursor=reports[-1].cursor))
    assert reports[-1].stopped_because == "unreachable"
    assert sum(len(report.failed) for report in reports) == 5


@pytest.mark.parametrize(
    ("run", "cursor"), [("../x", None), ("run", FetchCursor("run", "random", 0, ()))]
)
def test_an_invalid_run_is_refused(run, cursor):
    with pytest.raises(UsageError), TheCocktailDB("http://drinks.example") as client:
        extract_sweep(
            client, World([]), run, now_ms=lambda: 0, time_left_s=lambda: 0, cursor=cursor
        )


# ---- withdrawn drinks


def without(records, *gone):
    return [record for record in records if record["idDrink"] not in gone]


def test_a_withdrawn_drink_is_reported_on_two_days_and_then_rarely_checked():
    records = fictional_drinks(200, 13)
    gone = records[3]["idDrink"]
    world = World(records)
    world.sweep()
    world.serve(without(records, gone))
    reported = []
    for _ in range(4):
        world.next_day()
        report = world.sweep()
        reported.append(world.absences(report))
        is_looked_up = f"lookup.php?i={gone}" in world.requests
        assert is_looked_up == bool(reported[-1])
    assert reported == [{gone}, {gone}, set(), set()]
    assert report.coverage.withdrawn == 1
    assert report.coverage.known == len(records) - 1
    world.next_day(31)
    assert world.absences(world.sweep()) == set()
    assert f"lookup.php?i={gone}" in world.requests


def test_absences_less_than_a_day_apart_do_not_make_a_drink_withdrawn():
    records = fictional_drinks(100, 21)
    world = World(records)
    world.sweep()
    world.serve(records[1:])
    for _ in range(3):
        world.now += 0.4 * DAY_S
        report = world.sweep()
        assert world.absences(report) == ids(records[:1])
        assert report.coverage.absent == 1
    assert report.coverage.withdrawn == 0


def test_an_absence_is_a_separate_object_with_the_time_of_the_lookup():
    records = fictional_drinks(100, 14)
    world = World(records)
    world.sweep()
    world.next_day()
    world.serve(records[1:])
    report = world.sweep()
    (key,) = (key for key in report.objects if key.endswith("/absent.ndjson"))
    assert key == "raw/thecocktaildb/2026/01/02/run-2/absent.ndjson"
    assert json.loads(world.objects[key]) == {"idDrink": records[0]["idDrink"], "absent": True}
    assert world.objects[key].endswith(b"}\n")
    assert world.content_types[key] == "application/x-ndjson"
    assert (world.content_types[STATE], world.metadata[STATE]) == ("application/json", {})
    observed_ms = int(world.metadata[key]["observed-at"])
    assert 0 < world.now - (observed_ms - START_MS) / 1000 < 60


def test_a_drink_that_returns_is_fetched_and_its_absences_are_deleted():
    records = fictional_drinks(200, 15)
    gone = records[5]["idDrink"]
    world = World(records)
    world.sweep()
    for served, absent in ((0, True), (1, False), (0, True), (0, True), (0, False)):
        world.next_day()
        world.serve(records if served else without(records, gone))
        report = world.sweep()
        assert (gone in world.absences(report)) == absent
        assert (gone in world.stored(report)) == bool(served)
    world.next_day(31)
    world.serve(records)
    report = world.sweep()
    assert gone in world.stored(report)
    assert report.coverage.withdrawn == 0


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(500),
        httpx2.Response(404),
        httpx2.Response(200, content=b""),
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, content=b'{"drinks":"Premium API only"}'),
        httpx2.Response(200, content=b"{}"),
    ],
    ids=["error", "refused", "empty", "page", "text", "no key"],
)
def test_only_a_known_not_found_response_is_an_absence(response):
    records = fictional_drinks(200, 16)
    world = World(records)
    world.sweep()
    world.next_day()
    gone = records[0]["idDrink"]
    world.serve(without(records, gone))
    world.override = lambda request: response if request == f"lookup.php?i={gone}" else None
    report = world.sweep()
    assert f"lookup.php?i={gone}" in world.requests
    assert world.absences(report) == set()


def test_a_source_that_finds_no_drink_has_an_outage():
    world = World(fictional_drinks(300, 17))
    world.sweep()
    world.next_day()
    world.override = lambda _request: NOTHING
    report = world.sweep()
    assert report.done
    assert report.coverage.outage_suspected
    assert report.coverage.absent > 15
    assert world.absences(report) == set()
    assert report.requests < 120
    world.next_day()
    world.override = lambda _request: None
    report = world.sweep()
    assert not report.coverage.outage_suspected
    assert report.coverage.absent == 0
    assert report.coverage.seen >= 0.99 * len(world.records)


def test_lookups_that_all_find_nothing_are_an_outage_even_if_few():
    records = fictional_drinks(300, 22)
    world = World(records)
    world.sweep()
    world.next_day()
    world.serve(records[1:])
    world.override = lambda request: NOTHING if request.startswith("lookup.php") else None
    report = world.sweep()
    assert report.coverage.outage_suspected
    assert world.absences(report) == set()


def test_up_to_one_drink_in_twenty_may_disappear_at_once():
    records = fictional_drinks(200, 18)
    world = World(records)
    world.sweep()
    world.next_day()
    world.serve(records[10:])
    assert world.absences(world.sweep()) == ids(records[:10])
    world.next_day()
    world.serve(records[40:])
    report = world.sweep()
    assert report.coverage.outage_suspected
    assert world.absences(report) == set()


def test_an_incomplete_sweep_reports_no_absence():
    records = fictional_drinks(200, 19)
    world = World(records)
    used = world.sweep().requests
    world.next_day()
    world.serve(records[1:])
    report = world.sweep(max_requests=used // 3)
    assert report.stopped_because == "requests"
    assert world.absences(report) == set()


def test_a_drink_that_a_list_still_contains_is_not_absent():
    records = [*fictional_drinks(300, 20), drink(900_001, "Äther", strAlcoholic="Optional alcohol")]
    world = World(records)
    world.sweep()
    world.override = lambda request: NOTHING if request == "lookup.php?i=900001" else None
    for _ in range(9):
        world.next_day()
        assert world.absences(world.sweep()) == set()


# ---- names and ids


def test_terms_are_parts_of_words():
    assert terms_of("A1 Rum-Ära") == {"a1", "ru", "um", "rum", "ra"}


def test_the_best_terms_match_the_most_missing_drinks():
    index = NameIndex()
    for number, name in enumerate(["Gin Fizz", "Gin Sour", "Rum Sour", "Rum Punch", "Tea"]):
        index.add(str(number), name)
    best = index.best_terms("01234", min_gain=2, max_shown=5, limit=9, excluded=())
    assert len(best) == 2
    assert {drink_id for term in best for drink_id in index.matching(term)} == set("0123")
    assert index.best_terms("01234", min_gain=3, max_shown=5, limit=9, excluded=()) == []
    assert index.best_terms("01234", min_gain=1, max_shown=1, limit=1, excluded=()) != []
    assert index.best_terms("4", min_gain=1, max_shown=5, limit=1, excluded=terms_of("Tea")) == []


def test_a_new_name_replaces_the_old_one():
    index = NameIndex()
    index.add("1", "Gin")
    index.add("1", "Rum")
    assert (set(index.matching("gin")), set(index.matching("rum"))) == (set(), {"1"})


@given(st.sets(st.integers(1, 400), max_size=60))
def test_gaps_are_unknown_ids_near_known_ones_the_densest_first(known):
    unknown_ids = gaps(known)
    assert known.isdisjoint(unknown_ids)
    around = [sum(abs(number - other) <= 8 for other in known) for number in unknown_ids]
    assert around == sorted(around, reverse=True)
    assert all(count >= 4 for count in around)


def test_the_next_ids_follow_each_range():
    known_ids = {*range(11000, 11010), *range(178_300, 178_310), 50_000}
    assert next_ids(known_ids) == [11010, 11011, 11012, 11013, 178_310, 178_311, 178_312, 178_313]
    assert next_ids(set()) == []


def test_only_ids_of_up_to_nine_digits_are_numbers():
    assert numbers(["11007", "x", "", "٣", "1" * 10, "9" * 5000]) == {11007}
