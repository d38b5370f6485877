"""How many needs of each drink a shelf leaves open, for all drinks of a catalogue at once."""

from collections.abc import Iterator
from itertools import chain

from mocktailverse.catalogue.search.bit_sliced_counter import BitSlicedCounter
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds
from mocktailverse.drinks.substitutions.allocation import allocate
from mocktailverse.drinks.substitutions.shelf import StockedShelf


class ShelfCoverage:
    """The needs that a shelf covers, and where one bottle would have to serve two lines.

    Most drinks are counted with one bitmap for each need. Where needs compete for bottles, such as
    rum and gold rum for one bottle of gold rum, the drinks that have several of them are sorted
    by which they have, and `allocate` decides once for each such combination.
    """

    def __init__(self, needs: DrinkNeeds, shelf: StockedShelf) -> None:
        """Find the covered needs, and the groups of them that compete for bottles."""
        self._needs = needs
        self._shelf = shelf
        reached = {key for name in shelf.provided for key in needs.keys_by_name.get(name, ())}
        supplies = {key: shelf.supplies(needs.needs[key]) for key in reached}
        self._supplies = {key: ways for key, ways in supplies.items() if ways}
        self.covered = self._supplies.keys()
        """Keys of the needs that the shelf has something for."""
        self.rivals = [group for group in self._groups() if len(group) > 1]
        """Groups of covered needs that compete for bottles."""

    def uncovered_counts(self, most: int, among: int) -> list[int]:
        """Return, of a set of drinks, those with exactly 0, 1, ... `most` uncovered needs."""
        present = BitSlicedCounter()
        for key in self.covered:
            present.add(self._needs.bitmap(key))
        counts = [0] * (most + 1)
        for length, drinks in self._needs.by_length.items():
            for uncovered in range(min(length, most) + 1):
                counts[uncovered] |= present.equals(length - uncovered, drinks & among)
        return counts

    def contested(self, among: int) -> Iterator[tuple[int, int]]:
        """Yield sets of drinks with how many covered needs of theirs find no bottle of their own.

        A drink may be in several sets; its numbers add up.
        """
        for group in self.rivals:
            bitmaps = {key: self._needs.bitmap(key) & among for key in group}
            once = twice = 0
            for bitmap in bitmaps.values():
                twice |= once & bitmap
                once |= bitmap
            for keys, drinks in _combinations(bitmaps, twice):
                unserved = len(allocate([self._needs.needs[k] for k in keys], self._shelf).missing)
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
        bottles_of: dict[str, set[str]] = {}
        contested: set[str] = set()
        for key, supplies in self._supplies.items():
            free = {way.use[0] for way in supplies if way.is_free and len(way.use) == 1}
            is_free = any(way.is_free for way in supplies)
            bottles_of[key] = free if is_free else {way.use[0] for way in supplies}
            if not is_free:
                contested |= bottles_of[key]
        groups: dict[str, list[str]] = {}
        for key, bottles in bottles_of.items():
            near = {id(groups[b]): groups[b] for b in bottles & contested if b in groups}
            joined = [key, *chain.from_iterable(near.values())]
            for bottle in {b for member in joined for b in bottles_of[member] & contested}:
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
