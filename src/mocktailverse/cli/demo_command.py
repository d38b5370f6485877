"""The command `demo`: the whole pipeline once, from raw records to a verified catalogue."""

import signal
import sys
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
from typer import Exit, Option

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.connection import local_stores, require_local
from mocktailverse.cli.fetch_command import fetch_with_progress
from mocktailverse.cli.load_waiting import check_local_stack, wait_for_loads
from mocktailverse.cli.loads_command import print_loads, total_counts
from mocktailverse.cli.output import print_json, print_table, say, stderr
from mocktailverse.cli.status_command import print_links
from mocktailverse.cli.verify_command import print_verified, verify_fields, verify_with_progress
from mocktailverse.errors import TransientError, UsageError
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.local import health
from mocktailverse.local.full_disk import FullDiskWatch
from mocktailverse.local.lifecycle import running
from mocktailverse.local.processes import Process
from mocktailverse.local.stack_start import Options
from mocktailverse.local.state import SERVER, LocalStack
from mocktailverse.pipeline.ingest import InputFile, put_files
from mocktailverse.pipeline.verify import VerifyReport
from mocktailverse.sources import SOURCES
from mocktailverse.sources.collection import FetchRequest
from mocktailverse.sources.fetching import fetched_versions
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now
from mocktailverse.waiting import wait_until

NOT_RECORDS = ("README.md", "expected.json")
"""Files beside the sample records."""

_SHOWN_DRINKS = 8
_PAGE_SIZE = 200
_PUBLISH_TIMEOUT_S = 120.0
_POLL_S = 0.1


def demo(
    headless: Annotated[
        bool, Option(help="Do not start the dashboard, and do not wait for Ctrl-C.")
    ] = False,
    live: options.Live = False,
    records: options.Records = None,
    port: options.EmulatorPort = None,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Start a stack, fetch and ingest drinks, good and bad, verify all, stop the stack."""
    require_local(env)
    files = [InputFile(path) for path in _sample_files()]
    durations: dict[str, float] = {}
    is_quiet = headless or as_json
    source_url = SOURCES[DEFAULT_SOURCE].collector.url if live else None
    start_options = Options(
        port=port, records=records, source_url=source_url, services=not is_quiet, forgets=True
    )
    with nullcontext() if is_quiet else stderr.status("starting") as state:
        on_progress = state.update if state else lambda _text: None
        started = time.monotonic()
        with running(state_dir, start_options, on_progress, check_local_stack) as stack:
            stores = local_stores(stack)
            durations["start"] = time.monotonic() - started
            if state:
                state.stop()
            loads = _load_drinks(stores, files, durations)
            started = time.monotonic()
            report = verify_with_progress(stores)
            durations["verify"] = time.monotonic() - started
            summary = _summary(stores, loads, report, durations)
            if as_json:
                print_json(summary)
            else:
                print_loads(loads)
                _print_drinks(stores)
                say(", ".join(f"{stage} {s} s" for stage, s in summary["seconds"].items()))
                print_verified(report)
            if not is_quiet:
                _show_services(stack, report.drinks)
    if not report.ok or any(load.status == "failed" for load in loads):
        raise Exit(1)


def _sample_files() -> list[Path]:
    """Return the repository's sample records, good and bad, without empty files."""
    folder = find_checkout().samples
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [path for path in paths if path.name not in NOT_RECORDS and path.stat().st_size]
    if not files:
        raise UsageError(f"`{folder}` holds no sample records.")
    return files


def _load_drinks(stores: Stores, files: list[InputFile], durations: dict[str, float]) -> list[Load]:
    """Fetch from the source, then ingest the files; return the loads of both."""
    check_disk = FullDiskWatch(stores.process_logs).check
    started = time.monotonic()
    report = fetch_with_progress(stores, FetchRequest())
    fetched = fetched_versions(stores.bucket.versions, report)
    durations["fetch"] = time.monotonic() - started
    loads = wait_for_loads(stores, fetched, on_poll=check_disk)
    started = time.monotonic()
    versions = put_files(stores.bucket, files, DEFAULT_SOURCE, now=now())
    loads += wait_for_loads(stores, versions, on_poll=check_disk)
    durations["ingest and load"] = time.monotonic() - started
    return loads


def _summary(
    stores: Stores, loads: list[Load], report: VerifyReport, durations: dict[str, float]
) -> dict[str, Any]:
    return {
        "totals": msgspec.to_builtins(total_counts(loads)),
        "verify": verify_fields(report),
        "loads": len(loads),
        "dead_letters": stores.queue.dead(),
        "seconds": {stage: round(seconds, 2) for stage, seconds in durations.items()},
    }


def _print_drinks(stores: Stores) -> None:
    page, _ = stores.drinks.page(_PAGE_SIZE)
    rows = [
        (
            drink.name,
            drink.category,
            "; ".join(f"{line.measure_raw or ''} {line.name}" for line in drink.ingredients),
        )
        for register in page[:: max(1, len(page) // _SHOWN_DRINKS)]
        if (drink := register.drink)
    ]
    print_table("Some of the drinks", ("name", "category", "ingredients"), rows)


def _show_services(stack: LocalStack, drinks: int) -> None:
    """Wait until the API serves the drinks; on a terminal, keep the stack up until Ctrl-C.

    Raises:
        TransientError: they were not published in time.
    """
    api = stack.by_name[SERVER]
    if not wait_until(lambda: _served_drinks(api) >= drinks, _PUBLISH_TIMEOUT_S, _POLL_S):
        raise TransientError(
            f"Timed out after {_PUBLISH_TIMEOUT_S:.0f} s: the API serves {_served_drinks(api)} of"
            f" {drinks} drinks."
        )
    print_links("Links", stack)
    say(f"The API serves {drinks} drinks, and the dashboard is up.")
    if sys.stdin.isatty() and sys.stdout.isatty():
        say("Open the dashboard. Press Ctrl-C to stop everything.")
        with suppress(KeyboardInterrupt):
            signal.pause()


def _served_drinks(api: Process) -> int:
    return health.listed_drinks(api) or 0
