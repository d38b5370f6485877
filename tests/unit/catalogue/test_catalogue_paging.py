"""Orders and pages, on catalogues in which each order and each rank looks different."""

import pytest
from msgspec.structs import replace

from mocktailverse.catalogue.full_text import LONGEST, MOST_WORDS
from mocktailverse.catalogue.query import DrinkQuery


@pytest.fixture
def catalogue(open_catalogue, new_drink):
    """Names, strengths and times of observation in different orders; no strength of "Bronx"."""
    return open_catalogue(
        [
            new_drink("Adonis", observed_at=2, abv_percent_max=30),
            new_drink("Bronx", observed_at=3),
            new_drink("Clover Club", observed_at=1, abv_percent_max=10),
            new_drink("Daiquiri", observed_at=2, abv_percent_max=20),
        ]
    )


ORDERS = {
    "name": "ABCD",
    "-name": "DCBA",
    "abv": "CDAB",
    "-abv": "ADCB",
    "observed": "CADB",
    "-observed": "BADC",
    "relevance": "ABCD",
}


def walked(ask):
    """All items, by pages of one, to the last page."""
    found, after = [], None
    for _ in range(100):
        page = ask(after)
        assert len(page.items) <= 1
        found += page.items
        after = page.next
        if after is None:
            return found
    return pytest.fail("The pages do not end.")


@pytest.mark.parametrize("sort", ORDERS)
def test_each_sort_has_its_order_from_the_first_page_to_the_last(catalogue, sort):
    query = DrinkQuery(sort=sort)
    found = walked(lambda after: catalogue.search(query, limit=1, after=after))
    assert "".join(drink.name[0] for drink in found) == ORDERS[sort]
    assert catalogue.search(query).items == found


def test_a_search_by_relevance_is_walked_rank_by_rank(open_catalogue, new_drink):
    """Two drinks in each rank: a page must neither repeat a rank nor leave one out."""
    drinks = [
        new_drink("Gin", drink_id="test:1"),
        new_drink("gin", drink_id="test:2"),
        new_drink("Gin Fizz"),
        new_drink("Gin Sour"),
        new_drink("Dry Gin"),
        new_drink("Old Gin"),
        new_drink("Bronx", "Gin"),
        new_drink("Casino", "Gin"),
        new_drink("Adonis", instructions="Serve like gin."),
        new_drink("Zombie", instructions="No gin."),
    ]
    catalogue = open_catalogue([*drinks[::2], new_drink("Mojito"), *drinks[::-2]])
    found = walked(lambda after: catalogue.search(DrinkQuery(q="gin"), limit=1, after=after))
    assert found == drinks
    assert catalogue.search(DrinkQuery(q="gin")).items == drinks


def test_what_is_makeable_is_walked_to_the_drinks_that_miss_most(open_catalogue, new_drink):
    catalogue = open_catalogue(
        [
            new_drink("Zero A", "Ice"),
            new_drink("Zero B", "Ice"),
            new_drink("One A", "Ice", "Gin"),
            new_drink("One B", "Gin"),
            new_drink("Two A", "Gin", "Wumm"),
            new_drink("Two B", "Ice", "Gin", "Wumm"),
            new_drink("All", "Gin", "Wumm", "Pong"),
        ]
    )
    found = walked(lambda after: catalogue.makeable(["Ice"], missing=2, limit=1, after=after))
    names = ["Zero A", "Zero B", "One A", "One B", "Two A", "Two B"]
    assert [item.drink.name for item in found] == names
    assert [len(item.missing) for item in found] == [0, 0, 1, 1, 2, 2]


def test_ten_bottles_are_advised_the_best_first(open_catalogue, new_drink):
    once = [new_drink(f"Once {number:02}", f"New {number:02}") for number in range(12)]
    catalogue = open_catalogue([*once, new_drink("Twice", "New 11")])
    advised = [(unlock.ingredient, unlock.drinks) for unlock in catalogue.makeable([]).unlocks]
    assert advised == [("New 11", 2), *((f"New {number:02}", 1) for number in range(9))]


def test_a_search_takes_so_many_words_and_characters(open_catalogue, new_drink):
    assert (LONGEST, MOST_WORDS) == (300, 12), "the documented limits"
    words = " ".join(f"w{number}" for number in range(MOST_WORDS))
    catalogue = open_catalogue([new_drink(words), new_drink("x" * (LONGEST + 9))])
    for text, hits in {
        words: 1,
        f"{words} other": 1,  # the thirteenth word does not count
        words.replace("w11", "other"): 0,
        "x" * LONGEST + "y": 1,  # nor does the 301st character
        "x" * (LONGEST - 1) + "y": 0,
    }.items():
        assert catalogue.count(DrinkQuery(q=text)) == hits, text


def test_ingredients_are_walked_from_the_most_used_to_the_last(open_catalogue, new_drink):
    catalogue = open_catalogue(
        [new_drink("A", "Gin", "Ice"), new_drink("B", "Gin"), new_drink("C", "Gin", "Wumm")]
    )
    everything = catalogue.ingredients(limit=100)
    assert everything.next is None
    number = len(everything.items)
    assert walked(lambda after: catalogue.ingredients(limit=1, after=after)) == everything.items
    assert catalogue.ingredients(limit=number).next is None, "a full last page is the last"
    assert catalogue.ingredients(limit=number - 1).next is not None


def test_an_ingredient_is_shown_with_its_best_pairings_and_most_used_spellings(
    open_catalogue, new_drink
):
    def spelt(drink, raw):
        first, *others = drink.ingredients
        return replace(drink, ingredients=(replace(first, name_raw=raw), *others))

    drinks = [new_drink(f"D{n:02}", "Gin", f"New {n % 12:02}") for n in range(25)]
    drinks = [spelt(drink, f"gin {n % 24:02}") for n, drink in enumerate(drinks)]
    detail = open_catalogue(drinks).ingredient("gin")
    pairings = [(facet.value, facet.count) for facet in detail.pairings]
    assert pairings == [("New 00", 3), *((f"New {n:02}", 2) for n in range(1, 10))]
    assert detail.spellings == [f"gin {n:02}" for n in range(20)]
    assert (detail.name, detail.drinks) == ("Gin", 25)


def test_five_names_are_suggested_for_a_misspelt_one(open_catalogue, new_drink):
    catalogue = open_catalogue([new_drink(f"D{n}", f"Wummbo {n}") for n in range(8)])
    assert len(catalogue.similar_ingredients("wumbo")) == 5
    assert catalogue.similar_ingredients("nothing of the kind") == []
