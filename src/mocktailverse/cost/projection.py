"""Projections: the usage of a whole month, extrapolated from what was measured."""

from msgspec import Struct

from mocktailverse.cost.running import DAYS, HOURS, Running
from mocktailverse.cost.usage import ITEM_BYTES, Activity, Usage, Visitors, usage_of
from mocktailverse.cost.workload import REFERENCE, SWEEP

_WRITE_UNIT_BYTES = 1_000


class Projection(Struct, frozen=True, kw_only=True):
    """A whole month of one stage."""

    activity: Activity
    drinks: int
    """Number of drinks in the catalogue."""
    visitors: Visitors | None
    """Assumed use of the API and the dashboard; None if it is not counted."""
    usage: Usage
    write_share: float | None


def at_measured_rate(
    measured: Activity, drinks: int, month_share: float, running: Running
) -> Projection:
    """Return the month if the rest of it is like the measured share."""
    so_far = usage_of(measured, running, month_share=month_share, drinks=drinks)
    activity = measured.times(1 / month_share)
    return Projection(
        activity=activity,
        drinks=drinks,
        visitors=None,
        usage=so_far.at_this_rate(),
        write_share=write_share(activity.records, running),
    )


def for_records(records: float, measured: Activity, drinks: int, running: Running) -> Projection:
    """Return a month that loads this many records, with the visitors of the reference workload."""
    activity, drinks = scaled(measured, drinks, records)
    visitors = REFERENCE.visitors
    return Projection(
        activity=activity,
        drinks=drinks,
        visitors=visitors,
        usage=usage_of(activity, running, month_share=1, drinks=drinks, visitors=visitors),
        write_share=write_share(activity.records, running),
    )


def write_share(records: float, running: Running) -> float | None:
    """Return the share of a month's provisioned write units that writing the records takes.

    None without provisioned capacity. More than 1 means that a month is too short to write them.
    """
    provisioned = running.wcu * HOURS * 3600
    return records * ITEM_BYTES / _WRITE_UNIT_BYTES / provisioned if provisioned else None


def scaled(measured: Activity, drinks: int, records: float) -> tuple[Activity, int]:
    """Return the activity and the number of drinks for a month with this many records.

    Everything is in proportion to what was measured, as if the source were that much larger. If
    nothing was measured, it is in proportion to the reference sweeps.
    """
    if not measured.records:
        measured, drinks = SWEEP.times(DAYS), REFERENCE.drinks
    factor = records / measured.records
    return measured.times(factor), round(drinks * factor)
