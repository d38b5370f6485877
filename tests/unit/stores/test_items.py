"""Items: values survive a round trip through DynamoDB, including numbers and absences."""

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.drink import (
    Credit,
    Derived,
    Drink,
    Image,
    IngredientLine,
    Lineage,
    Stated,
)
from mocktailverse.drinks.register import Register
from mocktailverse.stores.expressions import Update
from mocktailverse.stores.items import from_item, to_item, to_value, value_of
from strategies.drinks import registers, sightings
from strategies.effort import examples

quick = settings(max_examples=examples(100), deadline=None)


def as_dynamodb_returns(value):
    """Return the value as DynamoDB returns it: numbers are normalized, 2.0 to 2, 1e-09 to 1E-9."""
    ((kind, content),) = value.items()
    if kind == "N":
        text = content.removesuffix(".0").replace("e-0", "E-").replace("e", "E")
        return {"N": text}
    if kind == "L":
        return {"L": [as_dynamodb_returns(element) for element in content]}
    if kind == "M":
        return {"M": {name: as_dynamodb_returns(element) for name, element in content.items()}}
    return value


def check_is_dynamodb(value):
    """Check that DynamoDB accepts the types and numbers of the value."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            assert isinstance(content, str)
        case "N":
            assert re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?", content)
            assert len(re.sub(r"e.*|\D", "", content).strip("0")) <= 38
        case "BOOL":
            assert isinstance(content, bool)
        case "NULL":
            assert content is True
        case "L":
            for element in content:
                check_is_dynamodb(element)
        case _:
            assert kind == "M"
            for element in content.values():
                check_is_dynamodb(element)


@quick
@given(registers)
def test_a_register_survives_a_round_trip(register):
    item = to_item(register)
    check_is_dynamodb({"M": item})
    assert from_item(item) == register
    returned = {name: as_dynamodb_returns(value) for name, value in item.items()}
    assert from_item(returned) == register


@quick
@given(sightings)
def test_numbers_keep_their_types(register):
    restored = from_item(to_item(register)).drink
    for line in restored.ingredients:
        assert isinstance(line.position, int)
        assert all(isinstance(n, float | None) for n in (line.amount_min, line.ml_max))
    assert isinstance(restored.derived.total_ml_min, float | None)


@quick
@given(sightings)
def test_the_item_has_the_attributes_of_the_write_condition(register):
    item = to_item(register)
    assert item["version"] == {"S": register.version.sortable()}
    assert item["recipe"] == {"S": register.recipe}
    assert ("earlier" in item) == bool(register.earlier)
    if register.earlier:
        assert item["earlier"] == to_value(msgspec.to_builtins(register.earlier))


@quick
@given(registers, registers)
def test_the_revision_changes_with_what_the_register_remembers(register, other):
    """It is a function of the content, so that any order of deliveries gives the same item."""

    def memory(one):
        return one.earlier, one.absences, one.removed_at

    revision, other_revision = (to_item(one).get("revision") for one in (register, other))
    assert (revision is None) == (memory(register) == ((), (), None))
    assert (revision == other_revision) == (memory(register) == memory(other))


def test_an_item_has_every_field_of_the_drink():
    register = _plain_register()
    assert set(Drink.__struct_fields__) <= set(to_item(register))
    assert set(Derived.__struct_fields__) == set(to_item(register)["derived"]["M"])
    (line,) = to_item(register)["ingredients"]["L"]
    assert set(IngredientLine.__struct_fields__) == set(line["M"])
    assert set(Image.__struct_fields__) == set(to_item(register)["image"]["M"])
    assert set(Lineage.__struct_fields__) == set(to_item(register)["lineage"]["M"])
    assert set(Credit.__struct_fields__) == set(to_item(register)["credit"]["M"])
    assert set(Stated.__struct_fields__) == set(to_item(register)["stated"]["M"])


def test_an_item_has_no_attribute_for_what_most_sources_do_not_state():
    register = _plain_register()
    unstated = ("description", "credit", "stated", "garnish")
    bare = msgspec.structs.replace(register.drink, **dict.fromkeys(unstated))
    item = to_item(msgspec.structs.replace(register, drink=bare))
    assert item.keys().isdisjoint(unstated)
    assert from_item(item).drink == bare


@quick
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=8,
    )
)
def test_plain_values_survive_a_round_trip(value):
    assert value_of(to_value(value)) == value


def test_values_that_dynamodb_cannot_store_are_refused():
    with pytest.raises(TypeError, match="cannot store values of type `object`"):
        to_value(object())
    with pytest.raises(ValueError, match="SS"):
        value_of({"SS": ["a"]})


def test_an_update_has_expressions_for_all_its_changes():
    update = Update(
        put={"status": "done", "a": 1},
        default={"a": 2, "b": 3},
        add={"attempts": 1},
        remove=("error", "lease"),
        condition="#status <> :done",
        values={"done": "done"},
    )
    assert update.arguments() == {
        "UpdateExpression": (
            "SET #b = if_not_exists(#b, :b), #status = :status, #a = :a "
            "REMOVE #error, #lease ADD #attempts :attempts"
        ),
        "ExpressionAttributeNames": {
            f"#{name}": name for name in ("a", "attempts", "b", "error", "lease", "status")
        },
        "ExpressionAttributeValues": {
            ":b": {"N": "3"},
            ":status": {"S": "done"},
            ":a": {"N": "1"},
            ":attempts": {"N": "1"},
            ":done": {"S": "done"},
        },
        "ConditionExpression": "#status <> :done",
    }


def test_an_update_without_a_condition_has_no_condition_expression():
    arguments = Update(put={"a": None}).arguments()
    assert arguments["UpdateExpression"] == "SET #a = :a"
    assert "ConditionExpression" not in arguments


def _plain_register():
    line = IngredientLine(1, "Gin", "gin", None, None, None, "none", None, None, "none", "unknown")
    drink = Drink(
        id="s:1", source="s", name="n", category=None, alcoholic=None, glass=None, iba=None,
        tags=(), instructions={}, ingredients=(line,), image=Image("u", None, None), video=None,
        derived=Derived(), quality=(), content_hash="h", observed_at=0, withdrawn_at=None,
        previous_name=None, lineage=Lineage("b", "k", "v", 0, 1),
        description="d", credit=Credit("a"), stated=Stated(7.5), garnish="g",
    )  # fmt: skip
    return Register(drink.id, drink, "a:b:c")
