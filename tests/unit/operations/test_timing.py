"""Throughput and latency of the pipeline, computed from load records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.timing import passages, quantile, throughput

NOW = 1_767_268_800_000
BIN_MS = 10_000


def load(started_at=NOW, finished_at=NOW, *, read=1, loaded=1, stored_at=NOW, generation=1):
    return Load(
        ObjectVersion("data", "raw/thecocktaildb/a.json", "v1"),
        generation, "done" if finished_at is not None else "loading",
        Counts(read=read, loaded=loaded), 10, 1, 0, None, started_at, started_at, finished_at,
        None, 1, (), stored_at,
    )  # fmt: skip


def rates(loads, bins=3):
    points = throughput(loads, now=NOW + BIN_MS - 1, bins=bins, bin_ms=BIN_MS)
    assert [rate.at for rate in points] == [
        NOW - (bins - 1 - number) * BIN_MS for number in range(bins)
    ]
    return [rate.records_per_s for rate in points]


def test_records_count_in_the_time_of_their_load():
    assert rates([load(NOW - 5_000, NOW - 4_000, read=30)]) == [0, 3, 0]


def test_a_long_load_is_spread_over_its_time():
    assert rates([load(NOW - 5_000, NOW + 5_000, read=100)]) == [0, 5, 5]


def test_a_load_that_started_before_the_chart_shows_its_part():
    assert rates([load(NOW - 90_000, NOW + 10_000, read=100)], bins=1) == [1]


def test_a_load_without_a_duration_counts_at_its_time():
    assert rates([load(NOW, NOW, read=10)]) == [0, 0, 1]


def test_unfinished_and_empty_loads_have_no_rate():
    assert rates([load(finished_at=None), load(read=0, loaded=0)]) == [0, 0, 0]


@given(
    st.lists(
        st.tuples(st.integers(0, 90 * BIN_MS), st.integers(0, 9 * BIN_MS), st.integers(0, 10_000)),
        max_size=20,
    )
)
def test_no_record_is_lost_or_counted_twice(spans):
    loads = [load(NOW - 99 * BIN_MS + at, NOW - 99 * BIN_MS + at + took, read=read)
             for at, took, read in spans]  # fmt: skip
    points = throughput(loads, now=NOW, bins=100, bin_ms=BIN_MS)
    total = sum(rate.records_per_s for rate in points) * BIN_MS / 1000
    assert total == pytest.approx(sum(read for _, _, read in spans))


def test_a_passage_has_three_steps():
    (passage,) = passages(
        [load(NOW + 2_000, NOW + 2_500)], builds=[NOW - 60_000, NOW + 3_500, NOW + 9_000]
    )
    assert (passage.waiting_s, passage.loading_s, passage.publishing_s, passage.visible_s) == (
        2.0,
        0.5,
        1.0,
        3.5,
    )


@pytest.mark.parametrize(
    "builds",
    [[], [NOW - 1], [NOW + 1]],
    ids=["never", "before only", "the first known build, perhaps of several"],
)
def test_a_load_without_a_known_build_of_its_own_has_no_time_to_visible(builds):
    (passage,) = passages([load()], builds)
    assert (passage.publishing_s, passage.visible_s) == (None, None)


def test_the_very_first_catalogue_contains_all_earlier_loads():
    (passage,) = passages([load()], [0, NOW + 1_500])
    assert passage.publishing_s == 1.5


def test_a_catalogue_built_at_the_end_of_a_load_contains_it():
    (passage,) = passages([load()], [0, NOW, NOW + 5])
    assert passage.publishing_s == 0


def test_a_load_that_changed_nothing_is_not_published():
    (passage,) = passages([load(loaded=0)], [0, NOW + 1])
    assert passage.publishing_s is None


@pytest.mark.parametrize(
    "other",
    [load(generation=2), load(finished_at=None), load(stored_at=None)],
    ids=["replay", "unfinished", "of older code"],
)
def test_only_finished_first_loads_have_a_passage(other):
    assert passages([other], []) == []


def test_different_clocks_give_no_negative_times():
    (passage,) = passages([load(NOW, NOW - 1, stored_at=NOW + 900)], [])
    assert (passage.waiting_s, passage.loading_s) == (0, 0)


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (1, 10), (0.01, 1), (0, 1)])
def test_quantiles_are_observed_values(share, value):
    assert quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == value
    assert quantile([7], share) == 7
