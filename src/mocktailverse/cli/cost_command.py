"""The `cost` command: what a month on AWS costs, against what is always free."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.cost_tables import (
    Account,
    fields,
    print_account,
    print_report,
    say_problems,
    say_writes,
)
from mocktailverse.cli.output import print_json, say
from mocktailverse.cost.cost_report import cost_report
from mocktailverse.cost.footprint import Footprint, footprints
from mocktailverse.cost.limits import beyond_limits, together, with_all_pollers
from mocktailverse.cost.model import price_table
from mocktailverse.cost.running import Running
from mocktailverse.cost.template import Template
from mocktailverse.cost.usage import Activity, Usage, usage_of
from mocktailverse.cost.workload import REFERENCE, reference, scaled, write_share
from mocktailverse.deployment import environments
from mocktailverse.errors import PermanentError, UnreachableError, UsageError
from mocktailverse.operations.month import MonthSoFar, MonthUsage
from mocktailverse.stores.cost_explorer import CostExplorer
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.free_tier import FreeTier
from mocktailverse.times import now

ALL = "all"
COUNTED_AS = {LOCAL: "dev"}
"""The local stack is counted as if it were deployed as dev."""

Scale = Annotated[
    int | None,
    typer.Option(
        "--drinks-per-month",
        min=1,
        help="Compute the month for so many raw drinks instead of at the present rate.",
        show_default=False,
    ),
]
Reference = Annotated[
    bool,
    typer.Option(
        "--reference",
        help="The reference workload, over dev, staging and prod together; nothing is measured.",
    ),
]
Check = Annotated[
    bool,
    typer.Option("--check", help="As --reference; exit code 1 where it leaves the free limits."),
]
AskBill = Annotated[
    bool,
    typer.Option(
        "--cost-explorer",
        help="Read the account's bill of this month, too. AWS charges 1 cent for it each time.",
    ),
]


def cost(
    drinks_per_month: Scale = None,
    reference: Reference = False,
    check: Check = False,
    cost_explorer: AskBill = False,
    env: options.Env = LOCAL,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Compute what a month on AWS costs, and how much of the free limits it takes."""
    found = _footprints()
    if reference or check:
        if drinks_per_month or cost_explorer or env != LOCAL:
            raise UsageError("--reference and --check are about all environments and ask nobody.")
        problems = _tell_reference(found, as_json=as_json)
        if check and problems:
            raise typer.Exit(1)
        return
    if cost_explorer and env == LOCAL:
        raise UsageError("--cost-explorer reads an account's bill; the local stack has none.")
    footprint = _footprint(found, env)
    runs, problems = footprint.running, list(footprint.unaccounted)
    stores = _connection(env, state_dir, is_needed=drinks_per_month is None)
    measured = _measured(stores, runs) if stores else None
    table = price_table()
    so_far = measured.usage(runs) if measured else None
    whole, workload = _month(measured, runs, drinks_per_month)
    account = _account(stores, ask_bill=cost_explorer) if stores else Account()
    report = cost_report(env, whole, table, so_far, with_all_pollers(whole, [runs]))
    if as_json:
        print_json(fields(report, workload, problems, account=account))
        return
    print_report(report, table)
    say_problems(problems)
    say_writes(workload["write_share"])
    if env == LOCAL:
        say("The local stack costs nothing: this is what the same usage would cost on AWS.")
    print_account(account)


def _footprints() -> dict[str, Footprint]:
    """What the template keeps running in each environment."""
    checkout = find_checkout()
    template = Template.read(checkout.template)
    stages = environments.read(checkout.environments).stage_inputs()
    return footprints(template, stages, checkout.source / "functions")


def _footprint(found: Mapping[str, Footprint], env: str) -> Footprint:
    name = COUNTED_AS.get(env, env)
    if name not in found:
        raise UsageError(f"There is no environment {env!r}: choose one of {', '.join(found)}.")
    return found[name]


def _connection(env: str, state_dir: Path | None, *, is_needed: bool) -> Stores | None:
    """The environment; None where no local stack runs and another workload is asked about."""
    try:
        return connect(env, state_dir)
    except UnreachableError:
        if is_needed or env != LOCAL:
            raise
        say("No local stack runs: computed in the proportions of the reference sweep.")
        return None


def _measured(stores: Stores, runs: Running) -> MonthSoFar:
    with tempfile.TemporaryDirectory(prefix="mocktailverse-cost-") as folder:
        copy = CatalogueCopy(stores.catalogue, Path(folder), max_age_s=60)
        limit_s = runs.transform_timeout_s
        return MonthUsage(
            stores.loads, lambda: copy.current().meta, attempt_limit_s=limit_s, clock=now
        ).read()


def _month(
    measured: MonthSoFar | None, runs: Running, records: int | None
) -> tuple[Usage, dict[str, Any]]:
    """The whole month's usage, and the workload that it is computed for.

    So many records, or what was measured at its present rate.
    """
    if measured and records is None:
        usage = measured.usage(runs).at_this_rate()
        activity, drinks = measured.activity.times(1 / measured.share), measured.drinks
        visitors = None
    else:
        done, held = (measured.activity, measured.drinks) if measured else (Activity(), 0)
        activity, drinks = scaled(done, held, records or 0)
        visitors = REFERENCE.visitors
        usage = usage_of(activity, runs, month_share=1, drinks=drinks, visitors=visitors)
    return usage, {
        "records": activity.records,
        "loads": activity.loads,
        "drinks": drinks,
        "write_share": write_share(activity.records, runs),
        "api_calls": visitors.api_calls if visitors else None,
        "dashboard_visits": visitors.dashboard_visits if visitors else None,
        "measured": _told(measured) if measured else None,
    }


def _told(measured: MonthSoFar) -> dict[str, Any]:
    return {
        "since": measured.since,
        "month_share": measured.share,
        "records": measured.activity.records,
        "loads": measured.activity.loads,
        "are_all": measured.is_whole,
    }


def _account(stores: Stores, *, ask_bill: bool) -> Account:
    """What AWS says of the account; nobody is asked behind the embedded AWS."""
    if stores.clients.endpoint:
        if ask_bill:
            raise UsageError("--cost-explorer needs AWS: an embedded one has no bill.")
        return Account()
    try:
        offers = FreeTier(stores.clients).offers()
    except PermanentError as error:
        say(f"AWS's own count is left out: {error}")
        offers = None
    today = datetime.now(UTC).date()
    billed = CostExplorer(stores.clients).billed(today) if ask_bill else None
    return Account(free_tier=offers, billed=billed)


def _tell_reference(found: Mapping[str, Footprint], *, as_json: bool) -> list[str]:
    """Print the reference month of all environments; what is wrong with it."""
    runs = {env: footprint.running for env, footprint in found.items()}
    usages, table = reference(runs), price_table()
    whole = together(usages)
    problems = [
        *(f"{env}: {text}" for env, one in found.items() for text in one.unaccounted),
        *beyond_limits(runs, table),
    ]
    report = cost_report(ALL, whole, table, None, with_all_pollers(whole, runs.values()))
    if as_json:
        workload = {
            "sweeps": REFERENCE.sweeps,
            "drinks": REFERENCE.drinks,
            "api_calls": REFERENCE.visitors.api_calls,
            "dashboard_visits": REFERENCE.visitors.dashboard_visits,
        }
        print_json(fields(report, workload, problems, environments=usages))
        return problems
    visitors = REFERENCE.visitors
    say(
        f"prod: a sweep a day, {visitors.api_calls:,.0f} API calls, "
        f"{visitors.dashboard_visits:,.0f} dashboard visits; dev and staging stand by."
    )
    print_report(report, table)
    say_problems(problems)
    return problems
