"""How much a glass holds, and how much of that is drink when it is filled."""

import re
from functools import cache, lru_cache

from msgspec import Struct

from mocktailverse.drinks.ingredients.name_readings import key
from mocktailverse.drinks.reference.tables import read_table

WITH_ICE = (0.4, 0.7)
"""Share of a glass that is liquid when it is full of ice: a packing of cubes leaves 40 to 50 %
empty, and glasses are seldom packed."""

WITHOUT_ICE = (0.8, 1.0)
"""Share of a glass that is liquid when it is filled without ice: up to the wash line or the rim."""


class Glass(Struct, frozen=True):
    """A kind of glass: brimful capacity in ml, and whether its drinks usually come over ice."""

    name: str
    ml_min: float
    ml_max: float
    iced: bool

    def filled_ml(self, *, ice_named: bool) -> tuple[float, float]:
        """The least and the most liquid in this glass when it is filled, in ml.

        Whether there is ice is not known when the glass usually holds some but nobody names it.
        """
        if not self.iced:
            low, high = WITHOUT_ICE
        elif ice_named:
            low, high = WITH_ICE
        else:
            low, high = WITH_ICE[0], WITHOUT_ICE[1]
        return self.ml_min * low, self.ml_max * high


LONGEST_LABEL = 60
"""Characters; a longer text names no glass, and is not remembered."""

_PARTY = re.compile(r"\b(?:punch|party|homemade)\b", re.IGNORECASE)


def vessel_of(glass: str | None, category: str | None) -> Glass | None:
    """The glass that bounds the drink; None for punches and home-made liqueurs."""
    if not glass or len(glass) > LONGEST_LABEL:
        return None
    if category and len(category) > LONGEST_LABEL:
        return _vessel(glass, category)
    return _remembered(glass, category)


def find_glass(name: str | None) -> Glass | None:
    """The glass of that name; None for bowls, pitchers, jars and all else of unknown size."""
    return _glasses().get(key(name)) if name and len(name) <= LONGEST_LABEL else None


def _vessel(glass: str, category: str | None) -> Glass | None:
    return None if category and _PARTY.search(category) else find_glass(glass)


_remembered = lru_cache(maxsize=2048)(_vessel)


@cache
def _glasses() -> dict[str, Glass]:
    return {
        key(spelling): Glass(name, float(low), float(high), ice == "yes")
        for name, aliases, low, high, ice, _source in read_table("glasses.csv")
        for spelling in (name, *aliases.split("|"))
    }
