"""Own recipes: what storing does, what is not understood, replacing and removing."""

import json

import msgspec
import pytest

from mocktailverse.errors import RecordRejectedError, UsageError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.operations.own_recipes import (
    drink_ids,
    own_slug,
    problems_of,
    review,
    store_recipes,
    store_removals,
    understood,
)
from mocktailverse.operations.recipe_fields import fields_of, line_text
from mocktailverse.operations.recipe_input import UnreadableRecipe, read_recipes
from mocktailverse.sources.authoring import RecipeEnvelope

HOUR_MS = 3_600_000


def recipe(name="Fizz", *lines: str, **fields) -> RecipeEnvelope:
    columns = {"name": name, "ingredients": list(lines) or ["2 oz gin"], **fields}
    (envelope,) = read_recipes(json.dumps(columns).encode(), None)
    return envelope


def nothing(_drink_id: str) -> None:
    return None


def finder(*envelopes):
    drinks = {drink.id: drink for drink in map(understood, envelopes)}
    return drinks.get


def statuses(read, find=nothing, clash="refuse") -> list[tuple[str, str]]:
    return [(one.drink.id, one.status) for one in review(read, find, clash).recipes]


def test_a_recipe_is_new_unchanged_or_in_conflict():
    other = recipe("Fizz", "1 oz rum")
    assert statuses([recipe()]) == [("own:fizz", "new")]
    assert statuses([recipe()], finder(recipe())) == [("own:fizz", "unchanged")]
    assert statuses([recipe()], finder(other)) == [("own:fizz", "conflict")]
    assert statuses([recipe()], finder(other), "replace") == [("own:fizz", "replaced")]
    assert statuses([recipe()], finder(other), "keep-both") == [("own:fizz-2", "new")]


@pytest.mark.parametrize(
    ("fields", "remarks"),
    [
        ({"instuctions": "Stir.", "Notes": ["cold"], "derived": {"x": 1}, "empty": ""},
         ["Not read: instuctions, Notes."]),
        ({"instructions": "Add 2 oz vodka."},
         ["Its texts name Vodka, but its ingredients do not."]),
        ({"garnish": "rum-soaked cherry"}, ["Its texts name Rum, but its ingredients do not."]),
        ({"instructions": "Servir en un vaso alto.", "garnish": "maraschino cherry"}, []),
        ({"instructions": "Stir with non-alcoholic gin in a wine glass.", "tags": ["rum"]}, []),
    ],
)  # fmt: skip
def test_what_is_easily_overlooked_is_remarked(fields, remarks):
    (mocktail,) = review([recipe("Fizz", "2 oz lime juice", **fields)], nothing).recipes
    assert mocktail.remarks == remarks


def test_alcohol_in_the_texts_of_a_drink_with_alcohol_is_not_remarked():
    (drink,) = review([recipe("Fizz", "2 oz gin", instructions="Add rum.")], nothing).recipes
    assert drink.remarks == []


def test_a_recipe_that_is_kept_beside_another_is_found_again():
    first, other = recipe("Fizz", "1 oz rum"), recipe()
    second = msgspec.structs.replace(other, id="fizz-2")
    find = finder(first, second)
    assert statuses([other], find, "keep-both") == [("own:fizz-2", "unchanged")]


def test_a_removed_recipe_leaves_its_id_free():
    removed = msgspec.structs.replace(understood(recipe("Fizz", "1 oz rum")), withdrawn_at=5)
    assert statuses([recipe()], {"own:fizz": removed}.get) == [("own:fizz", "new")]


def test_two_recipes_of_one_input_with_one_id_clash():
    both = [recipe("Fizz", "1 oz gin"), recipe("fizz", "1 oz rum"), recipe("Sour")]
    expected = [("own:fizz", "new"), ("own:fizz", "conflict"), ("own:sour", "new")]
    assert statuses(both) == expected
    assert statuses(both, clash="replace") == expected
    assert statuses(both, clash="keep-both")[1] == ("own:fizz-2", "new")
    assert len(review(both, nothing).to_store) == 2


def test_the_same_recipe_twice_is_stored_once():
    assert statuses([recipe(), recipe()]) == [("own:fizz", "new")]


def test_a_recipe_that_is_rejected_costs_only_itself():
    broken = recipe("Fizz", *["1 oz gin"] * 300)
    result = review([UnreadableRecipe(1, "x", "$", "y"), broken, recipe("Sour")], nothing)
    assert [one.code for one in result.unreadable] == ["x", "too_many_lines"]
    assert [one.drink.id for one in result.recipes] == ["own:sour"]
    with pytest.raises(RecordRejectedError):
        understood(broken)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("2 oz gin", ()),
        ("soda water, to top", ()),
        ("gin", ()),
        ("2 oz grozzle", ("unknown ingredient: grozzle",)),
        ("2 oz gin or grozzle", ("unknown ingredient: grozzle",)),
        ("1/0 oz gin", ("the measure is not understood",)),
        ("2 oz rum, lime", ("several ingredients: rum, lime; write a line for each",)),
        ("2 oz", ("the line has no ingredient; add its name",)),
        ("to garnish", ("the line has no ingredient; add its name",)),
        ("9999 gallons gin", ("the amount is too large",)),
    ],
)
def test_what_is_not_understood_is_marked(text, problems):
    (line,) = understood(recipe("x", text)).ingredients
    assert problems_of(line) == problems


def test_a_line_without_an_ingredient_is_kept_as_written_and_marked():
    drink = understood(recipe("x", "2 oz", "1 oz gin"))
    assert [line.name for line in drink.ingredients] == ["2 oz", "Gin"]
    assert {"ingredient_unknown", "measure_without_ingredient"} <= set(drink.quality)
    assert drink.derived.is_mocktail is False


def test_recipes_and_removals_load_through_the_pipeline(new_world):
    world = new_world()
    added = review([recipe("Fizz"), recipe("Sour", "1 oz rum")], nothing).recipes
    now = world.clock.now()
    version = store_recipes(world.raw, added, now)
    assert version.source == "own"
    assert world.raw.objects[version].metadata["observed-at"] == str(now)
    counts = world.handle(LoadRequest(version, 1))
    assert (counts.read, counts.loaded) == (2, 2)
    drink = world.drinks.table["own:fizz"].drink
    assert drink.content_hash == added[0].drink.content_hash
    world.clock.at = now + HOUR_MS
    again = store_recipes(world.raw, added, now + HOUR_MS)
    assert world.handle(LoadRequest(again, 1)).unchanged == 2
    world.clock.at = now + 2 * HOUR_MS
    removal = store_removals(world.raw, ["own:fizz", "sour"], now + 2 * HOUR_MS)
    assert world.handle(LoadRequest(removal, 1)).loaded == 2
    assert world.drinks.table["own:fizz"].drink.withdrawn_at == now + 2 * HOUR_MS


def test_ids_are_looked_up_once():
    read = [recipe(), UnreadableRecipe(2, "x", "$", "y"), recipe(), recipe("Sour")]
    assert drink_ids(read) == ["own:fizz", "own:sour"]


@pytest.mark.parametrize("text", ["thecocktaildb:11007", "own:No Slug", "own:", "../x", "a:own:b"])
def test_only_own_recipes_are_removed(text):
    with pytest.raises(UsageError):
        own_slug(text)
    assert own_slug("own:fizz") == own_slug("fizz") == "fizz"


@pytest.mark.parametrize(
    "line",
    ["2 oz gin", "soda water, to top", "2 oz lime juice, strained", "1 oz gin or vodka",
     "1 oz rum (optional)", "8 mint leaves", "Salt", "2 oz grozzle", "1 to 2 oz gin"],
)  # fmt: skip
def test_a_line_can_be_edited_as_text(line):
    (before,) = understood(recipe("x", line)).ingredients
    (after,) = understood(recipe("x", line_text(before))).ingredients
    ignored = {"name_raw", "measure_raw"}
    fields = [name for name in before.__struct_fields__ if name not in ignored]
    assert [getattr(before, name) for name in fields] == [getattr(after, name) for name in fields]


def test_a_drink_can_be_edited_as_columns():
    before = understood(
        recipe(
            "Fizz", "2 oz gin", "1 oz lime juice (optional)", instructions="Rühren.", language="de",
            glass="Coupe", garnish="Peel", method="Stir", category="Sour", tags="a, b",
            alcoholic="alcoholic", description="Old.", author="Bea", url="https://x.example/r",
            licence="MIT", image="https://x.example/i.jpg", image_author="Ada",
            image_licence="CC BY 4.0", abv_percent="21,5 %",
        )
    )  # fmt: skip
    assert before.stated.abv_percent == 21.5
    assert before.instructions == {"de": "Rühren."}
    again = understood(RecipeEnvelope("fizz", "columns", fields_of(before)))
    assert again.content_hash == before.content_hash


def test_an_edit_does_not_state_what_was_derived():
    before = understood(recipe("Fizz", instructions="Shake with ice.", abv_percent=0.0))
    columns = fields_of(before)
    assert (before.derived.method, "method" in columns, columns["abv_percent"]) == (
        "shaken",
        False,
        0,
    )
    stirred = RecipeEnvelope("fizz", "columns", {**columns, "instructions": "Stir and strain."})
    assert understood(stirred).derived.method == "stirred"


def test_an_exported_drink_can_be_edited_and_added():
    before = understood(
        recipe(
            "Fizz", "2 oz gin; chilled", instructions="Rühren.", language="de", abv_percent=0.0,
            author="Bea", url="https://x.example/r", image="https://x.example/i.jpg",
            image_author="Ada", image_licence="MIT",
        )
    )  # fmt: skip
    exported = msgspec.json.encode(msgspec.structs.replace(before, id="own:fizz-2"))
    (envelope,) = read_recipes(exported, None)
    assert envelope.id == "fizz-2"
    again = understood(msgspec.structs.replace(envelope, id="fizz"))
    assert again.content_hash == before.content_hash
