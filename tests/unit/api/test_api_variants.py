"""Recipes of one drink from several sources over HTTP."""

from urllib.parse import quote

import pytest
from msgspec.structs import replace


@pytest.fixture
def two_sources(make_catalogue, catalogue, new_world):
    """Return an API whose drinks are in two sources, the second without each first line."""
    drinks = [drink for drink in catalogue.all_drinks() if len(drink.ingredients) > 4][:6]
    others = [
        replace(
            drink,
            id=f"other:{drink.id.partition(':')[2]}",
            source="other",
            ingredients=drink.ingredients[:-1],
        )
        for drink in drinks
    ]
    return new_world(make_catalogue([*drinks, *others]).path), drinks


def test_a_drink_has_its_recipes_from_other_sources_and_their_comparison(two_sources):
    world, drinks = two_sources
    response = world.get(f"/drinks/{quote(drinks[0].id)}/variants").json()
    (item,) = response["items"]
    assert item == world.get(f"/drinks/{item['id']}").json()
    assert item["source"] == "other"
    assert response["next"] is None
    recipes = response["comparison"]["recipes"]
    assert [recipe["id"] for recipe in recipes] == [drinks[0].id, item["id"]]
    missing = [line for line in response["comparison"]["lines"] if None in line["amounts"]]
    assert [line["differs"] for line in missing] == [True]


def test_a_drink_of_one_source_has_no_variants(world, catalogue):
    drink = next(catalogue.all_drinks())
    response = world.get(f"/drinks/{quote(drink.id)}/variants").json()
    assert response == {"items": [], "next": None, "comparison": None}


def test_the_variants_of_an_unknown_drink_are_not_found(world):
    assert world.get("/drinks/test:none/variants").status_code == 404


def test_drinks_are_listed_by_source_and_one_for_each_group(two_sources):
    world, drinks = two_sources
    everything = world.get("/drinks?limit=100").json()["items"]
    assert len(everything) == 2 * len(drinks)
    of_other = world.get("/drinks?source=other").json()["items"]
    assert {drink["source"] for drink in of_other} == {"other"}
    grouped = [drink for page in world.pages("/drinks?group=true&limit=4") for drink in page]
    assert len(grouped) == len(drinks)
    assert {drink["name"] for drink in grouped} == {drink.name for drink in drinks}
    facets = world.get("/facets").json()["source"]
    assert {facet["value"]: facet["count"] for facet in facets}["other"] == len(drinks)
