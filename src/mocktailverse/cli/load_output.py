"""How commands print loads."""

from collections.abc import Sequence
from typing import Any

import msgspec
import typer

from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.formatting import moment
from mocktailverse.loads.load_record import Counts, Load


def load_fields(load: Load) -> dict[str, Any]:
    """Return a load as one flat JSON object, as all listings show it."""
    fields = msgspec.to_builtins(load)
    return {
        "load": load.object.load_id(load.generation),
        **fields.pop("object"),
        **fields.pop("counts"),
        **fields,
        "duration_ms": load.duration_ms,
    }


def total_counts(loads: Sequence[Load]) -> Counts:
    """Return the sum of the loads' counts."""
    return sum((load.counts for load in loads), Counts())


def print_loads(loads: Sequence[Load]) -> None:
    """Print loads and their total as a table, with the last part of each key; then their errors."""
    if not loads:
        return
    rows: list[tuple[object, ...]] = [
        (
            moment(load.started_at).partition("-")[2],
            load.object.key.rpartition("/")[2],
            load.status,
            *msgspec.structs.astuple(load.counts),
        )
        for load in loads
    ]
    rows.append((f"{len(loads)} loads", "", "", *msgspec.structs.astuple(total_counts(loads))))
    columns = ("started (UTC)", "raw object", "status", *Counts.__struct_fields__)
    print_table("Loads", columns, rows)
    for load in loads:
        if load.error:
            say(f"{load.object.key}: {load.status}: {load.error}")


def finish_with_loads(
    summary: str, fields: dict[str, Any], loads: Sequence[Load], *, as_json: bool
) -> None:
    """Print a command's result with the loads that it waited for; exit with 1 if one failed."""
    if as_json:
        print_json({**fields, "loads": [load_fields(load) for load in loads]})
    else:
        say(summary)
        print_loads(loads)
    if any(load.status == "failed" for load in loads):
        raise typer.Exit(1)
