"""Following loads until they are done."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import typer

from mocktailverse.cli.output import print_json, print_table, progress, say
from mocktailverse.errors import TransientError
from mocktailverse.formatting import moment
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.environment import Stores

POLL_S = 0.2
POLLED_AT_ONCE = 16

POLL_AWS_S = 2.0
POLLED_AT_ONCE_AWS = 2
"""Each question costs a read unit, and the loads table has few that are free."""

PATIENCE_S = 300
"""How long nothing may move before following gives up."""


def follow(
    stores: Stores,
    versions: Sequence[ObjectVersion],
    generations: Sequence[int] = (),
    patience_s: float = PATIENCE_S,
    on_poll: Callable[[], None] = lambda: None,
) -> list[Load]:
    """Wait until every version's load is done or failed, in the given generation or any.

    `on_poll` is called between polls; it may raise where waiting is pointless.

    Raises:
        TransientError: nothing moved for `patience_s` seconds.
    """
    wanted = dict(zip(versions, generations or [1] * len(versions), strict=True))
    pending = deque(wanted)
    seen: dict[ObjectVersion, Load] = {}
    last_sign_of_life, quiet = time.monotonic(), 0
    is_local = stores.clients.endpoint is not None
    at_once, pause_s = (POLLED_AT_ONCE, POLL_S) if is_local else (POLLED_AT_ONCE_AWS, POLL_AWS_S)
    with progress() as bar:
        task = bar.add_task("loading", total=len(wanted))
        while pending:
            moved = False
            for _ in range(min(at_once, len(pending))):
                version = pending.popleft()
                load = stores.loads.latest(version)
                moved |= load != seen.get(version)
                if load:
                    seen[version] = load
                if not load or load.generation < wanted[version] or load.status == "loading":
                    pending.append(version)
            bar.update(task, completed=len(wanted) - len(pending))
            quiet += at_once
            on_poll()
            if moved:
                last_sign_of_life, quiet = time.monotonic(), 0
            elif quiet >= len(pending) and time.monotonic() - last_sign_of_life > patience_s:
                raise TransientError(
                    f"{len(pending)} loads are not finished, and nothing has moved for "
                    f"{patience_s:.0f} s. See `mocktailverse loads` and `mocktailverse status`."
                )
            if pending and not (moved and is_local):
                time.sleep(pause_s)
    return [seen[version] for version in wanted]


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
            moment(load.started_at).partition("-")[2],
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


def end_with_loads(
    told: str, fields: dict[str, Any], loads: Sequence[Load], *, as_json: bool
) -> None:
    """Print what a command did and the loads that it followed; exit with 1 where one failed."""
    if as_json:
        print_json({**fields, "loads": [load_fields(load) for load in loads]})
    else:
        say(told)
        print_loads(loads)
    if any(load.status == "failed" for load in loads):
        raise typer.Exit(1)
