"""The `report` command: measures a running environment, for the eye, for scripts, as pages.

Exit codes: 0 nothing needs attention, 1 something does, 2 wrong usage, 3 a service cannot be
reached.
"""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.following import load_fields
from mocktailverse.cli.ledger import Days
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.formatting import moment
from mocktailverse.operations import report_pages as pages
from mocktailverse.operations.report import Report, measure
from mocktailverse.operations.report_pages import LIVE_METRICS, OPERATIONS
from mocktailverse.stores.environment import LOCAL

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help=f"Write {LIVE_METRICS} and {OPERATIONS} to this folder; their links suit "
        "docs/operations.",
        file_okay=False,
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    output: Output = None,
    days: Days = 7,
    env: options.Env = LOCAL,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Measure an environment, and say what needs attention: exit code 1 where anything does."""
    found = measure(connect(env, state_dir), env, days)
    if output is not None:
        _write_pages(found, output)
    if as_json:
        print_json(report_fields(found))
    elif output is None:
        _print(found)
    say(pages.verdict(found))
    if not found.ok:
        raise typer.Exit(1)


def report_fields(found: Report) -> dict[str, Any]:
    """A report as JSON shows it; loads as in their listing."""
    fields: dict[str, Any] = msgspec.to_builtins(found)
    for name in ("last_loads", "failed", "stuck"):
        loads = getattr(found.operations, name)
        fields["operations"][name] = [load_fields(load) for load in loads]
    return {"ok": found.ok, **fields}


def _write_pages(found: Report, folder: Path) -> None:
    where = "DIR" if folder.is_absolute() else folder.as_posix()
    how = f"mocktailverse report --env {found.made.env} --days {found.made.days} --output {where}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.pages(found, how).items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        say(f"{path} written")


def _print(found: Report) -> None:
    """The tables that have rows."""
    say(f"{found.made.env}, {moment(found.made.at)} UTC, the last {found.made.days} days")
    for section in pages.brief(found):
        if section.rows:
            print_table(section.title, section.columns, section.rows)
