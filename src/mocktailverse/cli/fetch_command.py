"""The command `fetch`: collect raw records from TheCocktailDB."""

from functools import partial
from typing import Annotated

import msgspec
from typer import Argument, Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.cli.loads_command import print_loads
from mocktailverse.cli.output import print_json, progress, say
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.load_record import load_fields
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport
from mocktailverse.sources.thecocktaildb.fetching import FetchPlan, fetch_all, fetched_versions
from mocktailverse.sources.thecocktaildb.strategies import STRATEGIES, plan
from mocktailverse.stores.environment import Stores


def fetch(
    strategy: Annotated[str, Argument(help=f"What to collect: {', '.join(STRATEGIES)}.")] = "sweep",
    arguments: Annotated[
        list[str] | None, Argument(help="random: a number; search: a search term; ids: the ids.")
    ] = None,
    max_requests: Annotated[
        int | None, Option(help="sweep: maximum number of requests.", min=1)
    ] = None,
    full: Annotated[bool, Option("--full", help="sweep: collect every known drink again.")] = False,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Collect raw records from TheCocktailDB with the fetch function."""
    plan(strategy, arguments or [], premium=True)  # wrong usage ends the command before any request
    if strategy != "sweep" and (max_requests or full):
        raise UsageError("--max-requests and --full are options of the sweep.")
    limits = {"full": full} | ({"max_requests": max_requests} if max_requests else {})
    stores = connect(env, state_dir)
    report = fetch_with_progress(stores, FetchPlan(strategy, tuple(arguments or ()), limits))
    versions = fetched_versions(stores.bucket.versions, report)
    loads = wait_for_loads(stores, versions) if wait else []
    if as_json:
        print_json({**msgspec.to_builtins(report), "loads": [load_fields(load) for load in loads]})
    else:
        _print_report(report)
        print_loads(loads)
    has_source_failed = (  # every request, for a reason that may pass
        report.failed and not report.objects and all(failure.transient for failure in report.failed)
    )
    if report.stopped_because == "unreachable" or has_source_failed:
        raise Exit(3)
    any_load_failed = any(load.status == "failed" for load in loads)
    if any_load_failed or report.failed or (report.coverage and report.coverage.outage_suspected):
        raise Exit(1)


def fetch_with_progress(stores: Stores, fetch_plan: FetchPlan) -> ExtractReport:
    """Invoke the fetch function until its plan is done, with a progress bar."""
    with progress() as bar:
        task = bar.add_task(f"fetching ({fetch_plan.strategy})", total=None)

        def show(report: ExtractReport) -> None:
            pending = report.cursor.pending if report.cursor else ()
            if pending:
                bar.update(task, total=report.pages + len(pending))
            bar.update(task, completed=report.pages)

        invoke = partial(stores.functions.invoke, stores.outputs["FetchFunction"])
        return fetch_all(invoke, fetch_plan, on_report=show)


def _print_report(report: ExtractReport) -> None:
    objects = counted(len(report.objects), "object")
    requests = counted(report.requests, "request")
    say(f"{counted(report.records, 'record')} in {objects}, by {requests}")
    for failure in report.failed:
        say(f"failed: {failure.request}: {failure.error}")
    coverage = report.coverage
    if coverage is None:
        return
    say(
        f"{coverage.seen} of {coverage.known} known drinks seen, {coverage.new} of them new\n"
        f"estimated total {coverage.estimated_total}; ended: {coverage.ended} "
        f"({coverage.requests_per_drink} requests per drink)"
    )
    if coverage.outage_suspected:
        say(
            f"{coverage.absent} known drinks were absent, which is too many at once:\n"
            "an outage of the source is suspected, and none is withdrawn"
        )
    elif coverage.absent:
        say(f"{coverage.absent} known drinks were absent")
