"""Following loads until they are done."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from mocktailverse.cli.connection import Connection
from mocktailverse.cli.output import moment, print_table, progress, say
from mocktailverse.drinks.ledger import Counts, Load, ObjectVersion
from mocktailverse.errors import TransientError

POLL_S = 0.2
POLLED_AT_ONCE = 16
PATIENCE_S = 300
"""How long nothing may finish before following gives up."""


def follow(
    connection: Connection, versions: Sequence[ObjectVersion], generations: Sequence[int] = ()
) -> list[Load]:
    """Wait until every version's load is done or failed, in the given generation or any.

    Raises:
        TransientError: nothing finished for PATIENCE_S seconds.
    """
    wanted = dict(zip(versions, generations or [1] * len(versions), strict=True))
    done: dict[ObjectVersion, Load] = {}
    last_finished = time.monotonic()
    with progress() as bar:
        task = bar.add_task("loading", total=len(wanted))
        while len(done) < len(wanted):
            before = len(done)
            pending = [version for version in wanted if version not in done]
            for version in pending[:POLLED_AT_ONCE]:
                load = connection.loads.latest(version)
                if load and load.generation >= wanted[version] and load.status != "loading":
                    done[version] = load
            bar.update(task, completed=len(done))
            if len(done) > before:
                last_finished = time.monotonic()
            elif time.monotonic() - last_finished > PATIENCE_S:
                raise TransientError(
                    f"{len(pending)} loads did not finish and none has for {PATIENCE_S} s. "
                    "See `mocktailverse loads` and `mocktailverse status`."
                )
            else:
                time.sleep(POLL_S)
    return [done[version] for version in wanted]


def load_fields(load: Load) -> dict[str, Any]:
    """A load as listings show it: flat."""
    fields = msgspec.to_builtins(load)
    return {
        "load": load.object.load_id(load.generation),
        **fields.pop("object"),
        **fields.pop("counts"),
        **fields,
        "duration_ms": load.duration_ms,
    }


def totals(loads: Sequence[Load]) -> Counts:
    """The counts of all loads together."""
    return sum((load.counts for load in loads), Counts())


def print_loads(loads: Sequence[Load]) -> None:
    """Print loads and their total for people; keys are cut to their last part."""
    if not loads:
        return
    rows: list[tuple[object, ...]] = [
        (
            moment(load.started_at),
            load.object.key.rpartition("/")[2],
            load.status,
            *msgspec.structs.astuple(load.counts),
        )
        for load in loads
    ]
    rows.append((f"{len(loads)} loads", "", "", *msgspec.structs.astuple(totals(loads))))
    columns = ("started (UTC)", "raw object", "status", *Counts.__struct_fields__)
    print_table("Loads", columns, rows)
    for load in loads:
        if load.error:
            say(f"{load.object.key}: {load.status}: {load.error}")
