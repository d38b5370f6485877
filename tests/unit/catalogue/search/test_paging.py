"""Orders and pages, on catalogues in which each order and each rank differs."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue.search.paging import query_digest
from mocktailverse.catalogue.search.query import DrinkQuery, Sort
from mocktailverse.errors import UsageError
from strategies.effort import examples

SORTS = (*get_args(Sort), None)


@pytest.fixture
def catalogue(open_catalogue, make_drink):
    """Return drinks whose names, strengths and times sort differently; "Bronx" has no strength."""
    return open_catalogue(
        [
            make_drink("Adonis", observed_at=2, abv_percent_max=30),
            make_drink("Bronx", observed_at=3),
            make_drink("Clover Club", observed_at=1, abv_percent_max=10),
            make_drink("Daiquiri", observed_at=2, abv_percent_max=20),
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


@pytest.mark.parametrize("sort", ORDERS)
def test_each_sort_has_its_order_from_the_first_page_to_the_last(catalogue, all_items, sort):
    query = DrinkQuery(sort=sort)
    drinks = all_items(lambda after: catalogue.search(query, limit=1, after=after))
    assert "".join(drink.name[0] for drink in drinks) == ORDERS[sort]
    assert catalogue.search(query).items == drinks


def test_a_search_by_relevance_is_paged_rank_by_rank(open_catalogue, make_drink, all_items):
    """Two drinks in each rank: a page must neither repeat a rank nor skip one."""
    drinks = [
        make_drink("Gin", drink_id="test:1"),
        make_drink("gin", drink_id="test:2"),
        make_drink("Gin Fizz"),
        make_drink("Gin Sour"),
        make_drink("Dry Gin"),
        make_drink("Old Gin"),
        make_drink("Bronx", "Gin"),
        make_drink("Casino", "Gin"),
        make_drink("Adonis", instructions="Serve like gin."),
        make_drink("Zombie", instructions="No gin."),
    ]
    catalogue = open_catalogue([*drinks[::2], make_drink("Mojito"), *drinks[::-2]])
    paged = all_items(lambda after: catalogue.search(DrinkQuery(q="gin"), limit=1, after=after))
    assert paged == drinks
    assert catalogue.search(DrinkQuery(q="gin")).items == drinks


def test_makeable_drinks_are_paged_by_number_of_missing_ingredients(
    open_catalogue, make_drink, all_items
):
    catalogue = open_catalogue(
        [
            make_drink("Zero A", "Ice"),
            make_drink("Zero B", "Ice"),
            make_drink("One A", "Ice", "Gin"),
            make_drink("One B", "Gin"),
            make_drink("Two A", "Gin", "Wumm"),
            make_drink("Two B", "Ice", "Gin", "Wumm"),
            make_drink("All", "Gin", "Wumm", "Pong"),
        ]
    )
    items = all_items(lambda after: catalogue.makeable(["Ice"], missing=2, limit=1, after=after))
    names = ["Zero A", "Zero B", "One A", "One B", "Two A", "Two B"]
    assert [item.drink.name for item in items] == names
    assert [len(item.missing) for item in items] == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("sort", SORTS)
def test_paging_continues_when_the_catalogue_is_replaced(open_catalogue, make_drink, sort):
    drinks = [
        make_drink(f"Gin {n:02}", observed_at=n % 3, abv_percent_max=[None, 5, 10][n % 3])
        for n in range(12)
    ]
    added = [make_drink("Gin 00a", abv_percent_max=7), make_drink("Gin 99", observed_at=9)]
    query = DrinkQuery(q="gin", sort=sort)
    first = open_catalogue(drinks).search(query, limit=5)
    seen = [drink.id for drink in first.items]
    gone = {seen[-1], seen[0]}

    replaced = open_catalogue([d for d in drinks if d.id not in gone] + added)
    rest, after = [], first.next
    while after is not None:
        page = replaced.search(query, limit=2, after=after)
        rest += [drink.id for drink in page.items]
        after = page.next

    added_ids = {drink.id for drink in added}
    assert len(rest) == len(set(rest))
    assert set(rest) - added_ids == {drink.id for drink in drinks} - set(seen)


@pytest.mark.parametrize("char", "aé\0\ufdfa\uac01🍹")
def test_paging_continues_after_names_of_any_length(open_catalogue, make_drink, char):
    drinks = [make_drink(char * 9_999 + end, drink_id=f"test:{end}") for end in "abc"]
    catalogue = open_catalogue(drinks)
    for sort in ("name", "-observed"):
        paged, after = [], None
        for _ in drinks:
            page = catalogue.search(DrinkQuery(sort=sort), limit=1, after=after)
            paged += page.items
            after = page.next
            assert after is None or len(after) <= 2_000, "the maximum of the API"

        assert (paged, after) == (drinks, None)


@pytest.mark.parametrize(
    "damage",
    [
        "", "!", "a", "ä", "\ud800", "AAAA", "e30", "x" * 10_000, "WyJhIl0",
        "W251bGwsbnVsbCxudWxsLG51bGxd",
    ],
)  # fmt: skip
def test_an_invalid_cursor_is_refused(open_catalogue, make_drink, damage):
    catalogue = open_catalogue([make_drink()])

    for fetch in (
        lambda: catalogue.search(DrinkQuery(), after=damage),
        lambda: catalogue.search(DrinkQuery(q="m"), after=damage),
        lambda: catalogue.ingredients(after=damage),
        lambda: catalogue.makeable([], after=damage),
    ):
        with pytest.raises(UsageError, match="Retry without it"):
            fetch()


@settings(max_examples=examples(200), deadline=None)
@given(place=st.integers(0, 200), char=st.characters())
def test_a_changed_cursor_is_refused_or_returns_a_page(two_drinks, place, char):
    query = DrinkQuery(sort="abv")
    cursor = two_drinks.search(query, limit=1).next
    place %= len(cursor)
    changed = cursor[:place] + char + cursor[place + 1 :]

    try:
        page = two_drinks.search(query, after=changed)
    except UsageError:
        return
    assert len(page.items) <= 2


def test_a_cursor_of_another_query_is_refused(two_drinks):
    cursor = two_drinks.search(DrinkQuery(), limit=1).next

    for other in (DrinkQuery(sort="-name"), DrinkQuery(withdrawn=True), DrinkQuery(q="a")):
        with pytest.raises(UsageError, match="another query"):
            two_drinks.search(other, after=cursor)
    for fetch in (
        lambda limit: two_drinks.search(DrinkQuery(), limit=limit),
        lambda limit: two_drinks.search(DrinkQuery(q="a"), limit=limit),
        lambda limit: two_drinks.ingredients(limit=limit),
        lambda limit: two_drinks.makeable([], limit=limit),
    ):
        fetch(1)
        for limit in (0, -1):
            with pytest.raises(UsageError, match="limit of 1"):
                fetch(limit)


def test_a_full_last_page_has_no_cursor(two_drinks):
    assert two_drinks.search(DrinkQuery(), limit=2).next is None
    assert two_drinks.search(DrinkQuery(), limit=1).next is not None


def test_a_digest_is_short_and_depends_on_all_parts():
    assert len(query_digest("x" * 10_000)) == len(query_digest()) == 18
    assert query_digest("ab", "c") != query_digest("a", "bc")
