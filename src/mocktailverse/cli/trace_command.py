"""The command `trace`: one record's journey from raw object to catalogue."""

from typing import Annotated, Any

from typer import Argument

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.drinks_command import full_id
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.formatting import moment
from mocktailverse.loads.object_version import DEFAULT_SOURCE, RAW_PREFIX
from mocktailverse.operations.trace import raw_object
from mocktailverse.operations.trace import trace as trace_steps


def trace(
    id_or_key: Annotated[
        str, Argument(metavar="ID_OR_KEY", help=f"{DEFAULT_SOURCE}:11007, 11007, or raw/...")
    ],
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Trace one record through the pipeline: its raw object, load and log lines."""
    stores = connect(env, state_dir)
    is_key = id_or_key.startswith(RAW_PREFIX)
    origin = raw_object(stores, id_or_key if is_key else full_id(id_or_key))
    version, steps = origin.version, trace_steps(stores, origin)
    if as_json:
        items = [step._asdict() for step in steps]
        print_json({"trace": version.trace_id, "object": version, "items": items, "next": None})
        return
    rows = [(moment(step.at), step.stage, step.what, _short(step.details)) for step in steps]
    print_table(f"Trace {version.trace_id}", ("time (UTC)", "stage", "event", "details"), rows)
    say(f"{version.key}, version {version.version_id}")


def _short(details: dict[str, Any]) -> str:
    """Return the details in one line, with the length of each list; the key is below the table."""
    return ", ".join(
        f"{name} {len(value) if isinstance(value, list) else value}"
        for name, value in details.items()
        if name != "key"
    )
