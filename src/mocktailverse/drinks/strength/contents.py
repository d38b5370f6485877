"""What stands in the glass once all lines are poured: volume, alcohol and strength, as ranges."""

from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.drinks.strength.glasses import Glass
from mocktailverse.drinks.strength.mixture import Mixture, Range
from mocktailverse.drinks.strength.pours import Pour

NEGLIGIBLE_SHARE = 0.02
"""An unknown ingredient up to this share of the volume leaves the strength known."""

DASHES_ML = 3.0
"""Beside parts, whose size nobody tells, up to three dashes are left out of the strength."""


class Contents(Struct, frozen=True):
    """Volume and alcohol in ml and strength in % vol; None where they cannot be bounded.

    `approximate` tells that something small was left out.
    """

    total_min: float | None = None
    total_max: float | None = None
    alcohol_ml: Range | None = None
    abv_percent: Range | None = None
    approximate: bool = False


def contents_of(
    pours: Sequence[Pour], vessel: Glass | None, *, ice_named: bool, filled: bool
) -> Contents:
    """Add up the pours; the vessel's size bounds those without an amount.

    `filled` tells that the instructions have the glass filled: with what has no amount.
    """
    ways = {pour.measured for pour in pours}
    if "part" in ways or ways == {"glass"}:
        return _of_parts(pours)
    if vessel and "glass" in ways:
        pours = [_in_ml(pour, vessel) for pour in pours]
    return _of_volumes(pours, vessel, ice_named=ice_named, filled=filled)


def without_alcohol(contents: Contents) -> Contents:
    """The same volume, known to hold no alcohol whatever the amounts."""
    return Contents(contents.total_min, contents.total_max, (0, 0), (0, 0))


def _of_parts(pours: Sequence[Pour]) -> Contents:
    """Parts tell the strength, though not the volume."""
    parts = [pour for pour in pours if not _is_dash(pour)]
    if len({pour.measured for pour in parts}) > 1:
        return Contents()
    mixture = Mixture([pour.liquid for pour in parts])
    unknown = _unknown_share(parts, mixture.volume()[0])
    if unknown > NEGLIGIBLE_SHARE:
        return Contents()
    return Contents(
        abv_percent=mixture.strength(), approximate=approximate or len(parts) < len(pours)
    )
