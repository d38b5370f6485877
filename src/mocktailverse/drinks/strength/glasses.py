"""Glasses: their capacity, and how much liquid a filled one contains."""

import re
from functools import cache, lru_cache

from msgspec import Struct

from mocktailverse.drinks.ingredients.name_readings import key
from mocktailverse.drinks.reference.tables import read_table

WITH_ICE = (0.4, 0.7)
"""Liquid share of a glass that is filled over ice: packed cubes leave 40 to 50 % empty, and glasses
are rarely packed."""

WITHOUT_ICE = (0.8, 1.0)
"""Liquid share of a glass that is filled without ice: up to the wash line or the rim."""


class Glass(Struct, frozen=True):
    """A kind of glass."""

    name: str
    ml_min: float
    """Minimum capacity up to the rim."""
    ml_max: float
    """Maximum capacity up to the rim."""
    iced: bool
    """Whether its drinks are usually served over ice."""

    def filled_ml(self, *, ice_named: bool) -> tuple[float, float]:
        """Return the minimum and maximum liquid in the filled glass, in ml.

        If the glass usually has ice but the recipe does not mention it, both cases are covered.
        """
        if not self.iced:
            low, high = WITHOUT_ICE
        elif ice_named:
            low, high = WITH_ICE
        else:
            low, high = WITH_ICE[0], WITHOUT_ICE[1]
        return self.ml_min * low, self.ml_max * high


LONGEST_LABEL = 60
"""Maximum characters of a glass's name; a longer text is not a glass and is not cached."""

_PARTY = re.compile(r"\b(?:punch|party|homemade)\b", re.IGNORECASE)


def vessel_of(glass: str | None, category: str | None = None) -> Glass | None:
    """Return the glass that bounds a drink.

    None for vessels of unknown size, such as bowls, and for punches and home-made liqueurs.
    """
    if not glass or len(glass) > LONGEST_LABEL:
        return None
    if category and len(category) > LONGEST_LABEL:
        return _vessel.__wrapped__(glass, category)
    return _vessel(glass, category)


@lru_cache(maxsize=2048)
def _vessel(glass: str, category: str | None) -> Glass | None:
    return None if category and _PARTY.search(category) else _glasses().get(key(glass))


@cache
def glass_names() -> tuple[str, ...]:
    """Return the names of the known glasses, in the order of the reference."""
    return tuple(row[0] for row in read_table("glasses.csv"))


@cache
def _glasses() -> dict[str, Glass]:
    return {
        key(spelling): Glass(name, float(low), float(high), ice == "yes")
        for name, aliases, low, high, ice, _source in read_table("glasses.csv")
        for spelling in (name, *aliases.split("|"))
    }
