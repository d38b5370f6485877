"""The gate: do all stages together, in one account, stay within what is always free?"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add

import msgspec

from mocktailverse.cost.model import Line, PriceTable, month, total_usd
from mocktailverse.cost.running import Running
from mocktailverse.cost.usage import Activity, Usage, Visitors, usage_of
from mocktailverse.cost.workload import reference

NOT_FREE_USD = 0.25
"""What is free to no account may cost so much in the reference month."""

POLLERS_USD = 0.45
"""So much more it may be where Lambda asks idle queues with as many pollers as it may take."""

FLOOD_USD_AN_HOUR = 0.25
"""An hour of calls as fast as the throttles let them through may cost so much, nothing free."""


def together(usages: Mapping[str, Usage]) -> Usage:
    """The usage of all stages."""
    return reduce(add, usages.values())


def with_all_pollers(usage: Usage, runs: Iterable[Running]) -> Usage:
    """The usage, where Lambda asks idle queues with as many pollers as it may."""
    more = sum(run.idle_polls_at_most - run.idle_polls for run in runs) * usage.month_share
    return msgspec.structs.replace(usage, sqs_requests=usage.sqs_requests + more)


def flood_usd(runs: Iterable[Running], table: PriceTable, *, hours: float = 1) -> float:
    """What calls as fast as the throttles let them through cost, with nothing free."""
    usage = Usage()
    for run in runs:
        calls = Visitors(api_calls=run.api_per_s * 3600 * hours)
        alone = Running(
            wcu=0, rcu=0, reconciles=0, idle_polls=0, alarms=0, metrics=0,
            api_gb=run.api_gb, log_days=run.log_days,
        )  # fmt: skip
        usage += usage_of(Activity(), alone, month_share=1, drinks=0, visitors=calls)
    amounts = ((float(getattr(usage, price.usage)), price) for price in table.prices)
    return sum(amount / price.per * price.usd for amount, price in amounts)


def beyond_limits(runs: Mapping[str, Running], table: PriceTable) -> list[str]:
    """A sentence for each free limit that the stages leave in the reference month.

    And for what costs more than it may.
    """
    usages = reference(runs)
    lines = month(together(usages), table)
    sentences = [
        f"{line.service}, {line.what}: {line.amount:,.10g} of {line.free_limit:,.10g} free "
        f"{line.unit} a month ({_shares(usages, line)}), {line.usd:.2f} USD."
        for line in lines
        if line.used_share is not None and line.used_share > 1
    ]
    paid = total_usd([line for line in lines if line.used_share is None])
    if paid > NOT_FREE_USD:
        sentences.append(
            f"What is not free comes to {paid:.2f} USD a month; at most {NOT_FREE_USD:.2f} may be."
        )
    worst = month(with_all_pollers(together(usages), runs.values()), table)
    more = total_usd(worst) - total_usd(lines)
    if more > POLLERS_USD:
        sentences.append(
            f"Five pollers at each idle queue would cost {more:.2f} USD a month more; "
            f"at most {POLLERS_USD:.2f} may be."
        )
    flood = flood_usd(runs.values(), table)
    if flood > FLOOD_USD_AN_HOUR:
        sentences.append(
            f"An hour of calls as fast as the APIs' throttles allow costs {flood:.2f} USD; "
            f"at most {FLOOD_USD_AN_HOUR:.2f} may be."
        )
    return sentences


def _shares(usages: Mapping[str, Usage], line: Line) -> str:
    return ", ".join(f"{env} {getattr(usage, line.usage):,.10g}" for env, usage in usages.items())
