"""The command `logs`: print or follow a function's log."""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec
from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_listing, printable
from mocktailverse.errors import MissingError, UsageError
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.log_group import LogGroup, LogLine
from mocktailverse.times import now, parse_iso, parse_past_time, utc

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def logs(
    function: Annotated[
        str,
        Option(
            "--function",
            help="Name of the function (transform, publish, api, fetch, reconcile), or its full"
            " name. Required.",
        ),
    ] = "",
    env: options.Env = "local",
    since: Annotated[
        str, Option("--since", help="Start: 90s, 10m, 2h, 3d ago, or an ISO 8601 time.")
    ] = "1h",
    follow: Annotated[bool, Option("--follow", help="Print new lines until Ctrl-C.")] = False,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Print the log of a function."""
    start = _parse_since(since)
    stores = connect(env, state_dir)
    group = LogGroup(stores.clients, f"/aws/lambda/{_full_name(stores, function)}")
    try:
        lines = group.follow(start) if follow else group.lines(start)
        if as_json and not follow:
            print_listing(list(lines))
        else:
            _print_lines(lines, as_json=as_json)
    except MissingError as error:
        raise MissingError(f"`{group.name}` does not exist: the function never ran.") from error


def _full_name(stores: Stores, name: str) -> str:
    functions = stores.function_names
    if name in functions.values():
        return name
    if name not in functions:
        problem = f"Unknown function `{name}`" if name else "--function is missing"
        raise UsageError(f"{problem}. Choose one of {', '.join(functions)}.")
    return functions[name]


def _parse_since(since: str) -> int:
    """Return a time in ms since 1970 UTC, of an age such as `10m` or of an ISO 8601 time."""
    if age := re.fullmatch(r"(\d{1,6})([smhd])", since):
        return now() - int(age[1]) * _UNITS_MS[age[2]]
    if parse_iso(since) is None:
        raise UsageError(
            f"--since `{since}` is neither an age nor an ISO 8601 time with a time zone. Use one"
            " such as 10m or 2026-01-31T06:00Z."
        )
    return parse_past_time(since)


def _print_lines(lines: Iterable[LogLine], *, as_json: bool) -> None:
    for line in lines:
        if as_json:
            text = msgspec.json.encode(line).decode()
        else:
            message = printable(line.message, allowed="\t")  # one line each
            text = f"{utc(line.at):%Y-%m-%d %H:%M:%S} {message}"
        print(text, flush=True)  # noqa: T201 - a log is printed line by line
