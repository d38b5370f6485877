"""Ingredients and the shelf over HTTP."""

import msgspec
import pytest


def test_the_pages_contain_every_ingredient_once(world, catalogue):
    names = [entry["name"] for page in world.pages("/ingredients?limit=30") for entry in page]
    assert len(names) == len(set(names)) > 60
    first = catalogue.ingredients(limit=30).items
    assert names[:30] == [entry.name for entry in first]


def test_ingredients_can_be_searched_by_name_and_kind(world, catalogue):
    entry = next(e for e in catalogue.ingredients(limit=100).items if e.kind)
    for page in world.pages(f"/ingredients?q={entry.name}&kind={entry.kind}"):
        assert entry.name in [item["name"] for item in page]
        assert {item["kind"] for item in page} == {entry.kind}


@pytest.mark.parametrize("spelling", ["Gin", "gin", " GIN ", "gin%20"])
def test_an_ingredient_is_found_in_any_spelling(world, catalogue, spelling):
    response = world.get(f"/ingredients/{spelling}")
    assert response.json() == msgspec.to_builtins(catalogue.ingredient("Gin"))


def test_the_error_for_an_unknown_ingredient_suggests_similar_names(world):
    error = world.get("/ingredients/gni").json()["error"]
    assert error["code"] == "no_such_ingredient"
    assert "Did you mean" in error["message"]
    assert {"parameter": "name", "message": "Gin"} in error["details"]


def test_a_name_that_resembles_no_ingredient_gets_no_suggestion(world):
    response = world.get("/ingredients/%F0%9F%A6%84qqqqqqqq")
    assert response.status_code == 404
    assert response.json()["error"]["details"] == []


def test_makeable_returns_the_drinks_of_the_catalogue(world, catalogue):
    response = world.get("/makeable?have=gin,tonic%20water&have=Lime&have=ice&missing=1&limit=100")
    expected = catalogue.makeable(["gin", "tonic water", "Lime", "ice"], missing=1, limit=100)
    assert response.content == msgspec.json.encode(expected)
    assert response.json()["items"]


def test_makeable_drinks_come_in_pages(world):
    path = "/makeable?have=gin,lime,ice,sugar&missing=2"
    pages = list(world.pages(f"{path}&limit=3"))
    assert len(pages) > 1
    whole = world.get(f"{path}&limit=100").json()
    assert [item for page in pages for item in page] == whole["items"]
    assert len(whole["items"]) == sum(whole["counts"].values())


def test_makeable_drinks_can_be_limited_to_mocktails(world):
    response = world.get("/makeable?have=lime,sugar,soda%20water&missing=2&mocktail=true&limit=100")
    assert response.json()["items"]
    assert all(i["drink"]["derived"]["is_mocktail"] for i in response.json()["items"])


@pytest.mark.parametrize("query", ["", "?have=", "?have=gin&missing=3", "?missing=1"])
def test_an_invalid_shelf_is_refused(world, query):
    assert world.get(f"/makeable{query}").status_code == 422


def test_makeable_says_what_replaces_what_and_can_be_strict_or_lenient(world, catalogue):
    have = ["Light rum", "Lime juice", "Sugar syrup"]
    path = "/makeable?have=light%20rum,lime%20juice,sugar%20syrup&limit=100"
    items = {i["drink"]["name"]: i for i in world.get(path).json()["items"]}
    assert {
        "for": "Powdered sugar",
        "use": ["Sugar syrup"],
        "confidence": "same",
        "why": "dissolved already: a little more of it",
    } in items["Daiquiri"]["replacements"]
    for allowance, flag in (("strict", "strict"), ("acceptable", "acceptable")):
        expected = catalogue.makeable(have, allowance=allowance, limit=100)
        assert world.get(f"{path}&{flag}=true").content == msgspec.json.encode(expected)


def test_strict_goes_before_acceptable(world):
    path = "/makeable?have=light%20rum,lemon%20juice&missing=2&limit=100"
    assert (
        world.get(f"{path}&strict=true&acceptable=true").content
        == world.get(f"{path}&strict=true").content
    )
