"""The `demo` command: the main job, from raw records to clean drinks, before your eyes."""

import signal
import sys
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.canary import prove_chain
from mocktailverse.cli.connection import disk_watch, local_stores
from mocktailverse.cli.following import follow, print_loads, totals
from mocktailverse.cli.inflow import put_files, run_fetch
from mocktailverse.cli.ledger import run_verify, verify_fields
from mocktailverse.cli.output import print_json, print_table, say, stderr
from mocktailverse.cli.stack import LIVE_URL, Live, Port, Records, links, require_local
from mocktailverse.errors import TransientError, UsageError
from mocktailverse.loads.load_record import Load
from mocktailverse.local import health
from mocktailverse.local.lifecycle import Options, running
from mocktailverse.local.processes import Process
from mocktailverse.local.state import SERVER, LocalStack
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.sources.thecocktaildb.fetching import fetched_versions
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

SHOWN_DRINKS = 8
DRINKS_LOOKED_AT = 200
PUBLISH_TIMEOUT_S = 120.0
POLL_S = 0.1
NOT_RECORDS = ("README.md", "expected.json")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    headless: Annotated[bool, typer.Option(help="Only work; show nothing on the way.")] = False,
    live: Live = False,
    records: Records = None,
    port: Port = None,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Start a stack, fetch and ingest drinks, good and bad, verify all, stop the stack."""
    require_local(env)
    files = [InputFile(path) for path in _sample_files()]
    stages: dict[str, float] = {}
    quiet = headless or as_json
    source_url = LIVE_URL if live else None
    chosen = Options(port=port, records=records, source_url=source_url, services=not quiet)
    with nullcontext() if quiet else stderr.status("starting") as state:
        tell = state.update if state else lambda _text: None
        began = time.monotonic()
        with running(state_dir, chosen, tell, _prove_chain) as stack:
            stores = local_stores(stack)
            stages["start"] = time.monotonic() - began
            if state:
                state.stop()
            loads = _flow(stores, files, stages)
            summary = _summary(stores, loads, stages)
            if as_json:
                print_json(summary)
            else:
                _show(stores, loads, summary)
            if not quiet:
                _show_services(stack, summary["verify"]["drinks"])
    if not summary["verify"]["ok"] or any(load.status == "failed" for load in loads):
        raise typer.Exit(1)


def _prove_chain(stack: LocalStack) -> None:
    prove_chain(local_stores(stack))


def _sample_files() -> list[Path]:
    """The repository's sample records, good and bad; an empty file has nothing to ingest."""
    folder = find_checkout().samples
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [path for path in found if path.name not in NOT_RECORDS and path.stat().st_size]
    if not files:
        raise UsageError(f"{folder} holds no sample records.")
    return files


def _flow(stores: Stores, files: list[InputFile], stages: dict[str, float]) -> list[Load]:
    """Fetch from the source, then ingest the files; the loads of both."""
    loads: list[Load] = []
    began = time.monotonic()
    fetched = fetched_versions(stores.bucket.versions, run_fetch(stores, "sweep", []))
    stages["fetch"] = time.monotonic() - began
    loads += follow(stores, fetched, on_poll=disk_watch(stores))
    began = time.monotonic()
    check_disk = disk_watch(stores)
    versions = put_files(stores, files, "thecocktaildb", None)
    loads += follow(stores, versions, on_poll=check_disk)
    stages["ingest and load"] = time.monotonic() - began
    return loads


def _summary(stores: Stores, loads: list[Load], stages: dict[str, float]) -> dict[str, Any]:
    began = time.monotonic()
    report = verify_fields(run_verify(stores))
    stages["verify"] = time.monotonic() - began
    return {
        "totals": msgspec.to_builtins(totals(loads)),
        "verify": report,
        "loads": len(loads),
        "dead_letters": stores.queue.dead(),
        "seconds": {stage: round(seconds, 2) for stage, seconds in stages.items()},
    }


def _show(stores: Stores, loads: list[Load], summary: dict[str, Any]) -> None:
    print_loads(loads)
    page, _ = stores.drinks.page(DRINKS_LOOKED_AT)
    rows = [
        (
            drink.name,
            drink.category,
            "; ".join(f"{line.measure_raw or ''} {line.name}" for line in drink.ingredients),
        )
        for register_ in page[:: max(1, len(page) // SHOWN_DRINKS)]
        if (drink := register_.drink)
    ]
    print_table("Some of the drinks", ("name", "category", "ingredients"), rows)
    verified = summary["verify"]
    say(f"seconds: {summary['seconds']}")
    if verified["ok"]:
        say(
            f"verified: {verified['drinks']} drinks are what {verified['objects']} raw objects give"
        )
    else:
        say(f"differences: {verified['differences']}")


def _show_services(stack: LocalStack, drinks: int) -> None:
    """Look whether the API and the dashboard serve the drinks; for a person, stay."""
    served = _served_drinks(stack.by_name[SERVER], drinks)
    print_table("Look at it", ("what", "where"), links(stack))
    say(f"The API serves {served} drinks, and the dashboard is up.")
    if sys.stdin.isatty() and sys.stdout.isatty():
        say("Look at the dashboard. Ctrl-C stops everything.")
        with suppress(KeyboardInterrupt):
            signal.pause()


def _served_drinks(api: Process, drinks: int) -> int:
    """Wait until the API serves this many drinks; return how many it serves.

    Raises:
        TransientError: they were not published in time.
    """
    served = 0

    def serves_all() -> bool:
        nonlocal served
        body = health.get(api.port, "/health")
        served = msgspec.json.decode(body)["drinks"] if body else 0
        return served >= drinks

    if not wait_until(serves_all, PUBLISH_TIMEOUT_S, POLL_S):
        raise TransientError(f"The API serves {served} of {drinks} drinks.")
    return served
