"""Commands that look at an environment: `outputs`, `logs`, and the status of a deployed one."""

import re
import shlex
import sqlite3
import tempfile
from collections.abc import Collection, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from mocktailverse.catalogue.meta import read_meta
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect, deployed_clients, local_stack
from mocktailverse.cli.output import print_json, print_listing, print_table
from mocktailverse.deployment import account, function_code
from mocktailverse.deployment.function_code import FunctionCode
from mocktailverse.errors import MissingError, UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.cloudformation_stack import stack_name
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.errors import translated
from mocktailverse.stores.log_group import LogGroup, LogLine
from mocktailverse.times import now, parse_past_time, utc

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

FunctionName = Annotated[
    str, typer.Option("--function", help="Whose log: transform, fetch, ..., or its full name.")
]
Since = Annotated[
    str, typer.Option("--since", help="From when on: 90s, 10m, 2h, 3d ago, or an ISO 8601 time.")
]
Follow = Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")]
Exports = Annotated[
    bool,
    typer.Option("--exports", help="As shell lines that point the AWS tools at the local stack."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(outputs)
    app.command()(logs)


def outputs(
    env: options.Env = LOCAL,
    exports: Exports = False,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Print the names and addresses of an environment's parts."""
    if exports:
        _print_exports(env, state_dir)
        return
    stores = connect(env, state_dir)
    values = dict(sorted(stores.outputs.items()))
    if as_json:
        print_json(values)
    else:
        print_table(f"Outputs of {stack_name(env)}", ("what", "where"), list(values.items()))


def logs(
    function: FunctionName,
    env: options.Env = LOCAL,
    since: Since = "1h",
    follow: Follow = False,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Print a function's log."""
    begin = _moment(since)
    stores = connect(env, state_dir)
    group = LogGroup(stores.clients, f"/aws/lambda/{_function(stores, function)}")
    try:
        if follow:
            _print_lines(group.follow(begin), as_json=as_json)
        elif as_json:
            print_listing([msgspec.to_builtins(line) for line in group.lines(begin)])
        else:
            _print_lines(group.lines(begin), as_json=False)
    except MissingError as error:
        raise MissingError(f"{group.name} does not exist: the function never ran.") from error


def deployed_status(env: str, *, as_json: bool) -> None:
    """Tell how a deployed environment is; exit code 1 where its stack is not in order.

    Raises:
        UsageError: there is none.
    """
    clients = deployed_clients()
    name = stack_name(env)
    with translated(f"Looking at {name}"):
        found = stack.describe(clients, name)
        if found is None or found["StackStatus"] in stack.NOT_THERE:
            raise UsageError(f"There is no stack {name} in {clients.region}: deploy it first.")
        works = found["StackStatus"] in stack.WORKING
        fields: dict[str, Any] = {
            "stack": name,
            "where": str(account.identify(clients)),
            "state": found["StackStatus"],
            "updated_at": f"{_updated(found):%Y-%m-%dT%H:%M:%SZ}",
            "protected": found.get("EnableTerminationProtection", False),
        }
        functions = function_code.function_codes(clients, name) if works else []
        apart = function_code.functions_with_other_code(clients, name) if works else []
        stores = Stores(clients, stack.outputs(clients, name))
        if works:
            fields |= _contents(stores)
    if as_json:
        listed = [{**msgspec.to_builtins(f), "apart": f.name in apart} for f in functions]
        print_json({**fields, "functions": listed})
    else:
        print_table(f"Environment {env}", ("what", "value"), list(fields.items()))
        rows = [
            (f.name, f.code_sha256[:12], f.modified_at[:19], _difference(f, apart))
            for f in functions
        ]
        print_table("Functions", ("function", "code", "since (UTC)", "not the stack's"), rows)
    if not works:
        raise typer.Exit(1)


def _difference(function: FunctionCode, apart: Collection[str]) -> str:
    """What is said of a function that does not run the stack's code."""
    if not function.code_sha256:
        return "deleted by hand"
    return "its own" if function.name in apart else ""


def _updated(found: "StackTypeDef") -> datetime:
    return found.get("LastUpdatedTime", found["CreationTime"]).astimezone(UTC)


def _contents(stores: Stores) -> dict[str, Any]:
    queue = stores.queue
    return {
        "waiting": queue.waiting(),
        "dead_letters": queue.dead(),
        "catalogue": _catalogue_version(stores),
    }


def _catalogue_version(stores: Stores) -> str | None:
    """What the published catalogue says of itself; None before the first publishing."""
    if "CatalogueBucket" not in stores.outputs:
        return None
    with tempfile.TemporaryDirectory(prefix="mocktailverse-status-") as folder:
        path = Path(folder, "catalogue.sqlite")
        try:
            stores.catalogue.download(path)
        except MissingError:
            return None
        with closing(sqlite3.connect(path)) as database:
            return read_meta(database).version


def _print_exports(env: str, state_dir: Path | None) -> None:
    if env != LOCAL:
        raise UsageError("--exports is about the local stack; AWS has its own ways to log in.")
    running = local_stack(state_dir)
    for name, value in {
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_DEFAULT_REGION": running.region,
        "AWS_ACCESS_KEY_ID": running.access_key_id,
        "AWS_SECRET_ACCESS_KEY": running.secret_access_key,
    }.items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201 - for `eval`


def _function(stores: Stores, name: str) -> str:
    functions = stores.function_names
    if name in functions.values():
        return name
    if name not in functions:
        raise UsageError(f"There is no function {name!r}; there are {', '.join(functions)}.")
    return functions[name]


def _moment(since: str) -> int:
    ago = re.fullmatch(r"(\d{1,6})([smhd])", since)
    return now() - int(ago[1]) * UNITS_MS[ago[2]] if ago else parse_past_time(since)


def _print_lines(lines: Iterable[LogLine], *, as_json: bool) -> None:
    for line in lines:
        if as_json:
            print(msgspec.json.encode(line).decode(), flush=True)  # noqa: T201 - one line each
        else:
            at = utc(line.at)
            print(f"{at:%Y-%m-%d %H:%M:%S} {_visible(line.message)}", flush=True)  # noqa: T201 - as above


def _visible(text: str) -> str:
    """A log may hold hostile data: no control sequence of it reaches the terminal."""
    return "".join(c if c == "\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
