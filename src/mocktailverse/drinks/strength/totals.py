"""Total volume, alcohol and strength of all poured lines, as ranges."""

from collections.abc import Sequence
from math import fsum

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.strength.glasses import Glass
from mocktailverse.drinks.strength.mixture import alcohol_and_strength, total
from mocktailverse.drinks.strength.pours import Pour, Range
from mocktailverse.drinks.units import LARGEST_RECIPE_ML

NEGLIGIBLE_SHARE = 0.02
"""An ingredient of unknown strength is ignored up to this share of the volume."""

DASHES_ML = 3.0
"""The size of a part is unknown, so next to parts up to three dashes are ignored."""


class Totals(Struct, frozen=True, gc=False):
    """Volume and alcohol in ml and strength in % vol; None if they cannot be bounded."""

    total_ml: tuple[float | None, float | None] = (None, None)
    alcohol_ml: Range | None = None
    abv_percent: Range | None = None
    partial: bool = False
    """Whether the strength leaves out dashes next to parts."""


def exact_totals(ml: Sequence[float], pure: Sequence[float]) -> Totals:
    """Return the totals of exact pours: volumes in ml, and pure alcohol as ml times % vol."""
    volume, alcohol_sum = fsum(ml), fsum(pure)
    if volume <= 0:
        return Totals()
    alcohol_ml, abv_percent = alcohol_sum / 100, alcohol_sum / volume
    return Totals((volume, volume), (alcohol_ml, alcohol_ml), (abv_percent, abv_percent))


def totals_of(
    pours: Sequence[Pour], vessel: Glass | None, *, ice_named: bool, filled: bool
) -> Totals:
    """Return the totals of any pours; the vessel's size bounds pours without an amount.

    `filled` means that the instructions fill up the glass, with the pours that have no amount.
    """
    kinds = {pour.measured for pour in pours}
    if "part" in kinds or kinds == {"glass"}:
        return _of_parts(pours)
    if vessel:
        pours = [_in_ml(pour, vessel) for pour in pours]
        kinds = {pour.measured for pour in pours}
    if kinds <= {"ml"}:
        return _of_volumes(pours)
    if not vessel or not kinds <= {"ml", "fill", "rest"}:
        return _unbounded(pours)
    least, most = vessel.filled_ml(ice_named=ice_named)
    return _topped_up(pours, (least if filled or "fill" in kinds else 0.0, most))


def filling_ml(measured_ml: Range, filled_ml: Range) -> Range | None:
    """Return how much fills up a glass beside the measured liquids; None if there is no room."""
    (low, high), (least, most) = measured_ml, filled_ml
    return None if low >= most else (max(0.0, least - high), most - low)


def within_largest_recipe(totals: Totals) -> Totals:
    """Return the totals without figures that exceed the largest plausible recipe."""
    least, most = totals.total_ml
    if (least or 0.0) <= LARGEST_RECIPE_ML and (most or 0.0) <= LARGEST_RECIPE_ML:
        return totals
    return Totals((None if least is None or least > LARGEST_RECIPE_ML else least, None))


def capped(abv_percent: float, totals: Totals) -> Totals:
    """Return the totals of ingredients of at most this strength; it bounds an unknown strength."""
    if abv_percent == 0:
        return Totals(totals.total_ml, (0, 0), (0, 0))
    return replace(totals, abv_percent=totals.abv_percent or (0.0, abv_percent))


def _of_parts(pours: Sequence[Pour]) -> Totals:
    """Return the strength, which parts determine; they do not determine the volume."""
    parts = [pour for pour in pours if not _is_dash(pour)]
    if len({pour.measured for pour in parts}) > 1 or _unknown_matters(parts):
        return Totals()
    _, abv_percent = alcohol_and_strength(parts)
    return Totals(abv_percent=abv_percent, partial=len(parts) < len(pours))


def _is_dash(pour: Pour) -> bool:
    return pour.measured == "ml" and pour.imprecise_unit and pour.high < DASHES_ML


def _in_ml(pour: Pour, vessel: Glass) -> Pour:
    if pour.measured != "glass":
        return pour
    low, high = pour.low * vessel.ml_min, pour.high * vessel.ml_max
    return pour._replace(measured="ml", low=low, high=high)


def _of_volumes(pours: Sequence[Pour]) -> Totals:
    """Return the totals if all volumes are known."""
    volume = total(pours)
    if volume[1] <= 0:
        return Totals()
    if _unknown_matters(pours):
        return Totals(volume)
    return Totals(volume, *alcohol_and_strength(pours))


def _topped_up(pours: Sequence[Pour], filled_ml: Range) -> Totals:
    """Return the totals if pours without an amount fill the glass, in unknown proportions."""
    low, high = total(pours)
    least, most = filled_ml
    filling = filling_ml((low, high), filled_ml)
    if filling is None:
        return _unbounded(pours)
    volume = max(low, least), max(high, most)
    rest = [pour for pour in pours if pour.measured != "ml"]
    if _unknown_matters(pours) or not all(pour.has_strength for pour in rest):
        return Totals(volume)
    weakest, strongest = min(pour.abv_low for pour in rest), max(pour.abv_high for pour in rest)
    mixed = [*pours, Pour("ml", *filling, weakest, strongest)]
    return Totals(volume, *alcohol_and_strength(mixed))


def _unbounded(pours: Sequence[Pour]) -> Totals:
    """Return the minimum: the measured pours. The alcohol is known if the others have none."""
    measured = [pour for pour in pours if pour.measured == "ml"]
    is_dry = all(pour.has_strength and not pour.abv_high for pour in pours if pour.measured != "ml")
    alcohol_ml = (
        alcohol_and_strength(measured)[0] if is_dry and not _unknown_matters(measured) else None
    )
    least = total(measured)[0] or None
    return Totals((least, None), alcohol_ml)


def _unknown_matters(pours: Sequence[Pour]) -> bool:
    """Return whether the pours of unknown strength are too large to be ignored."""
    unknown = [pour for pour in pours if not pour.has_strength]
    return bool(unknown) and total(unknown)[1] > NEGLIGIBLE_SHARE * total(pours)[0]
