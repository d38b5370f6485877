"""What the drinks of a catalogue need: for each need, the drinks that have it."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from functools import lru_cache
from itertools import chain
from typing import TypeVar

import msgspec

from mocktailverse.catalogue.search.bitmaps import Selection
from mocktailverse.catalogue.search.posting_lists import PostingLists
from mocktailverse.catalogue.search.set_edits import edited_bitmaps, edits_between
from mocktailverse.drinks.substitutions.forms import Form
from mocktailverse.drinks.substitutions.needs import BY_NAME, Need, distinct_needs, need_of
from mocktailverse.drinks.substitutions.shelf import folded, names_to_meet

Line = tuple[str, Form, str, str, int]
"""What a line needs: name, form, variety, alternatives as JSON, whether it is optional."""

_CACHED_BITMAPS = 1024
"""At a hundred thousand drinks, 12 MB."""

_FEW_DRINKS = 100
"""Up to as many drinks are counted one by one as fast as with bitmaps of a hundred thousand."""

DrinksByLine = Mapping[Line, Collection[int]]
"""The distinct ordinals of the drinks that have a line; those of an array are sorted."""

K = TypeVar("K")
T = TypeVar("T")


class DrinkNeeds:
    """The needs of all drinks, optional lines left out; see `substitutions.needs`.

    Attributes:
        size: number of ordinals.
        needs: by key.
        drinks: the drinks of each key.
        by_length: for each number of distinct needs, the drinks that have that many. Drinks
            without any line are in none, because what they need is not known.
        keys_by_name: the keys of the needs that a supply of a folded name may meet.
    """

    def __init__(self, size: int, lines: DrinksByLine, *, strict: bool = False) -> None:
        """Take the drinks of each line, with ordinals below `size`."""
        self._is_strict = strict
        self.drinks = PostingLists(size)
        self.needs: dict[str, Need] = {}
        self.by_length: dict[int, int] = {}
        self.keys_by_name: dict[str, list[str]] = {}
        self._edit(size, {}, lines)

    def updated(self, size: int, before: DrinksByLine, after: DrinksByLine) -> "DrinkNeeds":
        """Return the needs after a change of some drinks, of whom these were and are the lines."""
        needs = copy(self)
        needs._edit(size, before, after)  # noqa: SLF001 - a new object of this class
        return needs

    def _edit(self, size: int, before: DrinksByLine, after: DrinksByLine) -> None:
        self.size = size
        old, new = (_drinks_by_need(lines, strict=self._is_strict) for lines in (before, after))
        edits = {_key(need): (need, edit) for need, edit in edits_between(old, new).items()}
        self.drinks = self.drinks.edited(size, {key: edit for key, (_, edit) in edits.items()})
        self._bitmap = lru_cache(_CACHED_BITMAPS)(self.drinks.bitmap)
        lengths = edits_between(_by_length(old, before), _by_length(new, after))
        self.by_length = edited_bitmaps(self.by_length, size, lengths)
        self.needs, self.keys_by_name = {**self.needs}, {**self.keys_by_name}
        for key, (need, _) in edits.items():
            self._name(key, need)

    def _name(self, key: str, need: Need) -> None:
        """Enter a need by its key and names if it is new, or take it out if it is gone."""
        is_new, is_needed = key not in self.needs, key in self.drinks.sets
        if is_new != is_needed:
            return
        if is_new:
            self.needs[key] = need
        else:
            del self.needs[key]
        for name in set(map(folded, names_to_meet(need, strict=self._is_strict))):
            others = [other for other in self.keys_by_name.pop(name, ()) if other != key]
            if keys := [*others, key] if is_new else others:
                self.keys_by_name[name] = keys

    def bitmap(self, key: str) -> int:
        """Return the drinks of a key; those of the keys asked for last are kept as bitmaps."""
        return self._bitmap(key)

    def count(self, key: str, within: Selection) -> int:
        """Return how many drinks of a selection have a key."""
        drinks = self.drinks.sets[key]
        if isinstance(drinks, int) or len(drinks) > _FEW_DRINKS:
            return (self.bitmap(key) & within.bitmap).bit_count()
        return self.drinks.count(key, within)


def drinks_by_line(
    rows: Iterable[tuple[str, Form, str, str, int, T]], ordinal_of: Mapping[T, int]
) -> dict[Line, "array[int]"]:
    """Return the distinct ordinals of the drinks of each line, sorted.

    The last column identifies the drink.
    """
    drinks: dict[Line, array[int]] = defaultdict(lambda: array("I"))
    for name, form, variety, alternatives, optional, drink in rows:
        drinks[name, form, variety, alternatives, optional].append(ordinal_of[drink])
    return {line: array("I", sorted({*ordinals})) for line, ordinals in drinks.items()}


def drinks_by_name(lines: DrinksByLine) -> dict[str, set[int]]:
    """Return the ordinals of the drinks that name each ingredient."""
    drinks: dict[str, set[int]] = defaultdict(set)
    for (name, *_), ordinals in lines.items():
        drinks[name].update(ordinals)
    return drinks


def drinks_by_alternative(lines: DrinksByLine) -> dict[str, set[int]]:
    """Return the ordinals of the drinks that allow an ingredient instead of the one they name."""
    drinks: dict[str, set[int]] = defaultdict(set)
    for (*_, alternatives, _), ordinals in lines.items():
        if alternatives != "[]":
            for name in msgspec.json.decode(alternatives):
                drinks[name].update(ordinals)
    return drinks


def drinks_by_count(
    drinks: Mapping[K, Collection[int]], among: Iterable[int] = ()
) -> dict[int, list[int]]:
    """Return for each number of values the drinks that have that many; of `among` also 0."""
    counts = Counter(chain.from_iterable(drinks.values()))
    by_count: dict[int, list[int]] = defaultdict(list)
    for ordinal in counts.keys() | among:
        by_count[counts[ordinal]].append(ordinal)
    return by_count


def needs_of_lines(lines: Iterable[Line], *, strict: bool) -> list[Need]:
    """Return the needs of a drink with these lines, each once, in their order."""
    return distinct_needs(_need(line, strict=strict) for line in lines)


def _need(line: Line, *, strict: bool) -> Need | None:
    name, form, variety, alternatives, optional = line
    others: list[str] = msgspec.json.decode(alternatives)
    how: tuple[Form, str] = (BY_NAME, "") if strict else (form, variety)
    return need_of(name, others, *how, optional=bool(optional))


def _key(need: Need) -> str:
    return "\n".join((need.form, need.variety, *need.names))


def _drinks_by_need(lines: DrinksByLine, *, strict: bool) -> dict[Need, set[int]]:
    """Return the ordinals of the drinks that have each need; see `distinct_needs`."""
    drinks: dict[Need, set[int]] = defaultdict(set)
    for line, ordinals in lines.items():
        if need := _need(line, strict=strict):
            drinks[need].update(ordinals)
    for need, juiced in drinks.items():
        if need.form == "juice" and (pieces := drinks.get(Need(need.names))):
            juiced.difference_update(pieces)
    return drinks


def _by_length(needs: Mapping[Need, set[int]], lines: DrinksByLine) -> dict[int, list[int]]:
    return drinks_by_count(needs, set().union(*lines.values()))
