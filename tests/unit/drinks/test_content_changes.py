"""What a load changed in the drinks of the table, field by field."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mocktailverse.drinks.content_changes import Changes, changed_fields
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.register import Register, write_result
from strategies.drinks import drinks

NAMES = st.lists(st.sampled_from(["glass", "name", "derived.method"]), unique=True).map(tuple)


@given(drinks)
def test_a_drink_has_not_changed_if_only_its_time_and_place_have(drink: Drink):
    lineage = replace(drink.lineage, key="elsewhere", transform_version=1_000)
    later = replace(drink, observed_at=drink.observed_at + 1, lineage=lineage, content_hash="x")
    assert changed_fields(drink, later) == ()


@given(drinks, drinks)
def test_all_that_differs_is_named(old: Drink, new: Drink):
    names = changed_fields(old, new)
    assert len(set(names)) == len(names)
    assert set(names) == set(changed_fields(new, old))
    same = replace(new, content_hash="", observed_at=0, lineage=old.lineage)
    before = replace(old, content_hash="", observed_at=0)
    assert bool(names) == (msgspec.json.encode(same) != msgspec.json.encode(before))
    assert {name.partition(".")[0] for name in names} <= set(Drink.__struct_fields__)


@given(drinks.filter(lambda drink: drink.ingredients))
def test_a_nested_field_is_named_by_its_path(drink: Drink):
    first, *rest = drink.ingredients
    line = replace(first, alternatives=(*first.alternatives, "Sugar"))
    derived = replace(drink.derived, unknown_because=(*drink.derived.unknown_because, "Yakult"))
    other = replace(drink, ingredients=(line, *rest), derived=derived)
    assert changed_fields(drink, other) == ("derived.unknown_because", "ingredients.alternatives")
    assert changed_fields(drink, replace(drink, ingredients=tuple(rest))) == ("ingredients",)


@given(st.lists(NAMES), st.lists(NAMES))
def test_the_changes_of_two_loads_add_up(one: list[tuple[str, ...]], other: list[tuple[str, ...]]):
    total = Changes.of([*one, *other])
    assert Changes.of(one) + Changes.of(other) == total
    assert [*total.fields.values()] == sorted(total.fields.values(), reverse=True)
    assert max(total.fields.values(), default=0) <= total.drinks


@given(drinks)
def test_a_write_reports_the_fields_that_better_code_changed(drink: Drink):
    lineage = replace(drink.lineage, transform_version=drink.lineage.transform_version + 1)
    better = replace(drink, name=f"{drink.name}!", content_hash="other", lineage=lineage)
    old, new = Register(drink.id, drink, "n:i:e"), Register(drink.id, better, "n:i:e")
    assert write_result(old, new).changed == ("name",)
    assert write_result(None, new).changed == (), "a new drink"
    assert write_result(new, new).changed == (), "delivered again"
    assert write_result(new, old).changed == (), "stale"
    same = replace(better, name=drink.name, content_hash=drink.content_hash)
    assert write_result(old, Register(drink.id, same, "n:i:e")).changed == ()
