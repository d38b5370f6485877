"""What to buy next: the ingredients that make most drinks makeable, each bought alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain
from operator import or_

from mocktailverse.catalogue.search.bit_sliced_counter import BitSlicedCounter
from mocktailverse.catalogue.search.bitmaps import Selection
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds
from mocktailverse.catalogue.search.index import IngredientIndex
from mocktailverse.catalogue.search.query import Unlock
from mocktailverse.catalogue.shelf_coverage import ShelfCoverage
from mocktailverse.drinks.substitutions.shelf import Allowance, StockedShelf, folded
from mocktailverse.drinks.substitutions.stand_ins import counts_for, is_same_as

UNLOCKS = 10
_MOST_AT_ONCE = 4
"""Maximum number of missing ingredients of a drink that one purchase may provide."""


class PurchaseAdvice:
    """Finds the best purchases for a shelf."""

    def __init__(self, needs: DrinkNeeds, ingredients: IngredientIndex) -> None:
        """Take what the drinks need, and the ingredients in use."""
        self._needs = needs
        # Of names that differ in case only the most used one: buying it covers all of them.
        used = [entry.name for entry in reversed(ingredients.entries) if entry.drinks]
        self._usual = {folded(name): name for name in used}
        self._purchases = list(self._usual.values())
        self._use = {name: rank for rank, name in enumerate(used)}
        self._provided_by: dict[Allowance, dict[str, set[str]]] = {}

    def unlocks(self, shelf: StockedShelf, unready: int) -> list[Unlock]:
        """Return at most ten purchases that make unready drinks makeable, the best first.

        A purchase that unlocks no more than a more general one, or than the same in a more usual
        form, is left out: any vodka will do. Every purchase gets an upper bound, which is fast;
        the best are counted exactly until no other can be among them.
        """
        bounds = sorted(self._upper_bounds(shelf, unready), key=lambda bound: (-bound[1], bound[0]))
        unlocked: dict[str, int] = {}
        advice: list[str] = []
        for name, most, keys in bounds:
            if len(advice) >= UNLOCKS and most < unlocked[advice[UNLOCKS - 1]]:
                break
            concerned = reduce(or_, map(self._needs.drinks.bitmap, keys)) & unready
            unlocked[name] = self._really_unlocked(shelf, name, concerned)
            advice = self._best(unlocked)
        return [Unlock(name, unlocked[name]) for name in advice[:UNLOCKS]]

    def _upper_bounds(
        self, shelf: StockedShelf, unready: int
    ) -> Iterator[tuple[str, int, set[str]]]:
        """Yield purchases, how many drinks each unlocks at most, and the needs it helps to meet."""
        coverage = ShelfCoverage(self._needs, shelf)
        uncovered = coverage.uncovered_counts(_MOST_AT_ONCE, unready)
        alone = Selection(uncovered[1], self._needs.size)
        several = reduce(or_, uncovered[2:])
        contested = reduce(or_, (drinks for drinks, _ in coverage.contested(uncovered[0])), 0)
        relieved = {
            key: (self._needs.drinks.bitmap(key) & contested).bit_count()
            for key in chain.from_iterable(coverage.rivals if contested else ())
        }
        completed = self._completed_mixtures(shelf)
        for name, provided in self._provided(shelf.allowance).items():
            keys = provided | completed.get(name, set())
            open_keys = keys - coverage.covered
            most = sum(self._needs.drinks.count(key, alone) for key in open_keys)
            most += sum(relieved.get(key, 0) for key in keys)
            if len(open_keys) > 1 and several:
                most += self._covered_jointly(open_keys, uncovered, several)
            if most and name not in shelf.have:
                yield name, most, keys

    def _provided(self, allowance: Allowance) -> dict[str, set[str]]:
        """Return for each purchase the keys of the needs that it helps to meet by itself."""
        if allowance not in self._provided_by:
            by_name = self._needs.keys_by_name
            self._provided_by[allowance] = {
                purchase: {
                    key
                    for name in StockedShelf([purchase], allowance).provided
                    for key in by_name.get(name, ())
                }
                for purchase in self._purchases
            }
        return self._provided_by[allowance]

    def _completed_mixtures(self, shelf: StockedShelf) -> dict[str, set[str]]:
        """Return the purchases that complete mixtures, and the keys that those help to meet."""
        completed: dict[str, set[str]] = defaultdict(set)
        for mixture, parts in shelf.incomplete_mixtures():
            keys = self._needs.keys_by_name.get(folded(mixture), ())
            for name in parts if keys else ():
                completed[self._usual.get(folded(name), name)].update(keys)
        return completed

    def _covered_jointly(self, keys: Iterable[str], uncovered: list[int], several: int) -> int:
        """Return how many drinks have two or more uncovered needs, all of them among these."""
        bitmaps = [self._needs.drinks.bitmap(key) & several for key in keys]
        if sum(map(bool, bitmaps)) < 2:  # noqa: PLR2004 - one need alone is not several
            return 0
        counter = BitSlicedCounter()
        for bitmap in bitmaps:
            counter.add(bitmap)
        jointly = (counter.equals(n, uncovered[n]) for n in range(2, len(uncovered)))
        return reduce(or_, jointly).bit_count()

    def _really_unlocked(self, shelf: StockedShelf, name: str, concerned: int) -> int:
        """Return how many of these drinks the shelf makes with a purchase."""
        coverage = ShelfCoverage(self._needs, StockedShelf((*shelf.have, name), shelf.allowance))
        return coverage.missing_counts(0, concerned)[0].bit_count()

    def _best(self, unlocked: dict[str, int]) -> list[str]:
        ranked = sorted(unlocked, key=lambda name: (-unlocked[name], name))
        return [
            name
            for name in ranked
            if unlocked[name]
            and not any(
                unlocked[other] == unlocked[name] and self._is_preferred(other, name)
                for other in ranked
                if other != name
            )
        ]

    def _is_preferred(self, other: str, name: str) -> bool:
        """Return whether one buys the other: more general, or the same and more usual."""
        if other in counts_for(name):
            return True
        is_same = is_same_as(other, name)
        return is_same and (self._use[other] > self._use[name] or not is_same_as(name, other))
