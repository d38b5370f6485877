"""The command `loads`: list recent loads; and how all commands print loads."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from typer import Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import last_part, print_json, print_listing, print_table, say
from mocktailverse.drinks.content_changes import Changes
from mocktailverse.formatting import counted
from mocktailverse.loads.load_record import Counts, Load, load_fields
from mocktailverse.operations.recent_loads import recent_loads
from mocktailverse.times import utc


def loads(
    status: Annotated[
        Literal["loading", "done", "failed"] | None, Option(help="Only this status.")
    ] = None,
    days: options.Days = 7,
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """List the loads of raw objects with their status and counts, newest first."""
    page, next_page = recent_loads(connect(env, state_dir).loads, days, status, limit, after)
    if as_json:
        print_listing([load_fields(load) for load in page], next_page)
    else:
        print_loads(page) if page else say("No loads match.")


def total_counts(loads: Sequence[Load]) -> Counts:
    """Return the sum of the loads' counts."""
    return sum((load.counts for load in loads), Counts())


def total_changes(loads: Sequence[Load]) -> Changes:
    """Return the sum of what the loads changed."""
    return sum((load.changes for load in loads), Changes())


def print_loads(loads: Sequence[Load]) -> None:
    """Print loads and their total as a table, with the last part of each key; then their errors."""
    if not loads:
        return
    rows: list[tuple[object, ...]] = [
        (
            f"{utc(load.started_at):%m-%d %H:%M}",
            last_part(load.object.key),
            load.status,
            *msgspec.structs.astuple(load.counts),
        )
        for load in loads
    ]
    rows.append(
        (counted(len(loads), "load"), "", "", *msgspec.structs.astuple(total_counts(loads)))
    )
    columns = ("start (UTC)", "raw object", "status", *Counts.__struct_fields__)
    print_table("Loads", columns, rows, cut="raw object")
    for load in loads:
        if load.error:
            say(f"{load.object.key}: {load.status}: {load.error}")


def finish_with_loads(
    summary: str,
    fields: dict[str, Any],
    loads: Sequence[Load],
    changes: Changes | None = None,
    *,
    as_json: bool,
) -> None:
    """Print a command's result with the loads that it waited for; exit with 1 if one failed.

    `changes` are printed as a table; for JSON they belong to `fields`.
    """
    if as_json:
        print_json({**fields, "loads": [load_fields(load) for load in loads]})
    else:
        say(summary)
        print_loads(loads)
        if changes is not None:
            _print_changes(changes, total_counts(loads).loaded)
    if any(load.status == "failed" for load in loads):
        raise Exit(1)


def _print_changes(changes: Changes, loaded: int) -> None:
    """Print what changed in drinks that were in the table before: new ones count as loaded only."""
    if not changes.drinks:
        say(f"{counted(loaded, 'record')} loaded; no drink that was in the table before changed.")
        return
    title = f"{counted(changes.drinks, 'drink')} changed, in these fields"
    print_table(title, ("field", "drinks"), [*changes.fields.items()])
