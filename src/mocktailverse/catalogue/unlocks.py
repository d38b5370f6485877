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
from mocktailverse.drinks.substitutions.replaceable import counts_for, is_as_good_as
from mocktailverse.drinks.substitutions.shelf import Allowance, StockedShelf, folded, provided_by

UNLOCKS = 10
_MOST_AT_ONCE = 4
"""Maximum number of missing ingredients of a drink that one purchase may provide."""


class PurchaseAdvice:
    """Finds the best purchases for a shelf."""

    def __init__(
        self, needs: DrinkNeeds, ingredients: IngredientIndex, further: Iterable[str] = ()
    ) -> None:
        """Take what the drinks need, the ingredients in use, and further ones that they need."""
        self._needs = needs
        # Of names that differ in case only the most used one: buying it covers all of them.
        used = [*further, *(entry.name for entry in reversed(ingredients.entries) if entry.drinks)]
        self._usual = {folded(name): name for name in used}
        self._purchases = list(self._usual.values())
        self._use = {name: rank for rank, name in enumerate(used)}
        self._provided_by: dict[Allowance, dict[str, set[str]]] = {}

    def unlocks(self, shelf: StockedShelf, unready: int) -> list[Unlock]:
        """Return at most ten purchases that make unready drinks makeable, the best first.

        A purchase that unlocks no more than a more general one, or a more usual one that is as
        good, is left out: any vodka will do. Every purchase gets an upper bound, which is fast;
        the best are counted exactly until no other can be among them.
        """
        unready_drinks = _UnreadyDrinks(self._needs, shelf, unready)
        provided = {
            name: keys for name, keys in self._provided_with(shelf) if name not in shelf.have
        }
        bounds = {name: unready_drinks.bound(keys) for name, keys in provided.items()}
        unlocked: dict[str, int] = {}
        advice: list[str] = []
        for name in sorted(filter(bounds.__getitem__, bounds), key=lambda n: (-bounds[n], n)):
            if len(advice) >= UNLOCKS and bounds[name] < unlocked[advice[UNLOCKS - 1]]:
                break
            unlocked[name] = unready_drinks.unlocked(name, provided[name])
            advice = self._best(unlocked)
        return [Unlock(name, unlocked[name]) for name in advice[:UNLOCKS]]

    def _provided_with(self, shelf: StockedShelf) -> Iterator[tuple[str, set[str]]]:
        """Yield each purchase with the keys that it helps to meet on this shelf."""
        completed = self._completed_mixtures(shelf)
        for name, keys in self._provided(shelf.allowance).items():
            yield name, keys | completed[name] if name in completed else keys

    def _provided(self, allowance: Allowance) -> dict[str, set[str]]:
        """Return for each purchase the keys of the needs that it helps to meet by itself."""
        if allowance not in self._provided_by:
            by_name = self._needs.keys_by_name
            self._provided_by[allowance] = {
                purchase: {
                    key
                    for name, _ in provided_by(purchase, allowance)
                    for key in by_name.get(folded(name), ())
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

    def _best(self, unlocked: dict[str, int]) -> list[str]:
        """Return purchases, the best first, without those that another one makes needless."""
        kept: dict[int, list[str]] = defaultdict(list)
        for name in sorted(unlocked, key=lambda n: (len(counts_for(n)), -self._use[n])):
            drinks = unlocked[name]
            is_needless = any(
                other in counts_for(name) or is_as_good_as(other, name) for other in kept[drinks]
            )
            if drinks and not is_needless:
                kept[drinks].append(name)
        return [name for drinks in sorted(kept, reverse=True) for name in sorted(kept[drinks])]


class _UnreadyDrinks:
    """The drinks that a shelf does not make, by what they lack."""

    def __init__(self, needs: DrinkNeeds, shelf: StockedShelf, unready: int) -> None:
        """Count the uncovered needs of each drink."""
        self._needs = needs
        self._shelf = shelf
        self._coverage = coverage = ShelfCoverage(needs, shelf)
        self._uncovered = coverage.uncovered_counts(_MOST_AT_ONCE, unready)
        self._alone = Selection(self._uncovered[1], needs.size)
        self._several = reduce(or_, self._uncovered[2:])
        contested = (drinks for drinks, _ in coverage.contested(self._uncovered[0]))
        self._contested = reduce(or_, contested, 0)
        rivals = chain.from_iterable(coverage.rivals if self._contested else ())
        self._relieved = {key: needs.bitmap(key) & self._contested for key in rivals}

    def bound(self, keys: set[str]) -> int:
        """Return how many drinks a purchase that provides these keys makes at most."""
        open_keys = keys - self._coverage.covered
        most = sum(self._needs.drinks.count(key, self._alone) for key in open_keys)
        if self._contested:
            most += sum(self._relieved.get(key, 0).bit_count() for key in keys)
        return most + self._covered_jointly(open_keys).bit_count()

    def unlocked(self, name: str, keys: set[str]) -> int:
        """Return how many drinks a purchase that provides these keys makes."""
        shelf = StockedShelf((*self._shelf.have, name), self._shelf.allowance)
        after = ShelfCoverage(self._needs, shelf)
        gained = (keys & after.covered) - self._coverage.covered
        alone = reduce(or_, map(self._needs.bitmap, gained), 0) & self._uncovered[1]
        relieved = reduce(or_, (self._relieved.get(key, 0) for key in keys), 0)
        covered = alone | relieved | self._covered_jointly(gained)
        contested = reduce(or_, (drinks for drinks, _ in after.contested(covered)), 0)
        return (covered & ~contested).bit_count()

    def _covered_jointly(self, keys: set[str]) -> int:
        """Return the drinks with two or more uncovered needs, all of them among these."""
        if len(keys) < 2 or not self._several:  # noqa: PLR2004 - one need alone is not several
            return 0
        counter = BitSlicedCounter()
        for key in keys:
            counter.add(self._needs.bitmap(key) & self._several)
        counts = enumerate(self._uncovered[2:], 2)
        return reduce(or_, (counter.equals(number, drinks) for number, drinks in counts))
