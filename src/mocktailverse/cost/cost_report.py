"""What `mocktailverse cost` tells; docs/explanation/cost.md describes its JSON."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct

from mocktailverse.cost.model import Line, Price, PriceTable, month, total_usd
from mocktailverse.cost.usage import ASSUMED, BASIS, COUNTED, Usage

CENTS = 100


class ReportLine(Struct, frozen=True, kw_only=True):
    """One kind of usage; `free` and `used_share` are None where nothing of it is always free.

    `so_far` and `usd_so_far` are None where nothing was measured. `figure` says where the amount
    comes from, `source` where the price, and `checked` what confirmed that.
    """

    usage: str
    service: str
    what: str
    unit: str
    so_far: float | None
    month: float
    free: float | None
    used_share: float | None
    usd_so_far: float | None
    usd: float
    price_usd: float
    price_per: float
    figure: str
    source: str
    checked: str


class ServiceTotal(Struct, frozen=True, kw_only=True):
    """What a service costs in the month."""

    service: str
    usd: float


class CostReport(Struct, frozen=True, kw_only=True):
    """A month on AWS in USD without tax: what was measured so far, and the whole month.

    `usd_at_most` is the whole month's where Lambda asks idle queues with all pollers that it may.
    """

    env: str
    as_of: date
    region: str
    lines: tuple[ReportLine, ...]
    services: tuple[ServiceTotal, ...]
    usd_so_far: float | None
    usd: float
    usd_at_most: float
    cents_not_free: float
    beyond_free: tuple[str, ...]


def cost_report(
    env: str,
    whole: Usage,
    table: PriceTable,
    so_far: Usage | None,
    at_most: Usage | None = None,
) -> CostReport:
    """The report of an environment, or of all of them together.

    `at_most` is the whole month at the worst, where that is another one.
    """
    bill = month(whole, table)
    measured = month(so_far, table) if so_far else [None] * len(bill)
    lines = tuple(
        _line(line, before, price)
        for line, before, price in zip(bill, measured, table.prices, strict=True)
    )
    return CostReport(
        env=env,
        as_of=table.as_of,
        region=table.region,
        lines=lines,
        services=tuple(_services(bill)),
        usd_so_far=total_usd([line for line in measured if line]) if so_far else None,
        usd=total_usd(bill),
        usd_at_most=total_usd(month(at_most or whole, table)),
        cents_not_free=CENTS * total_usd([line for line in bill if line.used_share is None]),
        beyond_free=tuple(line.usage for line in bill if (line.used_share or 0) > 1),
    )


def _line(line: Line, before: Line | None, price: Price) -> ReportLine:
    kind, explanation = BASIS[line.usage]
    if line.usage == "api_requests" and line.amount:
        kind, explanation = ASSUMED, "as many as the workload says"
    elif kind == COUNTED and before is None:
        kind = ASSUMED
    return ReportLine(
        usage=line.usage,
        service=line.service,
        what=line.what,
        unit=line.unit,
        so_far=before.amount if before else None,
        month=line.amount,
        free=line.free_limit or None,
        used_share=line.used_share,
        usd_so_far=before.usd if before else None,
        usd=line.usd,
        price_usd=price.usd,
        price_per=price.per,
        figure=f"{kind}: {explanation}",
        source=price.source,
        checked=price.checked,
    )


def _services(bill: Sequence[Line]) -> list[ServiceTotal]:
    return [
        ServiceTotal(service=service, usd=sum(line.usd for line in lines))
        for service, lines in groupby(bill, key=lambda line: line.service)
    ]
