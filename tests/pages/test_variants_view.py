"""Recipes of one drink from several sources in the dashboard."""

import pytest
from msgspec.structs import replace

from mocktailverse.drinks.drink import Credit

NEGRONI = "thecocktaildb:90101"
OTHER = "opendrinks:negroni"


@pytest.fixture
def two_sources(sample_catalogue, make_catalogue):
    """Return the sample drinks and a second recipe of the Negroni, with another first line."""
    drink = sample_catalogue.drink(NEGRONI)
    first, *rest = drink.ingredients
    doubled = replace(
        first, measure_raw="60 ml", amount_min=60, amount_max=60, ml_min=60.0, ml_max=60.0
    )
    other = replace(
        drink, id=OTHER, source="opendrinks", name="The Negroni", glass="Tumbler",
        ingredients=(doubled, *rest[:-1]), credit=Credit("Ana *B*", None, "MIT"),
    )  # fmt: skip
    return make_catalogue([*sample_catalogue.all_drinks(), other])


def links(page):
    return [link.label for link in page.get("page_link")]


def test_a_drink_of_two_sources_is_one_card_with_two_recipes(open_page, two_sources, texts_of):
    page = open_page(catalogue=two_sources, q="negroni")
    assert page.header[0].value == "1 drink"
    assert "2 recipes: some drinks have recipes from several sources." in texts_of(page)
    assert ":material/menu\\_book:" not in texts_of(page)
    assert "2 recipes: TheCocktailDB, opendrinks" in texts_of(page)


def test_each_recipe_can_be_shown_on_its_own(open_page, two_sources, query_of):
    page = open_page(catalogue=two_sources, q="negroni")
    page.toggle(key="filter-group").set_value(True).run()
    assert page.header[0].value == "2 drinks"
    assert query_of(page)["group"] == ["false"]


def test_the_filter_of_sources_needs_several(open_page, two_sources):
    keys = [widget.key for widget in open_page().multiselect]
    assert "filter-source" not in keys
    page = open_page(catalogue=two_sources, source="opendrinks")
    assert page.header[0].value == "1 drink"
    assert page.multiselect(key="filter-source").value == ["opendrinks"]


def test_the_page_of_a_drink_compares_the_recipes(open_page, two_sources, texts_of):
    page = open_page(catalogue=two_sources, drink=NEGRONI)
    assert "Recipes from other sources" in [header.value for header in page.header]
    table = next(table.value for table in page.table if "Compared" in table.value)
    assert list(table)[1:3] == ["TheCocktailDB", "opendrinks"]
    compared = dict(zip(table[""], table["Compared"], strict=True))
    assert compared["Gin"] == ":material/difference: differs"
    assert compared["Campari"] == ":gray[same]"
    assert compared["Glass"] == ":material/difference: differs"
    assert ":gray[not in it]" in list(table["opendrinks"])
    assert "opendrinks: The Negroni" in links(page)
    assert r"By Ana \*B\* · Licence: MIT" in texts_of(page)


def test_a_drink_of_one_source_has_no_comparison(open_page):
    page = open_page(drink=NEGRONI)
    assert "Recipes from other sources" not in [header.value for header in page.header]


def test_insights_say_that_recipes_are_counted(open_page, two_sources, texts_of):
    assert "each recipe of a drink counts" in texts_of(open_page("insights", catalogue=two_sources))
    assert "each recipe" not in texts_of(open_page("insights"))


def test_hostile_text_stays_text_in_the_comparison(
    open_page, hostile_catalogue, make_catalogue, markup_of
):
    drinks = list(hostile_catalogue.all_drinks())
    others = [replace(drink, id=f"x{drink.id}", source="**x**") for drink in drinks]
    catalogue = make_catalogue([*drinks, *others])
    for drink in drinks:
        if catalogue.variants(drink):
            page = open_page(catalogue=catalogue, drink=drink.id)
            assert not markup_of(page) & set("<$`~#"), drink.id
