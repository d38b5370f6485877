"""Which drinks can become a mocktail: computed when the catalogue is written, some at a time."""

import logging
import sqlite3
from contextlib import closing

import msgspec
import pytest

import mocktailverse.drinks.conversion.convert
from mocktailverse.catalogue.conversions import conversion_columns
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.substitutions.needs import needs_of

SEAL = {"version": "1-00000000", "built_at": 1, "table": "drinks"}


def columns(path):
    query = "SELECT name, convertible, not_convertible_because, mocktail_needs FROM drinks"
    with closing(sqlite3.connect(path)) as connection:
        return {name: values for name, *values in connection.execute(query)}


@pytest.fixture
def drinks(sample_catalogue):
    return list(sample_catalogue.all_drinks())


def test_a_drink_has_the_first_style_in_which_it_converts(catalogue_path, drinks):
    stored = columns(catalogue_path)
    for drink in drinks:
        style, reason, needs = stored[drink.name]
        possible = [s for s in ("pantry", "bottle") if to_mocktail(drink, s).possible]
        if drink.derived.is_mocktail:
            assert (style, reason, needs) == (None, None, None)
        else:
            assert style == next(iter(possible), None)
            assert (reason is None) == bool(possible)
            assert (needs is None) == (style != "pantry")
    assert {"pantry", "bottle", None} <= {style for style, *_ in stored.values()}


def test_the_filter_convertible_finds_them_in_any_style(sample_catalogue, catalogue_path):
    convertible = sample_catalogue.search(DrinkQuery(zero_proof=("convertible",)), limit=500).items

    expected = {name for name, (style, *_) in columns(catalogue_path).items() if style}
    assert {drink.name for drink in convertible} == expected
    facets = {f.value: f.count for f in sample_catalogue.facets(DrinkQuery()).zero_proof}
    assert facets["convertible"] == len(expected)


def test_statistics_count_styles_and_reasons_without_names(sample_catalogue, catalogue_path):
    stored = columns(catalogue_path).values()
    statistics = sample_catalogue.statistics()

    styles = {facet.value: facet.count for facet in statistics.convertible}
    assert styles["pantry"] == sum(style == "pantry" for style, *_ in stored)
    reasons = statistics.not_convertible_because
    assert sum(f.count for f in reasons) == sum(reason is not None for _, reason, _ in stored)
    assert not any("`" in facet.value for facet in reasons)


def test_a_publish_converts_a_bounded_number_and_the_next_ones_the_rest(tmp_path, drinks):
    path = tmp_path / "c"
    open_drinks = sum(not drink.derived.is_mocktail for drink in drinks)

    def pending():
        values = zip(drinks, map(columns(path).__getitem__, [d.name for d in drinks]), strict=True)
        return sum(not d.derived.is_mocktail and value == [None] * 3 for d, value in values)

    with CatalogueWriter.create(path) as writer:
        writer.put(drinks)
        writer.seal(**SEAL, most_conversions=10)
    assert pending() == open_drinks - 10
    with CatalogueWriter.open(path) as writer:
        writer.seal(**SEAL, most_conversions=7)
    assert pending() == open_drinks - 17
    with CatalogueWriter.open(path) as writer:
        writer.seal(**SEAL, most_conversions=None)
    assert pending() == 0
    with closing(Catalogue(path)) as catalogue:
        assert list(catalogue.all_drinks()) == drinks


def test_a_changed_drink_is_converted_again(tmp_path, drinks):
    with_alcohol = (d for d in drinks if not d.derived.is_mocktail)
    drink = next(d for d in with_alcohol if conversion_columns(d).convertible == "pantry")
    path = tmp_path / "c"
    with CatalogueWriter.create(path) as writer:
        writer.put([drink])
        writer.seal(**SEAL)
    without_method = msgspec.structs.replace(
        drink,
        instructions={},
        content_hash="other",
        derived=msgspec.structs.replace(drink.derived, method=None),
    )
    with CatalogueWriter.open(path) as writer:
        writer.put([without_method])
        writer.seal(**SEAL)
    assert columns(path)[drink.name][0] is None


def test_a_defect_of_the_converter_costs_one_drink_only(monkeypatch, drinks, caplog):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(mocktailverse.drinks.conversion.convert, "to_mocktail", broken)
    with caplog.at_level(logging.ERROR):
        columns_of_one = conversion_columns(drinks[0])
    assert columns_of_one == (None, "The conversion failed.", None)
    assert caplog.records[0].drink == drinks[0].id


def test_what_a_conversion_needs_is_what_its_recipe_needs(sample_catalogue, drinks):
    with_alcohol = (d for d in drinks if not d.derived.is_mocktail)
    convertible = [d for d in with_alcohol if conversion_columns(d).convertible == "pantry"]
    for drink in convertible[:20]:
        needs = needs_of(to_mocktail(drink, "pantry").drink)
        shelf = [name for need in needs for name in need.names]
        result = sample_catalogue.makeable(shelf, convertible=True, limit=500)
        item = next(item for item in result.items if item.drink.id == drink.id)
        assert {need.name for need in needs} <= set(item.as_mocktail)
        assert item.missing == []


def test_makeable_lists_mocktails_and_what_becomes_one(sample_catalogue):
    shelf = ["Lime juice", "Sugar syrup", "Soda water", "Mint", "Orange juice", "Coconut water"]
    both = sample_catalogue.makeable(shelf, convertible=True, limit=500)
    mocktails = sample_catalogue.makeable(shelf, mocktail=True, limit=500)
    only = sample_catalogue.makeable(shelf, convertible=True, mocktail=False, limit=500)
    same = sample_catalogue.makeable(shelf, convertible=True, mocktail=True, limit=500)

    assert both.items == same.items
    assert {i.drink.id for i in mocktails.items + only.items} == {i.drink.id for i in both.items}
    for item in both.items:
        assert (item.as_mocktail is None) == (item.drink.derived.is_mocktail is True)
    assert both.counts["0"] == len(both.items)


@pytest.mark.parametrize("allowance", ["near", "strict"])
def test_a_purchase_for_conversions_unlocks_as_many_drinks_as_it_says(sample_catalogue, allowance):
    shelf = ["Lime juice", "Lemon juice", "Sugar syrup", "Soda water", "Mint", "Ice", "Water"]
    before = sample_catalogue.makeable(shelf, convertible=True, allowance=allowance)
    for unlock in before.unlocks[:5]:
        after = sample_catalogue.makeable(
            [*shelf, unlock.ingredient], convertible=True, allowance=allowance
        )
        assert after.counts["0"] - before.counts["0"] == unlock.drinks
        assert unlock.ingredient not in after.unknown


def test_pages_of_both_hold_each_drink_once(sample_catalogue):
    shelf = ["Lime juice", "Lemon juice", "Sugar syrup", "Soda water", "Mint", "Coconut water"]
    whole = sample_catalogue.makeable(shelf, missing=2, convertible=True, limit=500).items
    paged, after = [], None
    while True:
        page = sample_catalogue.makeable(shelf, missing=2, convertible=True, limit=3, after=after)
        paged += page.items
        after = page.next
        if after is None:
            break
    assert paged == whole
