"""Similar drinks, and the ingredients that a shelf lacks."""

import msgspec

from mocktailverse.dashboard.cached_queries import MAX_SIMILAR, similar_drinks
from mocktailverse.dashboard.shelves import BASICS, STARTERS
from mocktailverse.drinks.ingredients import canonical_name

NEGRONI = "thecocktaildb:90101"


def names(drink):
    return {line.name for line in drink.ingredients}


def test_the_most_similar_drinks_come_first_without_the_drink_itself(sample_catalogue):
    drink = sample_catalogue.drink(NEGRONI)
    similar = similar_drinks(sample_catalogue, drink)
    similarities = [len(names(drink) & names(o)) / len(names(drink) | names(o)) for o in similar]
    assert drink.id not in [other.id for other in similar]
    assert 0 < len(similar) <= MAX_SIMILAR
    assert similarities == sorted(similarities, reverse=True)


def test_a_drink_without_shared_ingredients_has_no_similar_drinks(sample_catalogue, make_catalogue):
    drink = sample_catalogue.drink(NEGRONI)
    alone = make_catalogue([drink])
    bare = msgspec.structs.replace(drink, ingredients=())
    assert similar_drinks(alone, drink) == []
    assert similar_drinks(sample_catalogue, bare) == []


def test_a_specific_ingredient_replaces_the_general_one_but_not_vice_versa(sample_catalogue):
    drink = sample_catalogue.drink(NEGRONI)
    assert "Gin" not in sample_catalogue.from_shelf(drink, ["London dry gin"]).missing
    line = msgspec.structs.replace(drink.ingredients[0], name="London dry gin")
    specific = msgspec.structs.replace(drink, ingredients=(line,))
    assert sample_catalogue.from_shelf(specific, ["Gin"], "strict").missing == ["London dry gin"]


def test_the_catalogue_agrees_on_what_is_missing(sample_catalogue):
    shelf = STARTERS["Gin bar"]
    makeable = sample_catalogue.makeable(shelf, missing=2, limit=200)
    assert makeable.items
    assert all(sample_catalogue.from_shelf(item.drink, shelf) == item for item in makeable.items)


def test_starters_and_basics_have_the_spelling_of_the_reference():
    spellings = {name for shelf in (BASICS, *STARTERS.values()) for name in shelf}
    assert {canonical_name(name) for name in spellings} == {(name, True) for name in spellings}
