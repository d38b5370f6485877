"""Commands that repair: `replay`, `redrive`, `reconcile`."""

from typing import TYPE_CHECKING, Annotated

import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.following import end_with_loads, follow
from mocktailverse.cli.output import print_json, say
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import RAW_PREFIX
from mocktailverse.operations.recent_loads import unfinished
from mocktailverse.pipeline.redrive import redrive as redrive_letters
from mocktailverse.pipeline.replay import replay as replay_versions
from mocktailverse.pipeline.replay import under
from mocktailverse.times import now, parse_past_time

if TYPE_CHECKING:
    from mocktailverse.loads.load_record import Load


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
    since: Annotated[
        str | None,
        typer.Option(
            help="Those stored since then, ISO 8601 such as 2026-01-31T06:00Z.",
            show_default=False,
        ),
    ] = None,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Load stored raw objects again, through the queue, with today's code."""
    if not (keys or everything or failed or rejected or since):
        raise UsageError("Say what to replay: keys, --since, --failed, --rejected, or --all.")
    if since and (failed or rejected):
        raise UsageError("--since is about keys; --failed and --rejected look back 30 days.")
    stored_since = parse_past_time(since) if since else 0
    stores = connect(env, state_dir)
    prefixes = [RAW_PREFIX] if everything or (since and not keys) else keys or []
    versions = under(prefixes, stores.bucket, since=stored_since)
    if failed or rejected:
        versions += unfinished(stores.loads, failed=failed, rejected=rejected)
    versions = list(dict.fromkeys(versions))
    requests = replay_versions(versions, stores.loads, stores.queue, now=now())
    loads: list[Load] = []
    if wait:
        loads = follow(stores, versions, [request.generation for request in requests])
    told = f"{counted(len(requests), 'raw object')} sent again"
    end_with_loads(told, {"replayed": requests}, loads, as_json=as_json)


def redrive(
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Send the dead letters to the queue again, after their cause was repaired."""
    moved = redrive_letters(connect(env, state_dir).queue)
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
    stores = connect(env, state_dir)
    report = stores.functions.invoke(stores.outputs["ReconcileFunction"], {})
    if as_json:
        print_json(report)
    else:
        requeued, failed = len(report["requeued"]), len(report["failed"])
        say(f"{report['checked']} looked at, {requeued} re-queued, {failed} marked failed")
