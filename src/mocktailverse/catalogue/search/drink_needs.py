"""What the drinks of a catalogue need: for each need, the drinks that have it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec

from mocktailverse.catalogue.search.bitmaps import DrinkSet, PostingLists, ordinals_bitmap
from mocktailverse.drinks.substitutions.forms import Form
from mocktailverse.drinks.substitutions.needs import Need, need_of, strict_need_of
from mocktailverse.drinks.substitutions.shelf import folded, names_to_meet

Line = tuple[str, Form, str, int]
"""A line without its measure: name, form, alternatives as JSON, whether it is optional."""

DrinksByLine = Mapping[Line, Sequence[int]]
"""The ordinals of the drinks that have a line; a drink that has it twice is in it twice."""


class DrinkNeeds:
    """The needs of all drinks, optional lines left out; see `substitutions.needs`.

    Attributes:
        needs: by key, in the order of the keys.
        drinks: the drinks of each key.
        by_length: for each number of distinct needs, the drinks that have that many. Drinks
            without any line are in none, because what they need is not known.
        keys_by_name: the keys of the needs that a supply of a folded name may meet.
    """

    def __init__(self, size: int, lines: DrinksByLine, *, strict: bool = False) -> None:
        """Take the drinks of each line, with ordinals below `size`."""
        sets: dict[Need, set[int]] = defaultdict(set)
        for (name, form, alternatives, optional), ordinals in lines.items():
            others: list[str] = msgspec.json.decode(alternatives)
            need = (
                strict_need_of(name, others, optional=bool(optional))
                if strict
                else need_of(name, others, form, optional=bool(optional))
            )
            if need:
                sets[need].update(ordinals)
        for need in sets:
            if need.form == "juice" and Need(need.names) in sets:
                sets[need] -= sets[Need(need.names)]
        self.needs = {_key(need): need for need in sorted(sets)}
        members: dict[str, DrinkSet] = {key: sets[need] for key, need in self.needs.items()}
        self.drinks = PostingLists(size, members)
        self.by_length = _by_length(size, sets.values(), chain.from_iterable(lines.values()))
        self.keys_by_name: dict[str, list[str]] = defaultdict(list)
        for key, need in self.needs.items():
            for name in names_to_meet(need, strict=strict):
                self.keys_by_name[folded(name)].append(key)


def drinks_by_line(lines: Iterable[tuple[Sequence[object], int]]) -> DrinksByLine:
    """Return the ordinals of the drinks of each line."""
    drinks: dict[Line, list[int]] = defaultdict(list)
    for line, ordinal in lines:
        drinks[tuple(line)].append(ordinal)  # type: ignore[index]  # the columns of Line
    return drinks


def drinks_by_name(lines: DrinksByLine) -> dict[str, list[int]]:
    """Return the ordinals of the drinks that name each ingredient."""
    drinks: dict[str, set[int]] = defaultdict(set)
    for line, ordinals in lines.items():
        drinks[line[0]].update(ordinals)
    return {name: sorted(drinks[name]) for name in sorted(drinks)}


def _key(need: Need) -> str:
    return "\n".join((need.form, *need.names))


def _by_length(
    size: int, sets: Iterable[Iterable[int]], with_lines: Iterable[int]
) -> dict[int, int]:
    counts = Counter(chain.from_iterable(sets))
    lengths: dict[int, list[int]] = defaultdict(list)
    for ordinal in set(with_lines):
        lengths[counts[ordinal]].append(ordinal)
    return {length: ordinals_bitmap(lengths[length], size) for length in sorted(lengths)}
