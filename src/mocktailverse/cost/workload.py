"""Workloads: a month's activity and visitors, assumed or extrapolated, and the usage they cause."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from mocktailverse.cost.running import DAYS, HOURS, Running
from mocktailverse.cost.usage import ITEM_BYTES, Activity, Usage, Visitors, usage_of

MONTHS_STORED = 12
"""Months of raw objects and load records that the reference month finds in the stores."""

SWEEP = Activity(
    loads=40, objects=40, records=900, bytes=1_600_000, attempts=40, busy_s=160, publishes=40,
    other_objects=12,
)  # fmt: skip
"""A daily sweep over the source's 617 drinks. Objects, records and bytes are those of sweeps of the
simulated source from the second day on (38 to 39, 555 to 896, at most 1.58 MB), rounded up, with 10
listings and 2 state objects on average. Assumed are 4 s and one publish for each load."""

_WRITE_UNIT_BYTES = 1_000


class Workload(Struct, frozen=True, kw_only=True):
    """The assumed workload of one stage in a month."""

    sweeps: float
    visitors: Visitors
    drinks: int
    """Number of drinks in the catalogue."""

    def usage(self, running: Running) -> Usage:
        """Return the usage of a stage that stores the raw objects of MONTHS_STORED such months.

        If the stage's own schedule sweeps more often than this workload, its schedule counts.
        """
        sweeps = max(self.sweeps, running.fetches)
        activity = SWEEP.times(sweeps)
        return usage_of(
            activity,
            msgspec.structs.replace(running, fetches=sweeps),
            month_share=1,
            drinks=self.drinks,
            visitors=self.visitors,
            stored=activity.times(MONTHS_STORED),
        )


REFERENCE = Workload(
    sweeps=DAYS, visitors=Visitors(api_calls=10_000, dashboard_visits=1_000), drinks=700
)
"""The reference workload of prod: one sweep a day, 10,000 API calls and 1,000 dashboard visits a
month. The other stages are idle."""

IDLE = Workload(sweeps=0, visitors=Visitors(), drinks=700)


def reference(running: Mapping[str, Running]) -> dict[str, Usage]:
    """Return the reference month of each stage: prod works, the others only store its drinks."""
    return {
        stage: (REFERENCE if stage == "prod" else IDLE).usage(of_stage)
        for stage, of_stage in running.items()
    }


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
