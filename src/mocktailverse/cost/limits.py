"""The reference month of all stages in one account, and the cost gate: its always-free limits."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add

import msgspec
from msgspec import Struct

from mocktailverse.cost.cost_report import CostReport, cost_report
from mocktailverse.cost.footprint import Footprint
from mocktailverse.cost.model import CostLine, PriceTable, month, total_usd
from mocktailverse.cost.running import Running
from mocktailverse.cost.usage import Activity, Usage, Visitors, usage_of
from mocktailverse.cost.workload import reference

NOT_FREE_USD = 0.25
"""Maximum USD for usage without a free limit in the reference month."""

QUEUES_USD = 0.45
"""Maximum USD a month for requests to queues beyond the free million: nearly all of them poll idle
queues. One environment stays within the million, three do not (docs/decisions/0035-concurrency.md).
"""

_QUEUES = "sqs_requests"

FLOOD_USD_AN_HOUR = 0.25
"""Maximum USD for an hour of calls at the APIs' rate limits, without the free limits."""


class ReferenceMonth(Struct, frozen=True, kw_only=True):
    """The reference month of all environments together."""

    usages: dict[str, Usage]
    """Usage by environment."""
    report: CostReport
    problems: list[str]
    """A sentence for each limit that is exceeded and each thing that cannot be accounted for."""


def reference_month(footprints: Mapping[str, Footprint], table: PriceTable) -> ReferenceMonth:
    """Return the reference month of environments with these footprints."""
    runs = {env: footprint.running for env, footprint in footprints.items()}
    usages = reference(runs)
    whole = together(usages)
    at_most = with_all_pollers(whole, runs.values())
    unaccounted = [
        f"{env}: {text}" for env, footprint in footprints.items() for text in footprint.unaccounted
    ]
    return ReferenceMonth(
        usages=usages,
        report=cost_report("all", whole, table, None, at_most),
        problems=[*unaccounted, *beyond_limits(runs, table)],
    )


def together(usages: Mapping[str, Usage]) -> Usage:
    """Return the usage of all stages in one account."""
    return reduce(add, usages.values())


def with_all_pollers(usage: Usage, runs: Iterable[Running]) -> Usage:
    """Return the usage if Lambda keeps as many pollers at idle queues as it may."""
    more = sum(run.idle_polls_at_most - run.idle_polls for run in runs) * usage.month_share
    return msgspec.structs.replace(usage, sqs_requests=usage.sqs_requests + more)


def flood_usd(runs: Iterable[Running], table: PriceTable, *, hours: float = 1) -> float:
    """Return the cost of calls at the APIs' rate limits, without the free limits."""
    usage = Usage()
    for run in runs:
        calls = Visitors(api_calls=run.api_per_s * 3600 * hours)
        api_only = Running(
            wcu=0, rcu=0, reconciles=0, idle_polls=0, alarms=0, metrics=0,
            api_gb=run.api_gb, log_days=run.log_days,
        )  # fmt: skip
        usage += usage_of(Activity(), api_only, month_share=1, drinks=0, visitors=calls)
    amounts = ((float(getattr(usage, price.usage)), price) for price in table.prices)
    return sum(amount / price.per * price.usd for amount, price in amounts)


def beyond_limits(runs: Mapping[str, Running], table: PriceTable) -> list[str]:
    """Return a sentence for each limit that the stages exceed in the reference month.

    The limits are the always-free ones of an account, and the amounts above.
    """
    usages = reference(runs)
    lines = month(together(usages), table)
    sentences = [
        f"{line.price.service}, {line.price.what}: {line.amount:,.10g} of {line.price.free:,.10g} "
        f"free {line.price.unit} a month ({_shares(usages, line)}), {line.usd:.2f} USD."
        for line in lines
        if line.used_share is not None and line.used_share > 1 and line.price.usage != _QUEUES
    ]
    paid = total_usd(line for line in lines if line.used_share is None)
    worst = month(with_all_pollers(together(usages), runs.values()), table)
    queues = total_usd(line for line in worst if line.price.usage == _QUEUES)
    flood = flood_usd(runs.values(), table)
    amounts = (
        ("What is not free costs {:.2f} USD a month", paid, NOT_FREE_USD),
        ("Requests to queues, mostly idle ones, cost {:.2f} USD a month", queues, QUEUES_USD),
        ("An hour of calls at the APIs' rate limits costs {:.2f} USD", flood, FLOOD_USD_AN_HOUR),
    )
    return sentences + [
        f"{text.format(usd)}; the limit is {limit:.2f}."
        for text, usd, limit in amounts
        if usd > limit
    ]


def _shares(usages: Mapping[str, Usage], line: CostLine) -> str:
    return ", ".join(
        f"{env} {getattr(usage, line.price.usage):,.10g}" for env, usage in usages.items()
    )
