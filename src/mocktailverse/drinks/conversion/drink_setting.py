"""The setting of a drink: what its kept lines allow and ask for."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from mocktailverse.drinks.ingredients import (
    LONGEST_NAME,
    Kind,
    ancestors,
    family_of,
    match_ingredient,
)

Setting = Literal["milky", "creamy", "savoury", "blue", "fizzy", "tropical"]
"""Settings, the one that decides first.

milky      cream or ice cream stays
creamy     coffee, cocoa, milk, cream or whole egg: takes no tea, citrus, verjus or coconut water
savoury    tomato or broth
blue       the colour of blue curaçao
fizzy      soda, sparkling wine, beer
tropical   pineapple, coconut and the like
"""

_CREAMY_FOODS = frozenset(
    {"Coffee", "Hot chocolate", "Cocoa powder", "Chocolate", "Ice cream", "Whipped cream"}
    | {"Eggnog", "Egg yolk", "Chocolate syrup", "Coffee syrup", "Chai"}
)
_SAVOURY = frozenset({"Tomato juice", "V8", "Bloody Mary mix", "Beef bouillon", "Clam juice"})
_TROPICAL = frozenset(
    {"Pineapple juice", "Cream of coconut", "Coconut milk", "Coconut syrup", "Mango juice"}
    | {"Passion fruit juice", "Guava juice", "Papaya juice", "Piña colada mix", "Coconut"}
    | {"Banana", "Pineapple", "Coconut water", "Passion fruit syrup", "Passion fruit purée"}
)
_SPARKLING = frozenset({"Sparkling apple juice", "Sparkling lemonade"})
_CREAMY_ROLES = frozenset({"cream liqueur", "coffee liqueur", "chocolate liqueur", "egg liqueur"})
_FIZZY_ROLES = frozenset(
    {"sparkling wine", "beer", "cider", "alcopop", "hard seltzer", "alcoholic ginger beer"}
)
_CITRUS = frozenset({"Lemon juice", "Lime juice", "Yuzu juice", "Verjus", "Vinegar"})


class Nature(Struct, frozen=True):
    """What an ingredient is, for the converter."""

    name: str
    kind: Kind | None
    lineage: frozenset[str]
    """Its own name and those of the more general ingredients."""

    @property
    def is_citrus(self) -> bool:
        """Whether it makes the drink sour."""
        return not _CITRUS.isdisjoint(self.lineage)

    @property
    def is_sour(self) -> bool:
        """Whether a little of it, juice or fruit, carries a drink."""
        return self.is_citrus or self.name in {"Lemon", "Lime"}

    @property
    def is_plain_soda(self) -> bool:
        """Whether it gives bubbles and nothing else."""
        return "Soda water" in self.lineage

    @property
    def is_sweetener(self) -> bool:
        """Whether it is there to sweeten."""
        return self.kind in {"syrup", "sweetener"}

    @property
    def only_sweetens(self) -> bool:
        """Whether it gives hardly more than sweetness: sugar and its syrup."""
        return self.kind == "sweetener" or "Sugar syrup" in self.lineage

    @property
    def is_fizzy(self) -> bool:
        """Whether it is poured on top because it has bubbles."""
        return self.kind in {"soda", "beer", "cider"} or not (
            _SPARKLING | {"Sparkling wine", "Non-alcoholic sparkling wine", "Non-alcoholic beer"}
        ).isdisjoint(self.lineage)

    @property
    def is_brew(self) -> bool:
        """Whether it is steeped."""
        return "Tea" in self.lineage


def nature_of(name: str) -> Nature:
    """Return the nature of an ingredient, canonical or not."""
    return _nature(name) if len(name) <= LONGEST_NAME else Nature(name, None, frozenset({name}))


@lru_cache(maxsize=2048)
def _nature(name: str) -> Nature:
    row = match_ingredient(name) or match_ingredient(name.partition(" (")[0])
    if row:
        return Nature(row.name, row.kind, frozenset({row.name, *ancestors(row.name)}))
    family = family_of(name)
    if family is None or family.guessed:
        return Nature(name, None, frozenset({name}))
    return Nature(name, family.kind, frozenset({name, family.name, *ancestors(family.name)}))


def settings_of(kept: Sequence[Nature], roles: Sequence[str]) -> tuple[Setting, ...]:
    """Return the settings of a drink by its kept lines and the roles of the others."""
    lineages = frozenset().union(*(nature.lineage for nature in kept))
    kinds = {nature.kind for nature in kept}
    settings: dict[Setting, bool] = {
        "milky": not lineages.isdisjoint({"Cream", "Ice cream"}),
        "creamy": bool(
            "dairy" in kinds
            or lineages & _CREAMY_FOODS
            or any(nature.name == "Egg" for nature in kept)
            or _CREAMY_ROLES.intersection(roles)
        ),
        "savoury": bool(lineages & _SAVOURY),
        "blue": "Blue curaçao syrup" in lineages or "blue orange liqueur" in roles,
        "fizzy": any(nature.is_fizzy for nature in kept) or bool(_FIZZY_ROLES.intersection(roles)),
        "tropical": bool(lineages & _TROPICAL),
    }
    return tuple(setting for setting, applies in settings.items() if applies)
