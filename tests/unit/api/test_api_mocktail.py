"""The route `/drinks/{id}/mocktail`: what the converter returns, as JSON."""

from urllib.parse import quote

import msgspec
import pytest

from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.conversion.conversion_result import Conversion


def path_of(drink) -> str:
    return f"/drinks/{quote(drink.id)}/mocktail"


@pytest.fixture
def cocktail(catalogue):
    return next(d for d in catalogue.all_drinks() if d.derived.is_mocktail is False)


@pytest.mark.parametrize("style", ["pantry", "bottle"])
def test_it_returns_what_the_converter_returns(world, catalogue, style):
    for drink in list(catalogue.all_drinks())[::7]:
        response = world.get(f"{path_of(drink)}?style={style}")
        assert response.status_code == 200
        assert response.content == msgspec.json.encode(to_mocktail(drink, style))
        msgspec.json.decode(response.content, type=Conversion, strict=True)


def test_the_style_is_pantry_unless_given(world, cocktail):
    assert (
        world.get(path_of(cocktail)).json() == world.get(f"{path_of(cocktail)}?style=pantry").json()
    )


def test_a_mocktail_is_returned_unchanged(world, catalogue):
    mocktail = next(d for d in catalogue.all_drinks() if d.derived.is_mocktail)
    conversion = world.get(path_of(mocktail)).json()
    assert conversion["possible"]
    assert conversion["unchanged"]
    assert conversion["drink"]["id"] == mocktail.id


def test_own_bottles_take_the_place_of_general_ones(world, catalogue):
    gin = next(
        drink
        for drink in catalogue.all_drinks()
        if drink.derived.spirits == ("Gin",) and to_mocktail(drink, "bottle").possible
    )
    conversion = world.get(f"{path_of(gin)}?style=bottle&have=tanqueray+0.0").json()
    names = {line["name"] for line in conversion["drink"]["ingredients"]}
    assert "Tanqueray 0.0" in names


def test_it_is_cacheable_until_the_catalogue_changes(world, cocktail):
    etag = world.get(path_of(cocktail)).headers["etag"]
    assert world.get(path_of(cocktail), **{"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/drinks/nobody:1/mocktail", "/drinks/random/mocktail"])
def test_an_unknown_id_is_not_found(world, path):
    response = world.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "no_such_drink"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("style=fancy", "style"),
        ("have=quux", "have"),
        ("have=gin", "have"),
        ("have=Seedlip,quux", "have"),
        ("colour=red", "colour"),
        ("style=pantry&style=bottle", "style"),
    ],
)
def test_a_wrong_parameter_is_named(world, cocktail, query, name):
    response = world.get(f"{path_of(cocktail)}?{query}")
    assert response.status_code == 422
    assert [problem["parameter"] for problem in response.json()["error"]["details"]] == [name]


def test_makeable_includes_what_becomes_a_mocktail(world):
    shelf = "have=Lime juice,Lemon juice,Sugar syrup,Soda water,Mint,Coconut water"
    both = world.get(f"/makeable?{shelf}&convertible=true&limit=100").json()
    plain = world.get(f"/makeable?{shelf}&mocktail=true&limit=100").json()
    assert any(item["as_mocktail"] for item in both["items"])
    assert not any(item["as_mocktail"] for item in plain["items"])
    assert both["counts"]["0"] > plain["counts"]["0"]


def test_the_document_has_the_route_with_examples(world):
    operation = world.get("/openapi.json").json()["paths"]["/drinks/{id}/mocktail"]["get"]
    examples = {p["name"]: p.get("schema", {}).get("examples") for p in operation["parameters"]}
    assert all(examples[name] for name in ("style", "have"))
    assert examples["id"]
