"""The command `replay`: load stored raw objects again (reprocess, backfill)."""

from typing import Annotated

from typer import Argument, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.cli.loads_command import finish_with_loads, total_changes
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import RAW_PREFIX
from mocktailverse.operations.recent_loads import objects_to_replay
from mocktailverse.pipeline.replay import replay as replay_versions
from mocktailverse.pipeline.replay import under
from mocktailverse.times import now, parse_past_time


def replay(
    keys: Annotated[
        list[str] | None, Argument(help="Keys, or prefixes of keys, of raw objects.")
    ] = None,
    everything: Annotated[bool, Option("--all", help="Every raw object version.")] = False,
    failed: Annotated[
        bool, Option("--failed", help="Versions whose load failed in the last 30 days.")
    ] = False,
    rejected: Annotated[
        bool, Option("--rejected", help="Versions with rejected records in the last 30 days.")
    ] = False,
    since: Annotated[
        str | None,
        Option(help="Versions stored since this time, ISO 8601 such as 2026-01-31T06:00Z."),
    ] = None,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Load stored raw objects again, through the queue, with the deployed code.

    With --wait, print how many drinks changed, and in which fields.
    """
    if not (keys or everything or failed or rejected or since):
        raise UsageError("Choose what to replay: keys, --since, --failed, --rejected or --all.")
    if since and (failed or rejected):
        raise UsageError("--since cannot be combined with --failed or --rejected.")
    stored_since = parse_past_time(since) if since else 0
    stores = connect(env, state_dir)
    prefixes = [RAW_PREFIX] if everything or (since and not keys) else keys or []
    versions = under(prefixes, stores.bucket, since=stored_since)
    if failed or rejected:
        versions += objects_to_replay(stores.loads, failed=failed, rejected=rejected)
    versions = list(dict.fromkeys(versions))
    requests = replay_versions(versions, stores.loads, stores.queue, now=now())
    generations = [request.generation for request in requests]
    loads = wait_for_loads(stores, versions, generations) if wait else []
    summary = f"{counted(len(requests), 'raw object')} sent again"
    changes = total_changes(loads) if wait else None
    fields = {"replayed": requests, "changes": changes}
    finish_with_loads(summary, fields, loads, changes, as_json=as_json)
