"""Commands that bring raw records in: `ingest` from files, `fetch` from the source."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import Connection, connect
from mocktailverse.cli.following import end_with_loads, follow, load_fields, print_loads
from mocktailverse.cli.output import print_json, progress, say
from mocktailverse.cli.times import milliseconds, now
from mocktailverse.drinks.ledger import ObjectVersion
from mocktailverse.errors import UsageError
from mocktailverse.pipeline.extract import ExtractReport
from mocktailverse.pipeline.ingest import InputFile, Run, parts_of, put_part
from mocktailverse.sources import require_source
from mocktailverse.sources.thecocktaildb.coverage import Coverage
from mocktailverse.sources.thecocktaildb.strategies import STRATEGIES, plan

FETCH_STEP_S = 5
"""How long the function fetches before it reports; the progress bar moves that often."""


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
    observed = None if observed_at is None else milliseconds(observed_at)
    inputs = [InputFile(path) for path in files]
    connection = connect(env, state_dir)
    versions = put_files(connection, inputs, source, observed)
    loads = follow(connection, versions) if wait else []
    told = f"{len(versions)} raw objects stored"
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
    connection = connect(env, state_dir)
    report = run_fetch(connection, strategy, arguments or [], **limits)
    versions = fetched_versions(connection, report)
    loads = follow(connection, versions) if wait else []
    failed = any(load.status == "failed" for load in loads)
    if as_json:
        print_json({**msgspec.to_builtins(report), "loads": [load_fields(load) for load in loads]})
    else:
        objects = len(report.objects)
        say(f"{report.records} records in {objects} objects, by {report.requests} requests")
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
    connection: Connection, files: list[InputFile], source: str, observed_at: int | None
) -> list[ObjectVersion]:
    """Store the files as raw objects of one run.

    Without a time given, the files were observed now, each a millisecond after the one before,
    so that of two files in one command the later one wins.
    """
    columns = require_source(source).columns
    started = now()
    versions: list[ObjectVersion] = []
    with progress() as bar:
        task = bar.add_task("storing", total=sum(file.bytes for file in files))
        for index, file in enumerate(files):
            run = Run(source, started, started + index if observed_at is None else observed_at)
            for part in parts_of(file, columns):
                versions.append(put_part(connection.bucket, run, len(versions) + 1, part))
            bar.update(task, advance=file.bytes)
    return versions


def run_fetch(
    connection: Connection, strategy: str, arguments: list[str], **limits: int
) -> ExtractReport:
    """Invoke the fetch function until its plan is done; the reports as one.

    `limits` are the event's `max_requests` and `full`, for a sweep.
    """
    event = {"strategy": strategy, "arguments": arguments, "time_limit_s": FETCH_STEP_S, **limits}
    total: ExtractReport | None = None
    with progress() as bar:
        task = bar.add_task(f"fetching ({strategy})", total=None)
        while True:
            answer = connection.functions.invoke(connection.outputs["FetchFunction"], event)
            report = msgspec.convert(answer, ExtractReport)
            total = report if total is None else _sum(total, report)
            if report.cursor and report.cursor.pending:
                bar.update(task, total=total.pages + len(report.cursor.pending))
            bar.update(task, completed=total.pages)
            if report.stopped_because != "time":
                return total
            event["cursor"] = answer["cursor"]


def _sum(first: ExtractReport, second: ExtractReport) -> ExtractReport:
    return msgspec.structs.replace(
        second,
        pages=first.pages + second.pages,
        requests=first.requests + second.requests,
        records=first.records + second.records,
        objects=first.objects + second.objects,
        failed=first.failed + second.failed,
    )


def fetched_versions(connection: Connection, report: ExtractReport) -> list[ObjectVersion]:
    """The raw object versions that a run stored."""
    keys = [key for key in report.objects if key.startswith("raw/")]
    prefixes = {key.rpartition("/")[0] + "/" for key in keys}
    return [
        stored.version
        for prefix in sorted(prefixes)
        for stored in connection.bucket.versions(prefix)
        if stored.version.key in keys
    ]
