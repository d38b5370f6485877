"""Commands that look at the books: `loads`, `rejected`, `verify`."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import Connection, connect
from mocktailverse.cli.following import load_fields, print_loads
from mocktailverse.cli.output import (
    print_json,
    print_listing,
    print_table,
    progress,
    say,
)
from mocktailverse.cli.times import now
from mocktailverse.drinks.ledger import Load, ObjectVersion, Rejected
from mocktailverse.errors import UsageError
from mocktailverse.pipeline.verify import VerifyReport
from mocktailverse.pipeline.verify import verify as verify_tables

PAGE = 100
KEEP_RAW = ("local", "prod")
"""The environments whose raw objects never expire."""

Days = Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days back.")]


class RejectedPlace(NamedTuple):
    """Where a listing of rejected lines goes on: behind so many lines of the loads until then.

    `loads_until` in ms since 1970 UTC: later loads, which come first, would move the lines.
    """

    loads_until: int
    shown: int


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
    connection = connect(env, state_dir)
    found, following = recent_loads(connection, days, status, limit, after)
    if as_json:
        print_listing([load_fields(load) for load in found], following)
    else:
        print_loads(found) if found else say("No loads yet.")


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
    place = _rejected_place(after) if after else RejectedPlace(now(), 0)
    connection = connect(env, state_dir)
    found = _rejected_lines(connection, days, place.loads_until)
    lines = [line for line in found if code in (None, line["code"])][place.shown :]
    shown = lines[:limit]
    if as_json:
        is_last = len(shown) == len(lines)
        following = RejectedPlace(place.loads_until, place.shown + len(shown))
        print_listing(shown, None if is_last else f"{following.loads_until}-{following.shown}")
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
    """Recompute the drinks table from the raw objects and say exactly what differs."""
    report = run_verify(connect(env, state_dir), raw_expires=env not in KEEP_RAW)
    if as_json:
        print_json(verify_fields(report))
    elif report.ok:
        say(f"ok: {report.drinks} drinks are what {report.objects} raw objects give")
    else:
        rows = [(d.kind, d.subject, d.problem) for d in report.differences]
        print_table("Differences", ("kind", "what", "problem"), rows)
    if not report.ok:
        raise typer.Exit(1)


def recent_loads(
    connection: Connection,
    days: int,
    status: str | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> tuple[list[Load], str | None]:
    """Loads opened in the last days (UTC), newest first, and where to go on."""
    day = datetime.now(UTC).date()
    oldest = day - timedelta(days=days - 1)
    key: dict[str, Any] | None = None
    if after:
        key = connection.loads.key_of(after)
        day = date.fromisoformat(key["day"]["S"])
    found: list[Load] = []
    while day >= oldest:
        page, key = connection.loads.page(day.isoformat(), PAGE, key)
        for number, load in enumerate(page, 1):
            if status in (None, load.status):
                found.append(load)
            if limit is not None and len(found) == limit:
                is_last = number == len(page) and key is None and day == oldest
                return found, None if is_last else connection.loads.place_of(load)
        if key is None:
            day -= timedelta(days=1)
    return found, None


def latest_generations(loads: Iterable[Load]) -> list[Load]:
    """The loads without those that a replay has superseded, in the same order."""
    latest: dict[ObjectVersion, Load] = {}
    for load in loads:
        known = latest.setdefault(load.object, load)
        if known.generation < load.generation:
            latest[load.object] = load
    return list(latest.values())


def run_verify(connection: Connection, *, raw_expires: bool = False) -> VerifyReport:
    """Verify an environment with a progress bar."""
    with progress() as bar:
        task = bar.add_task("verifying raw objects", total=None)
        return verify_tables(
            connection.bucket,
            connection.drinks,
            connection.loads,
            lambda number: bar.update(task, completed=number),
            raw_expires=raw_expires,
        )


def verify_fields(report: VerifyReport) -> dict[str, Any]:
    """A report as JSON shows it."""
    fields: dict[str, Any] = msgspec.to_builtins(report)
    return {"ok": report.ok, **fields}


def _rejected_place(text: str) -> RejectedPlace:
    place = re.fullmatch(r"(\d{1,15})-(\d{1,9})", text, re.ASCII)
    if place is None:
        raise UsageError(f"{text!r} is not the `next` of a listing of rejected records.")
    return RejectedPlace(int(place[1]), int(place[2]))


def _rejected_lines(connection: Connection, days: int, loads_until: int) -> list[dict[str, Any]]:
    found, _ = recent_loads(connection, days)
    lines = []
    for load in latest_generations(found):
        if not load.counts.rejected or load.started_at > loads_until:
            continue
        for segment in connection.loads.segments(load.object, load.generation):
            if segment.rejected_key:
                rejects = connection.bucket.rejected(segment.rejected_key)
                lines += [_rejected_fields(load, line) for line in rejects]
    return lines


def _rejected_fields(load: Load, line: Rejected) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(line)
    return {"load": load.object.load_id(load.generation), **fields}
