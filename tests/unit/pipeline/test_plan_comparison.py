"""Plan: names exactly the drinks that other code changes, with fields and values."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks import register
from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import RecordRejectedError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline import plan_object, transformation
from mocktailverse.pipeline.plan_comparison import Scope, make_plan
from mocktailverse.pipeline.plan_object import ExaminedObject, examine, without_content

NOON_MS = 1_767_268_800_000
DAY_MS = 24 * 3600 * 1000
ONE, TWO, THREE = (f"thecocktaildb:{number}" for number in (1, 2, 3))

replace = msgspec.structs.replace


class Environment:
    """Loaded raw objects with a published catalogue, and what other code makes of them."""

    def __init__(self, world, path: Path) -> None:
        self.world = world
        self.path = path
        self.examined = 0

    def put(self, name, *records, at=0, load=True):
        """Store raw records, and load them."""
        body = msgspec.json.encode(list(records))
        version = self.world.raw.add(body, f"raw/thecocktaildb/{name}", stored_at=NOON_MS + at)
        if load:
            self.world.handle(LoadRequest(version, 1))
        return version

    def publish(self):
        with CatalogueWriter.create(self.path) as writer:
            writer.put(one.drink for one in self.world.drinks.all() if one.drink)
            writer.seal(version="1-00000000", built_at=1, table="drinks")

    def plan(self, **scope):
        """Return the plan of the code as it is now."""
        stored = list(self.world.raw.versions())
        fields = {"chosen": {one.version for one in stored}, "rejected": self._rejected(stored)}
        with closing(Catalogue(self.path)) as catalogue:

            def examined(tasks):
                for task in tasks:
                    self.examined += 1
                    if task.version not in self.world.raw.objects:
                        yield ExaminedObject(task.version)
                        continue
                    lines = [r for key in task.rejected_keys for r in self.world.raw.rejected(key)]
                    yield examine(task, self.world.raw.open(task.version), catalogue, lines)

            served = {drink.id: without_content(drink) for drink in catalogue.all_drinks()}
            scope = Scope(stored, **(fields | scope))
            return make_plan(catalogue, served, scope, examined, self.world.loads.latest)

    def _rejected(self, stored):
        files = {}
        for one in stored:
            load_id = one.version.load_id(1)
            keys = sorted(k for k in self.world.raw.rejected_objects if k.split("/")[1] == load_id)
            if keys:
                files[one.version] = tuple(keys)
        return files


@pytest.fixture
def env(new_world, tmp_path):
    return Environment(new_world(), tmp_path / "catalogue.sqlite")


@pytest.fixture
def other_code(monkeypatch):
    """Return a function that changes what this code makes of each record."""

    def change(of_result):
        def transform(*arguments):
            return map(of_result, transformation.transform(*arguments))

        monkeypatch.setattr(plan_object, "transform", transform)

    return change


def with_drink(result, **fields):
    """Return the result with another drink, as other code would make it."""
    drink = replace(result.register.drink, content_hash="other", **fields)
    return replace(result, register=replace(result.register, drink=drink))


def renamed(*ids):
    """Return code that gives these drinks another glass."""
    return lambda r: with_drink(r, glass="Cup") if r.register and r.register.id in ids else r


def summary(plan):
    return [(drink.id, drink.change) for drink in plan.drinks]


@pytest.fixture
def loaded(env, raw_record):
    """Two objects with three drinks and a rejected record."""
    env.put("1", raw_record("1", "Adonis"), raw_record("2", "Bijou"), {})
    env.put("2", raw_record("3", "Clover Club"), at=1)
    env.publish()
    return env


def test_the_same_code_changes_nothing(loaded):
    plan = loaded.plan()
    assert plan.is_empty
    assert (plan.changed, plan.unchanged, plan.drinks, plan.fields) == (0, 3, [], {})
    assert (plan.objects, plan.of_objects, plan.records) == (2, 2, 4)


def test_other_code_is_named_with_the_drinks_fields_and_values(loaded, other_code):
    other_code(renamed(TWO))
    plan = loaded.plan()
    assert summary(plan) == [(TWO, "changed")]
    (found,) = plan.drinks[0].differences
    assert (found.field, found.old, found.new) == ("glass", "Cocktail glass", "Cup")
    assert (plan.unchanged, plan.fields, plan.is_empty) == (2, {"glass": 1}, False)


def test_another_version_of_the_code_alone_is_no_change(loaded, other_code):
    def newer(result):
        if result.register is None:
            return result
        lineage = replace(result.register.drink.lineage, transform_version=99)
        return with_drink(result, lineage=lineage)

    other_code(newer)
    assert loaded.plan().is_empty
    assert loaded.plan().unchanged == 3


def test_a_field_counts_once_for_each_drink_and_the_largest_change_comes_first(loaded, other_code):
    factors = {ONE: 2, TWO: 4}

    def stronger(result):
        factor = factors.get(result.register.id) if result.register else None
        if factor is None:
            return result
        lines = result.register.drink.ingredients
        return with_drink(
            result, ingredients=tuple(replace(x, ml_min=x.ml_min * factor) for x in lines)
        )

    other_code(stronger)
    plan = loaded.plan()
    assert plan.fields == {"ingredients[].ml_min": 2}
    assert [(one.id, one.difference.relative) for one in plan.largest] == [(TWO, 3), (ONE, 1)]


def test_data_that_arrived_since_is_no_change_of_the_code(loaded, raw_record, other_code):
    """Neither a changed drink, nor a new one; one that other code also changes is."""
    newer = [
        raw_record("1", "Adonis", strGlass="Mug"),
        raw_record("4"),
        raw_record("3", strGlass="Mug"),
    ]
    version = loaded.put("9", *newer, at=10, load=False)
    plan = loaded.plan(unsettled={version})
    assert (plan.is_empty, plan.unchanged, plan.in_flight) == (True, 3, 1)
    other_code(renamed(THREE))
    assert summary(loaded.plan(unsettled={version})) == [(THREE, "changed")]


def test_loaded_data_that_is_not_published_yet_is_no_change_of_the_code(loaded, raw_record):
    version = loaded.put("9", raw_record("1", "Adonis", strGlass="Mug"), at=10)
    for unsettled in (set(), {version}):
        assert loaded.plan(unsettled=unsettled).is_empty


def test_an_observation_of_the_same_content_may_be_published_or_not(loaded, raw_record, other_code):
    """Publishing skips drinks whose content is the same, so their lineage lags behind."""
    loaded.put("9", raw_record("1", "Adonis"), at=DAY_MS)
    assert loaded.plan().unchanged == 3
    other_code(renamed(ONE))
    assert summary(loaded.plan()) == [(ONE, "changed")]


def test_a_drink_of_an_expired_object_is_compared_with_a_newer_observation(
    loaded, raw_record, other_code
):
    loaded.put("9", raw_record("1", "Adonis"), at=DAY_MS)
    for version in [one for one in loaded.world.raw.objects if one.key.endswith("/1")]:
        del loaded.world.raw.objects[version]
    plan = loaded.plan(raw_expires=True)
    assert (plan.changed, plan.unchanged, plan.expired) == (0, 2, 1)  # 2 is in no other object
    other_code(renamed(ONE))
    assert summary(loaded.plan(raw_expires=True)) == [(ONE, "changed")]


def test_a_sample_counts_what_it_leaves_out(loaded, other_code):
    other_code(renamed(ONE, THREE))
    chosen = {one for one in loaded.world.raw.objects if one.key.endswith("/2")}
    plan = loaded.plan(chosen=chosen)
    assert summary(plan) == [(THREE, "changed")]
    assert (plan.not_sampled, plan.expired, plan.objects, plan.of_objects) == (2, 0, 1, 2)


def test_a_record_that_would_no_longer_load_removes_its_drink(loaded, other_code):
    def strict(result):
        if result.register is None or result.register.id != TWO:
            return result
        lineage = result.register.drink.lineage
        version = ObjectVersion.of(lineage)
        line = Rejected("name_missing", "$", "No name.", lineage.position, None, version)
        return replace(result, register=None, rejected=line)

    other_code(strict)
    plan = loaded.plan()
    assert summary(plan) == [(TWO, "removed")]
    assert (plan.removed, plan.now_rejected, plan.now_loads) == (1, {"name_missing": 1}, {})
    (record,) = plan.rejected["now_rejected"]
    assert (record.position, record.message) == (1, "No name.")


def test_a_record_that_gets_another_id_removes_one_drink_and_adds_another(loaded, other_code):
    other = f"{TWO}0"

    def renumbered(result):
        if result.register is None or result.register.id != TWO:
            return result
        result = with_drink(result, id=other)
        return replace(result, register=replace(result.register, id=other))

    other_code(renumbered)
    plan = loaded.plan()
    assert summary(plan) == [(TWO, "removed"), (other, "added")]
    assert (plan.unchanged, plan.in_flight, plan.fields) == (2, 0, {})


def test_a_rejected_record_that_would_load_adds_a_drink_or_replaces_an_older_one(
    env, raw_record, monkeypatch
):
    """The code that loaded them rejects some names."""
    with monkeypatch.context() as strict:
        strict.setattr(transformation, "_record", refusing("Daisy"))
        env.put("1", raw_record("1", "Adonis"))
        env.put("2", raw_record("2", "Daisy"), raw_record("1", "Daisy"), at=1)
        env.publish()
        assert env.plan().is_empty
    plan = env.plan()
    assert summary(plan) == [(ONE, "changed"), (TWO, "added")]
    assert plan.now_loads == {"name_missing": 2}
    assert [one.field for one in plan.drinks[0].differences] == ["name"]
    assert plan.in_flight == 0


def test_a_drink_whose_record_would_be_rejected_is_compared_with_an_older_one(
    env, raw_record, monkeypatch
):
    env.put("1", raw_record("1", "Adonis", strGlass="Mug"))
    env.put("2", raw_record("1", "Daisy"), raw_record("2", "Daisy"), at=1)
    env.publish()
    monkeypatch.setattr(transformation, "_record", refusing("Daisy"))
    plan = env.plan()
    assert summary(plan) == [(ONE, "changed"), (TWO, "removed")]
    assert {one.field: one.new for one in plan.drinks[0].differences} == {
        "name": "Adonis",
        "glass": "Mug",
    }


def test_of_two_records_of_one_time_the_content_decides(env, raw_record, other_code):
    env.put("1", raw_record("1", "Adonis", strGlass="Cup"), raw_record("1", "Adonis"))
    env.publish()
    served = next(one for one in env.world.drinks.all()).drink
    assert env.plan().is_empty
    other = {"Cup", "Cocktail glass"}.difference({served.glass}).pop()

    def reversed_order(result):
        drink = result.register.drink
        content_hash = "f" * 65 if drink.glass == other else drink.content_hash
        return replace(
            result,
            register=replace(result.register, drink=replace(drink, content_hash=content_hash)),
        )

    other_code(reversed_order)
    (planned,) = env.plan().drinks
    assert [(one.field, one.old, one.new) for one in planned.differences] == [
        ("glass", served.glass, other)
    ]


def test_code_that_raises_for_a_record_is_named_and_the_others_are_compared(
    loaded, raw_record, monkeypatch
):
    read = transformation._record  # noqa: SLF001 - the code that a release would change

    def record(reader, data):
        if b"Bijou" in data:
            raise ZeroDivisionError("by zero")
        return read(reader, data)

    loaded.put("3", raw_record("2", "Bijou"), at=9, load=False)
    monkeypatch.setattr(transformation, "_record", record)
    plan = loaded.plan()
    assert summary(plan) == [(TWO, "removed")]
    assert (plan.unchanged, plan.now_rejected) == (2, {"exception": 1})
    (rejected,) = plan.rejected["now_rejected"]
    assert (rejected.position, rejected.message) == (1, "ZeroDivisionError: by zero")


def test_code_that_cannot_decode_an_object_removes_what_is_left_of_it(loaded, monkeypatch):
    def decode(opened, *arguments):
        decoded = transformation_decode(opened, *arguments)
        yield next(decoded)
        raise KeyError("columns")

    transformation_decode = transformation.decode
    monkeypatch.setattr(transformation, "decode", decode)
    plan = loaded.plan()
    assert summary(plan) == [(TWO, "removed")]
    assert (plan.now_rejected, plan.now_loads) == ({"exception": 2}, {})
    assert {one.position for one in plan.rejected["now_rejected"]} == {None}


def test_a_field_that_this_code_no_longer_has_is_a_difference(loaded):
    with sqlite3.connect(loaded.path) as file:
        file.execute("ALTER TABLE drinks ADD COLUMN colour TEXT")
        file.execute("ALTER TABLE drink_ingredients ADD COLUMN fizzy INTEGER")
        file.execute("UPDATE drinks SET colour = 'red' WHERE id = ?", (ONE,))
        file.execute("UPDATE drink_ingredients SET fizzy = 0 WHERE drink_id = ?", (TWO,))
    plan = loaded.plan()
    assert summary(plan) == [(ONE, "changed"), (TWO, "changed")]
    assert plan.fields == {"colour": 1, "ingredients[].fizzy": 1}
    assert plan.drinks[1].differences[0].line == "1 Tequila"


def refusing(name):
    read = transformation._record  # noqa: SLF001 - the code that a release would change

    def record(reader, data):
        result = read(reader, data)
        if result.name == name:
            raise RecordRejectedError(Reason.NAME_MISSING, "$", "No.")
        return result

    return record


def test_rejected_records_of_an_unfinished_load_are_not_compared(env, raw_record):
    env.put("1", raw_record("1"))
    env.publish()
    version = env.put("2", {"idDrink": "x"}, at=1, load=False)
    assert env.plan(unsettled={version}).is_empty


def test_rejected_records_of_an_earlier_load_are_not_compared(env, raw_record, monkeypatch):
    with monkeypatch.context() as strict:
        strict.setattr(transformation, "_record", refusing("Daisy"))
        version = env.put("1", raw_record("1", "Daisy"))
    generation = env.world.loads.open_generation(version, now=NOON_MS)
    env.world.handle(LoadRequest(version, generation))
    env.publish()
    plan = env.plan()
    assert (plan.is_empty, plan.unchanged) == (True, 1)


@pytest.fixture
def withdrawn(env, raw_record):
    """A drink with two absences a day apart, and one whose id was another drink's."""
    env.put("1", raw_record("1", "Adonis"), raw_record("2", strIngredient1="Gin", strDrink="Old"))
    env.put("2", {"idDrink": "1", "absent": True}, raw_record("2"), at=1)
    env.put("3", {"idDrink": "1", "absent": True}, at=1 + DAY_MS)
    env.publish()
    return env


def test_marks_from_several_observations_are_compared(withdrawn, monkeypatch):
    assert withdrawn.plan().is_empty
    monkeypatch.setattr(register, "WITHDRAWAL_MS", 2 * DAY_MS)
    plan = withdrawn.plan()
    assert (summary(plan), plan.fields) == ([(ONE, "changed")], {"withdrawn_at": 1})
    assert plan.largest == []


def test_marks_are_not_compared_where_observations_are_missing(withdrawn, monkeypatch):
    monkeypatch.setattr(register, "WITHDRAWAL_MS", 2 * DAY_MS)
    last = {one for one in withdrawn.world.raw.objects if one.key.endswith("/3")}
    assert withdrawn.plan(raw_expires=True).is_empty
    assert withdrawn.plan(chosen=withdrawn.world.raw.objects.keys() - last).is_empty


def test_marks_of_drinks_in_flight_are_not_compared(withdrawn):
    last = {one for one in withdrawn.world.raw.objects if one.key.endswith("/3")}
    plan = withdrawn.plan(unsettled=last)
    assert (plan.is_empty, plan.in_flight) == (True, 1)


def test_a_plan_can_be_stored_without_its_drinks(loaded, other_code):
    other_code(renamed(TWO))
    stored = msgspec.json.decode(msgspec.json.encode(loaded.plan().summary))
    assert stored["changed"] == 1
    assert "drinks" not in stored
