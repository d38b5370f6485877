"""Drinks over HTTP: the catalogue's drinks as the JSON of the contract."""

import json
import sys
import threading
from urllib.parse import quote, urlencode

import msgspec
import pytest

from mocktailverse.api.drink_routes import drink_query, search_drinks
from mocktailverse.api.query_parameters import DrinkFilters
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.drink import Drink

HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "formula": '=HYPERLINK("http://x.invalid","click")',
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}gnitsurt\N{HEBREW LETTER ALEF}",
    "emoji": "\N{TROPICAL DRINK}\N{ZERO WIDTH JOINER}\N{TROPICAL DRINK}",
    "long": "x" * 10_000,
    "quotes": 'O\'Brien "the" `Drink`; DROP TABLE drinks; --',
    "controls": "beep\x07 and\nnew\tlines",
    "slashes": "../../etc/passwd?x=1#y",
}


def names(response) -> list[str]:
    return [drink["name"] for drink in response.json()["items"]]


def test_a_drink_has_every_field_of_the_contract(world, catalogue):
    for drink in list(catalogue.all_drinks())[:20]:
        response = world.get(f"/drinks/{quote(drink.id)}")
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert msgspec.json.decode(response.content, type=Drink, strict=True) == drink
        assert response.content == msgspec.json.encode(drink)


def test_the_pages_contain_every_drink_once(world, catalogue):
    drink_ids = [drink["id"] for page in world.pages("/drinks?limit=40") for drink in page]
    assert drink_ids == [drink.id for drink in catalogue.all_drinks()]


@pytest.mark.parametrize("sort", ["-name", "abv", "-abv", "observed", "-observed"])
def test_every_order_can_be_paged(world, catalogue, sort):
    drink_ids = [d["id"] for page in world.pages(f"/drinks?limit=100&sort={sort}") for d in page]
    assert sorted(drink_ids) == sorted(drink.id for drink in catalogue.all_drinks())


def test_a_search_passes_at_most_six_modules_from_its_route_to_sql(world):
    modules = []

    def find_route(frame, event, _argument):
        if event == "call" and frame.f_code is search_drinks.__code__:
            sys.setprofile(note_module)
            note_module(frame, event, None)

    def note_module(frame, event, argument):
        if event == "c_call" and argument.__name__ == "execute":
            sys.setprofile(None)
        elif event == "call" and frame.f_globals["__name__"].startswith("mocktailverse."):
            modules.append(frame.f_globals["__name__"])

    world.get("/drinks?q=lime")  # builds the index
    threading.setprofile(find_route)
    try:
        assert world.get("/drinks?q=gin").status_code == 200
    finally:
        threading.setprofile(None)
    assert modules[-1] == "mocktailverse.catalogue.search.matching", "the full-text search"
    assert len(set(modules)) <= 6, modules


def test_the_filters_are_those_of_the_catalogue():
    fields = set(DrinkQuery.__struct_fields__) - {"sort"}
    assert set(DrinkFilters.__struct_fields__) == fields
    assert drink_query(DrinkFilters()) == DrinkQuery()


FILTERS = [
    {"q": "lime"},
    {"category": "cocktail"},
    {"alcoholic": "non_alcoholic"},
    {"mocktail": "true"},
    {"zero_proof": "traces"},
    {"zero_proof": "alcohol_free", "sugar_max": "8.5"},
    {"glass": "Highball glass", "mocktail": "false"},
    {"tag": "Summer"},
    {"method": "shaken"},
    {"spirit": "gin"},
    {"ingredient": "Gin"},
    {"ingredient": "Rum", "without": "Lime juice"},
    {"abv_min": "10", "abv_max": "20.5"},
    {"withdrawn": "true", "sort": "-abv"},
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_a_filter_means_what_it_means_in_the_catalogue(world, catalogue, filters):
    lists = {"category", "alcoholic", "zero_proof", "glass", "tag", "method", "spirit"}
    lists |= {"ingredient", "without"}
    fields = {name: [text] if name in lists else text for name, text in filters.items()}
    query = msgspec.convert(fields, DrinkQuery, strict=False)
    expected = [drink.name for drink in catalogue.search(query, limit=100).items]
    assert names(world.get(f"/drinks?limit=100&{urlencode(filters)}")) == expected
    facets = world.get(f"/facets?{urlencode({k: v for k, v in filters.items() if k != 'sort'})}")
    assert facets.json() == msgspec.to_builtins(catalogue.facets(query))


def test_values_of_a_list_may_be_repeated_or_separated_by_commas(world):
    repeated = world.get("/drinks?limit=100&ingredient=Gin&ingredient=Lime+juice&match=any")
    separated = world.get("/drinks?limit=100&ingredient=Gin,%20Lime+juice,&match=any")
    assert repeated.json() == separated.json()
    every = world.get("/drinks?limit=100&ingredient=Gin,Lime+juice")
    assert 0 < len(names(every)) < len(names(repeated))


@pytest.mark.parametrize("text", [",", " ", "%5C"])
def test_an_empty_list_matches_no_drink_rather_than_every_drink(world, text):
    assert names(world.get(f"/drinks?ingredient={text}")) == []


def test_a_random_drink_obeys_the_filters_and_is_never_cached(world, catalogue):
    for _ in range(5):
        response = world.get("/drinks/random?mocktail=true")
        assert response.json()["derived"]["is_mocktail"] is True
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers
        assert catalogue.drink(response.json()["id"]) is not None


def test_a_random_drink_is_not_found_if_no_drink_matches(world):
    response = world.get("/drinks/random?q=xyzzy")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "no_such_drink")


@pytest.mark.parametrize("drink_id", ["thecocktaildb:0", "x", "a/b", "%ff", quote("<b>"), ""])
def test_an_unknown_id_is_not_found(world, drink_id):
    response = world.get(f"/drinks/{drink_id}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "no_such_drink")


@pytest.fixture
def hostile_world(new_world, catalogue, tmp_path):
    """Return an API over drinks with hostile text in every text field."""
    template = next(catalogue.all_drinks())
    path = tmp_path / "hostile.sqlite"
    with CatalogueWriter.create(path) as writer:
        writer.put(_hostile(template, f"test:{name}", text) for name, text in HOSTILE.items())
        writer.seal(version="1-00000000", built_at=1, table="drinks")
    return new_world(path)


def _hostile(drink: Drink, drink_id: str, text: str) -> Drink:
    line = msgspec.structs.replace(drink.ingredients[0], name=text, name_raw=text)
    return msgspec.structs.replace(
        drink,
        id=drink_id,
        name=text,
        category=text,
        glass=text,
        tags=(text,),
        instructions={"en": text},
        ingredients=(line,),
    )


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_is_returned_as_plain_json(hostile_world, kind):
    response = hostile_world.get(f"/drinks/{quote(f'test:{kind}')}")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    drink = json.loads(response.content)
    assert drink["name"] == drink["instructions"]["en"] == HOSTILE[kind]


@pytest.mark.parametrize("kind", sorted(set(HOSTILE) - {"long", "controls"}))
def test_a_hostile_name_can_be_searched_for(hostile_world, kind):
    text = HOSTILE[kind].replace(",", "\\,")
    for name in ("category", "glass", "tag", "ingredient"):
        response = hostile_world.get(f"/drinks?{urlencode({name: text})}")
        assert names(response) == [HOSTILE[kind]], name
    detail = hostile_world.get(f"/ingredients/{quote(HOSTILE[kind], safe='')}")
    assert detail.json()["name"] == HOSTILE[kind]


def test_listings_facets_and_exports_contain_hostile_names(hostile_world):
    everything = hostile_world.get("/drinks?limit=100")
    assert set(names(everything)) == set(HOSTILE.values())
    values = {entry["value"] for entry in hostile_world.get("/facets").json()["category"]}
    assert values == set(HOSTILE.values())
    table = hostile_world.get("/export.csv")
    assert "'=HYPERLINK" in table.text
    lines = hostile_world.get("/export.ndjson").content.splitlines()
    assert {json.loads(line)["name"] for line in lines} == set(HOSTILE.values())


def test_large_responses_are_compressed_for_clients_that_accept_gzip(world):
    plain = world.get("/drinks?limit=50", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    for accepted in ("gzip", "br, gzip;q=0.5", "gzip;q=1.0, *;q=0"):
        small = world.get("/drinks?limit=50", accept_encoding=accepted)
        assert small.headers["content-encoding"] == "gzip"
        assert int(small.headers["content-length"]) < len(plain.content) / 3
        assert small.content == plain.content
        assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        assert small.headers["etag"] == plain.headers["etag"]
    for refused in ("gzip;q=0", "gzip; q=0.0", "br", ""):
        response = world.get("/drinks?limit=50", accept_encoding=refused)
        assert "content-encoding" not in response.headers
    tiny = world.get("/health", accept_encoding="gzip")
    assert "content-encoding" not in tiny.headers
