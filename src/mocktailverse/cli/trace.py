"""The `trace` command: one record's way, from raw object to catalogue, by one id."""

from typing import Annotated, Any

import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.drinks import full_id
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.formatting import moment
from mocktailverse.loads.object_version import RAW_PREFIX
from mocktailverse.operations.trace import raw_object
from mocktailverse.operations.trace import trace as trace_steps


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
    origin = raw_object(stores, of if of.startswith(RAW_PREFIX) else full_id(of))
    version, steps = origin.version, trace_steps(stores, origin)
    if as_json:
        items = [step._asdict() for step in steps]
        print_json({"trace": version.trace_id, "object": version, "items": items, "next": None})
        return
    rows = [(moment(step.at), step.stage, step.what, _shown(step.details)) for step in steps]
    print_table(f"Trace {version.trace_id}", ("when (UTC)", "stage", "what", "details"), rows)
    say(f"{version.key}, version {version.version_id}")


def _shown(details: dict[str, Any]) -> str:
    """On one line: of a list its length alone, which --json spells out."""
    return ", ".join(
        f"{name} {len(value) if isinstance(value, list) else value}"
        for name, value in details.items()
    )
