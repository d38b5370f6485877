"""The report of `mocktailverse cost`; docs/explanation/cost.md describes its JSON."""

from datetime import date
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from mocktailverse.cost.model import CostLine, PriceTable, month, total_usd
from mocktailverse.cost.usage import ASSUMED, BASIS, COUNTED, Usage


class ReportLine(Struct, frozen=True, kw_only=True):
    """One kind of usage, and what it costs.

    `so_far` and `usd_so_far` are None if nothing was measured, `free` and `used_share` if nothing
    is free every month.
    """

    usage: str
    service: str
    what: str
    unit: str
    so_far: float | None
    month: float
    """Amount of the whole month."""
    free: float | None
    used_share: float | None
    """Share of the free amount that the month uses."""
    usd_so_far: float | None
    usd: float
    """Cost of the whole month."""
    price_usd: float
    """Price of `price_per` units."""
    price_per: float
    figure: str
    """Where the amount comes from."""
    source: str
    """Where the price comes from."""
    checked: str
    """What confirmed the price."""


class ServiceTotal(Struct, frozen=True, kw_only=True):
    """The cost of one service in the month."""

    service: str
    usd: float


class CostReport(Struct, frozen=True, kw_only=True):
    """The cost of a month on AWS, in USD without tax."""

    env: str
    as_of: date
    region: str
    lines: tuple[ReportLine, ...]
    services: tuple[ServiceTotal, ...]
    usd_so_far: float | None
    """Cost of what was measured so far; None if nothing was."""
    usd: float
    usd_at_most: float
    """Cost of the whole month if Lambda keeps as many pollers at idle queues as it may."""
    cents_not_free: float
    """Cost of the kinds of usage that have no free limit, in cents."""
    beyond_free: tuple[str, ...]
    """The kinds of usage beyond their free limit."""


def cost_report(
    env: str, whole: Usage, table: PriceTable, so_far: Usage | None, at_most: Usage | None = None
) -> CostReport:
    """Return the report of an environment (`all`: of all together) that uses `whole` in a month.

    `so_far` is the measured usage, if any; `at_most` the month in the worst case, if it differs.
    """
    bill = month(whole, table)
    bill_so_far = month(so_far, table) if so_far else [None] * len(bill)
    lines = tuple(
        _line(line, line_so_far) for line, line_so_far in zip(bill, bill_so_far, strict=True)
    )
    return CostReport(
        env=env,
        as_of=table.as_of,
        region=table.region,
        lines=lines,
        services=tuple(
            ServiceTotal(service=service, usd=total_usd(lines_of_service))
            for service, lines_of_service in groupby(bill, key=attrgetter("price.service"))
        ),
        usd_so_far=total_usd(line for line in bill_so_far if line) if so_far else None,
        usd=total_usd(bill),
        usd_at_most=total_usd(month(at_most or whole, table)),
        cents_not_free=100 * total_usd(line for line in bill if line.used_share is None),
        beyond_free=tuple(line.price.usage for line in bill if (line.used_share or 0) > 1),
    )


def _line(line: CostLine, line_so_far: CostLine | None) -> ReportLine:
    price = line.price
    kind, explanation = BASIS[price.usage]
    if price.usage == "api_requests" and line.amount:
        kind, explanation = ASSUMED, "as many as the workload has"
    elif kind == COUNTED and line_so_far is None:
        kind = ASSUMED
    return ReportLine(
        usage=price.usage,
        service=price.service,
        what=price.what,
        unit=price.unit,
        so_far=line_so_far.amount if line_so_far else None,
        month=line.amount,
        free=price.free or None,
        used_share=line.used_share,
        usd_so_far=line_so_far.usd if line_so_far else None,
        usd=line.usd,
        price_usd=price.usd,
        price_per=price.per,
        figure=f"{kind}: {explanation}",
        source=price.source,
        checked=price.checked,
    )
