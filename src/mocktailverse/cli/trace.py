"""The `trace` command: one record's way, from raw object to catalogue, by one id."""

from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.drinks import full_id
from mocktailverse.cli.output import moment, print_json, print_table, say
from mocktailverse.errors import MissingError
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.log_group import LogGroup, LogLine

STAGES = {"fetch": "FetchFunction", "load": "TransformFunction", "publish": "PublishFunction"}
UNTOLD = frozenset({"level", "location", "timestamp", "service", "trace", "traces", "exception"})
"""Fields of a log line that are no news in a trace."""

CLOCK_MS = 60_000
"""Lines may carry an earlier time than the object: another machine's clock wrote them."""


class Step(NamedTuple):
    """Something that happened to a raw object; `at` in ms since 1970 UTC."""

    at: int
    stage: str
    what: str
    details: dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(trace)


def trace(
    of: Annotated[
        str, typer.Argument(metavar="ID_OR_KEY", help="thecocktaildb:11007, 11007, or raw/...")
    ],
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Tell the way of one record by its trace id: the raw object, its loads, the log lines."""
    stores = connect(env, state_dir)
    version, stored_at = _origin(stores, of)
    steps = sorted(_steps(stores, version, stored_at), key=lambda step: step.at)
    if as_json:
        items = [step._asdict() for step in steps]
        print_json({"trace": version.trace_id, "object": version, "items": items, "next": None})
        return
    rows = [(moment(step.at), step.stage, step.what, _shown(step.details)) for step in steps]
    print_table(f"Trace {version.trace_id}", ("when (UTC)", "stage", "what", "details"), rows)
    say(f"{version.key}, version {version.version_id}")


def _origin(stores: Stores, of: str) -> tuple[ObjectVersion, int]:
    """The raw object that a drink stands from, or the latest version of a key, and its time."""
    if of.startswith(RAW_PREFIX):
        found = [s for s in stores.bucket.versions(of) if s.version.key == of]
    else:
        drink_id = full_id(of)
        register_ = stores.drinks.get(drink_id)
        if register_ is None or register_.drink is None:
            raise MissingError(f"No drink {drink_id} is in the table.")
        lineage = register_.drink.lineage
        version = ObjectVersion(lineage.bucket, lineage.key, lineage.version_id)
        found = [s for s in stores.bucket.versions(lineage.key) if s.version == version]
    if not found:
        raise MissingError(f"The raw object of {of} is not there (any more).")
    latest = max(found, key=lambda stored: stored.stored_at)
    return latest.version, latest.stored_at


def _steps(stores: Stores, version: ObjectVersion, stored_at: int) -> list[Step]:
    steps = [Step(stored_at, "raw", "stored", {"key": version.key})]
    load = stores.loads.latest(version)
    if load:
        load_id = version.load_id(load.generation)
        counts = msgspec.to_builtins(load.counts)
        at = load.finished_at or load.active_at
        steps.append(Step(at, "load", f"is {load.status}", {"load": load_id, **counts}))
    for stage, output in STAGES.items():
        group = LogGroup(stores.clients, f"/aws/lambda/{stores.outputs[output]}")
        try:
            lines = list(group.lines(stored_at - CLOCK_MS, version.trace_id))
        except MissingError:  # the function never ran
            continue
        steps += [_step(stage, line) for line in lines]
    return steps


def _step(stage: str, line: LogLine) -> Step:
    try:
        fields = msgspec.json.decode(line.message, type=dict[str, Any])
    except msgspec.MsgspecError:  # a line that Lambda wrote
        return Step(line.at, stage, line.message, {})
    told = {name: value for name, value in fields.items() if name not in UNTOLD}
    return Step(line.at, stage, str(told.pop("message", "")), told)


def _shown(details: dict[str, Any]) -> str:
    """On one line: of a list its length alone, which --json spells out."""
    return ", ".join(
        f"{name} {len(value) if isinstance(value, list) else value}"
        for name, value in details.items()
    )
