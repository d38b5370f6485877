"""The defaults of a query."""

from mocktailverse.catalogue.search.query import DrinkQuery


def test_the_order_is_by_relevance_where_there_is_a_text_and_else_by_name():
    assert DrinkQuery().order == DrinkQuery(q=" ").order == "name"
    assert DrinkQuery(q="gin").order == "relevance"
    assert DrinkQuery(q="gin", sort="-abv").order == "-abv"
