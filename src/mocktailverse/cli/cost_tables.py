"""Output of the `cost` command: tables and sentences for people, JSON for scripts."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mocktailverse.cli.output import print_table, say
from mocktailverse.cost.cost_report import CostReport
from mocktailverse.cost.flood import Flood
from mocktailverse.cost.limits import FLOOD_USD_A_DAY, NOT_FREE_USD, QUEUES_USD
from mocktailverse.cost.model import PriceTable
from mocktailverse.cost.usage import Usage
from mocktailverse.formatting import amount, counted, quantity
from mocktailverse.stores.account_costs import Billed, FreeOffer


class AccountFigures(msgspec.Struct, frozen=True, kw_only=True):
    """AWS's own figures for the account; None if they were not requested or not available."""

    free_tier: list[FreeOffer] | None = None
    billed: list[Billed] | None = None


def fields(
    report: CostReport,
    workload: Mapping[str, Any],
    problems: list[str],
    *,
    environments: Mapping[str, Usage] | None = None,
    floods: Mapping[str, Flood] | None = None,
    account: AccountFigures | None = None,
) -> dict[str, Any]:
    """Return the fields of the JSON: always the same keys."""
    return {
        **msgspec.to_builtins(report),
        "workload": workload,
        "environments": environments,
        "floods": floods,
        "problems": problems,
        "account": account or AccountFigures(),
    }


def print_report(report: CostReport, table: PriceTable, problems: Sequence[str]) -> None:
    """Print the month by kind of usage, its sum, and what exceeds the free limits."""
    columns = ("service", "what", "so far", "month", "free", "used", "USD")
    rows = [
        (
            line.service,
            line.what if line.what.endswith(line.unit) else f"{line.what} ({line.unit})",
            None if line.so_far is None else quantity(line.so_far, line.unit),
            quantity(line.month, line.unit),
            "not free" if line.free is None else quantity(line.free, line.unit),
            None if line.used_share is None else f"{line.used_share:.1%}",
            _usd(line.usd),
        )
        for line in report.lines
    ]
    title = f"A month on AWS, {report.env}; {table.region}, prices of {table.as_of}, without tax"
    print_table(title, columns, rows)
    so_far = "" if report.usd_so_far is None else f"So far {_usd(report.usd_so_far)} USD. "
    say(
        f"{so_far}The month: {_usd(report.usd)} USD, "
        f"including {report.cents_not_free:,.1f} cents for usage that has no free limit."
    )
    if report.usd_at_most > report.usd:
        say(
            f"At most {_usd(report.usd_at_most)} USD: if Lambda keeps five pollers at each idle "
            "queue instead of two."
        )
    for problem in problems:
        say(f"Beyond the free limits: {problem}")


def print_flood(worst: Flood) -> None:
    """Print what a flood on all APIs costs."""
    say(
        f"A flood at the rate limits of all APIs: {_usd(worst.usd_a_day)} USD a day, "
        f"{_usd(worst.usd_a_month)} USD in 31 days, and at most {worst.transfer_gb:.1f} GB sent."
    )


def print_verdict(problems: Sequence[str]) -> None:
    """Print whether the reference month passes the cost gate, and the limits that it checks."""
    limits = (
        f"the always-free amounts, {NOT_FREE_USD:.2f} USD a month for what is never free,"
        f" {QUEUES_USD:.2f} USD a month for requests to queues, {FLOOD_USD_A_DAY:.2f} USD for a day"
        " of flood"
    )
    if problems:
        say(f"NOT ok: {counted(len(problems), 'problem')}, listed above; the limits are {limits}.")
    else:
        say(f"ok: within the limits ({limits})")


def print_write_share(share: float | None) -> None:
    """Print how much of the provisioned write units a workload takes, if it is known."""
    if share is None:
        return
    say(f"The workload's writes take {share:,.1%} of the provisioned write units.")
    if share > 1:
        say(
            "A month is too short to write that much. Raise `capacity_units`, which costs, and"
            " deploy."
        )


def print_account(account: AccountFigures) -> None:
    """Print AWS's own figures."""
    if account.free_tier:
        columns = ("service", "usage", "so far", "forecast", "free", "unit")
        rows = [
            (o.service, o.usage_type, amount(o.actual), amount(o.forecast), amount(o.limit), o.unit)
            for o in account.free_tier
        ]
        print_table("As AWS counts it, for the whole account", columns, rows)
    if account.billed is not None:
        bills = [(one.service, _usd(one.usd)) for one in account.billed]
        print_table("Billed this month, before credits", ("service", "USD"), bills)


def _usd(usd: float) -> str:
    """Return dollars with two decimals, or four below ten dollars: most amounts are cents."""
    return f"{usd:,.4f}" if usd < 10 else f"{usd:,.2f}"  # noqa: PLR2004 - ten dollars
