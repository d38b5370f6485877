"""The cost of a flood: clients that call the public APIs as fast as these serve them, all the time.

The data that an API sends is limited by its function itself (`gb_per_day`), however often it is
called. The rest is the number of calls times their price. That number is the rate limit of API
Gateway, which AWS calls a target and not a ceiling: at N times the rate, the rest costs N times as
much.
"""

from collections.abc import Iterable
from functools import reduce
from operator import add

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.cost.model import PriceTable, month, total_usd
from mocktailverse.cost.running import DAYS, Running
from mocktailverse.cost.usage import API_S, GB, Usage

DAY_S = 86_400
MONTH_DAYS = 31

SMALL_ANSWER_BYTES = 1_000
"""Size of an answer that is sent although the day's data is used up: a refusal, or `/health`. With
its headers it has at most 700 bytes."""

LOG_BYTES = 1_000
"""Log size of a call: the function's line and two of Lambda's have 800 bytes together."""

METERED = 20
"""Requests that a call counts as: an HTTP API is metered in 512 KiB, and takes bodies of 10 MiB."""

S3_READS = 2
"""The dearest answer is an export, which reads its size and then its bytes."""

SLICE_BYTES = 2_000_000
"""What a process reserves at once; each time it reads and writes the shared counter."""


class Flood(Struct, frozen=True, kw_only=True):
    """What a flood costs, without the free limits for all but the data that is sent."""

    usd_a_day: float
    usd_a_month: float
    """For a month of 31 days."""
    transfer_gb: float
    """GB sent in that month."""


def flood(runs: Iterable[Running], table: PriceTable) -> Flood:
    """Return the cost of a flood at the rate limits of all these APIs in one account."""
    day = reduce(add, map(_a_day, runs), Usage())
    data = Usage(transfer_gb=MONTH_DAYS * day.transfer_gb)
    calls = _usd(day, table) - _usd(Usage(transfer_gb=day.transfer_gb), table)
    return Flood(
        usd_a_day=_usd(day, table),
        usd_a_month=MONTH_DAYS * calls + _usd(data, table),
        transfer_gb=data.transfer_gb,
    )


def _a_day(run: Running) -> Usage:
    calls = run.api_per_s * DAY_S
    slices = run.api_gb_per_day * GB / SLICE_BYTES
    return Usage(
        lambda_requests=calls,
        lambda_gb_s=calls * API_S * run.api_gb,
        s3_writes=slices,
        s3_reads=calls * S3_READS + slices,
        log_gb=calls * LOG_BYTES * (1 + run.log_days / DAYS) / GB,
        api_requests=calls * METERED,
        transfer_gb=run.api_gb_per_day + calls * SMALL_ANSWER_BYTES / GB,
    )


def _usd(usage: Usage, table: PriceTable) -> float:
    """Return the cost of an amount; only data is free up to its limit."""
    prices = (p if p.usage == "transfer_gb" else replace(p, free=0) for p in table.prices)
    return total_usd(month(usage, replace(table, prices=tuple(prices))))
