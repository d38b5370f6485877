"""Drinks as JSON: the bytes of the drink, from the cache or not, in the order of the request."""

from contextlib import closing

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue import encoded_drinks
from mocktailverse.catalogue.encoded_drinks import EncodedDrinks
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from strategies.drinks import drinks
from strategies.effort import examples


@pytest.fixture(scope="module")
def catalogue(catalogue_path):
    with closing(Catalogue(catalogue_path)) as opened:
        yield opened


def test_a_page_is_encoded_as_its_drinks_are(catalogue):
    query = DrinkQuery(sort="-name")
    for _ in range(2):  # the second time from the cache
        page = catalogue.encoded_page(query, 5, None)
        assert msgspec.json.encode(page) == msgspec.json.encode(catalogue.search(query, limit=5))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(drinks, min_size=1, max_size=4, unique_by=lambda drink: drink.id))
def test_any_drinks_are_encoded_as_they_are(open_catalogue, given_drinks):
    with closing(open_catalogue(given_drinks)) as catalogue:
        page = catalogue.encoded_page(DrinkQuery(withdrawn=True), len(given_drinks), None)
        expected = catalogue.search(DrinkQuery(withdrawn=True), limit=len(given_drinks))
        texts = [bytes(catalogue.encoded_drink(drink.id)) for drink in given_drinks]

    assert msgspec.json.encode(page) == msgspec.json.encode(expected)
    assert texts == [msgspec.json.encode(drink) for drink in given_drinks]


def test_a_drink_is_encoded_as_it_is(catalogue):
    drink = catalogue.search(DrinkQuery(), limit=1).items[0]
    for _ in range(2):
        assert bytes(catalogue.encoded_drink(drink.id)) == msgspec.json.encode(drink)
    assert catalogue.encoded_drink("nobody:1") is None


def test_only_the_drinks_encoded_last_are_kept(catalogue, monkeypatch):
    drinks = catalogue.search(DrinkQuery(), limit=4).items
    reads = []

    def read(rows):
        reads.append(list(rows))
        return [msgspec.Raw(msgspec.json.encode(drinks[row])) for row in rows]

    monkeypatch.setattr(encoded_drinks, "KEPT_DRINKS", 2)
    encoded = EncodedDrinks(read)
    for rows in ([0, 1], [1, 0], [2, 1], [0, 3]):
        texts = [bytes(one) for one in encoded.by_row(rows)]
        assert texts == [msgspec.json.encode(drinks[row]) for row in rows]
    assert reads == [[0, 1], [2], [0, 3]]
