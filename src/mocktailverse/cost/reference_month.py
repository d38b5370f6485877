"""The reference month of all environments together, and what the cost gate finds in it."""

from collections.abc import Mapping

from msgspec import Struct

from mocktailverse.cost.cost_report import CostReport, cost_report
from mocktailverse.cost.footprint import Footprint
from mocktailverse.cost.limits import beyond_limits, together, with_all_pollers
from mocktailverse.cost.model import PriceTable
from mocktailverse.cost.usage import Usage
from mocktailverse.cost.workload import reference

_ALL = "all"


class ReferenceMonth(Struct, frozen=True, kw_only=True):
    """The reference month of all environments together."""

    usages: dict[str, Usage]
    """Usage by environment."""
    report: CostReport
    problems: list[str]
    """A sentence for each limit that is exceeded and each thing that cannot be accounted for."""


def reference_month(footprints: Mapping[str, Footprint], table: PriceTable) -> ReferenceMonth:
    """Return the reference month of environments with these footprints."""
    running = {env: footprint.running for env, footprint in footprints.items()}
    usages = reference(running)
    whole = together(usages)
    at_most = with_all_pollers(whole, running.values())
    unaccounted = [
        f"{env}: {text}" for env, footprint in footprints.items() for text in footprint.unaccounted
    ]
    return ReferenceMonth(
        usages=usages,
        report=cost_report(_ALL, whole, table, None, at_most),
        problems=[*unaccounted, *beyond_limits(running, table)],
    )
