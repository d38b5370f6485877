"""Metrics of loads: outcomes, throughput, and the time until drinks are visible."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.loads.load_keys import LoadPosition
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.metrics import (
    Publishing,
    ReadOnce,
    Throughput,
    load_metrics,
    publishing_of,
    spread,
    throughput_of,
)

NOW = 1_767_268_800_000
SPANS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).map(sorted))


def load(
    key="a.json", *, at=NOW, took=1_000, status="done", generation=1, read=2, loaded=2, **counts
):
    version = ObjectVersion("data", f"raw/thecocktaildb/{key}", "v1")
    end = None if status == "loading" else at + took
    return Load(
        version, generation, status, Counts(read, loaded, **counts), 500, 1, 0, None, at, at, end,
        None, 1, (), at - 500 if status == "done" else None,
    )  # fmt: skip


def published(of, at, lag_ms=100):
    return Publishing(at, lag_ms, 1, (of.object.trace_id,))


# ---- spread


def test_the_spread_of_no_values_is_none():
    assert spread([]) is None


@given(st.lists(st.floats(0, 1e9), min_size=1))
def test_the_figures_of_a_spread_are_ordered_values(values):
    result = spread(values)

    assert result.count == len(values)
    assert min(values) <= result.p50 <= result.p95 <= result.most == max(values)
    assert {result.p50, result.p95} <= set(values)


def test_the_95th_percentile_of_a_hundred_is_the_95th():
    assert spread(range(1, 101)).p95 == 95


# ---- throughput


def test_the_time_of_concurrent_loads_counts_once():
    loads = [load(at=NOW, took=4_000, read=6), load(at=NOW + 1_000, took=1_000, read=2)]
    assert throughput_of(loads) == Throughput(8, 1_000, 4.0, 2.0, 250.0)


def test_idle_time_does_not_count():
    assert throughput_of([load(at=NOW), load(at=NOW + 3_600_000)]).busy_s == 2


def test_loads_that_are_not_done_have_no_throughput():
    loads = [load(status="loading"), load(status="failed")]
    assert throughput_of(loads) == Throughput(0, 0, 0, None, None)


@given(SPANS, st.randoms())
def test_busy_time_is_the_union_of_the_times_of_the_loads(spans, chance):
    loads = [load(at=begin, took=end - begin) for begin, end in spans]
    chance.shuffle(loads)
    covered = {moment for begin, end in spans for moment in range(begin, end)}
    assert throughput_of(loads).busy_s == pytest.approx(len(covered) / 1000)


# ---- loads and records


def test_a_replayed_load_counts_once_as_its_latest_generation():
    metrics = load_metrics([load(generation=2, loaded=0, unchanged=2), load()], [])
    assert metrics.statuses == {"done": 1}
    assert metrics.counts == Counts(2, 0, unchanged=2)


def test_loads_count_by_status():
    loads = [load("a"), load("b"), load("c", status="failed", read=0, loaded=0)]
    assert load_metrics(loads, []).statuses == {"done": 2, "failed": 1}


def test_objects_whose_counts_do_not_add_up_are_listed():
    metrics = load_metrics([load("good"), load("short", read=3)], [])
    assert metrics.not_conserving == ("raw/thecocktaildb/short",)


def test_an_empty_pipeline_has_metrics_too():
    metrics = load_metrics([], [])
    assert (metrics.counts, metrics.to_loaded_s, metrics.to_visible_s) == (Counts(), None, None)


# ---- time until an object is visible


def test_the_time_to_loaded_ends_with_the_load():
    assert load_metrics([load()], []).to_loaded_s.most == 1.5


def test_an_object_is_visible_after_the_last_of_its_drinks_is_published():
    one = load()
    metrics = load_metrics([one], [published(one, NOW + 700, 600), published(one, NOW + 2_000)])
    assert metrics.to_visible_s.most == 2.5
    assert metrics.not_seen == 0


def test_a_later_change_does_not_count_for_the_load():
    one = load()
    later = published(one, NOW + 86_400_000, lag_ms=300)
    assert load_metrics([one], [published(one, NOW + 2_000), later]).to_visible_s.most == 2.5


@pytest.mark.parametrize(
    ("at", "lag_ms", "seen"),
    [
        (NOW, 0, True),
        (NOW - 1, 0, False),
        (NOW + 9_000, 7_000, True),
        (NOW + 9_000, 6_999, False),
    ],
)
def test_a_publishing_counts_for_changes_up_to_a_second_after_the_load(at, lag_ms, seen):
    one = load()
    metrics = load_metrics([one], [published(one, at, lag_ms)])
    assert metrics.not_seen == (not seen)
    assert (metrics.to_visible_s is not None) == seen


def test_different_clocks_give_no_negative_times():
    one = load()
    one = msgspec.structs.replace(one, stored_at=NOW + 5)
    assert load_metrics([one], [published(one, NOW + 3)]).to_visible_s.most == 0


def test_each_object_has_its_own_publishings():
    one, two, three = load("1"), load("2"), load("3")
    both = Publishing(NOW + 2_000, 100, 2, (one.object.trace_id, two.object.trace_id))
    metrics = load_metrics([one, two, three], [both, published(two, NOW + 3_000, 1_500)])
    assert (metrics.to_visible_s.count, metrics.not_seen) == (2, 1)
    assert (metrics.to_visible_s.p50, metrics.to_visible_s.most) == (2.5, 3.5)


def test_a_publishing_before_the_load_does_not_count():
    one = load()
    metrics = load_metrics([one], [published(one, NOW - 1)])
    assert (metrics.to_visible_s, metrics.not_seen) == (None, 1)


def test_an_object_without_a_new_drink_has_no_time_to_visible():
    metrics = load_metrics([load(loaded=0, unchanged=2)], [])
    assert (metrics.to_visible_s, metrics.not_seen) == (None, 0)


def test_replays_do_not_count_as_slow():
    one = load(generation=2, at=NOW + 86_400_000)
    metrics = load_metrics([one], [published(one, NOW + 86_402_000)])
    assert (metrics.to_loaded_s, metrics.to_visible_s) == (None, None)


# ---- the log of the publish function


def test_a_log_line_is_read_as_a_publishing():
    line = {"level": "INFO", "message": "published", "lag_ms": 40, "changed": 3, "traces": ["ab"]}
    publishing = publishing_of(NOW, msgspec.json.encode(line).decode())
    assert publishing == Publishing(NOW, 40, 3, ("ab",))
    assert publishing_of(NOW, '{"message":"published"}') == Publishing(NOW, 0, 0, ())


@pytest.mark.parametrize(
    "line",
    ["", "END RequestId: 1", "[]", '{"message": 1}', '{"message": "invocation failed"}',
     '{"message": "published", "lag_ms": "late"}'],
)  # fmt: skip
def test_other_lines_are_not_publishings(line):
    assert publishing_of(NOW, line) is None


@given(st.text())
def test_any_line_can_be_read(line):
    assert publishing_of(NOW, line) is None


# ---- reading once


def test_a_page_of_loads_is_read_once():
    reads = []

    class FakeLoads:
        def page(self, day, limit, after=None):
            reads.append((day, limit, after))
            return [load()], None

    once = ReadOnce(FakeLoads())

    for _ in range(2):
        assert once.page("2026-01-01", 100) == ([load()], None)
        once.page("2026-01-01", 100, LoadPosition.of(load()))
    assert len(reads) == 2
