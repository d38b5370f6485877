"""Bitmaps and posting lists."""

import random

import pytest

from mocktailverse.catalogue.search.bitmaps import (
    Selection,
    bitmap_flags,
    bitmap_ordinals,
    flags_bitmap,
    ordinals_bitmap,
    range_bitmap,
)
from mocktailverse.catalogue.search.posting_lists import PostingLists
from mocktailverse.catalogue.search.query import Facet


@pytest.mark.parametrize("as_bits", [False, True])
def test_the_most_frequent_values_equal_a_plain_count(as_bits):
    """Many values occur in few drinks and few values in many; some counts are equal."""
    chance = random.Random(5)
    size = 400
    drinks = {f"v{n:02}": chance.sample(range(size), 1 + n * n % 97) for n in range(60)}
    values = PostingLists(
        size, {v: ordinals_bitmap(d, size) if as_bits else d for v, d in drinks.items()}
    )
    for share in (1, 3, 40):
        within = {n for n in range(size) if n % share == 0}
        counted = {value: len(within & set(some)) for value, some in drinks.items()}
        facets = [Facet(value, number) for value, number in counted.items() if number]
        facets.sort(key=lambda facet: (-facet.count, facet.value))
        selection = Selection(ordinals_bitmap(within, size), size)
        assert len(selection) == len(within)
        for top in (1, 2, 5, 30, 100):
            assert values.top(selection, top) == facets[:top]
        assert values.number_of_values(selection) == len(facets)
        assert {value: values.count(value, selection) for value in drinks} == counted
    for value, some in drinks.items():
        assert list(bitmap_ordinals(values.bitmap(value), size)) == sorted(values.ordinals(value))
        assert sorted(values.ordinals(value)) == sorted(some)


def test_a_value_is_not_left_out_because_it_is_rare_outside_the_selection():
    values = PostingLists(9, {"C": [1], "B": [0, 1, 2], "A": [0]})
    assert values.top(Selection(ordinals_bitmap([0], 9), 9), 1) == [Facet("A", 1)]
    assert [*values.by_size()] == [("B", 3), ("A", 1), ("C", 1)]


@pytest.mark.parametrize("size", [1, 7, 8, 9, 40])
def test_a_bitmap_has_the_ordinals_it_was_made_of(size):
    for some in ([], [0], [size - 1], list(range(size)), list(range(0, size, 3))):
        flags = bytes(number in some for number in range(size))
        assert (
            ordinals_bitmap(some, size)
            == flags_bitmap(flags)
            == sum(1 << number for number in some)
        )
        assert bitmap_flags(ordinals_bitmap(some, size), size) == flags
        for start in (0, 1, size):
            assert list(bitmap_ordinals(ordinals_bitmap(some, size), size, start)) == [
                number for number in some if number >= start
            ]
    for start in range(size):
        assert range_bitmap(start, size) == ordinals_bitmap(range(start, size), size)
        assert range_bitmap(0, start) == ordinals_bitmap(range(start), size)
    assert (
        range_bitmap(2, 2),
        flags_bitmap(b""),
        bitmap_flags(0, 0),
        list(bitmap_ordinals(0, 0)),
    ) == (0, 0, b"", [])


def test_values_are_found_without_case_and_surplus_white_space():
    values = PostingLists(9, {"Old  Fashioned": [0], "old fashioned": [1], "Cup": [2]})
    assert values.spellings(" OLD fashioned\n") == ["Old  Fashioned", "old fashioned"]
    assert values.spellings("Oldfashioned") == []
    assert values.any_of(["old fashioned", "nothing"]) == ordinals_bitmap([0, 1], 9)
    assert ("Cup" in values.sets, "cup" in values.sets, values.bitmap("cup")) == (True, False, 0)
