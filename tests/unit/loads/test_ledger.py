"""The ledger: names of loads, counts that add up, times that two clocks told."""

import pytest

from mocktailverse.loads.load_record import END, START, Checkpoint, Counts, Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion

VERSION = ObjectVersion("data", "raw/thecocktaildb/2026/a.json", "v1")


def load(**times: int | None) -> Load:
    fields = {"started_at": 1_000, "finished_at": None} | times
    return Load(
        object=VERSION, generation=1, status="done", counts=Counts(), bytes=0, attempts=1,
        requeues=0, requeued_at=None, active_at=1_000, error=None, transform_version=1, **fields,
    )  # fmt: skip


# ---- names


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("raw/thecocktaildb/a.json", "thecocktaildb"),
        ("raw/thecocktaildb/2026/01/a.json", "thecocktaildb"),
        ("raw/thecocktaildb/", "thecocktaildb"),
        ("raw//a.json", ""),
        ("raw/thecocktaildb", ""),
        ("raw", ""),
        ("", ""),
        ("rejected/thecocktaildb/a.json", ""),
    ],
)
def test_the_source_is_the_folder_below_raw(key, source):
    assert ObjectVersion("data", key, "v1").source == source


def test_the_names_of_a_load_stay_what_they_are():
    """Logs, keys of rejected lines and addresses of the dashboard hold them."""
    assert VERSION.trace_id == "ba9e4b522523571784778194"
    assert VERSION.load_id(1) == "ba9e4b522523571784778194-0001"
    assert VERSION.load_id(12_345) == "ba9e4b522523571784778194-12345"


@pytest.mark.parametrize(
    "other",
    [
        ObjectVersion("other", VERSION.key, VERSION.version_id),
        ObjectVersion(VERSION.bucket, "raw/thecocktaildb/2026/b.json", VERSION.version_id),
        ObjectVersion(VERSION.bucket, VERSION.key, "v2"),
    ],
)
def test_another_version_of_an_object_has_another_trace(other):
    assert other.trace_id != VERSION.trace_id


# ---- counts


@pytest.mark.parametrize(
    ("counts", "conserving"),
    [
        (Counts(), True),
        (Counts(10, 1, 2, 3, 4), True),
        (Counts(11, 1, 2, 3, 4), False),
        (Counts(9, 1, 2, 3, 4), False),
        (Counts(5, loaded=5), True),
        (Counts(5, unchanged=5), True),
        (Counts(5, stale=5), True),
        (Counts(5, rejected=5), True),
    ],
)
def test_counts_conserve_where_all_that_was_read_is_accounted_for(counts, conserving):
    assert counts.conserving is conserving


@pytest.mark.parametrize("outcome", ["loaded", "unchanged", "stale", "rejected"])
def test_a_record_counts_as_read_and_as_what_became_of_it(outcome):
    counts = Counts(10, 1, 2, 3, 4)
    counts.count(outcome)
    expected = {"loaded": 1, "unchanged": 2, "stale": 3, "rejected": 4}
    assert counts == Counts(read=11, **expected | {outcome: expected[outcome] + 1})


def test_counts_are_added_up_field_by_field():
    assert Counts(10, 1, 2, 3, 4) + Counts(100, 10, 20, 30, 40) == Counts(110, 11, 22, 33, 44)


def test_nothing_is_counted_at_first():
    assert Counts() == Counts(0, 0, 0, 0, 0)


# ---- cursors and what is left out


def test_an_object_begins_at_nought_and_ends_behind_everything():
    assert (START.offset, START.skip) == (0, 0)
    assert (END.offset, END.skip) == (-1, 0)
    assert Checkpoint(7) == Checkpoint(7, 0)


def test_what_a_message_leaves_out_asks_for_the_beginning_and_has_never_failed():
    assert LoadRequest(VERSION, 1) == LoadRequest(
        VERSION, 1, checkpoint=Checkpoint(0, 0), stalled=0, tries=0, waited_for=None
    )


def test_a_segment_has_neither_rejected_lines_nor_drift_unless_it_says_so():
    assert Segment(0, START, END, Counts(), final=True) == Segment(
        0, START, END, Counts(), final=True, rejected_key=None, drift=()
    )


# ---- times


@pytest.mark.parametrize(
    ("finished_at", "duration_ms"), [(None, None), (3_500, 2_500), (1_000, 0), (999, 0)]
)
def test_a_load_lasts_from_its_beginning_to_its_end_and_never_less_than_nothing(
    finished_at, duration_ms
):
    assert load(finished_at=finished_at).duration_ms == duration_ms


@pytest.mark.parametrize(
    ("now", "remaining_ms"), [(900, 60), (940, 60), (941, 59), (999, 1), (1_000, 0), (1_001, 0)]
)
def test_a_lease_rests_until_its_end_and_never_longer_than_it_was_granted_for(now, remaining_ms):
    assert Lease("owner", until=1_000, length_ms=60).remaining_ms(now) == remaining_ms
