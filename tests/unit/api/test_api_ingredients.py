"""Ingredients and the shelf over HTTP."""

import msgspec
import pytest


def test_pages_of_ingredients_lead_to_the_end(world, catalogue):
    found = [entry["name"] for page in world.pages("/ingredients?limit=30") for entry in page]
    assert len(found) == len(set(found)) > 60
    first = catalogue.ingredients(limit=30).items
    assert found[:30] == [entry.name for entry in first]


def test_ingredients_can_be_looked_for_by_name_and_kind(world, catalogue):
    entry = next(e for e in catalogue.ingredients(limit=100).items if e.kind)
    for page in world.pages(f"/ingredients?q={entry.name}&kind={entry.kind}"):
        assert entry.name in [found["name"] for found in page]
        assert {found["kind"] for found in page} == {entry.kind}


@pytest.mark.parametrize("spelling", ["Gin", "gin", " GIN ", "gin%20"])
def test_an_ingredient_is_found_in_any_spelling(world, catalogue, spelling):
    answer = world.get(f"/ingredients/{spelling}")
    assert answer.json() == msgspec.to_builtins(catalogue.ingredient("Gin"))


def test_of_an_unknown_ingredient_the_answer_says_what_may_be_meant(world):
    error = world.get("/ingredients/gim").json()["error"]
    assert error["code"] == "no_such_ingredient"
    assert "Did you mean" in error["message"]
    assert {"parameter": "name", "message": "Gin"} in error["details"]


def test_where_nothing_is_alike_nothing_is_suggested(world):
    answer = world.get("/ingredients/%F0%9F%A6%84qqqqqqqq")
    assert answer.status_code == 404
    assert answer.json()["error"]["details"] == []


def test_the_shelf_says_what_can_be_made(world, catalogue):
    answer = world.get("/makeable?have=gin,tonic%20water&have=Lime&have=ice&missing=1&limit=100")
    expected = catalogue.makeable(["gin", "tonic water", "Lime", "ice"], missing=1, limit=100)
    assert answer.content == msgspec.json.encode(expected)
    assert answer.json()["items"]


def test_what_can_be_made_comes_in_pages(world):
    path = "/makeable?have=gin,lime,ice,sugar&missing=2"
    pages = list(world.pages(f"{path}&limit=3"))
    assert len(pages) > 1
    whole = world.get(f"{path}&limit=100").json()
    assert [item for page in pages for item in page] == whole["items"]
    assert len(whole["items"]) == sum(whole["counts"].values())


def test_the_shelf_can_ask_for_mocktails(world):
    answer = world.get("/makeable?have=lime,sugar,soda%20water&missing=2&mocktail=true&limit=100")
    assert answer.json()["items"]
    assert all(i["drink"]["derived"]["is_mocktail"] for i in answer.json()["items"])


@pytest.mark.parametrize("query", ["", "?have=", "?have=gin&missing=3", "?missing=1"])
def test_a_shelf_that_cannot_be_is_refused(world, query):
    assert world.get(f"/makeable{query}").status_code == 422
