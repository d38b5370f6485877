"""Which bottle of a shelf serves which line of a drink: one bottle, one line.

A bottle that the recipe names, or that is the same in another form, serves its lines and replaces
no other: one triple sec is not both the triple sec and the curaçao of a drink.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mocktailverse.drinks.substitutions.needs import Need
from mocktailverse.drinks.substitutions.shelf import StockedShelf, Supply


class Allocation(NamedTuple):
    """What serves each need of a drink that the shelf can meet, and what is missing."""

    served: dict[Need, Supply]
    missing: list[Need]


def allocate(needs: Sequence[Need], shelf: StockedShelf) -> Allocation:
    """Return the best use of a shelf for a drink's needs: as many as possible are met."""
    supplies = {need: sorted(shelf.supplies(need), key=_preference) for need in needs}
    served = {need: ways[0] for need, ways in supplies.items() if ways and ways[0].is_free}
    taken = {
        supply.use[0]
        for need in served
        for supply in supplies[need]
        if supply.is_free and len(supply.use) == 1
    }
    rivals = {
        need: [way for way in ways if way.use[0] not in taken]
        for need, ways in supplies.items()
        if need not in served
    }
    served |= _matched(rivals)
    return Allocation(
        {need: served[need] for need in needs if need in served},
        [need for need in needs if need not in served],
    )


def _matched(rivals: dict[Need, list[Supply]]) -> dict[Need, Supply]:
    """Return a maximum matching of needs and bottles, by augmenting paths (Kuhn's algorithm)."""
    holder: dict[str, tuple[Need, Supply]] = {}

    def find(need: Need, tried: set[str]) -> bool:
        for supply in rivals[need]:
            bottle = supply.use[0]
            if bottle not in tried:
                tried.add(bottle)
                if bottle not in holder or find(holder[bottle][0], tried):
                    holder[bottle] = (need, supply)
                    return True
        return False

    for need in rivals:
        find(need, set())
    return dict(holder.values())


def _preference(supply: Supply) -> tuple[int, int]:
    """Return the sort key: the ingredient itself, then the best substitute, then fewer bottles."""
    rank = supply.substitution.rank if supply.substitution else -1
    return rank, len(supply.use)
