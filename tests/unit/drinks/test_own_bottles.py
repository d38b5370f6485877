"""The reader's own bottles without alcohol."""

from mocktailverse.drinks.own_bottles import own_bottles


def test_bottles_are_named_as_in_the_reference_each_once():
    assert own_bottles(["seedlip garden 108", "Seedlip", "tanqueray 0.0"]).names == (
        "Seedlip",
        "Tanqueray 0.0",
    )


def test_what_has_alcohol_or_is_not_in_the_reference_is_unknown():
    assert own_bottles(["gin", "quux", "Seedlip"]).unknown == ("gin", "quux")
    assert own_bottles([]) == ((), ())
