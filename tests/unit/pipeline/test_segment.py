"""The plan of a segment: every record has an outcome, and a cut loses nothing of an ID."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.register import merge, outcome
from mocktailverse.loads.load_record import Checkpoint, Counts
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline import segment_plan as segment_module
from mocktailverse.pipeline.segment_plan import plan_segment
from mocktailverse.pipeline.transformation import RecordResult
from mocktailverse.sources import SOURCES
from strategies.effort import examples

VERSION = ObjectVersion("data", "raw/thecocktaildb/x", "v")
READER = SOURCES["thecocktaildb"].records


def register(id_, name, ingredient, observed_at=1, position=0):
    fields = {"idDrink": id_, "strDrink": name, "strIngredient1": ingredient}
    lineage = Lineage("data", VERSION.key, "v", position, 1)
    return normalize(READER.from_fields(fields), "thecocktaildb", observed_at, lineage)


@st.composite
def pieces(draw):
    """Draw record results with registers of few IDs at distinct positions, and rejected lines."""
    kinds = draw(st.lists(st.integers(0, 5), max_size=14))
    results = []
    for position, kind in enumerate(kinds):
        after = Checkpoint(position + 1)
        if kind == 0:
            rejected = Rejected("id_missing", "$", "No id.", position, {}, VERSION)
            results.append(RecordResult(after, None, rejected))
        else:
            name, ingredient = draw(st.sampled_from([("A", "Gin"), ("B", "Rum"), ("C", "Gin")]))
            at = draw(st.integers(1, 2))
            drink = register(str(1 + kind % 3), name, ingredient, at, position)
            results.append(RecordResult(after, drink, None))
    return results


def load(table, plan):
    """Write a plan like the drinks table does."""
    for index in plan.unwritten():
        entry = plan.results[index]
        current = table.get(entry.register.id)
        entry.outcome = outcome(current, entry.register)
        table[entry.register.id] = merge(current, entry.register)


def expected(results):
    table = {}
    for piece in results:
        if piece.register:
            drink_id = piece.register.id
            table[drink_id] = merge(table.get(drink_id), piece.register)
    return table


@settings(max_examples=examples(100), deadline=None)
@given(pieces())
def test_every_record_is_written_already_decided_or_rejected(results):
    plan = plan_segment(results)
    rejected = [piece.rejected for piece in results if piece.rejected]
    decided = [entry for entry in plan.results if entry.outcome is not None]
    assert [entry.after for entry in plan.results] == [piece.after for piece in results]
    assert len(results) == len(plan.unwritten()) + len(decided) + len(rejected)
    assert plan.rejected() == rejected
    assert plan.exhausted


@settings(max_examples=examples(100), deadline=None)
@given(pieces())
def test_each_id_is_written_once_and_merged(results):
    plan = plan_segment(results)
    written = [plan.results[index].register for index in plan.unwritten()]
    assert {register.id: register for register in written} == expected(results)
    assert len(written) == len(expected(results))


@settings(max_examples=examples(100), deadline=None)
@given(pieces())
def test_counts_are_conserving(results):
    plan, table = plan_segment(results), {}
    load(table, plan)
    counts = plan.counts()
    assert counts.conserving
    assert (counts.read, counts.rejected) == (len(results), len(plan.rejected()))
    assert counts.loaded == len(table), "into an empty table, each id is loaded once"


@settings(max_examples=examples(150), deadline=None)
@given(pieces(), st.lists(st.integers(0, 13), max_size=3))
def test_a_plan_that_is_cut_and_continued_loses_nothing(results, cuts):
    table, counts, rest = {}, Counts(), results
    for cut in [*cuts, len(results)]:
        plan = plan_segment(rest)
        cut = min(cut, len(plan.results))  # noqa: PLW2901 - at most the end of the plan
        plan = plan.cut(cut)
        load(table, plan)
        counts += plan.counts()
        rest = rest[cut:]
    assert table == expected(results)
    assert counts.conserving
    assert counts.read == len(results)


def test_equal_records_of_an_id_are_unchanged_and_others_stale():
    results = [
        register("1", "A", "Gin", 1, 0),
        register("1", "A", "Gin", 1, 1),
        register("1", "B", "Rum", 2, 2),
        register("1", "A", "Gin", 1, 3),
        register("2", "A", "Gin", 1, 4),
    ]
    plan = plan_segment(
        RecordResult(Checkpoint(i + 1), piece, None) for i, piece in enumerate(results)
    )
    assert plan.unwritten() == [0, 4]
    load({}, plan)
    assert plan.counts() == Counts(read=5, loaded=2, unchanged=1, stale=2)
    assert plan.results[0].register.drink.name == "B"
    assert plan.results[0].register.drink.previous_name == "A"


def test_a_cut_before_the_highest_version_keeps_the_lower_version():
    old, new = register("1", "A", "Gin", 1, 0), register("1", "B", "Rum", 2, 1)
    table = {}
    load(
        table,
        plan_segment(
            [RecordResult(Checkpoint(1), old, None), RecordResult(Checkpoint(2), new, None)]
        ).cut(1),
    )
    load(table, plan_segment([RecordResult(Checkpoint(2), new, None)]))
    assert table["thecocktaildb:1"].drink.previous_name == "A"


@pytest.mark.parametrize(("number", "exhausted"), [(0, True), (3, True), (4, False), (9, False)])
def test_a_segment_has_at_most_its_size_and_reports_whether_more_may_follow(
    monkeypatch, number, exhausted
):
    monkeypatch.setattr(segment_module, "SEGMENT_RECORDS", 4)
    stream = iter(
        [
            RecordResult(Checkpoint(n + 1), register("1", "A", "Gin", 1, n), None)
            for n in range(number)
        ]
    )
    plan = plan_segment(stream)
    assert len(plan.results) == min(number, 4)
    assert plan.exhausted == exhausted
    assert len(list(stream)) == max(0, number - 4)
    assert not plan.cut(0).exhausted


def test_a_segment_has_five_hundred_records():
    stream = [
        RecordResult(Checkpoint(n), register(str(n), "A", "Gin", 1, n), None) for n in range(1, 502)
    ]
    plan = plan_segment(stream)
    assert (len(plan.results), plan.exhausted) == (500, False)
    assert plan_segment(stream[:499]).exhausted
