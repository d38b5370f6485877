"""Makeable drinks: the results equal a count drink by drink."""

from collections import Counter
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue import unlocks
from mocktailverse.catalogue.rows import name_key
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.substitutions.allocation import allocate
from mocktailverse.drinks.substitutions.needs import needs_of
from mocktailverse.drinks.substitutions.replaceable import counts_for, is_as_good_as
from mocktailverse.drinks.substitutions.shelf import StockedShelf, folded
from mocktailverse.errors import UsageError
from strategies.effort import examples

NAMES = (
    "Spirit", "Rum", "Light rum", "Coconut rum", "Triple sec", "Curaçao", "Orange liqueur", "Lime",
    "Lime juice", "Lemon juice", "Sour mix", "Sugar", "Sugar syrup", "Powdered sugar", "Ice",
    "Wumm", "wumm", "Pong",
)  # fmt: skip
HAVE = (*NAMES, "rum, white", "Bacardi", "Cointreau", "WUMM", "Nothing of the kind", "Gin")
SUGARS = ("Sugar", "Sugar syrup", "Superfine sugar", "Powdered sugar", "Rich simple syrup")
ALLOWANCES = ("strict", "near", "acceptable")


class ReferenceCount:
    """The expected results, counted drink by drink."""

    def __init__(self, drinks, have, mocktail, allowance, most_unlocks=10):
        self._allowance = allowance
        self._used = {line.name for drink in drinks for line in drink.ingredients}
        self._have = [self._meant(text) for text in have]
        present = [drink for drink in drinks if drink.withdrawn_at is None]
        self._candidates = [
            drink
            for drink in present
            if drink.ingredients and mocktail in {None, drink.derived.is_mocktail}
        ]
        self.missing = self._missing(self._have)
        self.in_order = sorted(
            (drink for drink in self._candidates if len(self.missing[drink.id]) <= 2),
            key=lambda drink: (len(self.missing[drink.id]), name_key(drink.name), drink.id),
        )
        numbers = [len(names) for names in self.missing.values()]
        self.counts = {str(number): numbers.count(number) for number in range(3)}
        uses = Counter(
            name for drink in present for name in {line.name for line in drink.ingredients}
        )
        ranked = sorted(uses, key=lambda name: (-uses[name], name_key(name), name), reverse=True)
        purchases = {folded(name): name for name in ranked}.values()
        gains = {name: self._gain(name) for name in purchases}
        best = []
        for name in sorted(gains, key=lambda n: (len(counts_for(n)), ranked[::-1].index(n))):
            rivals = [other for gain, other in best if -gain == gains[name]]
            if gains[name] and not any(self._suffices(other, name) for other in rivals):
                best.append((-gains[name], name))
        self.unlocks = [(name, -gain) for gain, name in sorted(best)[:most_unlocks]]
        self.unknown = [text for text in have if not self._is_used(text)]

    def _meant(self, text):
        name, in_reference = canonical_name(text)
        spellings = sorted(n for n in self._used if not in_reference and folded(n) == folded(text))
        return spellings[0] if spellings else name

    def _missing(self, have):
        shelf = StockedShelf(have, self._allowance)
        strict = self._allowance == "strict"
        return {
            drink.id: [n.name for n in allocate(needs_of(drink, strict=strict), shelf).missing]
            for drink in self._candidates
        }

    def _gain(self, name):
        after = self._missing([*self._have, name])
        return sum(1 for id_, names in self.missing.items() if names and not after[id_])

    def _suffices(self, other, name):
        return other in counts_for(name) or is_as_good_as(other, name)

    def _is_used(self, text):
        provided = StockedShelf([self._meant(text)], "acceptable").provided
        return not provided.isdisjoint(map(folded, self._used))


def _drinks(make):
    one = st.tuples(
        st.sampled_from(["Fizz", "fizz", "Sour", "Cup"]),
        st.lists(st.sampled_from(NAMES), max_size=6),
        st.sampled_from([None, None, 7]),
        st.sampled_from([None, True, False]),
    )
    return st.lists(one, max_size=12).map(
        lambda many: [
            make(name, *names, drink_id=f"test:{n}", withdrawn_at=gone, is_mocktail=mocktail)
            for n, (name, names, gone, mocktail) in enumerate(many)
        ]
    )


@settings(max_examples=examples(200), deadline=None)
@given(
    data=st.data(),
    have=st.lists(st.sampled_from(HAVE), max_size=5),
    missing=st.integers(0, 2),
    mocktail=st.sampled_from([None, True, False]),
    allowance=st.sampled_from(ALLOWANCES),
    limit=st.integers(1, 4),
    most_unlocks=st.integers(1, 10),
    at_once=st.sampled_from([1, 2, 16]),
)
def test_makeable_equals_a_count_drink_by_drink(
    open_catalogue,
    make_drink,
    data,
    have,
    missing,
    mocktail,
    allowance,
    limit,
    most_unlocks,
    at_once,
):
    drinks = data.draw(_drinks(make_drink))
    catalogue = open_catalogue(drinks)
    expected = ReferenceCount(drinks, have, mocktail, allowance, most_unlocks)

    items, after = [], None
    while True:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(unlocks, "UNLOCKS", most_unlocks)
            patch.setattr(unlocks, "PURCHASES_AT_ONCE", at_once)
            page = catalogue.makeable(
                have,
                missing=missing,
                mocktail=mocktail,
                allowance=allowance,
                limit=limit,
                after=after,
            )
        items += page.items
        after = page.next
        if after is None:
            break

    makeable = [drink for drink in expected.in_order if len(expected.missing[drink.id]) <= missing]
    assert [item.drink for item in items] == makeable
    assert [item.missing for item in items] == [expected.missing[drink.id] for drink in makeable]
    assert page.counts == expected.counts
    assert [(unlock.ingredient, unlock.drinks) for unlock in page.unlocks] == expected.unlocks
    assert page.unknown == expected.unknown
    catalogue.close()


def test_a_specific_ingredient_replaces_the_general_one_but_not_vice_versa(
    open_catalogue, make_drink
):
    catalogue = open_catalogue(
        [make_drink("Any", "Rum", "Lime juice"), make_drink("Fine", "Light rum", "Lime juice")]
    )

    with_white = catalogue.makeable(["bacardi superior", "white rum", "fresh lime juice"])
    with_rum = catalogue.makeable(["Rum", "Lime juice"], missing=1)

    assert [item.drink.name for item in with_white.items] == ["Any", "Fine"]
    assert with_white.have[1:] == ["Light rum", "Lime juice"]
    assert [(item.drink.name, item.missing) for item in with_rum.items] == [
        ("Any", []),
        ("Fine", ["Light rum"]),
    ]
    assert [(u.ingredient, u.drinks) for u in with_rum.unlocks] == [("Light rum", 1)]


def test_a_shelf_is_read_as_people_write_it(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Tonic", "Gin", "Tonic water"), make_drink("W", "Wumm")])

    page = catalogue.makeable(["half a bottle of Gordon's gin", "Schweppes tonic", "wumm", "pong"])
    dried = catalogue.makeable(["dried mint"])

    assert [item.drink.name for item in page.items] == ["Tonic", "W"]
    assert page.have == ["Gordon's", "Tonic water", "Wumm", "pong"]
    assert page.unknown == ["pong"]
    assert (dried.have, dried.unknown) == (["Dried mint"], ["dried mint"])


def test_one_purchase_may_provide_two_missing_ingredients(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Custard", "Egg white", "Egg yolk", "Egg", "Ice")])

    page = catalogue.makeable(["ice"], missing=2)

    assert page.counts == {"0": 0, "1": 0, "2": 0}
    assert [(u.ingredient, u.drinks) for u in page.unlocks] == [("Egg", 1)]


@pytest.mark.parametrize("pair", list(combinations(SUGARS, 2)), ids=" and ".join)
def test_one_purchase_may_provide_two_of_what_it_replaces(open_catalogue, make_drink, pair):
    others = [make_drink(name, name, "Gin", drink_id=f"test:{name}") for name in SUGARS]
    catalogue = open_catalogue([make_drink("Sweet", *pair), *others])

    page = catalogue.makeable([])

    assert {u.drinks for u in page.unlocks} == {1}


def test_a_second_bottle_for_two_lines_is_suggested(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Two rums", "Rum", "Light rum")])

    page = catalogue.makeable(["Light rum"])

    assert page.counts == {"0": 0, "1": 1, "2": 0}
    assert [(u.ingredient, u.drinks) for u in page.unlocks] == [("Rum", 1)]


def test_one_bottle_does_not_serve_two_lines(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [
            make_drink("Two rums", "Rum", "Light rum"),
            make_drink("Two orange liqueurs", "Triple sec", "Orange curaçao"),
        ]
    )

    page = catalogue.makeable(["Light rum", "Triple sec"], missing=1)

    assert page.counts == {"0": 0, "1": 2, "2": 0}
    assert [item.missing for item in page.items] == [["Orange curaçao"], ["Rum"]]
    assert catalogue.makeable(["Light rum", "Dark rum"]).counts["0"] == 1


def test_the_answer_says_what_replaces_what(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Sour", "Blended whiskey", "Sour mix", "Ice")])

    (item,) = catalogue.makeable(["bourbon", "lemon juice", "Sugar syrup"]).items

    assert msgspec.to_builtins(item.replacements) == [
        {
            "for": "Blended whiskey",
            "use": ["Bourbon"],
            "confidence": "near",
            "why": "the sweet American style; blended whiskey is lighter",
        },
        {
            "for": "Sour mix",
            "use": ["Lemon juice", "Sugar syrup"],
            "confidence": "same",
            "why": "sour mix is lemon juice and sugar syrup",
        },
    ]


def test_acceptable_substitutes_count_only_on_request(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Sour", "Rum", "Lime juice")])
    have = ["Light rum", "Lemon juice"]

    counts = {a: catalogue.makeable(have, allowance=a).counts["0"] for a in ALLOWANCES}

    assert counts == {"strict": 0, "near": 0, "acceptable": 1}
    (item,) = catalogue.makeable(have, allowance="acceptable").items
    assert [r.confidence for r in item.replacements] == ["same", "acceptable"]


def test_strict_needs_every_line_by_its_name_or_a_kind_of_it(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Daisy", "Rum", "Ice"), make_drink("Sweet", "Sugar")])

    page = catalogue.makeable(["Light rum", "Sugar syrup"], missing=1, allowance="strict")

    assert [(item.drink.name, item.missing) for item in page.items] == [
        ("Daisy", ["Ice"]),
        ("Sweet", ["Sugar"]),
    ]


def test_a_kind_that_unlocks_no_more_than_its_general_ingredient_is_not_suggested(
    open_catalogue, make_drink
):
    drinks = [make_drink("Plain", "Vodka"), make_drink("Sour", "Flavoured vodka", "Ice")]
    catalogue = open_catalogue(drinks)
    suggested = [unlock.ingredient for unlock in catalogue.makeable(["Lime juice"]).unlocks]
    assert suggested == ["Flavoured vodka", "Vodka"]
    drinks = [make_drink("Plain", "Vodka"), make_drink("Same", "Absolut Vodka")]
    suggested = [unlock.ingredient for unlock in open_catalogue(drinks).makeable(["Ice"]).unlocks]
    assert suggested == ["Vodka"]


def test_a_suggested_purchase_unlocks_the_promised_number_of_drinks(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [make_drink("A", "Wumm"), make_drink("B", "wumm"), make_drink("C", "wumm", "Wumm")]
    )

    (unlock,) = catalogue.makeable([]).unlocks

    assert (unlock.ingredient, unlock.drinks) == ("Wumm", 3)
    assert catalogue.makeable([unlock.ingredient]).counts["0"] == 3


def test_a_drink_without_ingredients_is_never_makeable(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Mystery"), make_drink("Ice cubes", "Ice")])

    page = catalogue.makeable(["Ice"], missing=2)

    assert [item.drink.name for item in page.items] == ["Ice cubes"]
    assert catalogue.count(DrinkQuery()) == 2


def test_more_than_two_missing_ingredients_are_refused(open_catalogue):
    catalogue = open_catalogue([])

    for missing in (-1, 3):
        with pytest.raises(UsageError, match="0 to 2"):
            catalogue.makeable([], missing=missing)
    assert catalogue.makeable([]).items == []


def test_drinks_with_many_ingredients_are_counted_correctly(open_catalogue, make_drink):
    names = [f"New {number}" for number in range(40)]
    catalogue = open_catalogue([make_drink("Forty", *names), make_drink("Half", *names[:20])])

    assert catalogue.makeable(names[:38]).counts == {"0": 1, "1": 0, "2": 1}
    assert catalogue.makeable(names).counts == {"0": 2, "1": 0, "2": 0}


def test_no_purchase_is_suggested_for_drinks_outside_the_query(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [
            make_drink("Gone", "Rum", "Light rum", withdrawn_at=5),
            make_drink("Strong", "Vodka", "Citron vodka", is_mocktail=False),
            make_drink("Plain", "Milk", is_mocktail=True),
        ]
    )
    suggested = [(u.ingredient, u.drinks) for u in catalogue.makeable([], mocktail=True).unlocks]
    assert suggested == [("Milk", 1)]


def test_ingredients_that_no_drink_uses_are_reported_as_unknown(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("A", "Rum", "Wumm"), make_drink("B", "Light rum")])

    page = catalogue.makeable(["bacardi", "Gin", "nothing", "wumm", "Dark rum"])

    assert page.unknown == ["Gin", "nothing"]
    assert page.have == ["Bacardi", "Gin", "nothing", "Wumm", "Dark rum"]
    assert page.counts == {"0": 2, "1": 0, "2": 0}


def test_ten_purchases_are_suggested_best_first(open_catalogue, make_drink):
    once = [make_drink(f"Once {number:02}", f"New {number:02}") for number in range(12)]
    catalogue = open_catalogue([*once, make_drink("Twice", "New 11")])
    suggested = [(unlock.ingredient, unlock.drinks) for unlock in catalogue.makeable([]).unlocks]
    assert suggested == [("New 11", 2), *((f"New {number:02}", 1) for number in range(9))]


def test_the_missing_ingredients_of_a_drink_compare_without_case(open_catalogue, make_drink):
    drink = make_drink("A", "Wumm", "wumm", "Rum", "Ice")
    catalogue = open_catalogue([drink])

    assert catalogue.from_shelf(drink, ["WUMM", "white rum"]).missing == []
    assert catalogue.from_shelf(drink, ["WUMM", "white rum"], "strict").missing == ["Ice"]
    assert catalogue.from_shelf(drink, []).missing == ["Wumm", "wumm", "Rum"]
    assert catalogue.from_shelf(drink, ["nothing"]).missing == ["Wumm", "wumm", "Rum"]
