"""The advice what to buy: its work stays small, whatever the shelf and however many are equal."""

import sys
from array import array
from collections import Counter, defaultdict
from types import SimpleNamespace

import pytest

from mocktailverse.catalogue import unlocks
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds
from mocktailverse.catalogue.search.query import IngredientEntry, Unlock
from mocktailverse.catalogue.shelf_coverage import ShelfCoverage
from mocktailverse.drinks.ingredients.reference_rows import rows_by_name
from mocktailverse.drinks.substitutions.shelf import StockedShelf, provided_by

DRINKS = 20_000
ALL = (1 << DRINKS) - 1
BOTTLES = 200
RARE = DRINKS // 10
CALLS = 300_000
"""Python calls for one shelf: at most twice the worst of these. Counting all takes millions."""


@pytest.fixture(scope="module", params=[sorted, list], ids=["mixed", "related"])
def common(request):
    """Return the ingredients on the shelf, with one rum: of all kinds, or mostly spirits.

    Related ones compete for bottles and replace each other, so that upper bounds are less exact.
    """
    others = (
        n for n in request.param(rows_by_name()) if "Rum" not in dict(provided_by(n, "acceptable"))
    )
    return ["Light rum", *others][:BOTTLES]


@pytest.fixture(scope="module")
def needs_and_advice(common):
    """Return needs and advice of a catalogue; every tenth drink needs what no other one does.

    Half of these also need two rums, so that the one on the shelf is not enough.
    """
    drinks = defaultdict(lambda: array("I"))
    for ordinal in range(DRINKS):
        names = {common[(ordinal * step) % BOTTLES] for step in (1, 3, 7, 11)}
        if ordinal % 10 == 0:
            names.add(f"Rare {ordinal:05}")
        if ordinal % 20 == 0:
            names |= {"Rum", "Light rum"}
        for name in names:
            drinks[name, "used", "", "[]", 0].append(ordinal)
    counts = {line[0]: len(ordinals) for line, ordinals in drinks.items()}
    entries = [IngredientEntry(name, None, None, None, n, n) for name, n in counts.items()]
    entries.sort(key=lambda entry: (-entry.drinks, entry.name))
    needs = DrinkNeeds(DRINKS, drinks)
    return needs, unlocks.PurchaseAdvice(needs, SimpleNamespace(entries=entries))


@pytest.fixture
def unlocked(needs_and_advice):
    """Return a function that returns the advice for a shelf, and the calls that it took."""
    needs, advice = needs_and_advice

    def run(have, allowance):
        coverage = ShelfCoverage(needs, StockedShelf(have, allowance))
        ready = coverage.missing_counts(0, ALL)[0]
        calls = Counter()

        def count(frame, event, _argument):
            calls[frame.f_code.co_qualname] += event == "call"

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            purchases = advice.unlocks(coverage, ALL & ~ready)
        finally:
            sys.setprofile(before)
        return purchases, calls

    return run


@pytest.mark.parametrize("allowance", ["near", "acceptable"])
@pytest.mark.parametrize("bottles", [20, 100, 165, BOTTLES])
def test_few_purchases_are_counted_even_if_thousands_are_equal(
    unlocked, common, bottles, allowance
):
    _, calls = unlocked(common[:bottles], allowance)

    assert calls["_UnreadyDrinks.bound"] <= RARE + BOTTLES
    assert calls["_UnreadyDrinks.unlocked"] <= BOTTLES // 2, "but for related ones it is ten"
    assert calls.total() < CALLS


def test_purchases_that_make_no_drink_are_left_out_together(unlocked, common):
    """Each rare ingredient makes one drink at most, with four bottles that a small shelf lacks."""
    _, calls = unlocked(common[:3], "near")

    assert calls["_UnreadyDrinks.may_gain"] >= RARE // unlocks.PURCHASES_AT_ONCE
    assert calls["_UnreadyDrinks.bound"] <= RARE // 2


def test_equal_purchases_are_counted_in_the_order_of_their_names(unlocked, common):
    """The drinks 0, 20, 40, ... need a second rum: no other purchase makes them."""
    advice, calls = unlocked(common, "near")

    rare = [f"Rare {10 + 20 * number:05}" for number in range(unlocks.UNLOCKS)]
    assert advice == [Unlock(name, 1) for name in rare]
    assert calls["_UnreadyDrinks.unlocked"] == unlocks.UNLOCKS
