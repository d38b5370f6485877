"""The register: any order, repetition or grouping of observations gives the same drink."""

import random
from itertools import permutations

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.register import (
    EARLIER_RECIPES_KEPT,
    Earlier,
    Register,
    Version,
    WriteResult,
    merge,
    outcome,
    recipe_of,
    version_of,
    without_memory,
    write_result,
)
from strategies.effort import examples
from strategies.observations import (
    DAY_MS,
    absence,
    crowds,
    merged,
    observation,
    observations,
    removal,
)

quick = settings(max_examples=examples(100), deadline=None)


@quick
@given(observations(2, 2))
def test_merging_is_commutative(registers):
    a, b = registers
    assert merge(a, b) == merge(b, a)


@quick
@given(observations(3, 9) | crowds(), st.randoms(use_true_random=False), st.data())
def test_merging_is_associative(registers, choose, data):
    whole = merged(registers)
    for _ in range(5):
        cut = data.draw(st.integers(1, len(registers) - 1))
        choose.shuffle(registers)
        assert merge(merged(registers[:cut]), merged(registers[cut:])) == whole


@quick
@given(observations(1, 8) | crowds())
def test_merging_is_idempotent(registers):
    whole = merged(registers)
    assert merge(whole, whole) == whole
    for register in registers:
        assert merge(whole, register) == whole
        assert merge(register, whole) == whole


@quick
@given(observations(1, 8) | crowds(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_deliveries_do_not_matter(registers, choose: random.Random):
    whole = merged(registers)
    deliveries = registers + choose.choices(registers, k=5)
    choose.shuffle(deliveries)
    assert merged(deliveries) == whole
    assert msgspec.json.encode(merged(deliveries)) == msgspec.json.encode(whole)


def test_many_recipes_at_one_time_merge_equally_in_any_order():
    """The first winner becomes the oldest recipe; the recipe that it displaced must remain."""
    registers = [observation(5, f"name {n}", (f"{n}",), n) for n in range(EARLIER_RECIPES_KEPT + 2)]
    lowest, *others = sorted(registers, key=lambda register: register.recipe)
    first = observation(5, lowest.drink.name, (lowest.drink.name[5:],), 90, content="y")
    last = observation(5, others[-1].drink.name, (others[-1].drink.name[5:],), 91, content="z")
    assert merge(merged([*others, first]), last) == merge(merged([*others, last]), first)
    assert merge(merged([*others, first]), last) == merge(merged([first, last]), merged(others))


@quick
@given(observations(1, 8))
def test_the_highest_version_wins_with_all_its_content(registers):
    seen = [register for register in registers if register.drink]
    assume(seen)
    highest = max(seen, key=lambda register: register.version)
    drink = merged(registers).drink
    assert merged(registers).version == highest.version
    assert drink.lineage == highest.drink.lineage
    assert {*drink.quality} - {Quality.ID_REASSIGNED} == {*highest.drink.quality}


@quick
@given(observations(1, 8))
def test_a_drink_has_a_previous_name_if_and_only_if_its_id_is_reassigned(registers):
    drink = merged(registers).drink
    assume(drink)
    assert (Quality.ID_REASSIGNED in drink.quality) == (drink.previous_name is not None)
    assert list(drink.quality) == sorted(set(drink.quality))


def test_another_name_with_other_ingredients_is_a_reassigned_id():
    old, new = observation(1), observation(2, "Margarita", ("Tequila",), 1)
    for first, second in permutations([old, new]):
        drink = merge(first, second).drink
        assert (drink.name, drink.previous_name) == ("Margarita", "Adonis")
        assert Quality.ID_REASSIGNED in drink.quality


@pytest.mark.parametrize(
    ("name", "ingredients"),
    [
        ("Margarita", ("Sherry",)),
        ("Adonis", ("Tequila",)),
        (" ADONIS", ("Tequila",)),
        ("Margarita", ("sherry ", "Sherry")),
    ],
)
def test_a_change_of_only_name_or_ingredients_is_the_same_drink(name, ingredients):
    drink = merge(observation(1), observation(2, name, ingredients, 1)).drink
    assert drink.previous_name is None


def test_an_old_recipe_that_returns_is_reassigned_from_the_recipe_in_between():
    registers = [
        observation(1),
        observation(2, "Margarita", ("Tequila",), 1),
        observation(3, position=2),
    ]
    for order in permutations(registers):
        assert merged(order).drink.previous_name == "Margarita"


def test_the_latest_recipes_are_kept():
    registers = [observation(at, f"name {at}", (f"{at}",), at) for at in range(20)]
    whole = merged(registers)
    assert [earlier.observed_at for earlier in whole.earlier] == list(range(18, 10, -1))
    assert len(whole.earlier) == EARLIER_RECIPES_KEPT
    assert whole.drink.previous_name == "name 18"


def test_newer_code_wins_for_the_same_observation_without_reassignment():
    old, new = observation(1, code=1), observation(1, code=2, content="b")
    for order in permutations([old, new]):
        assert merged(order) == new


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        (None, observation(1), "loaded"),
        (observation(1), observation(1), "loaded"),
        (observation(1), observation(2), "unchanged"),
        (observation(2), observation(1), "unchanged"),
        (observation(1), observation(2, content="b"), "loaded"),
        (observation(2), observation(1, content="b"), "stale"),
        (observation(1), observation(1, code=2, content="b"), "loaded"),
    ],
)
def test_the_outcome_of_a_load(current, new, expected):
    assert outcome(current, new) == expected


def test_a_later_equal_observation_changes_only_the_version():
    whole = merge(observation(1), observation(9, position=4))
    assert whole.drink.observed_at == 9
    assert whole.drink.lineage.position == 4


def test_the_contents_a_b_a_end_with_a():
    a1, b, a2 = observation(1), observation(2, content="b"), observation(3, position=7)
    for order in permutations([a1, b, a2]):
        assert merged(order) == a2


versions = st.builds(
    Version,
    st.integers(0, 10**15 - 1) | st.integers(0, 2),
    st.integers(1, 999_999) | st.integers(1, 12),
    st.sampled_from(["a" * 64, "b" * 64]),
    st.text(st.characters(codec="utf-8", min_codepoint=0x20), max_size=6) | st.sampled_from("ab"),
    st.text("ab", max_size=3),
    st.integers(0, 10**15 - 1) | st.integers(8, 11),
)


@settings(max_examples=examples(300), deadline=None)
@given(versions, versions)
def test_the_sortable_text_sorts_like_the_version(a, b):
    assert (a < b) == (a.sortable() < b.sortable())
    assert (a < b) == (a.sortable().encode() < b.sortable().encode()), "DynamoDB compares bytes"
    assert (a == b) == (a.sortable() == b.sortable())


def test_the_format_of_the_stored_version_does_not_change():
    """The table stores versions, so a new format needs a migration."""
    assert Version(7, 2, "hash", "raw/x/a", "v1", 3).sortable() == (
        "000000000000007\x1f000002\x1fhash\x1fraw/x/a\x1fv1\x1f000000000000003"
    )


def test_a_version_comes_from_the_lineage():
    register = observation(7, position=3, code=2)
    expected = Version(7, 2, "aAdonis", "raw/thecocktaildb/x", "v", 3)
    assert register.version == version_of(register.drink) == expected
    assert absence(7).version is None


names = st.text(st.characters(codec="utf-8"), max_size=8)


@quick
@given(names, st.lists(names, max_size=4), st.randoms(use_true_random=False))
def test_the_fingerprint_ignores_case_order_and_repetition(name, ingredients, choose):
    again = [choose.choice((str.lower, str.strip, str))(text) for text in ingredients * 2]
    choose.shuffle(again)
    assert recipe_of(name, again) == recipe_of(name, ingredients)
    assert recipe_of(name, [*ingredients, "more"]) != recipe_of(name, ingredients)
    assert recipe_of(f"{name}x", ingredients) != recipe_of(name, ingredients)


def test_one_absence_withdraws_nothing():
    register = merge(observation(1), absence(2))
    assert register.drink.withdrawn_at is None
    assert register.absences == (2,)


@pytest.mark.parametrize(
    ("absences", "withdrawn_at"),
    [
        ((2, 3), None),
        ((2, DAY_MS + 1), None),
        ((2, DAY_MS + 2), DAY_MS + 2),
        ((2, DAY_MS + 2, 3 * DAY_MS), DAY_MS + 2),
        ((1, DAY_MS + 1), None),
    ],
)
def test_two_absences_a_day_apart_withdraw_the_drink(absences, withdrawn_at):
    registers = [observation(1), *map(absence, absences)]
    for order in permutations(registers):
        assert merged(order).drink.withdrawn_at == withdrawn_at


def test_a_later_sighting_restores_the_drink():
    gone = merged([observation(1), absence(2), absence(DAY_MS + 2)])
    restored = merge(gone, observation(2 * DAY_MS))
    assert gone.drink.withdrawn_at == DAY_MS + 2
    assert restored.drink.withdrawn_at is None
    assert restored.absences == ()


def test_one_removal_withdraws_the_drink_until_it_is_stored_again():
    gone = merge(observation(1), removal(2))
    assert (gone.drink.withdrawn_at, gone.removed_at) == (2, 2)
    assert merge(gone, removal(5)).drink.withdrawn_at == 5
    again = merge(gone, observation(3))
    assert (again.drink.withdrawn_at, again.removed_at, again.absences) == (None, None, ())


def test_a_removal_counts_from_its_own_time_whatever_arrives_first():
    registers = [observation(1), removal(2), observation(3), absence(4)]
    for order in permutations(registers):
        assert merged(order).drink.withdrawn_at is None
    assert merged([*registers, removal(5)]).drink.withdrawn_at == 5


def test_a_sighting_between_two_absences_keeps_the_drink():
    registers = [observation(1), absence(2), observation(3), absence(DAY_MS + 2)]
    for order in permutations(registers):
        assert merged(order).drink.withdrawn_at is None
        assert merged(order).absences == (DAY_MS + 2,)


def test_an_id_with_only_absences_has_no_drink():
    register = merge(absence(1), absence(DAY_MS + 1))
    assert register.drink is None
    assert register.observed_at == DAY_MS + 1
    assert merge(register, absence(DAY_MS + 7)).observed_at == DAY_MS + 7
    assert merge(register, observation(0)).drink.withdrawn_at == DAY_MS + 1


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        (None, absence(1), "loaded"),
        (observation(1), absence(2), "loaded"),
        (observation(1), absence(1), "stale"),
        (absence(3), observation(1), "loaded"),
    ],
)
def test_the_outcome_of_an_absence(current, new, expected):
    assert outcome(current, new) == expected


def test_the_format_of_the_stored_fingerprint_does_not_change():
    """The table stores fingerprints, so a new format needs a migration."""
    assert recipe_of("Negroni", ["Gin", "Campari"]) == (
        "16cebbd0c9735d93:8fb8dd9501c1a3a3:47c472a7d7f48e5d"
    )
    assert recipe_of(" NEGRONI  Bianco", ["gin", "Campari ", "GIN"]) == (
        "8e32961bb2b0dbe8:8fb8dd9501c1a3a3:a0ff34ca3e5edd80"
    )
    assert recipe_of("Negroni", []) == "16cebbd0c9735d93:e3b0c44298fc1c14:47c472a7d7f48e5d"


# ---- results of a write


def with_words(register: Register, **words: str) -> Register:
    drink = msgspec.structs.replace(register.drink, **words, content_hash=str(words))
    return msgspec.structs.replace(register, drink=drink)


OLD = with_words(observation(1), glass="Mug")
NEW = with_words(observation(2, position=1), glass="Jug")
DRIFT = (Drift("glass", "Mug", "Jug"),)


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        (None, NEW, WriteResult("loaded")),
        (OLD, NEW, WriteResult("loaded", DRIFT)),
        (NEW, OLD, WriteResult("stale")),
        (OLD, OLD, WriteResult("loaded")),
        (OLD, absence(2), WriteResult("loaded")),
        (absence(0), NEW, WriteResult("loaded")),
        (OLD, with_words(observation(2, "Margarita"), glass="Jug"), WriteResult("loaded", DRIFT)),
        (
            OLD,
            with_words(observation(2, ingredients=("Tequila",)), glass="Jug"),
            WriteResult("loaded", DRIFT),
        ),
        (
            OLD,
            with_words(observation(2, "Margarita", ("Tequila",)), glass="Jug"),
            WriteResult("loaded"),
        ),
    ],
)
def test_a_later_record_of_the_same_drink_with_other_words_is_drift(current, new, expected):
    assert write_result(current, new)[:2] == expected[:2]


def test_a_register_without_memory_equals_the_register_of_one_record():
    for single in (observation(3, "Margarita", ("Tequila",), 1), absence(5)):
        whole = merged([observation(1), single, absence(4), absence(DAY_MS + 5)])
        seen_last = observation(1) if single.drink is None else single
        assert whole.absences
        assert without_memory(whole) == seen_last
    assert without_memory(absence(5)) == Register("thecocktaildb:1", None)


def test_an_earlier_recipe_keeps_its_time_and_the_beginning_of_its_name():
    first, second = observation(1, "a" * 1001), observation(2, "Margarita", ("Tequila",), 1)
    assert merge(first, second).earlier == (Earlier(1, first.recipe, "a" * 1000),)
    assert merge(first, second).drink.previous_name == "a" * 1000


def test_the_last_64_absences_are_kept():
    assert merged([absence(at) for at in range(66)]).absences == tuple(range(2, 66))
    seen = observation(0)
    assert merged([seen, *(absence(at) for at in range(1, 67))]).absences == tuple(range(3, 67))


def test_every_absence_of_an_unseen_id_counts():
    assert merge(absence(0), absence(1)).absences == (0, 1)
    assert merge(None, absence(0)) == absence(0)


def test_the_later_of_two_absences_counts():
    both = merge(absence(1), absence(3))
    assert outcome(observation(2), both) == "loaded"
    assert outcome(observation(3), both) == "stale"


def test_the_defaults_of_a_register_are_empty():
    bare = Register("x:1", None, recipe="", earlier=(), absences=(), removed_at=None)
    assert Register("x:1", None) == bare
    assert WriteResult("stale") == WriteResult("stale", drift=())
