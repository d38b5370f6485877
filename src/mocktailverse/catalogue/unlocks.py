"""What to buy next: the ingredients that make most drinks makeable, each bought alone."""

from collections.abc import Iterator
from functools import reduce
from operator import or_

from mocktailverse.catalogue.search.bit_sliced_counter import BitSlicedCounter
from mocktailverse.catalogue.search.bitmaps import fold_case
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds
from mocktailverse.catalogue.search.index import IngredientIndex
from mocktailverse.catalogue.search.query import Unlock
from mocktailverse.catalogue.shelf_coverage import ShelfCoverage
from mocktailverse.drinks.substitutions.shelf import StockedShelf
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
        self._purchases = list({fold_case(name): name for name in used}.values())
        self._use = {name: rank for rank, name in enumerate(used)}

    def unlocks(self, shelf: StockedShelf, unready: int) -> list[Unlock]:
        """Return at most ten purchases that make unready drinks makeable, the best first.

        A purchase that unlocks no more than a more general one, or than the same in a more usual
        form, is left out: any vodka will do.
        """
        bounds = sorted(self._upper_bounds(shelf, unready), key=lambda b: (-b[1], b[0]))
        unlocked: dict[str, int] = {}
        advice: list[str] = []
        for name, bound, drinks in bounds:
            if len(advice) >= UNLOCKS and bound < unlocked[advice[UNLOCKS - 1]]:
                break
            unlocked[name] = self._really_unlocked(shelf, name, drinks)
            advice = self._best(unlocked)
        return [Unlock(name, unlocked[name]) for name in advice[:UNLOCKS]]

    def _upper_bounds(self, shelf: StockedShelf, unready: int) -> Iterator[tuple[str, int, int]]:
        """Yield each purchase, how many drinks it covers at most, and the drinks."""
        coverage = ShelfCoverage(self._needs, shelf)
        open_keys = self._needs.needs.keys() - set(coverage.covered)
        uncovered = coverage.uncovered_counts(_MOST_AT_ONCE, unready)
        contested = reduce(or_, (d for d, _ in coverage.contested(uncovered[0])), 0)
        bitmap = self._needs.drinks.bitmap
        alone = {key: bitmap(key) & uncovered[1] for key in open_keys}
        several = reduce(or_, uncovered[2:])
        jointly = {key for key in open_keys if bitmap(key) & several} if several else set()
        for name in self._purchases:
            provided = self._provided_keys(shelf, name)
            gained = [key for key in provided if key in open_keys]
            drinks = reduce(or_, (alone[key] for key in gained), 0)
            together = [key for key in gained if key in jointly]
            if len(together) > 1:
                drinks |= self._covered_jointly(together, uncovered)
            if contested:
                drinks |= reduce(or_, map(bitmap, provided), 0) & contested
            if drinks:
                yield name, drinks.bit_count(), drinks

    def _provided_keys(self, shelf: StockedShelf, name: str) -> list[str]:
        """Return the keys of the needs that a purchase may help to meet."""
        by_name = self._needs.keys_by_name
        return [key for gained in shelf.gains(name) for key in by_name.get(gained, ())]

    def _covered_jointly(self, keys: list[str], uncovered: list[int]) -> int:
        """Return the drinks whose uncovered needs, two or more, are all among these."""
        counter = BitSlicedCounter()
        for key in set(keys):
            counter.add(self._needs.drinks.bitmap(key))
        return reduce(or_, (counter.equals(n, uncovered[n]) for n in range(2, len(uncovered))))

    def _really_unlocked(self, shelf: StockedShelf, name: str, drinks: int) -> int:
        """Return how many of these drinks the shelf makes with a purchase."""
        coverage = ShelfCoverage(self._needs, StockedShelf((*shelf.have, name), shelf.allowance))
        return coverage.missing_counts(0, drinks)[0].bit_count()

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
