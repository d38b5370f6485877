"""How the `cost` command tells its figures: tables and sentences for people, keys for scripts."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mocktailverse.cli.output import print_table, say
from mocktailverse.cost.cost_report import CostReport
from mocktailverse.cost.model import PriceTable
from mocktailverse.cost.usage import Usage
from mocktailverse.formatting import amount
from mocktailverse.stores.cost_explorer import Billed
from mocktailverse.stores.free_tier import FreeOffer


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What AWS itself says of the account; None where it was not asked or did not tell."""

    free_tier: list[FreeOffer] | None = None
    billed: list[Billed] | None = None


def say_problems(problems: list[str]) -> None:
    """Say what leaves the free limits."""
    for problem in problems:
        say(f"Beyond what is free: {problem}")


def fields(
    report: CostReport,
    workload: Mapping[str, Any],
    problems: list[str],
    *,
    environments: Mapping[str, Usage] | None = None,
    account: Account | None = None,
) -> dict[str, Any]:
    """The JSON, with the same keys in every case."""
    return {
        **msgspec.to_builtins(report),
        "workload": workload,
        "environments": environments,
        "problems": problems,
        "account": account or Account(),
    }


def print_report(report: CostReport, table: PriceTable) -> None:
    """Print the month, service by service, and its sum."""
    columns = ("service", "what", "so far", "month", "free", "used", "USD")
    rows = [
        (
            line.service,
            f"{line.what} ({line.unit})",
            None if line.so_far is None else amount(line.so_far),
            amount(line.month),
            None if line.free is None else amount(line.free),
            "not free" if line.used_share is None else f"{line.used_share:.1%}",
            _usd(line.usd),
        )
        for line in report.lines
    ]
    title = f"A month on AWS, {report.env}; {table.region}, prices of {table.as_of}, without tax"
    print_table(title, columns, rows)
    so_far = "" if report.usd_so_far is None else f"So far {_usd(report.usd_so_far)} USD. "
    say(
        f"{so_far}The month: {_usd(report.usd)} USD, "
        f"of which {report.cents_not_free:,.1f} cents for what is free to no account."
    )
    if report.usd_at_most > report.usd:
        say(
            f"At most {_usd(report.usd_at_most)} USD: if Lambda asks idle queues with five "
            "pollers, where it may come down to two."
        )


def say_writes(share: float | None) -> None:
    """Say how much of the provisioned writes a workload takes, if it is known."""
    if share is None:
        return
    say(f"Its writes take {share:,.1%} of the write units that are provisioned.")
    if share > 1:
        say(
            "So much cannot be written in a month: raise `capacity_units`, which costs, and deploy."
        )


def print_account(account: Account) -> None:
    """Print what AWS itself says."""
    if account.free_tier:
        print_table(
            "As AWS counts it, for the whole account",
            ("service", "usage", "so far", "forecast", "free", "unit"),
            [_row(offer) for offer in account.free_tier],
        )
    if account.billed is not None:
        rows = [(one.service, _usd(one.usd)) for one in account.billed]
        print_table("Billed this month, before credits", ("service", "USD"), rows)


def _row(offer: FreeOffer) -> tuple[object, ...]:
    amounts = (amount(n) for n in (offer.actual, offer.forecast, offer.limit))
    return (offer.service, offer.usage_type, *amounts, offer.unit)


def _usd(usd: float) -> str:
    """Dollars: below ten with the hundredths of a cent, for most of it is cents."""
    return f"{usd:,.4f}" if usd < 10 else f"{usd:,.2f}"  # noqa: PLR2004 - ten dollars
