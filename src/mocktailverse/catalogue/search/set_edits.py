"""Edits of sets of drinks: which drinks leave a set, and which are new in it.

An index is updated by what differs between the values that some drinks had and those that they
have. Only copying dicts and columns depends on the catalogue. No set is changed: readers may be
using it.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple, TypeAlias, TypeVar

from mocktailverse.catalogue.search.bitmaps import ordinals_bitmap

StoredSet: TypeAlias = "int | array[int]"
"""A set of drinks: a bitmap, or an array of distinct ordinals, sorted."""

NO_DRINKS: Final["array[int]"] = array("I")

K = TypeVar("K")


class SetEdit(NamedTuple):
    """The drinks that a set loses and gains; those of an array are sorted."""

    removed: Collection[int]
    added: Collection[int]


Edits = Mapping[K, SetEdit]
"""The edit of each value whose set differs."""


def edits_between(
    before: Mapping[K, Collection[int]], after: Mapping[K, Collection[int]]
) -> dict[K, SetEdit]:
    """Return the edits that lead from some drinks' sets by value to those after a change."""
    if not before:  # nothing to remove, so without another copy of each set
        return {value: SetEdit((), ordinals) for value, ordinals in after.items()}
    edits: dict[K, SetEdit] = {}
    for value in before.keys() | after.keys():
        old, new = set(before.get(value, ())), set(after.get(value, ()))
        if old != new:
            edits[value] = SetEdit(old - new, new - old)
    return edits


def edited_array(drinks: "array[int]", edit: SetEdit) -> "array[int]":
    """Return a sorted array of ordinals, edited; it may be empty."""
    if not drinks:
        added = edit.added
        return added if isinstance(added, array) else array("I", sorted(added))
    ordinals = drinks[:]
    for ordinal in edit.removed:
        del ordinals[bisect_left(ordinals, ordinal)]
    for ordinal in edit.added:
        insort(ordinals, ordinal)
    return ordinals


def edited_bitmap(drinks: int, size: int, edit: SetEdit) -> int:
    """Return an edited bitmap of ordinals below `size`; it may be empty."""
    return drinks & ~ordinals_bitmap(edit.removed, size) | ordinals_bitmap(edit.added, size)


def edited_bitmaps(bitmaps: Mapping[K, int], size: int, edits: Edits[K]) -> dict[K, int]:
    """Return bitmaps by value, edited and without empty ones."""
    edited = {key: edited_bitmap(bitmaps.get(key, 0), size, edit) for key, edit in edits.items()}
    return {key: drinks for key, drinks in {**bitmaps, **edited}.items() if drinks}


def edited_arrays(arrays: Mapping[K, "array[int]"], edits: Edits[K]) -> dict[K, "array[int]"]:
    """Return sorted arrays by value, edited and without empty ones."""
    edited = {key: edited_array(arrays.get(key, NO_DRINKS), edit) for key, edit in edits.items()}
    return {key: drinks for key, drinks in {**arrays, **edited}.items() if drinks}
