"""Workloads to compute a month for without having it measured."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from mocktailverse.cost.running import DAYS, HOURS, Running
from mocktailverse.cost.usage import ITEM_BYTES, Activity, Usage, Visitors, usage_of

MONTHS_KEPT = 12
WRITE_UNIT_BYTES = 1_000

SWEEP = Activity(
    loads=40, objects=40, records=900, bytes=1_600_000, attempts=40, busy_s=160, publishes=40,
    other_objects=12,
)  # fmt: skip
"""A daily sweep over the source's 617 drinks. Objects, records and bytes as sweeps of the simulated
source need them from the second day on (38 to 39, 555 to 896, at most 1.58 MB), rounded up; 10
listings and 2 objects of state on the average; 4 s a load and a publish for each are assumed."""


class Workload(Struct, frozen=True, kw_only=True):
    """What a month brings; `drinks` is how many the catalogue holds."""

    sweeps: float
    visitors: Visitors
    drinks: int

    def usage(self, running: Running) -> Usage:
        """What it uses in a stage, whose stores hold all raw objects of MONTHS_KEPT such months.

        A stage whose own schedule sweeps more often sweeps as often as that.
        """
        sweeps = max(self.sweeps, running.fetches)
        activity = SWEEP.times(sweeps)
        return usage_of(
            activity,
            msgspec.structs.replace(running, fetches=sweeps),
            month_share=1,
            drinks=self.drinks,
            visitors=self.visitors,
            kept=activity.times(MONTHS_KEPT),
        )


REFERENCE = Workload(
    sweeps=DAYS, visitors=Visitors(api_calls=10_000, dashboard_visits=1_000), drinks=700
)
"""The reference workload of prod: one sweep a day, 10,000 API calls and 1,000 dashboard visits a
month. The other stages wait."""

IDLE = Workload(sweeps=0, visitors=Visitors(), drinks=700)


def reference(running: Mapping[str, Running]) -> dict[str, Usage]:
    """The reference month of each stage: prod works, the others stand by with as many drinks."""
    return {
        stage: (REFERENCE if stage == "prod" else IDLE).usage(runs)
        for stage, runs in running.items()
    }


def write_share(records: float, running: Running) -> float | None:
    """The share of a month's provisioned write units that so many records take, changed or not.

    None without provisioned capacity. Above 1 they cannot be written in a month, whatever is paid.
    """
    provisioned = running.wcu * HOURS * 3600
    return records * ITEM_BYTES / WRITE_UNIT_BYTES / provisioned if provisioned else None


def scaled(measured: Activity, drinks: int, records: float) -> tuple[Activity, int]:
    """What so many records a month do, and to how many drinks they belong.

    In the proportions measured, as if the source were so many times larger; in those of a sweep
    where nothing was measured.
    """
    model, held = (measured, drinks) if measured.records else (SWEEP.times(DAYS), REFERENCE.drinks)
    factor = records / model.records
    return model.times(factor), round(held * factor)
