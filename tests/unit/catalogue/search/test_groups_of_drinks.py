"""Recipes of one drink from several sources: the drink's variants, one drink of each group."""

from contextlib import closing
from sqlite3 import connect

import pytest
from msgspec.structs import replace

from mocktailverse.catalogue.format_upgrade import upgrade
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter

INGREDIENTS = ("Light rum", "Lime juice", "Sugar", "Mint")


@pytest.fixture(scope="module")
def make(make_drink):
    """Return a function that makes a drink of a source: `make("a", "Mojito", "Gin")`."""

    def make_of_source(source, name, *ingredients, **fields):
        drink_id = fields.pop("drink_id", f"{source}:{name}")
        drink = make_drink(name, *(ingredients or INGREDIENTS), drink_id=drink_id, **fields)
        return replace(drink, source=source)

    return make_of_source


@pytest.fixture(scope="module")
def drinks(make):
    return [
        make("a", "Mojito", glass="Highball"),
        make("b", "Mojitos", glass="Collins"),
        make("c", "The Havana Mojito"),
        make("a", "Sunset", "Tequila", "Lime juice", "Grenadine"),
        make("b", "Sunset", "Gin", "Orange juice", "Apricot brandy"),
        make("a", "Negroni", "Gin", "Campari", "Sweet vermouth"),
        make("b", "Virgin Mojito", *INGREDIENTS[1:]),
    ]


@pytest.fixture(scope="module")
def catalogue(open_catalogue, drinks):
    return open_catalogue(drinks)


def ids(drinks):
    return [drink.id for drink in drinks]


def test_a_drink_has_the_recipes_of_the_other_sources_as_variants(catalogue):
    assert ids(catalogue.variants(catalogue.drink("b:Mojitos"))) == [
        "a:Mojito",
        "c:The Havana Mojito",
    ]
    assert catalogue.variants(catalogue.drink("a:Sunset")) == []
    assert catalogue.variants(catalogue.drink("a:Negroni")) == []


def test_a_grouped_search_has_one_drink_of_each_group(catalogue):
    query = DrinkQuery(group=True)
    listed = ids(catalogue.search(query).items)
    assert listed == ["a:Mojito", "a:Negroni", "a:Sunset", "b:Sunset", "b:Virgin Mojito"]
    assert catalogue.count(query) == len(listed)
    assert catalogue.count(DrinkQuery()) == 7


def test_the_first_recipe_that_passes_the_filters_represents_its_group(catalogue):
    assert ids(catalogue.search(DrinkQuery(group=True, glass=("collins",))).items) == ["b:Mojitos"]
    query = DrinkQuery(group=True, source=("b", "c"), q="mojito")
    assert {*ids(catalogue.search(query).items)} == {"b:Mojitos", "b:Virgin Mojito"}


def test_pages_of_a_grouped_search_hold_each_drink_once(catalogue):
    query, listed, after = DrinkQuery(group=True, sort="-name"), [], None
    while True:
        page = catalogue.search(query, limit=2, after=after)
        listed += ids(page.items)
        if (after := page.next) is None:
            break
    assert listed == ["b:Virgin Mojito", "b:Sunset", "a:Sunset", "a:Negroni", "a:Mojito"]


def test_drinks_are_filtered_and_counted_by_source(catalogue):
    assert catalogue.count(DrinkQuery(source=("A",))) == 3
    facets = catalogue.facets(DrinkQuery(source=("a",), glass=("Highball",)))
    assert [(facet.value, facet.count) for facet in facets.source] == [("a", 1)]
    everything = catalogue.facets(DrinkQuery()).source
    assert [(facet.value, facet.count) for facet in everything] == [("a", 3), ("b", 3), ("c", 1)]


def test_the_groups_of_drinks_are_listed_by_id(catalogue, drinks):
    group = ["a:Mojito", "b:Mojitos", "c:The Havana Mojito"]
    assert catalogue.groups(drinks) == dict.fromkeys(group, group)


def test_a_withdrawn_recipe_is_in_no_group(open_catalogue, make):
    drinks = [make("a", "Mojito"), make("b", "Mojito", withdrawn_at=5)]
    catalogue = open_catalogue(drinks)
    assert catalogue.variants(drinks[0]) == []
    assert catalogue.count(DrinkQuery(group=True, withdrawn=True)) == 2


def test_drinks_of_one_source_are_in_no_group(open_catalogue, make):
    drinks = [make("a", "Mojito"), make("a", "Mojito", drink_id="a:2")]
    catalogue = open_catalogue(drinks)
    assert catalogue.variants(drinks[0]) == []
    assert catalogue.groups(drinks) == {}
    assert catalogue.count(DrinkQuery(group=True)) == 2


def test_a_changed_name_moves_a_drink_to_another_group(tmp_path, make):
    path = tmp_path / "c"
    with CatalogueWriter.create(path) as writer:
        writer.put([make("a", "Mojito"), make("b", "Mojito")])
        writer.seal(version="1", built_at=1, table="t")
    with CatalogueWriter.open(path) as writer:
        writer.put([replace(make("b", "Mojito"), name="Rum Fizz", content_hash="new")])
        writer.seal(version="2", built_at=2, table="t")
    with closing(Catalogue(path)) as catalogue:
        assert catalogue.variants(catalogue.drink("a:Mojito")) == []
        assert catalogue.count(DrinkQuery(group=True)) == 2


def test_a_file_of_an_earlier_format_has_no_groups_until_it_is_rebuilt(tmp_path, make):
    path = tmp_path / "c"
    with CatalogueWriter.create(path) as writer:
        writer.put([make("a", "Mojito"), make("b", "Mojito")])
        writer.seal(version="1", built_at=1, table="t")
    with closing(connect(path)) as file:
        file.execute("DROP TABLE drink_name_keys")
        file.execute("PRAGMA user_version = 2")
        file.commit()
    upgrade(path)
    with closing(Catalogue(path)) as catalogue:
        assert catalogue.variants(catalogue.drink("a:Mojito")) == []
        assert catalogue.count(DrinkQuery(group=True)) == 2


def test_of_the_recipes_of_a_drink_the_one_that_misses_least_counts_for_a_shelf(
    open_catalogue, make
):
    catalogue = open_catalogue(
        [
            make("a", "Daiquiri", "Light rum", "Lime juice", "Sugar syrup", "Maraschino liqueur"),
            make("b", "Daiquiri", "Light rum", "Lime juice", "Sugar syrup"),
        ]
    )
    have = ["light rum", "lime juice", "sugar syrup"]
    apart = catalogue.makeable(have, missing=1)
    grouped = catalogue.makeable(have, missing=1, group=True)
    assert apart.counts == {"0": 1, "1": 1, "2": 0}
    assert [unlock.ingredient for unlock in apart.unlocks] == ["Maraschino liqueur"]
    assert grouped.counts == {"0": 1, "1": 0, "2": 0}
    assert ids(item.drink for item in grouped.items) == ["b:Daiquiri"]
    assert grouped.unlocks == []
