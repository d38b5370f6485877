"""How many needs of each drink a shelf leaves open, for all drinks of a catalogue at once."""

from collections.abc import Iterator
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from typing import NamedTuple, Self

from mocktailverse.catalogue.search.bit_sliced_counter import BitSlicedCounter
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds
from mocktailverse.drinks.substitutions.allocation import allocate
from mocktailverse.drinks.substitutions.shelf import StockedShelf, Supply


class _Bottles(NamedTuple):
    """The bottles that one need takes or shares."""

    names: frozenset[str]
    is_contested: bool
    """Whether the need takes one of them for itself alone."""

    @classmethod
    def of(cls, supplies: list[Supply]) -> Self:
        """Return the bottles of the ways to meet a need."""
        free = [way.use for way in supplies if way.is_free]
        if free:
            return cls(frozenset(use[0] for use in free if len(use) == 1), is_contested=False)
        return cls(frozenset(way.use[0] for way in supplies), is_contested=True)


class ShelfCoverage:
    """The needs that a shelf covers, and where one bottle would have to serve two lines.

    Most drinks are counted with one bitmap for each need. Where needs compete for bottles, such as
    rum and gold rum for one bottle of gold rum, the drinks that have several of them are sorted
    by which they have, and `allocate` decides once for each such combination.
    """

    def __init__(
        self, needs: DrinkNeeds, shelf: StockedShelf, smaller: "ShelfCoverage | None" = None
    ) -> None:
        """Find the covered needs. `smaller` is the coverage of a shelf with fewer bottles."""
        self.needs = needs
        self.shelf = shelf
        names = shelf.provided_beyond(smaller.shelf) if smaller else shelf.provided
        reached = {key for name in names for key in needs.keys_by_name.get(name, ())}
        supplies = {key: shelf.supplies(needs.needs[key]) for key in reached}
        new = {key: _Bottles.of(ways) for key, ways in supplies.items() if ways}
        self._bottles: dict[str, _Bottles] = smaller._bottles | new if smaller else new  # noqa: SLF001 - of this class, too
        self.covered = set(self._bottles)
        """Keys of the needs that the shelf has something for."""
        self._uncovered: dict[int, int] = {}

    def with_bottle(self, name: str) -> "ShelfCoverage":
        """Return what the shelf covers with one more ingredient, by canonical name."""
        return ShelfCoverage(self.needs, self.shelf.with_bottle(name), self)

    @cached_property
    def _covered_needs(self) -> BitSlicedCounter:
        """How many needs of each drink are covered."""
        counter = BitSlicedCounter()
        for key in self.covered:
            counter.add(self.needs.bitmap(key))
        return counter

    @cached_property
    def rivals(self) -> list[list[str]]:
        """Groups of covered needs that compete for bottles."""
        return [group for group in self._groups() if len(group) > 1]

    def uncovered_counts(self, most: int, among: int) -> list[int]:
        """Return, of a set of drinks, those with exactly 0, 1, ... `most` uncovered needs."""
        return [self._with_uncovered(number) & among for number in range(most + 1)]

    def _with_uncovered(self, number: int) -> int:
        """Return the drinks with exactly this many uncovered needs; kept, as it is asked twice."""
        if number not in self._uncovered:
            sets = (
                self._covered_needs.equals(length - number, drinks)
                for length, drinks in self.needs.by_length.items()
                if length >= number
            )
            self._uncovered[number] = reduce(or_, sets, 0)
        return self._uncovered[number]

    def contested(self, among: int) -> Iterator[tuple[int, int]]:
        """Yield sets of drinks with how many covered needs of theirs find no bottle of their own.

        A drink may be in several sets; its numbers add up.
        """
        for group in self.rivals:
            bitmaps = {key: self.needs.bitmap(key) & among for key in group}
            once = twice = 0
            for bitmap in bitmaps.values():
                twice |= once & bitmap
                once |= bitmap
            for keys, drinks in _combinations(bitmaps, twice):
                unserved = len(allocate([self.needs.needs[k] for k in keys], self.shelf).missing)
                if unserved:
                    yield drinks, unserved

    def missing_counts(self, most: int, among: int) -> list[int]:
        """Return, of a set of drinks, those that miss exactly 0, 1, ... `most` ingredients."""
        uncovered = self.uncovered_counts(most, among)
        excess, is_contested = BitSlicedCounter(), 0
        for drinks, unserved in self.contested(among):
            is_contested |= drinks
            for _ in range(unserved):
                excess.add(drinks)
        if not is_contested:
            return uncovered
        counts = [drinks & ~is_contested for drinks in uncovered]
        for number, drinks in enumerate(uncovered):
            for unserved in range(1, most - number + 1):
                counts[number + unserved] |= excess.equals(unserved, drinks & is_contested)
        return counts

    def _groups(self) -> list[list[str]]:
        """Return the needs that compete for a bottle, directly or by way of others."""
        contested = {b for one in self._bottles.values() if one.is_contested for b in one.names}
        groups: dict[str, list[str]] = {}
        for key, bottles in self._bottles.items() if contested else ():
            if bottles.names.isdisjoint(contested):
                continue
            near = {id(groups[b]): groups[b] for b in bottles.names & contested if b in groups}
            joined = [key, *chain.from_iterable(near.values())]
            for bottle in {b for m in joined for b in self._bottles[m].names & contested}:
                groups[bottle] = joined
        return list({id(group): group for group in groups.values()}.values())


def _combinations(bitmaps: dict[str, int], drinks: int) -> Iterator[tuple[list[str], int]]:
    """Yield the combinations of sets that occur in these drinks, and the drinks of each."""
    parts: list[tuple[list[str], int]] = [([], drinks)] if drinks else []
    for key, bitmap in bitmaps.items():
        parts = [
            part
            for keys, within in parts
            for part in (([*keys, key], within & bitmap), (keys, within & ~bitmap))
            if part[1]
        ]
    yield from parts
