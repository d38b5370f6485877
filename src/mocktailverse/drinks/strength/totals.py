"""What stands in the glass once all lines are poured: volume, alcohol and strength, as ranges."""

from collections.abc import Sequence
from math import fsum

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.strength.glasses import Glass
from mocktailverse.drinks.strength.mixture import alcohol, strength, total
from mocktailverse.drinks.strength.pours import Pour, Range
from mocktailverse.drinks.units import LARGEST_RECIPE_ML

NEGLIGIBLE_SHARE = 0.02
"""An unknown ingredient up to this share of the volume leaves the strength known."""

DASHES_ML = 3.0
"""Beside parts, whose size nobody tells, up to three dashes are left out of the strength."""


class Totals(Struct, frozen=True):
    """Volume and alcohol in ml and strength in % vol; None where they cannot be bounded.

    `partial` means that the strength leaves out dashes beside parts.
    """

    total_ml: tuple[float | None, float | None] = (None, None)
    alcohol_ml: Range | None = None
    abv_percent: Range | None = None
    partial: bool = False


def exact_totals(ml: Sequence[float], pure: Sequence[float]) -> Totals:
    """Add up pours of one exact figure each: volumes in ml, and pure alcohol as ml times % vol."""
    volume, alcohol_sum = fsum(ml), fsum(pure)
    if volume <= 0:
        return Totals()
    alcohol_ml, abv_percent = alcohol_sum / 100, alcohol_sum / volume
    return Totals((volume, volume), (alcohol_ml, alcohol_ml), (abv_percent, abv_percent))


def totals_of(
    pours: Sequence[Pour], vessel: Glass | None, *, ice_named: bool, filled: bool
) -> Totals:
    """Add up any pours; the vessel's size bounds those without an amount.

    `filled` tells that the instructions have the glass filled up, with what has no amount.
    """
    ways = {pour.measured for pour in pours}
    if "part" in ways or ways == {"glass"}:
        return _of_parts(pours)
    if vessel:
        pours = [_in_ml(pour, vessel) for pour in pours]
        ways = {pour.measured for pour in pours}
    if ways <= {"ml"}:
        return _of_volumes(pours)
    if not vessel or not ways <= {"ml", "fill", "rest"}:
        return _unbounded(pours)
    least, most = vessel.filled_ml(ice_named=ice_named)
    return _topped_up(pours, (least if filled or "fill" in ways else 0.0, most))


def within_largest_recipe(contents: Totals) -> Totals:
    """The contents, without what depends on more than the largest recipe makes."""
    least, most = contents.total_ml
    if all(end is None or end <= LARGEST_RECIPE_ML for end in (least, most)):
        return contents
    return Totals((None if least is None or least > LARGEST_RECIPE_ML else least, None))


def capped(abv_percent: float, contents: Totals) -> Totals:
    """The contents when no ingredient is stronger than that, whatever the amounts."""
    if abv_percent == 0:
        return Totals(contents.total_ml, (0, 0), (0, 0))
    return replace(contents, abv_percent=contents.abv_percent or (0.0, abv_percent))


def _of_parts(pours: Sequence[Pour]) -> Totals:
    """Parts tell the strength, though not the volume."""
    parts = [pour for pour in pours if not _is_dash(pour)]
    if len({pour.measured for pour in parts}) > 1 or _unknown_matters(parts):
        return Totals()
    return Totals(abv_percent=strength(parts), partial=len(parts) < len(pours))


def _is_dash(pour: Pour) -> bool:
    return pour.measured == "ml" and pour.imprecise_unit and pour.high < DASHES_ML


def _in_ml(pour: Pour, vessel: Glass) -> Pour:
    if pour.measured != "glass":
        return pour
    low, high = pour.low * vessel.ml_min, pour.high * vessel.ml_max
    return pour._replace(measured="ml", low=low, high=high)


def _of_volumes(pours: Sequence[Pour]) -> Totals:
    """What is measured to the last drop."""
    volume = total(pours)
    if volume[1] <= 0:
        return Totals()
    if _unknown_matters(pours):
        return Totals(volume)
    return Totals(volume, alcohol(pours), strength(pours))


def _topped_up(pours: Sequence[Pour], filled_ml: Range) -> Totals:
    """What is measured, and the rest in whatever proportion up to the filling of the glass."""
    low, high = total(pours)
    least, most = filled_ml
    if low >= most:
        return _unbounded(pours)
    volume = max(low, least), max(high, most)
    rest = [pour for pour in pours if pour.measured != "ml"]
    if _unknown_matters(pours) or not all(pour.known for pour in rest):
        return Totals(volume)
    weakest, strongest = min(pour.abv_low for pour in rest), max(pour.abv_high for pour in rest)
    mixed = [*pours, Pour("ml", max(0.0, least - high), most - low, weakest, strongest)]
    return Totals(volume, alcohol(mixed), strength(mixed))


def _unbounded(pours: Sequence[Pour]) -> Totals:
    """At least what is measured; the alcohol is known when nothing else brings any."""
    measured = [pour for pour in pours if pour.measured == "ml"]
    dry = all(pour.known and not pour.abv_high for pour in pours if pour.measured != "ml")
    alcohol_ml = alcohol(measured) if dry and not _unknown_matters(measured) else None
    least = total(measured)[0] or None
    return Totals((least, None), alcohol_ml)


def _unknown_matters(pours: Sequence[Pour]) -> bool:
    """Whether the pours of unknown strength are too much of the whole to be left out."""
    unknown = [pour for pour in pours if not pour.known]
    return total(unknown)[1] > NEGLIGIBLE_SHARE * total(pours)[0]
