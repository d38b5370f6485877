"""What the drinks of a catalogue need: for each need, the drinks that have it."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain

import msgspec

from mocktailverse.catalogue.search.bitmaps import PostingLists, Selection, ordinals_bitmap
from mocktailverse.drinks.substitutions.forms import Form
from mocktailverse.drinks.substitutions.needs import BY_NAME, Need, distinct_needs, need_of
from mocktailverse.drinks.substitutions.shelf import folded, names_to_meet

Line = tuple[str, Form, str, str, int]
"""What a line needs: name, form, variety, alternatives as JSON, whether it is optional."""

_CACHED_BITMAPS = 1024
"""At a hundred thousand drinks, 12 MB."""

_FEW_DRINKS = 100
"""Up to as many drinks are counted one by one as fast as with bitmaps of a hundred thousand."""

DrinksByLine = Mapping[Line, "array[int]"]
"""The ordinals of the drinks that have a line; a drink that has it twice is in it twice."""


class DrinkNeeds:
    """The needs of all drinks, optional lines left out; see `substitutions.needs`.

    Attributes:
        size: number of drinks.
        needs: by key, in the order of the keys.
        drinks: the drinks of each key.
        by_length: for each number of distinct needs, the drinks that have that many. Drinks
            without any line are in none, because what they need is not known.
        keys_by_name: the keys of the needs that a supply of a folded name may meet.
    """

    def __init__(self, size: int, lines: DrinksByLine, *, strict: bool = False) -> None:
        """Take the drinks of each line, with ordinals below `size`."""
        lines_of: dict[Need, list[Line]] = defaultdict(list)
        for line in lines:
            if need := _need(line, strict=strict):
                lines_of[need].append(line)
        sets = {need: _joined(lines, those) for need, those in lines_of.items()}
        for need, juiced in sets.items():
            if need.form == "juice" and (pieces := sets.get(Need(need.names))):
                sets[need] = array("I", sorted({*juiced}.difference(pieces)))
        self.size = size
        self.needs = {_key(need): need for need in sorted(sets)}
        self.drinks = PostingLists(size, {key: sets[need] for key, need in self.needs.items()})
        self._bitmap = lru_cache(_CACHED_BITMAPS)(self.drinks.bitmap)
        self.by_length = _by_length(size, sets.values(), lines.values())
        self.keys_by_name: dict[str, list[str]] = defaultdict(list)
        for key, need in self.needs.items():
            for name in names_to_meet(need, strict=strict):
                self.keys_by_name[folded(name)].append(key)

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
    rows: Iterable[tuple[str, Form, str, str, int, str]], ordinal_of: Mapping[str, int]
) -> DrinksByLine:
    """Return the ordinals of the drinks of each line; the last column is the drink's id."""
    drinks: dict[Line, array[int]] = defaultdict(lambda: array("I"))
    for name, form, variety, alternatives, optional, drink_id in rows:
        drinks[name, form, variety, alternatives, optional].append(ordinal_of[drink_id])
    return drinks


def drinks_by_name(lines: DrinksByLine) -> dict[str, "array[int]"]:
    """Return the ordinals of the drinks that name each ingredient."""
    lines_of: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        lines_of[line[0]].append(line)
    return {name: _joined(lines, lines_of[name]) for name in sorted(lines_of)}


def drinks_by_alternative(lines: DrinksByLine) -> dict[str, "array[int]"]:
    """Return the ordinals of the drinks that allow an ingredient instead of the one they name."""
    drinks: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for (*_, alternatives, _), ordinals in lines.items():
        if alternatives != "[]":
            for name in msgspec.json.decode(alternatives):
                drinks[name].extend(ordinals)
    return drinks


def _joined(drinks: DrinksByLine, lines: Iterable[Line]) -> "array[int]":
    """Return the distinct ordinals of the drinks that have any of these lines."""
    return array("I", sorted(set().union(*map(drinks.__getitem__, lines))))


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


def _by_length(
    size: int, sets: Iterable["array[int]"], with_lines: Iterable["array[int]"]
) -> dict[int, int]:
    counts = Counter(chain.from_iterable(sets))
    lengths: dict[int, list[int]] = defaultdict(list)
    for ordinal in set().union(*with_lines):
        lengths[counts[ordinal]].append(ordinal)
    return {length: ordinals_bitmap(lengths[length], size) for length in sorted(lengths)}
