"""Commands that look at the books: `loads`, `rejected`, `verify`."""

from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.following import load_fields, print_loads
from mocktailverse.cli.output import print_json, print_listing, print_table, progress, say
from mocktailverse.cursors import CursorCodec
from mocktailverse.loads.load_record import Load, latest_generations
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.recent_loads import recent_loads, rejected_lines
from mocktailverse.pipeline.verify import VerifyReport
from mocktailverse.pipeline.verify_catalogue import verify_all
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

KEEP_RAW = ("local", "prod")
"""The environments whose raw objects never expire."""

Days = Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days back.")]


class RejectedPlace(NamedTuple):
    """Where a page of rejected lines ended: after the first `shown` lines of the loads until then.

    `loads_until` in ms since 1970 UTC: later loads, which come first, would shift the lines.
    """

    loads_until: Annotated[int, msgspec.Meta(ge=0, lt=10**15)]
    shown: Annotated[int, msgspec.Meta(ge=0, lt=10**9)]


rejected_cursors = CursorCodec(RejectedPlace)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(loads)
    app.command()(rejected)
    app.command()(verify)


def loads(
    status: Annotated[
        Literal["loading", "done", "failed"] | None, typer.Option(help="Only these.")
    ] = None,
    days: Days = 7,
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """List the loads, newest first: what happened to every raw object."""
    stores = connect(env, state_dir)
    found, following = recent_loads(stores.loads, days, status, limit, after)
    if as_json:
        print_listing([load_fields(load) for load in found], following)
    else:
        print_loads(found) if found else say("There are no such loads.")


def rejected(
    code: Annotated[str | None, typer.Option(help="Only lines with this reason code.")] = None,
    days: Days = 7,
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """List the rejected records of recent loads, with the reason of each."""
    place = rejected_cursors.decode(after) if after else RejectedPlace(now(), 0)
    stores = connect(env, state_dir)
    found = _rejected_lines(stores, days, place.loads_until)
    lines = [line for line in found if code in (None, line["code"])][place.shown :]
    shown = lines[:limit]
    if as_json:
        is_last = len(shown) == len(lines)
        following = RejectedPlace(place.loads_until, place.shown + len(shown))
        print_listing(shown, None if is_last else rejected_cursors.encode(following))
        return
    columns = ("code", "path", "position", "object", "message")
    rows = [
        (line["code"], line["path"], line["position"], line["object"]["key"], line["message"])
        for line in shown
    ]
    print_table(f"Rejected: {len(lines)}", columns, rows)


def verify(
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Recompute the drinks from the raw objects; say what differs in table and catalogue."""
    report = run_verify(connect(env, state_dir), raw_expires=env not in KEEP_RAW)
    if as_json:
        print_json(verify_fields(report))
    elif report.ok:
        told = f"{report.drinks} drinks are what {report.objects} raw objects give"
        say(f"ok: {told}, and the catalogue shows them")
    else:
        rows = [(d.kind, d.subject, d.problem) for d in report.differences]
        print_table("Differences", ("kind", "what", "problem"), rows)
    if not report.ok:
        raise typer.Exit(1)


def run_verify(stores: Stores, *, raw_expires: bool = False) -> VerifyReport:
    """Verify an environment with a progress bar."""
    with progress() as bar:
        task = bar.add_task("verifying raw objects", total=None)
        return verify_all(
            stores.bucket,
            stores.drinks,
            stores.loads,
            stores.catalogue,
            lambda number: bar.update(task, completed=number),
            raw_expires=raw_expires,
        )


def verify_fields(report: VerifyReport) -> dict[str, Any]:
    """A report as JSON shows it."""
    fields: dict[str, Any] = msgspec.to_builtins(report)
    return {"ok": report.ok, **fields}


def _rejected_lines(stores: Stores, days: int, loads_until: int) -> list[dict[str, Any]]:
    found, _ = recent_loads(stores.loads, days)
    return [
        _rejected_fields(load, line)
        for load in latest_generations(found)
        if load.started_at <= loads_until
        for line in rejected_lines(load, stores.loads, stores.bucket)
    ]


def _rejected_fields(load: Load, line: Rejected) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(line)
    return {"load": load.object.load_id(load.generation), **fields}
