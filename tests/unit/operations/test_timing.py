"""How fast the pipeline is, from the books alone."""

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
    found = throughput(loads, now=NOW + BIN_MS - 1, bins=bins, bin_ms=BIN_MS)
    assert [rate.at for rate in found] == [
        NOW - (bins - 1 - number) * BIN_MS for number in range(bins)
    ]
    return [rate.records_per_s for rate in found]


def test_records_count_where_their_load_ran():
    assert rates([load(NOW - 5_000, NOW - 4_000, read=30)]) == [0, 3, 0]


def test_a_long_load_is_spread_over_its_time():
    assert rates([load(NOW - 5_000, NOW + 5_000, read=100)]) == [0, 5, 5]


def test_a_load_that_began_before_the_chart_shows_its_part():
    assert rates([load(NOW - 90_000, NOW + 10_000, read=100)], bins=1) == [1]


def test_a_load_without_duration_counts_as_a_moment():
    assert rates([load(NOW, NOW, read=10)]) == [0, 0, 1]


def test_loads_under_way_and_empty_ones_have_no_rate():
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
    found = throughput(loads, now=NOW, bins=100, bin_ms=BIN_MS)
    total = sum(rate.records_per_s for rate in found) * BIN_MS / 1000
    assert total == pytest.approx(sum(read for _, _, read in spans))


def test_a_passage_has_three_steps():
    found = passages(
        [load(NOW + 2_000, NOW + 2_500)], builds=[NOW - 60_000, NOW + 3_500, NOW + 9_000]
    )
    (way,) = found
    assert (way.waiting_s, way.loading_s, way.publishing_s, way.visible_s) == (2.0, 0.5, 1.0, 3.5)


@pytest.mark.parametrize(
    "builds",
    [[], [NOW - 1], [NOW + 1]],
    ids=["never", "before only", "the first that was seen, perhaps of many"],
)
def test_without_a_build_known_to_be_its_own_a_load_is_not_said_to_be_visible(builds):
    (way,) = passages([load()], builds)
    assert (way.publishing_s, way.visible_s) == (None, None)


def test_the_first_catalogue_of_all_is_the_own_one_of_what_was_loaded_before():
    (way,) = passages([load()], [0, NOW + 1_500])
    assert way.publishing_s == 1.5


def test_a_catalogue_built_in_the_moment_of_a_load_s_end_is_its_own():
    (way,) = passages([load()], [0, NOW, NOW + 5])
    assert way.publishing_s == 0


def test_a_load_that_changed_nothing_is_not_published():
    (way,) = passages([load(loaded=0)], [0, NOW + 1])
    assert way.publishing_s is None


@pytest.mark.parametrize(
    "other",
    [load(generation=2), load(finished_at=None), load(stored_at=None)],
    ids=["replay", "under way", "older code's"],
)
def test_only_first_loads_that_are_done_have_a_passage(other):
    assert passages([other], []) == []


def test_clocks_that_differ_make_no_negative_times():
    (way,) = passages([load(NOW, NOW - 1, stored_at=NOW + 900)], [])
    assert (way.waiting_s, way.loading_s) == (0, 0)


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (1, 10), (0.01, 1), (0, 1)])
def test_quantiles_are_values_that_occurred(share, value):
    assert quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == value
    assert quantile([7], share) == 7
