"""What to buy next: the ingredients that make most drinks makeable, each bought alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, cached_property, partial, reduce
from heapq import heapify, heappop, heappush
from itertools import chain
from operator import or_

from mocktailverse.catalogue.search.bit_sliced_counter import BitSlicedCounter
from mocktailverse.catalogue.search.bitmaps import Selection
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds
from mocktailverse.catalogue.search.ingredient_index import IngredientIndex
from mocktailverse.catalogue.search.query import Unlock
from mocktailverse.catalogue.shelf_coverage import ShelfCoverage
from mocktailverse.drinks.substitutions.replaceable import counts_for
from mocktailverse.drinks.substitutions.shelf import Allowance, StockedShelf, folded, provided_by

UNLOCKS = 10
_MOST_AT_ONCE = 4
"""Maximum number of missing ingredients of a drink that one purchase may provide."""

PURCHASES_AT_ONCE = 32
"""Purchases that are left out together; more are rarely useless all, fewer save less."""


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
        use = {name: rank for rank, name in enumerate(used)}
        self._better: dict[str, list[str]] = {}
        """For each purchase those that are as good or more general; the usual ones first."""
        as_good = defaultdict[str, list[str]](list)
        for name in sorted(self._usual.values(), key=lambda n: (len(counts_for(n)), -use[n])):
            self._better[name] = [
                *filter(self._better.__contains__, counts_for(name)),
                *as_good[name],
            ]
            for other, _ in provided_by(name, "near"):
                as_good[other].append(name)
        self._provided_by: dict[Allowance, tuple[dict[str, set[str]], list[_Purchases]]] = {}

    def unlocks(self, coverage: ShelfCoverage, unready: int) -> list[Unlock]:
        """Return at most ten purchases that make a shelf's unready drinks makeable, best first.

        A purchase that unlocks no more than a more general one, or a more usual one that is as
        good, is left out: any vodka will do. Three numbers rank a purchase, each at most the one
        before: the drinks that need what it provides, which the catalogue knows; a bound for this
        shelf, which is fast; and the exact count. The best one by its last number gets the next
        number and is put back (lazy greedy evaluation); if it has all, it is the next best. So few
        are bounded and fewer counted, even if there are thousands. Of those that make no drink,
        as most for a small shelf, many are left out at once.
        """
        shelf, unready_drinks = coverage.shelf, _UnreadyDrinks(coverage, unready)
        provided, purchases = self._provided(shelf.allowance)
        completed, have = self._completed_mixtures(shelf), set(shelf.have)

        def keys_of(name: str) -> set[str]:
            keys = provided[name]
            return keys | completed[name] if name in completed else keys

        @cache
        def bound(name: str) -> int:
            return 0 if name in have else unready_drinks.bound(keys_of(name))

        @cache
        def unlocked(name: str) -> int:
            return unready_drinks.unlocked(name, keys_of(name))

        @cache
        def is_needless(name: str) -> bool:
            drinks = unlocked(name)
            equal = (n for n in self._better[name] if bound(n) >= drinks == unlocked(n))
            return not all(map(is_needless, equal))

        useful = filter(unready_drinks.may_gain, purchases)
        ranked = chain.from_iterable(some.ranked for some in useful)
        first = next(ranked, None)
        again = [(-bound(name), name) for name in completed]  # some are in both, and chosen once
        heapify(again)
        chosen: dict[str, int] = {}
        while (first or again) and len(chosen) < UNLOCKS:
            if first and not (again and again[0] < first):
                (most, name), first = first, next(ranked, None)
            else:
                most, name = heappop(again)
            drinks = bound(name) if bound(name) < -most else unlocked(name)
            if 0 < drinks < -most:
                heappush(again, (-drinks, name))
            elif drinks and name not in chosen and not is_needless(name):
                chosen[name] = drinks
        return [Unlock(name, drinks) for name, drinks in chosen.items()]

    def _provided(self, allowance: Allowance) -> tuple[dict[str, set[str]], "list[_Purchases]"]:
        """Return for each purchase the keys of the needs that it helps to meet by itself.

        Beside them the purchases that help to meet some, from most to fewest drinks.
        """
        if allowance not in self._provided_by:
            by_name = self._needs.keys_by_name
            provided = {
                purchase: {
                    key
                    for name, _ in provided_by(purchase, allowance)
                    for key in by_name.get(folded(name), ())
                }
                for purchase in self._better
            }
            sizes = dict(self._needs.drinks.by_size())
            totals = {name: sum(map(sizes.__getitem__, keys)) for name, keys in provided.items()}
            ranked = sorted((-total, name) for name, total in totals.items() if total)
            purchases = [
                _Purchases(self._needs, ranked[start : start + PURCHASES_AT_ONCE], provided)
                for start in range(0, len(ranked), PURCHASES_AT_ONCE)
            ]
            self._provided_by[allowance] = provided, purchases
        return self._provided_by[allowance]

    def _completed_mixtures(self, shelf: StockedShelf) -> dict[str, set[str]]:
        """Return the purchases that complete mixtures, and the keys that those help to meet."""
        completed: dict[str, set[str]] = defaultdict(set)
        for mixture, parts in shelf.incomplete_mixtures():
            keys = self._needs.keys_by_name.get(folded(mixture), ())
            for name in parts if keys else ():
                usual = self._usual.get(folded(name), name)
                if usual in self._better:
                    completed[usual].update(keys)
        return completed


class _Purchases:
    """Some purchases of similar rank."""

    def __init__(
        self, needs: DrinkNeeds, ranked: list[tuple[int, str]], provided: Mapping[str, set[str]]
    ) -> None:
        """Take ranked purchases, and the keys of the needs that each helps to meet."""
        self._needs = needs
        self.ranked = ranked
        """The purchases, each after minus the number of drinks that have its needs."""
        self._keys = [provided[name] for _, name in ranked]
        self.keys = set[str]().union(*self._keys)

    @cached_property
    def needed(self) -> int:
        """The drinks that have one of the needs."""
        return self._needs.drinks.bitmap_of_any(self.keys)

    @cached_property
    def needed_for_several(self) -> int:
        """The drinks that have two or more needs that one of the purchases helps to meet."""
        several = 0
        for keys in self._keys:
            once = 0
            for bitmap in map(self._needs.bitmap, keys if len(keys) > 1 else ()):
                several |= once & bitmap
                once |= bitmap
        return several


class _UnreadyDrinks:
    """The drinks that a shelf does not make, by what they lack."""

    def __init__(self, coverage: ShelfCoverage, unready: int) -> None:
        """Count the uncovered needs of each drink."""
        self._needs = needs = coverage.needs
        self._coverage = coverage
        self._uncovered = uncovered = coverage.uncovered_counts(_MOST_AT_ONCE, unready)
        self._several = reduce(or_, uncovered[2:])
        contested = _contested(coverage, reduce(or_, uncovered))
        self._uncontested = unready & ~contested
        self._alone = Selection(uncovered[1] & self._uncontested, needs.size)
        self._alone_with = cache(partial(needs.count, within=self._alone))
        rivals = chain.from_iterable(coverage.rivals if contested else ())
        self._relieved = {key: needs.bitmap(key) & contested for key in rivals}

    def may_gain(self, purchases: _Purchases) -> bool:
        """Return whether one of the purchases may make a drink; if not, all their bounds are 0."""
        return (
            bool(purchases.needed & self._alone.bitmap)
            or bool(purchases.needed_for_several & self._several & self._uncontested)
            or not self._relieved.keys().isdisjoint(purchases.keys)
        )

    def bound(self, keys: set[str]) -> int:
        """Return how many drinks a purchase that provides these keys makes at most."""
        open_keys = keys - self._coverage.covered
        if self._relieved and not self._relieved.keys().isdisjoint(keys):
            return self._reached(keys, open_keys).bit_count()
        alone = sum(map(self._alone_with, open_keys))
        return alone + (self._covered_jointly(open_keys) & self._uncontested).bit_count()

    def unlocked(self, name: str, keys: set[str]) -> int:
        """Return how many drinks a purchase that provides these keys makes."""
        after = self._coverage.with_bottle(name)
        reached = self._reached(keys, (keys & after.covered) - self._coverage.covered)
        return (reached & ~_contested(after, reached)).bit_count()

    def _reached(self, keys: set[str], gained: set[str]) -> int:
        """Return the drinks that lack only gained needs, and no bottle unless keys relieve them."""
        alone = reduce(or_, map(self._needs.bitmap, gained), 0) & self._uncovered[1]
        relieved = reduce(or_, (self._relieved.get(key, 0) for key in keys), 0)
        covered = alone | self._covered_jointly(gained)
        return (covered & self._uncontested) | (covered | self._uncovered[0]) & relieved

    def _covered_jointly(self, keys: set[str]) -> int:
        """Return the drinks with two or more uncovered needs, all of them among these."""
        if len(keys) < 2 or not self._several:  # noqa: PLR2004 - one need alone is not several
            return 0
        counter = BitSlicedCounter()
        for key in keys:
            counter.add(self._needs.bitmap(key) & self._several)
        counts = enumerate(self._uncovered[2:], 2)
        return reduce(or_, (counter.equals(number, drinks) for number, drinks in counts))


def _contested(coverage: ShelfCoverage, among: int) -> int:
    """Return, of a set of drinks, those with a covered need that finds no bottle of its own."""
    return reduce(or_, (drinks for drinks, _ in coverage.contested(among)), 0)
