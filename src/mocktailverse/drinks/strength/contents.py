"""What stands in the glass once all lines are poured: volume, alcohol and strength, as ranges."""

from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.drinks.strength.glasses import Glass
from mocktailverse.drinks.strength.mixture import Liquid, Range, alcohol, strength, total
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


def contents_of(pours: Sequence[Pour], vessel: Glass | None, *, ice_named: bool) -> Contents:
    """Add up the pours; the vessel's size bounds those without an amount."""
    ways = {pour.measured for pour in pours}
    if "part" in ways or ways == {"glass"}:
        return _of_parts(pours)
    if vessel:
        pours = [_in_ml(pour, vessel) for pour in pours]
    return _of_volumes(pours, vessel, ice_named=ice_named)


def without_alcohol(contents: Contents) -> Contents:
    """The same volume, known to hold no alcohol whatever the amounts."""
    return Contents(contents.total_min, contents.total_max, (0, 0), (0, 0))


def _of_parts(pours: Sequence[Pour]) -> Contents:
    """Parts tell the strength, though not the volume."""
    parts = [pour for pour in pours if not _is_dash(pour)]
    if len({pour.measured for pour in parts}) > 1:
        return Contents()
    liquids, approximate = _liquids(parts)
    if liquids is None:
        return Contents()
    return Contents(
        abv_percent=strength(liquids), approximate=approximate or len(parts) < len(pours)
    )


def _is_dash(pour: Pour) -> bool:
    return pour.measured == "ml" and pour.imprecise_unit and pour.high < DASHES_ML


def _in_ml(pour: Pour, vessel: Glass) -> Pour:
    if pour.measured != "glass":
        return pour
    low, high = pour.low * vessel.ml_min, pour.high * vessel.ml_max
    return Pour(pour.substance, "ml", low, high, exact=False, imprecise_unit=False)


def _of_volumes(pours: Sequence[Pour], vessel: Glass | None, *, ice_named: bool) -> Contents:
    measured = [pour for pour in pours if pour.measured == "ml"]
    open_ended = [pour for pour in pours if pour.measured != "ml"]
    low, high = total(measured)
    if not open_ended:
        return _mixed(measured, (low, high))
    if not vessel or any(pour.measured not in {"fill", "rest"} for pour in open_ended):
        return _unbounded(measured, open_ended)
    filled = any(pour.measured == "fill" for pour in open_ended)
    least, most = vessel.filled_ml(ice_named=ice_named)
    if low >= most:
        return _unbounded(measured, open_ended)
    room = (max(0.0, least - high) if filled else 0.0, most - low)
    everything = (max(low, least) if filled else low, max(high, most))
    return _mixed(measured, everything, open_ended, room)


def _mixed(
    measured: Sequence[Pour], volume: Range, top_up: Sequence[Pour] = (), room: Range = (0.0, 0.0)
) -> Contents:
    """The contents when all is bounded; `top_up` shares the `room` in whatever proportion."""
    if volume[1] <= 0:
        return Contents()
    liquids, approximate = _liquids(measured)
    topping = [pour.substance.abv_percent for pour in top_up]
    known = [abv for abv in topping if abv]
    if liquids is None or len(known) < len(topping):
        return Contents(*volume)
    if known:
        weakest, strongest = min(abv[0] for abv in known), max(abv[1] for abv in known)
        liquids.append(Liquid(*room, weakest, strongest))
    return Contents(*volume, alcohol(liquids), strength(liquids), approximate)


def _unbounded(measured: Sequence[Pour], open_ended: Sequence[Pour]) -> Contents:
    """At least what is measured; the alcohol is known when nothing else brings any."""
    liquids, approximate = _liquids(measured)
    dry = all(pour.substance.abv_percent == (0, 0) for pour in open_ended)
    known = alcohol(liquids) if liquids is not None and dry else None
    return Contents(total(measured)[0] or None, None, known, None, approximate)


def _liquids(pours: Sequence[Pour]) -> tuple[list[Liquid] | None, bool]:
    """The pours as liquids, and whether an unknown one was taken as free of alcohol.

    None when what is unknown is too much of the whole.
    """
    unknown = [pour for pour in pours if not pour.substance.abv_percent]
    if total(unknown)[1] > NEGLIGIBLE_SHARE * total(pours)[0]:
        return None, False
    liquids = [Liquid(one.low, one.high, *(one.substance.abv_percent or (0, 0))) for one in pours]
    return liquids, bool(unknown)
