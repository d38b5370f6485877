"""The command `fetch`: collect raw records from a source."""

import math
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from typer import Argument, Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.cli.loads_command import print_loads
from mocktailverse.cli.output import print_json, say
from mocktailverse.cli.progress import progress
from mocktailverse.formatting import counted
from mocktailverse.loads.load_record import load_fields
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.sources import SOURCES, fetched_sources
from mocktailverse.sources.collection import (
    CollectionContext,
    FetchReport,
    FetchRequest,
    SourceAccess,
)
from mocktailverse.sources.fetching import fetch_all, fetched_versions
from mocktailverse.sources.web_addresses import is_web_address
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now


def fetch(
    plan: Annotated[
        list[str] | None,
        Argument(
            metavar="[SOURCE] [STRATEGY] [ARGUMENT]...",
            help=f"What to collect; by default everything of {DEFAULT_SOURCE}. "
            + "; ".join(f"{name}: {SOURCES[name].plans}" for name in fetched_sources()),
        ),
    ] = None,
    max_requests: Annotated[
        int | None, Option(help="sweep: maximum number of requests.", min=1)
    ] = None,
    archive: Annotated[
        str | None,
        Option(
            help="Address of an archive (zip, tar, tar.gz or a JSON array), or a file or folder of "
            "this machine, in place of the source's own."
        ),
    ] = None,
    full: Annotated[bool, Option("--full", help="Collect every known record again.")] = False,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Collect raw records from a source with the fetch function."""
    request = fetch_request(plan or [], archive=archive, max_requests=max_requests, full=full)
    # Wrong usage ends the command before any request.
    SOURCES[request.source].collector.check(request)
    stores = connect(env, state_dir)
    is_local = archive is not None and not is_web_address(archive)
    report = (collect_files if is_local else fetch_with_progress)(stores, request)
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
    if any_load_failed or report.failed or report.outage_suspected:
        raise Exit(1)


def fetch_request(
    words: list[str], *, archive: str | None, max_requests: int | None, full: bool
) -> FetchRequest:
    """Return what the words of the command line ask for: `[source] [strategy] [argument]...`."""
    has_source = bool(words) and words[0] in SOURCES
    source, rest = (words[0], words[1:]) if has_source else (DEFAULT_SOURCE, words)
    strategy, *arguments = rest or [""]
    if archive and "://" not in archive:
        archive = str(Path(archive).resolve())  # the state of its files is kept under this name
    return FetchRequest(source, strategy, tuple(arguments), archive, max_requests, full)


def collect_files(stores: Stores, request: FetchRequest) -> FetchReport:
    """Collect from a file or folder of this machine: here, as the function cannot read it."""
    with progress() as bar:
        bar.add_task(f"reading {request.archive}", total=None)
        context = CollectionContext(
            stores.bucket, SourceAccess(), now, lambda: math.inf, reads_files=True
        )
        return SOURCES[request.source].collector.collect(request, context)


def fetch_with_progress(stores: Stores, request: FetchRequest) -> FetchReport:
    """Invoke the fetch function until its plan is done, with a progress bar."""
    with progress() as bar:
        task = bar.add_task(f"fetching ({request.strategy or request.source})", total=None)

        def show(report: FetchReport) -> None:
            if report.pages_left:
                bar.update(task, total=report.pages + report.pages_left)
            bar.update(task, completed=report.pages)

        invoke = partial(stores.functions.invoke, stores.live_function("FetchFunction"))
        return fetch_all(invoke, request, on_report=show)


def _print_report(report: FetchReport) -> None:
    objects = counted(len(report.objects), "object")
    requests = counted(report.requests, "request")
    say(f"{counted(report.records, 'record')} in {objects}, by {requests}")
    for failure in report.failed:
        say(f"failed: {failure.request}: {failure.error}")
    for remark in report.remarks:
        say(remark)
