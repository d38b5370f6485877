"""The statistics of a catalogue."""

import random
from collections import Counter
from itertools import combinations

from mocktailverse.catalogue.search.query import Facet, Pairing, Statistics, StrengthBin
from mocktailverse.drinks.ingredients import LONGEST_NAME


def _served(low, high):
    return {"abv_served_percent_min": low, "abv_served_percent_max": high, "abv_percent_max": high}


def test_withdrawn_drinks_are_not_counted(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [
            make_drink(
                "A", "Gin", "Lime juice", category="Cocktail", quality=("x", "y"),
                is_mocktail=False, spirits=("Gin",), method="shaken", **_served(10, 19.9),
            ),
            make_drink(
                "B", "Gin", "Lime juice", "Mint", category="cocktail", quality=("x",), tags=("T",),
                is_mocktail=False, alcoholic="alcoholic", certainty="range", **_served(0, 0),
            ),
            make_drink("C", "Mint", category="Cocktail", glass="Cup", is_mocktail=True),
            make_drink("D", unknown_because=("Yakult", "Blorf")),
            make_drink("E", is_mocktail=True, abv_percent_max=0.0),
            make_drink(
                "Gone", "Rum", "Mint", withdrawn_at=5, quality=("z",), is_mocktail=True,
                unknown_because=("Yakult",),
            ),
        ]
    )  # fmt: skip

    statistics = catalogue.statistics()

    assert (
        statistics.drinks,
        statistics.mocktails,
        statistics.with_alcohol,
        statistics.withdrawn,
    ) == (5, 2, 2, 1)
    assert statistics.unknown_mocktail == 1
    assert statistics.zero_proof == [Facet("alcohol_free", 1), Facet("traces", 1)]
    assert statistics.unknown_because == [Facet("Blorf", 1), Facet("Yakult", 1)]
    assert (statistics.unknown_strength, statistics.ingredients) == (2, 3)
    assert statistics.categories == [Facet("Cocktail", 3)]
    assert statistics.alcoholic == [Facet("alcoholic", 1)]
    assert statistics.glasses == [Facet("Cup", 1)]
    assert statistics.spirits == [Facet("Gin", 1)]
    assert statistics.methods == [Facet("shaken", 1)]
    assert statistics.tags == [Facet("T", 1)]
    assert statistics.certainty == [Facet("unknown", 4), Facet("range", 1)]
    assert statistics.quality == [Facet("x", 2), Facet("y", 1)]
    assert statistics.strength == [
        StrengthBin(0, 5, 1),
        StrengthBin(5, 10, 0),
        StrengthBin(10, 15, 1),
    ]
    assert statistics.pairings == [
        Pairing("Gin", "Lime juice", 2),
        Pairing("Gin", "Mint", 1),
        Pairing("Lime juice", "Mint", 1),
    ]
    assert statistics.top_ingredients == [Facet("Gin", 2), Facet("Lime juice", 2), Facet("Mint", 2)]
    assert statistics.ingredients_per_drink == [
        Facet("0", 2), Facet("1", 1), Facet("2", 1), Facet("3", 1),
    ]  # fmt: skip
    assert catalogue.statistics() is statistics, "computed once"


def test_the_most_frequent_of_many_pairs_are_returned(open_catalogue, make_drink):
    few = [make_drink(f"F{n}", f"New {n}", f"New {n + 1}", "Ice") for n in range(100)]
    often = [make_drink(f"O{n}", "Rare one", "Rare two") for n in range(5)]
    catalogue = open_catalogue(few + often)

    pairings = catalogue.statistics().pairings

    assert len(pairings) == 40
    assert pairings[0] == Pairing("Rare one", "Rare two", 5)
    assert {pair.drinks for pair in pairings[1:]} == {2}
    assert {"Ice"} == {pair.a for pair in pairings[1:]}


def test_pairs_equal_a_count_drink_by_drink(open_catalogue, make_drink):
    chance = random.Random(1)
    names = [f"New {n}" for n in range(30)]
    drinks = [
        make_drink(f"D{n}", *chance.sample(names, chance.randrange(8)), withdrawn_at=n % 5 or None)
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


def test_many_rare_ingredients_take_little_time(open_catalogue, make_drink):
    # Names that are too long to be matched, because reading them is not what this is about.
    names = [f"{n} {'x' * LONGEST_NAME}" for n in range(9_003)]
    drinks = [
        make_drink(f"D{n}", *names[3 * n : 3 * n + 6], is_mocktail=True) for n in range(3_000)
    ]

    pairings = open_catalogue(drinks).statistics().pairings

    assert [pair.drinks for pair in pairings] == [2] * 40


def test_a_pair_is_not_missed_because_its_rarer_ingredient_sorts_late(open_catalogue, make_drink):
    """Forty-six pairs occur once each; one of them comes first by name."""
    many = make_drink("Many", *(f"New B{n}" for n in range(10)))
    catalogue = open_catalogue([many, make_drink("Two", "New A", "New Y")])

    pairings = catalogue.statistics().pairings

    assert pairings[0] == Pairing("New A", "New Y", 1)
    assert len(pairings) == 40


def test_pairs_of_equal_count_are_chosen_by_name(open_catalogue, make_drink):
    """Thirty-nine pairs occur twice, so only one of those that occur once is returned."""
    nine, three = [f"New B{n}" for n in range(9)], [f"New C{n}" for n in range(3)]
    twice = [make_drink(f"D{n}", *names) for n, names in enumerate((nine, nine, three, three))]
    once = [make_drink("E", "New D", "New E"), make_drink("F", "New A", "New Y")]
    catalogue = open_catalogue([*twice, *once])

    pairings = catalogue.statistics().pairings

    assert [pair.drinks for pair in pairings] == [2] * 39 + [1]
    assert pairings[-1] == Pairing("New A", "New Y", 1)


def test_a_drink_without_ingredients_counts_as_0_ingredients(open_catalogue, make_drink):
    drinks = [
        make_drink("A"),
        make_drink("B", "Gin"),
        make_drink("C", "Gin", "Ice"),
        make_drink("D"),
    ]

    sizes = open_catalogue(drinks).statistics().ingredients_per_drink

    assert sizes == [Facet("0", 2), Facet("1", 1), Facet("2", 1)]


def test_the_forty_most_used_ingredients_are_returned(open_catalogue, make_drink):
    drinks = [make_drink(f"D{n}", "Gin", f"New {n % 45:02}") for n in range(46)]

    statistics = open_catalogue(drinks).statistics()

    assert statistics.ingredients == 46
    assert statistics.top_ingredients == [
        Facet("Gin", 46), Facet("New 00", 2), *(Facet(f"New {n:02}", 1) for n in range(1, 39))
    ]  # fmt: skip


def test_quality_codes_of_equal_count_are_sorted_by_name(open_catalogue, make_drink):
    drinks = [make_drink("A", quality=("a", "z")), make_drink("B", quality=("b",))]
    drinks += [make_drink(f"C{n}", quality=("c",)) for n in range(2)]

    quality = open_catalogue(drinks).statistics().quality

    assert quality == [Facet("c", 2), Facet("a", 1), Facet("b", 1), Facet("z", 1)]


def test_a_strength_on_a_boundary_counts_in_the_upper_bin(open_catalogue, make_drink):
    served = [(4.9, 4.9), (4, 6), (9, 11), (None, 50), (50, None)]
    drinks = [make_drink(f"D{n}", **_served(*ends)) for n, ends in enumerate(served)]

    statistics = open_catalogue(drinks).statistics()

    assert statistics.strength == [
        StrengthBin(0, 5, 1),
        StrengthBin(5, 10, 1),
        StrengthBin(10, 15, 1),
    ]
    assert statistics.unknown_strength == 1, "the upper bound of the strength as mixed counts"


def test_reasons_that_differ_only_in_names_are_counted_together(open_catalogue, make_drink):
    causes = (("Yakult",), ("Yakult", "Blorf"))
    drinks = [make_drink(f"D{n}", *names, unknown_because=names) for n, names in enumerate(causes)]

    statistics = open_catalogue(drinks).statistics()

    assert statistics.not_convertible_because == [
        Facet("Whether it has alcohol is unknown because of ...", 2)
    ]


def test_an_empty_catalogue_has_empty_figures(open_catalogue):
    assert open_catalogue([]).statistics() == Statistics(
        drinks=0, mocktails=0, with_alcohol=0, unknown_strength=0, withdrawn=0, ingredients=0,
        categories=[], alcoholic=[], glasses=[], spirits=[], methods=[], tags=[], certainty=[],
        quality=[], zero_proof=[], unknown_mocktail=0, unknown_because=[],
        convertible=[], not_convertible_because=[], strength=[],
        pairings=[], top_ingredients=[], ingredients_per_drink=[], more={},
    )  # fmt: skip
