"""Commands that repair: `replay`, `redrive`, `reconcile`."""

from typing import Annotated

import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import Connection, connect
from mocktailverse.cli.following import end_with_loads, follow
from mocktailverse.cli.ledger import latest_generations, recent_loads
from mocktailverse.cli.output import print_json, say
from mocktailverse.cli.times import now
from mocktailverse.drinks.ledger import Load, ObjectVersion
from mocktailverse.errors import UsageError
from mocktailverse.pipeline.replay import replay as replay_versions
from mocktailverse.stores.data_bucket import RAW_PREFIX

DAYS = 30
"""How far back --failed and --rejected look."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(replay)
    app.command()(redrive)
    app.command()(reconcile)


def replay(
    keys: Annotated[
        list[str] | None, typer.Argument(help="Keys, or beginnings of keys, of raw objects.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every raw object version.")] = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="Those whose load failed, in the last 30 days.")
    ] = False,
    rejected: Annotated[
        bool,
        typer.Option(
            "--rejected", help="Those of which records were rejected, in the last 30 days."
        ),
    ] = False,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Load raw objects anew, by the front door: the same objects, today's code."""
    if not (keys or everything or failed or rejected):
        raise UsageError("Say what to replay: keys, --failed, --rejected, or --all.")
    connection = connect(env, state_dir)
    versions = _chosen(connection, keys or [], everything, failed=failed, rejected=rejected)
    requests = replay_versions(versions, connection.loads, connection.queue, now=now())
    loads: list[Load] = []
    if wait:
        loads = follow(connection, versions, [request.generation for request in requests])
    told = f"{len(requests)} raw objects sent again"
    end_with_loads(told, {"replayed": requests}, loads, as_json=as_json)


def redrive(
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Send the dead letters to the queue again, after their cause was repaired."""
    queue = connect(env, state_dir).queue
    moved = 0
    for letter in queue.dead_letters():
        queue.redrive(letter)
        moved += 1
    if as_json:
        print_json({"redriven": moved})
    else:
        say(f"{moved} dead letters sent again")


def reconcile(
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Re-queue raw objects whose load never finished, as the schedule does."""
    connection = connect(env, state_dir)
    report = connection.functions.invoke(connection.outputs["ReconcileFunction"], {})
    if as_json:
        print_json(report)
    else:
        requeued, failed = len(report["requeued"]), len(report["failed"])
        say(f"{report['checked']} looked at, {requeued} re-queued, {failed} marked failed")


def _chosen(
    connection: Connection,
    keys: list[str],
    everything: bool,  # noqa: FBT001 - passed by position next to the keys it replaces
    *,
    failed: bool,
    rejected: bool,
) -> list[ObjectVersion]:
    chosen: dict[ObjectVersion, None] = {}
    for prefix in [RAW_PREFIX] if everything else keys:
        if not prefix.startswith(RAW_PREFIX):
            raise UsageError(f"{prefix!r} is no key of a raw object: those begin with raw/.")
        found = [stored.version for stored in connection.bucket.versions(prefix)]
        if not found:
            raise UsageError(f"No raw object's key begins with {prefix!r}.")
        chosen.update(dict.fromkeys(found))
    if failed or rejected:
        for load in latest_generations(recent_loads(connection, DAYS)[0]):
            if (failed and load.status == "failed") or (rejected and load.counts.rejected):
                chosen[load.object] = None
    return list(chosen)
