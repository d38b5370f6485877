"""The command `cost`: what a month on AWS costs, and how much of the free limits it uses."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from typer import Exit, Option

from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.synced_copy import open_published
from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.cost_tables import (
    AccountFigures,
    fields,
    print_account,
    print_flood,
    print_report,
    print_verdict,
    print_write_share,
)
from mocktailverse.cli.output import print_json, say
from mocktailverse.cost.cost_report import cost_report
from mocktailverse.cost.footprint import Footprint, footprints
from mocktailverse.cost.limits import reference_month, with_all_pollers
from mocktailverse.cost.model import price_table
from mocktailverse.cost.running import Running
from mocktailverse.cost.template import Template
from mocktailverse.cost.usage import Activity
from mocktailverse.cost.workload import REFERENCE, Projection, at_measured_rate, for_records
from mocktailverse.deployment import environments
from mocktailverse.errors import PermanentError, UnreachableError, UsageError
from mocktailverse.operations.month import MonthSoFar, MonthUsage
from mocktailverse.stores.account_costs import read_bill, read_free_offers
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.times import now

_COUNTED_AS = {LOCAL: "dev"}
"""The local stack is counted as if it were deployed as dev."""


def cost(
    drinks_per_month: Annotated[
        int | None,
        Option(
            "--drinks-per-month",
            min=1,
            help="Compute a month with this many raw drinks instead of the present rate.",
        ),
    ] = None,
    reference: Annotated[
        bool,
        Option(
            "--reference",
            help="Compute the reference workload over dev, staging and prod; measures nothing.",
        ),
    ] = False,
    check: Annotated[
        bool,
        Option(
            "--check",
            help="Like --reference; exit code 1 if it exceeds the limits of the cost gate.",
        ),
    ] = False,
    cost_explorer: Annotated[
        bool,
        Option(
            "--cost-explorer",
            help="Also read the account's bill of this month. AWS charges 1 cent for each request.",
        ),
    ] = False,
    env: options.Env = LOCAL,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Compute what a month on AWS costs, and how much of the free limits it uses."""
    by_env = _footprints()
    if reference or check:
        if drinks_per_month or cost_explorer or env != LOCAL:
            raise UsageError(
                "--reference and --check cover all environments and measure nothing. Leave out"
                " --env, --drinks-per-month and --cost-explorer."
            )
        problems = _print_reference(by_env, as_json=as_json)
        if check and not as_json:
            print_verdict(problems)
        if check and problems:
            raise Exit(1)
        return
    if cost_explorer and env == LOCAL:
        raise UsageError(
            "--cost-explorer reads the bill of an AWS account, which the local stack does not have."
            " Add --env."
        )
    footprint = _footprint(by_env, env)
    running, problems = footprint.running, list(footprint.unaccounted)
    stores = _connection(env, state_dir, is_needed=drinks_per_month is None)
    measured = _measured(stores, running) if stores else None
    table = price_table()
    so_far = measured.usage if measured else None
    projection = _projection(measured, running, drinks_per_month)
    account = _account(stores, ask_bill=cost_explorer) if stores else AccountFigures()
    whole = projection.usage
    report = cost_report(env, whole, table, so_far, with_all_pollers(whole, [running]))
    if as_json:
        workload = _workload_fields(projection, measured)
        print_json(fields(report, workload, problems, account=account))
        return
    print_report(report, table, problems)
    print_write_share(projection.write_share)
    if env == LOCAL:
        say("The local stack costs nothing. This is what the same usage would cost on AWS.")
    print_account(account)


def _footprints() -> dict[str, Footprint]:
    """Return what the template runs in each environment."""
    checkout = find_checkout()
    template = Template.read(checkout.template)
    stages = environments.read(checkout.environments).stage_inputs()
    return footprints(template, stages, checkout.source / "functions")


def _footprint(by_env: Mapping[str, Footprint], env: str) -> Footprint:
    name = _COUNTED_AS.get(env, env)
    if name not in by_env:
        raise UsageError(f"There is no environment `{env}`. Choose one of {', '.join(by_env)}.")
    return by_env[name]


def _connection(env: str, state_dir: Path | None, *, is_needed: bool) -> Stores | None:
    """Return the environment; None if no local stack runs and no measurement is needed."""
    try:
        return connect(env, state_dir)
    except UnreachableError:
        if is_needed or env != LOCAL:
            raise
        say("No local stack is running. Computed in proportion to the reference sweep.")
        return None


def _measured(stores: Stores, running: Running) -> MonthSoFar:
    def read_meta() -> Meta:
        with open_published(stores.catalogue) as catalogue:
            return catalogue.meta

    return MonthUsage(stores.loads, read_meta, running, now).read()


def _projection(measured: MonthSoFar | None, running: Running, records: int | None) -> Projection:
    """Return the whole month for a number of records, or at the present rate."""
    if measured and records is None:
        return at_measured_rate(measured.activity, measured.drinks, measured.share, running)
    activity, drinks = (measured.activity, measured.drinks) if measured else (Activity(), 0)
    return for_records(records or 0, activity, drinks, running)


def _workload_fields(projection: Projection, measured: MonthSoFar | None) -> dict[str, Any]:
    visitors = projection.visitors
    return {
        "records": projection.activity.records,
        "loads": projection.activity.loads,
        "drinks": projection.drinks,
        "write_share": projection.write_share,
        "api_calls": visitors.api_calls if visitors else None,
        "dashboard_visits": visitors.dashboard_visits if visitors else None,
        "measured": measured
        and {
            "since": measured.since,
            "month_share": measured.share,
            "records": measured.activity.records,
            "loads": measured.activity.loads,
            "are_all": measured.is_whole,
        },
    }


def _account(stores: Stores, *, ask_bill: bool) -> AccountFigures:
    """Return AWS's own figures for the account; the embedded AWS has none."""
    if stores.clients.endpoint:
        if ask_bill:
            raise UsageError("--cost-explorer needs AWS: the embedded AWS has no bill.")
        return AccountFigures()
    try:
        offers = read_free_offers(stores.clients)
    except PermanentError as error:
        say(f"AWS's own usage figures are left out: {error}")
        offers = None
    today = datetime.now(UTC).date()
    billed = read_bill(stores.clients, today) if ask_bill else None
    return AccountFigures(free_tier=offers, billed=billed)


def _print_reference(by_env: Mapping[str, Footprint], *, as_json: bool) -> list[str]:
    """Print the reference month of all environments; return its problems."""
    table = price_table()
    reference = reference_month(by_env, table)
    visitors = REFERENCE.visitors
    if as_json:
        workload = {
            "sweeps": REFERENCE.sweeps,
            "drinks": REFERENCE.drinks,
            "api_calls": visitors.api_calls,
            "dashboard_visits": visitors.dashboard_visits,
        }
        print_json(
            fields(
                reference.report,
                workload,
                reference.problems,
                environments=reference.usages,
                floods=reference.floods,
            )
        )
        return reference.problems
    say(
        f"prod: a sweep a day, {visitors.api_calls:,.0f} API calls, "
        f"{visitors.dashboard_visits:,.0f} dashboard visits; dev and staging are idle."
    )
    print_report(reference.report, table, reference.problems)
    print_flood(reference.floods["all"])
    return reference.problems
