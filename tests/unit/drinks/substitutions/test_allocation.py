"""Which bottle serves which line, for whole drinks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.ingredients import all_ingredients, canonical_name
from mocktailverse.drinks.substitutions.allocation import allocate
from mocktailverse.drinks.substitutions.needs import Need, needs_of
from mocktailverse.drinks.substitutions.shelf import StockedShelf
from strategies.effort import examples

USED = [i.name for i in all_ingredients() if i.kind not in {"ice", "other"}]
NAMES = st.sampled_from([
    "Rum", "Light rum", "Gold rum", "Coconut rum", "Triple sec", "Cointreau", "Curaçao", "Lime",
    "Orange liqueur", "Lime juice", "Lemon juice", "Sour mix", "Lemonade", "Sugar", "Sugar syrup",
    "Gin", "London dry gin", "Whiskey", "Bourbon", "Cream", "Light cream", "Unheard of",
])  # fmt: skip
SHELVES = st.lists(NAMES | st.sampled_from(USED), max_size=8, unique=True)
NEEDS = st.lists(
    st.builds(
        Need,
        st.lists(NAMES, min_size=1, max_size=2, unique=True).map(tuple),
        st.sampled_from(["used", "juice", "dry", "packed"]),
    ),
    max_size=6,
    unique=True,
)


@pytest.fixture
def missing(read_drink):
    """Return a function: what a shelf lacks for a drink of lines; names in the recipe's order."""

    def of(have, *lines, instructions="", allowance="near"):
        drink = read_drink("Any", *lines, instructions=instructions)
        needs = needs_of(drink, strict=allowance == "strict")
        return [need.name for need in allocate(needs, StockedShelf(have, allowance)).missing]

    return of


DAIQUIRI = (("Light rum", "2 oz"), ("Lime", "Juice of 1/2"), ("Powdered sugar", "1 tsp"))
MOJITO = (
    ("Light rum", "2 oz"), ("Lime", "Juice of 1"), ("Sugar", "2 tsp"), ("Mint", "2-4"),
    ("Soda water", None), ("Ice", None),
)  # fmt: skip


def test_a_daiquiri_needs_the_juice_of_a_lime_not_the_fruit(missing):
    assert missing(["Light rum", "Lime juice", "Sugar syrup"], *DAIQUIRI) == []
    assert missing(["Light rum", "Lemon juice", "Sugar syrup"], *DAIQUIRI) == ["Lime"]
    lemon = ["Light rum", "Lemon juice", "Sugar syrup"]
    assert missing(lemon, *DAIQUIRI, allowance="acceptable") == []


def test_a_mojito_needs_its_mint_but_no_ice(missing):
    have = ["Light rum", "Lime juice", "Sugar syrup", "Soda water"]
    assert missing(have, *MOJITO, instructions="Muddle the mint.") == ["Mint"]
    assert missing([*have, "Mint"], *MOJITO, instructions="Muddle the mint.") == []


def test_a_caipirinha_needs_the_fruit(missing):
    lines = (("Cachaça", "2 oz"), ("Lime", "4 wedges"), ("Sugar", "2 tsp"))
    text = "Muddle lime and sugar."
    assert missing(["Cachaça", "Lime juice", "Sugar"], *lines, instructions=text) == ["Lime"]
    assert missing(["Cachaça", "Lime", "Sugar"], *lines, instructions=text) == []


def test_a_fruit_gives_juice_pieces_and_peel_at_once(missing):
    lines = (("Lime", "Juice of 1"), ("Lime", "3 wedges"), ("Lime juice", "1 oz"))
    assert missing(["Lime"], *lines, instructions="Muddle the lime.") == []
    assert missing([], *lines, instructions="Muddle the lime.") == ["Lime", "Lime juice"]


def test_bitters_egg_white_and_colour_are_never_optional(missing):
    lines = (
        ("Angostura bitters", "1 dash"), ("Egg white", "1"), ("Grenadine", "1 dash"),
        ("Honey", "1 tsp"), ("Blue curaçao", "1 tsp"),
    )  # fmt: skip
    names = ["Angostura bitters", "Egg white", "Grenadine", "Honey", "Blue curaçao"]
    assert missing(["Triple sec", "Sugar syrup"], *lines) == names


def test_one_triple_sec_is_not_two_orange_liqueurs(missing):
    lines = (("Triple sec", "1 oz"), ("Curaçao", "1 oz"))
    assert missing(["Triple sec"], *lines) == ["Curaçao"]
    assert missing(["Triple sec", "Cointreau"], *lines) == []
    assert missing(["Cointreau"], *lines) in (["Triple sec"], ["Curaçao"])


def test_a_repeated_line_is_served_by_one_bottle(missing):
    assert missing(["Gin"], ("Gin", "1 oz"), ("Gin", "1 tsp")) == []


def test_two_bottles_make_a_mix_but_not_a_can_of_concentrate(missing):
    have = ["Lemon", "Sugar"]
    assert missing(have, ("Sweet and sour", "1 oz"), ("Lemonade", "4 oz")) == []
    assert missing(have, ("Lemonade", "1 can")) == ["Lemonade"]
    assert missing(["Lemon"], ("Sweet and sour", "1 oz")) == ["Sour mix"]


def test_syrup_does_not_replace_sugar_by_the_cup(missing):
    assert missing(["Sugar syrup"], ("Sugar", "2 cups")) == ["Sugar"]
    assert missing(["Sugar syrup"], ("Sugar", "2 tsp")) == []


def test_any_alternative_serves_the_line_and_optional_lines_are_not_needed():
    honey_or_sugar = Need(("Honey", "Sugar"))
    assert allocate([honey_or_sugar], StockedShelf(["Sugar"])).missing == []
    assert allocate([honey_or_sugar], StockedShelf(["Honey"])).missing == []
    assert allocate([honey_or_sugar], StockedShelf(["Gin"])).missing == [honey_or_sugar]


def test_strict_needs_every_line_by_its_name(missing):
    shelf = ["Light rum", "Lime juice", "Sugar syrup", "Soda water", "Mint"]
    assert missing(shelf, *MOJITO, allowance="strict") == ["Lime", "Sugar", "Ice"]
    assert missing(["Light rum"], ("Rum", "1 oz"), allowance="strict") == []
    assert missing(["Coconut rum"], ("Rum", "1 oz"), allowance="strict") == ["Rum"]


@settings(max_examples=examples(300), deadline=None)
@given(needs=NEEDS, have=SHELVES, more=NAMES | st.sampled_from(USED))
def test_adding_to_the_shelf_never_loses_a_drink(needs, have, more):
    for allowance in ("strict", "near", "acceptable"):
        before = allocate(needs, StockedShelf(have, allowance)).missing
        after = allocate(needs, StockedShelf([*have, more], allowance)).missing
        assert len(after) <= len(before)


@settings(max_examples=examples(300), deadline=None)
@given(needs=NEEDS, have=SHELVES, more=NAMES | st.sampled_from(USED))
def test_a_bottle_more_gives_the_same_as_a_new_shelf(needs, have, more):
    for allowance in ("strict", "near", "acceptable"):
        shelf = StockedShelf(have, allowance)
        mixtures = list(shelf.incomplete_mixtures())
        larger, new = shelf.with_bottle(more), StockedShelf([*have, more], allowance)
        assert larger.have == new.have
        assert allocate(needs, larger) == allocate(needs, new)
        assert list(larger.incomplete_mixtures()) == list(new.incomplete_mixtures())
        assert new.provided - shelf.provided <= larger.provided_beyond(shelf) <= new.provided
        assert list(shelf.incomplete_mixtures()) == mixtures, "the smaller shelf stays as it is"
        assert allocate(needs, shelf) == allocate(needs, StockedShelf(have, allowance))


@settings(max_examples=examples(300), deadline=None)
@given(needs=NEEDS, have=SHELVES)
def test_each_allowance_serves_at_least_as_much_as_the_stricter(needs, have):
    missing = [
        len(allocate(needs, StockedShelf(have, allowance)).missing)
        for allowance in ("strict", "near", "acceptable")
    ]
    assert missing == sorted(missing, reverse=True)


@settings(max_examples=examples(300), deadline=None)
@given(needs=NEEDS, have=SHELVES, allowance=st.sampled_from(["near", "acceptable"]))
def test_every_bottle_is_from_the_shelf_and_replaces_in_one_line_only(needs, have, allowance):
    served, missing = allocate(needs, StockedShelf(have, allowance))
    assert {*served, *missing} == {*needs}
    assert {bottle for supply in served.values() for bottle in supply.use} <= {*have}
    replacing = [supply.use[0] for supply in served.values() if not supply.is_free]
    assert len({*replacing}) == len(replacing)


@pytest.mark.parametrize(
    ("name", "measure", "serves", "does_not"),
    [
        ("Sherry", "1 oz cream", "Cream sherry", "Dry sherry"),
        ("Creme de Cacao", "1/2 oz white", "White crème de cacao", "Dark crème de cacao"),
        ("Rum", "2 oz light or dark", "Dark rum", "Coconut rum"),
        ("Vermouth", "1 oz dry", "Dry vermouth", "Sweet vermouth"),
    ],
)
def test_the_measure_may_name_the_kind(missing, name, measure, serves, does_not):
    assert missing([serves], (name, measure)) == []
    assert missing([canonical_name(name)[0]], (name, measure), allowance="acceptable") == []
    assert len(missing([does_not], (name, measure))) == 1


@pytest.mark.parametrize(
    ("name", "measure", "missed"),
    [
        ("Sherry", "1 oz cream", ["Cream sherry"]),
        ("Wine", "1 oz green ginger", ["Ginger wine"]),
        ("Lemonade", "12 oz frozen", ["Lemonade concentrate"]),
        ("Creme de Cacao", "1/2 oz white", []),
        ("Coffee", "2 tsp instant", []),
    ],
)
def test_a_bottle_of_the_general_name_replaces_the_kind_only_as_the_table_says(
    missing, name, measure, missed
):
    assert missing([canonical_name(name)[0]], (name, measure)) == missed


def test_lemon_replaces_a_lime_for_its_juice_but_not_in_pieces(missing):
    juice, pieces = ("Lime", "Juice of 1"), ("Lime", "4 wedges")
    for have in (["Lemon"], ["Lemon juice"]):
        assert missing(have, juice) == ["Lime"]
        assert missing(have, juice, allowance="acceptable") == []
        assert missing(have, pieces, allowance="acceptable") == ["Lime"]
