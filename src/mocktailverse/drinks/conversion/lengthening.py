"""What lengthens a drink in place of the alcohol and of the melt water that it does not get."""

from collections.abc import Sequence

from mocktailverse.drinks.conversion.drink_setting import Nature, Setting, nature_of
from mocktailverse.drinks.conversion.recipe_lines import KeptLine, NewLine
from mocktailverse.drinks.conversion.swapping import MOST_NEW, Swap, is_imitated
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.strength.glasses import vessel_of

LONG_GLASS_ML = 240.0
"""Capacity from which a glass for drinks with ice is for long drinks: a highball."""

_TAKES_SODA = ((), ("tropical",))
"""Settings of drinks that are lengthened with soda in a long glass."""


def lengthening_lines(
    kept: Sequence[KeptLine],
    swaps: Sequence[Swap],
    settings: tuple[Setting, ...],
    drink: Drink,
    *,
    still: bool,
) -> list[NewLine]:
    """Return what lengthens the drink in place of the alcohol and its melt water.

    A fizzy drink that has as many new ingredients as allowed is lengthened by those it has. `still`
    asks for water in place of soda, as in a hot drink.
    """
    names = {one.nature.name for one in kept} | {name for swap in swaps for name in swap.names}
    lineages = frozenset().union(*(one.nature.lineage for one in kept))
    has_room = len({name for swap in swaps for name in swap.names}) < MOST_NEW
    candidates: list[str]
    if "fizzy" in settings or any(may_be_fizzy(one.nature) for one in kept):
        candidates = [_soda_beside(kept, settings)] if has_room else []
    elif "creamy" in settings:
        candidates = [*(_milk_or_coffee(kept, swaps, lineages) if has_room else ()), "Water"]
    elif still or not has_room or not _takes_soda(settings, lineages, drink):
        candidates = ["Water"]
    else:
        is_long = drink.derived.method == "built" or _is_long_glass(drink)
        candidates = ["Soda water" if is_long or not is_imitated(swaps) else "Water"]
    fresh = [name for name in candidates if name not in names]
    position = max(line.position for line in drink.ingredients) + 1
    return [NewLine(name, nature_of(name), position, 0.0, is_filler=True) for name in fresh]


def _takes_soda(settings: tuple[Setting, ...], lineages: frozenset[str], drink: Drink) -> bool:
    is_thick = not lineages.isdisjoint({"Cream of coconut", "Coconut milk"})
    return settings in _TAKES_SODA and not is_thick and drink.derived.method != "blended"


def may_be_fizzy(nature: Nature) -> bool:
    """Return whether it has bubbles, if only a splash of it; some bottled lemonade has."""
    return nature.is_fizzy or "Lemonade" in nature.lineage


def _milk_or_coffee(
    kept: Sequence[KeptLine], swaps: Sequence[Swap], lineages: frozenset[str]
) -> list[str]:
    """Return what lengthens a drink with coffee or milk; nothing if juice would curdle milk."""
    has_milk = any(one.nature.kind == "dairy" for one in kept) or "Ice cream" in lineages
    has_juice = any(one.nature.kind == "juice" or one.nature.is_sour for one in kept)
    if has_juice and not has_milk:
        return []
    is_coffee = any(swap.role.name == "coffee liqueur" for swap in swaps)
    if "Coffee" in lineages or is_coffee:
        return [] if has_juice else ["Coffee"]
    return ["Milk"]


def _soda_beside(kept: Sequence[KeptLine], settings: tuple[Setting, ...]) -> str:
    """Return the soda that lengthens: unsweetened lime or lemon seltzer beside soda water.

    Soda water that the recipe measures grows by the limit of kept lines only, and a second line of
    it would be ambiguous.
    """
    sodas = [one for one in kept if one.nature.name == "Soda water"]
    is_sour = any(one.nature.is_citrus for one in kept)
    if not sodas or any(one.is_open for one in sodas):
        return "Soda water"
    if "creamy" in settings and not is_sour:
        return "Soda water"  # no citrus beside milk
    has_lime = any("Lime" in one.nature.name for one in kept)
    return "Lime seltzer" if has_lime else "Lemon seltzer"


def _is_long_glass(drink: Drink) -> bool:
    vessel = vessel_of(drink.glass, drink.category)
    return vessel is not None and vessel.iced and vessel.ml_min >= LONG_GLASS_ML
