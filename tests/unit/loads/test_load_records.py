"""Load records: names of loads, counts that add up, times of two clocks."""

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from mocktailverse.drinks.content_changes import Changes
from mocktailverse.loads.load_record import END, START, Checkpoint, Counts, Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.items import to_value
from mocktailverse.stores.load_items import load_of, segment_of, to_segment_item

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


def test_the_format_of_load_ids_does_not_change():
    """Logs, keys of rejected lines and URLs of the dashboard contain them."""
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
def test_counts_are_conserving_if_every_read_record_has_an_outcome(counts, conserving):
    assert counts.conserving is conserving


@pytest.mark.parametrize("outcome", ["loaded", "unchanged", "stale", "rejected"])
def test_a_record_counts_as_read_and_by_its_outcome(outcome):
    counts = Counts(10, 1, 2, 3, 4)
    counts.count(outcome)
    expected = {"loaded": 1, "unchanged": 2, "stale": 3, "rejected": 4}
    assert counts == Counts(read=11, **expected | {outcome: expected[outcome] + 1})


def test_counts_are_added_up_field_by_field():
    assert Counts(10, 1, 2, 3, 4) + Counts(100, 10, 20, 30, 40) == Counts(110, 11, 22, 33, 44)


def test_new_counts_are_zero():
    assert Counts() == Counts(0, 0, 0, 0, 0)


# ---- checkpoints and defaults


def test_the_checkpoints_of_start_and_end():
    assert (START.offset, START.skip) == (0, 0)
    assert (END.offset, END.skip) == (-1, 0)
    assert Checkpoint(7) == Checkpoint(7, 0)


def test_by_default_a_request_starts_at_the_beginning_and_has_never_failed():
    assert LoadRequest(VERSION, 1) == LoadRequest(
        VERSION, 1, checkpoint=Checkpoint(0, 0), stalled=0, tries=0, waited_for=None
    )


def test_by_default_a_segment_has_neither_rejected_lines_nor_drift():
    assert Segment(0, START, END, Counts(), final=True) == Segment(
        0, START, END, Counts(), final=True, rejected_key=None, drift=()
    )


# ---- times


@pytest.mark.parametrize(
    ("finished_at", "duration_ms"), [(None, None), (3_500, 2_500), (1_000, 0), (999, 0)]
)
def test_the_duration_of_a_load_is_never_negative(finished_at, duration_ms):
    assert load(finished_at=finished_at).duration_ms == duration_ms


@pytest.mark.parametrize(
    ("now", "remaining_ms"), [(900, 60), (940, 60), (941, 59), (999, 1), (1_000, 0), (1_001, 0)]
)
def test_the_remaining_time_of_a_lease_is_at_most_its_length(now, remaining_ms):
    assert Lease("owner", until=1_000, length_ms=60).remaining_ms(now) == remaining_ms


def test_changes_survive_the_loads_table():
    changes = Changes(3, {"derived.is_mocktail": 3, "glass": 1})
    done = replace(load(), changes=changes)
    segment = Segment(0, START, END, Counts(), final=True, changes=changes)
    assert segment_of(to_segment_item(done, segment)) == segment
    fields = {**to_builtins(done), **to_builtins(VERSION)}
    item = {name: to_value(value) for name, value in fields.items() if name != "object"}
    assert load_of(item).changes == changes
    del item["changes"]
    assert load_of(item).changes == Changes(), "written by an earlier release"
