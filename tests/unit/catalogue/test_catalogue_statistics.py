"""The catalogue in figures."""

import random
from collections import Counter
from itertools import combinations

from mocktailverse.catalogue.answers import Facet, Pairing, StrengthBin


def _served(low, high):
    return {"abv_served_percent_min": low, "abv_served_percent_max": high, "abv_percent_max": high}


def test_figures_leave_withdrawn_drinks_out(open_catalogue, new_drink):
    catalogue = open_catalogue(
        [
            new_drink(
                "A", "Gin", "Lime juice", category="Cocktail", quality=("x", "y"),
                is_mocktail=False, spirits=("Gin",), method="shaken", **_served(10, 19.9),
            ),
            new_drink(
                "B", "Gin", "Lime juice", "Mint", category="cocktail", quality=("x",), tags=("T",),
                is_mocktail=False, alcoholic="alcoholic", certainty="range", **_served(0, 0),
            ),
            new_drink("C", "Mint", category="Cocktail", glass="Cup", is_mocktail=True),
            new_drink("D"),
            new_drink("Gone", "Rum", "Mint", withdrawn_at=5, quality=("z",), is_mocktail=True),
        ]
    )  # fmt: skip

    found = catalogue.statistics()

    assert (found.drinks, found.mocktails, found.with_alcohol, found.withdrawn) == (4, 1, 2, 1)
    assert (found.unknown_strength, found.ingredients) == (2, 3)
    assert found.categories == [Facet("Cocktail", 3)]
    assert found.alcoholic == [Facet("alcoholic", 1)]
    assert found.glasses == [Facet("Cup", 1)]
    assert found.spirits == [Facet("Gin", 1)]
    assert found.methods == [Facet("shaken", 1)]
    assert found.tags == [Facet("T", 1)]
    assert found.certainty == [Facet("unknown", 3), Facet("range", 1)]
    assert found.quality == [Facet("x", 2), Facet("y", 1)]
    assert found.strength == [StrengthBin(0, 5, 1), StrengthBin(5, 10, 0), StrengthBin(10, 15, 1)]
    assert found.pairings == [
        Pairing("Gin", "Lime juice", 2),
        Pairing("Gin", "Mint", 1),
        Pairing("Lime juice", "Mint", 1),
    ]
    assert found.top_ingredients == [Facet("Gin", 2), Facet("Lime juice", 2), Facet("Mint", 2)]
    assert found.ingredients_per_drink == [Facet(str(number), 1) for number in range(4)]
    assert catalogue.statistics() is found, "counted once"


def test_the_pairs_that_meet_most_are_found_among_many(open_catalogue, new_drink):
    few = [new_drink(f"F{n}", f"New {n}", f"New {n + 1}", "Ice") for n in range(100)]
    often = [new_drink(f"O{n}", "Rare one", "Rare two") for n in range(5)]
    catalogue = open_catalogue(few + often)

    pairings = catalogue.statistics().pairings

    assert len(pairings) == 40
    assert pairings[0] == Pairing("Rare one", "Rare two", 5)
    assert {pair.drinks for pair in pairings[1:]} == {2}
    assert {"Ice"} == {pair.a for pair in pairings[1:]}


def test_pairs_are_those_of_a_count_drink_by_drink(open_catalogue, new_drink):
    chance = random.Random(1)  # noqa: S311 - drinks made up
    names = [f"New {n}" for n in range(30)]
    drinks = [
        new_drink(f"D{n}", *chance.sample(names, chance.randrange(8)), withdrawn_at=n % 5 or None)
        for n in range(200)
    ]
    counted = Counter(
        pair
        for drink in drinks
        if drink.withdrawn_at is None
        for pair in combinations(sorted({line.name for line in drink.ingredients}), 2)
    )

    pairings = open_catalogue(drinks).statistics().pairings

    best = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:40]
    assert pairings == [Pairing(a, b, count) for (a, b), count in best]


def test_many_rare_ingredients_are_no_burden(open_catalogue, new_drink):
    drinks = [new_drink(f"D{n}", *(f"New {3 * n + k}" for k in range(6))) for n in range(10_000)]

    pairings = open_catalogue(drinks).statistics().pairings

    assert [pair.drinks for pair in pairings] == [2] * 40


def test_an_empty_catalogue_has_empty_figures(open_catalogue):
    found = open_catalogue([]).statistics()

    assert found.drinks == found.withdrawn == 0
    assert found.strength == found.pairings == found.ingredients_per_drink == []
