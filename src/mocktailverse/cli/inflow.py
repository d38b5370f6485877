"""Commands that bring raw records in: `ingest` from files, `fetch` from the source."""

from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect, disk_watch
from mocktailverse.cli.following import end_with_loads, follow, load_fields, print_loads
from mocktailverse.cli.output import print_json, progress, say
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.pipeline.ingest import put_files as put_in_one_run
from mocktailverse.sources import require_source
from mocktailverse.sources.thecocktaildb.coverage import Coverage
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport
from mocktailverse.sources.thecocktaildb.fetching import FetchPlan, fetch_all, fetched_versions
from mocktailverse.sources.thecocktaildb.strategies import STRATEGIES, plan
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now, parse_past_time


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(ingest)
    app.command()(fetch)


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Raw files in any accepted form.")],
    source: options.Source = "thecocktaildb",
    observed_at: options.ObservedAt = None,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Put files into the raw bucket; the pipeline does the rest."""
    require_source(source)
    observed = None if observed_at is None else parse_past_time(observed_at)
    inputs = [InputFile(path) for path in files]
    stores = connect(env, state_dir)
    versions = put_files(stores, inputs, source, observed)
    loads = follow(stores, versions, on_poll=disk_watch(stores)) if wait else []
    told = f"{counted(len(versions), 'raw object')} stored"
    end_with_loads(told, {"objects": versions}, loads, as_json=as_json)


def fetch(
    strategy: Annotated[
        str, typer.Argument(help=f"What to collect: {', '.join(STRATEGIES)}.")
    ] = "sweep",
    arguments: Annotated[
        list[str] | None, typer.Argument(help="random: a number; search: a term; ids: the ids.")
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(help="sweep: send at most so many requests.", min=1, show_default=False),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="sweep: collect every known drink again.")
    ] = False,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Collect raw records from TheCocktailDB with the fetch function."""
    plan(strategy, arguments or [], premium=True)  # wrong usage is told before anything is asked
    if strategy != "sweep" and (max_requests or full):
        raise UsageError("--max-requests and --full are options of the sweep.")
    limits = {"full": full} | ({"max_requests": max_requests} if max_requests else {})
    stores = connect(env, state_dir)
    report = run_fetch(stores, strategy, arguments or [], **limits)
    versions = fetched_versions(stores.bucket.versions, report)
    loads = follow(stores, versions, on_poll=disk_watch(stores)) if wait else []
    failed = any(load.status == "failed" for load in loads)
    if as_json:
        print_json({**msgspec.to_builtins(report), "loads": [load_fields(load) for load in loads]})
    else:
        objects = counted(len(report.objects), "object")
        requests = counted(report.requests, "request")
        say(f"{counted(report.records, 'record')} in {objects}, by {requests}")
        for failure in report.failed:
            say(f"failed: {failure.request}: {failure.error}")
        if report.coverage:
            _say_coverage(report.coverage)
        print_loads(loads)
    if report.stopped_because == "unreachable" or _nothing_came(report):
        raise typer.Exit(3)
    if failed or report.failed or (report.coverage and report.coverage.outage_suspected):
        raise typer.Exit(1)


def _say_coverage(coverage: Coverage) -> None:
    say(
        f"{coverage.seen} of {coverage.known} known drinks seen, {coverage.new} of them new; "
        f"about {coverage.estimated_total} exist; ended: {coverage.ended} "
        f"({coverage.requests_per_drink} requests a drink)"
    )
    if coverage.outage_suspected:
        say(f"{coverage.absent} known drinks were absent: too many at once to be believed")
    elif coverage.absent:
        say(f"{coverage.absent} known drinks were absent")


def _nothing_came(report: ExtractReport) -> bool:
    """Whether the source was as good as down: every request failed, and might not later."""
    failed = report.failed
    return bool(failed) and not report.objects and all(failure.transient for failure in failed)


def put_files(
    stores: Stores, files: list[InputFile], source: str, observed_at: int | None
) -> list[ObjectVersion]:
    """Store the files as raw objects of one run, with a progress bar."""
    with progress() as bar:
        task = bar.add_task("storing", total=sum(file.bytes for file in files))
        return put_in_one_run(
            stores.bucket,
            files,
            source,
            now=now(),
            observed_at=observed_at,
            on_file=lambda file: bar.update(task, advance=file.bytes),
        )


def run_fetch(stores: Stores, strategy: str, arguments: list[str], **limits: int) -> ExtractReport:
    """Invoke the fetch function until its plan is done, with a progress bar.

    `limits` are the event's `max_requests` and `full`, for a sweep.
    """
    with progress() as bar:
        task = bar.add_task(f"fetching ({strategy})", total=None)

        def show(so_far: ExtractReport) -> None:
            pending = so_far.cursor.pending if so_far.cursor else ()
            if pending:
                bar.update(task, total=so_far.pages + len(pending))
            bar.update(task, completed=so_far.pages)

        invoke = partial(stores.functions.invoke, stores.outputs["FetchFunction"])
        plan_ = FetchPlan(strategy, tuple(arguments), limits)
        return fetch_all(invoke, plan_, on_report=show)
