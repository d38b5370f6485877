"""The reference month of all stages in one account, and the cost gate: its always-free limits."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add

import msgspec
from msgspec import Struct

from mocktailverse.cost.cost_report import CostReport, cost_report
from mocktailverse.cost.flood import Flood, flood
from mocktailverse.cost.footprint import Footprint
from mocktailverse.cost.model import CostLine, PriceTable, month, total_usd
from mocktailverse.cost.running import Running
from mocktailverse.cost.usage import Usage
from mocktailverse.cost.workload import reference

NOT_FREE_USD = 0.25
"""Maximum USD for usage without a free limit in the reference month."""

QUEUES_USD = 0.45
"""Maximum USD a month for requests to queues beyond the free million: nearly all of them poll idle
queues. One environment stays within the million, three do not (docs/decisions/0035-concurrency.md).
"""

_QUEUES = "sqs_requests"

FLOOD_USD_A_DAY = 14.00
"""Maximum USD for a day of calls at the rate limits of all APIs, without the free limits."""


class ReferenceMonth(Struct, frozen=True, kw_only=True):
    """The reference month of all environments together."""

    usages: dict[str, Usage]
    """Usage by environment."""
    report: CostReport
    floods: dict[str, Flood]
    """The cost of a flood on each environment's API, and on all of them (`all`)."""
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
        floods={env: flood([run], table) for env, run in runs.items()}
        | {"all": flood(runs.values(), table)},
        problems=[*unaccounted, *beyond_limits(runs, table)],
    )


def together(usages: Mapping[str, Usage]) -> Usage:
    """Return the usage of all stages in one account."""
    return reduce(add, usages.values())


def with_all_pollers(usage: Usage, runs: Iterable[Running]) -> Usage:
    """Return the usage if Lambda keeps as many pollers at idle queues as it may."""
    more = sum(run.idle_polls_at_most - run.idle_polls for run in runs) * usage.month_share
    return msgspec.structs.replace(usage, sqs_requests=usage.sqs_requests + more)


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
    worst_day = flood(runs.values(), table)
    amounts = (
        ("What is not free costs {:.2f} USD a month", paid, NOT_FREE_USD),
        ("Requests to queues, mostly idle ones, cost {:.2f} USD a month", queues, QUEUES_USD),
        ("A day at the APIs' rate limits costs {:.2f} USD", worst_day.usd_a_day, FLOOD_USD_A_DAY),
    )
    sentences += _beyond_free_transfer(worst_day, lines)
    return sentences + [
        f"{text.format(usd)}; the limit is {limit:.2f}."
        for text, usd, limit in amounts
        if usd > limit
    ]


def _beyond_free_transfer(worst: Flood, lines: Iterable[CostLine]) -> list[str]:
    """Return a sentence if a flood on all APIs sends more than what is free beside the dashboards.

    `lines` are those of the reference month, whose API calls are then part of the flood.
    """
    (line,) = (line for line in lines if line.price.usage == "transfer_gb")
    sent = worst.transfer_gb + line.amount
    text = (
        f"A month at the APIs' limits sends {sent:.1f} GB, with the dashboards; "
        f"{line.price.free:.0f} are free. Lower `api.gb_per_day`."
    )
    return [text] if sent > line.price.free else []


def _shares(usages: Mapping[str, Usage], line: CostLine) -> str:
    return ", ".join(
        f"{env} {getattr(usage, line.price.usage):,.10g}" for env, usage in usages.items()
    )
