"""The defaults of a query."""

from mocktailverse.catalogue.search.query import DrinkQuery


def test_the_default_order_is_relevance_with_a_text_and_name_without():
    assert DrinkQuery().order == DrinkQuery(q=" ").order == "name"
    assert DrinkQuery(q="gin").order == "relevance"
    assert DrinkQuery(q="gin", sort="-abv").order == "-abv"
