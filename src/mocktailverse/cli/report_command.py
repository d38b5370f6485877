"""The command `report`: measure a running environment and list what needs attention."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from typer import Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.formatting import moment
from mocktailverse.loads.load_record import load_fields
from mocktailverse.operations import report_pages
from mocktailverse.operations.report import Report, measure
from mocktailverse.operations.report_pages import LIVE_METRICS, OPERATIONS


def report(
    output: Annotated[
        Path | None,
        Option(
            "--output",
            help=f"Write the pages {LIVE_METRICS} and {OPERATIONS} to this folder; their links"
            " are for docs/operations.",
            file_okay=False,
        ),
    ] = None,
    days: options.Days = 7,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Measure an environment and list what needs attention; exit code 1 if anything does."""
    measured = measure(connect(env, state_dir), env, days)
    if output is not None:
        _write_pages(measured, output)
    if as_json:
        print_json(_fields(measured))
    elif output is None:
        _print(measured)
    say(report_pages.verdict(measured))
    if not measured.ok:
        raise Exit(1)


def _fields(measured: Report) -> dict[str, Any]:
    """Return a report as JSON shows it, with loads as in their listing."""
    fields: dict[str, Any] = msgspec.to_builtins(measured)
    for name in ("last_loads", "failed", "stuck"):
        loads = getattr(measured.operations, name)
        fields["operations"][name] = [load_fields(load) for load in loads]
    return {"ok": measured.ok, **fields}


def _write_pages(measured: Report, folder: Path) -> None:
    options_ = f"--env {measured.made.env} --days {measured.made.days}"
    target = "DIR" if folder.is_absolute() else folder.as_posix()
    command = f"mocktailverse report {options_} --output {target}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in report_pages.pages(measured, command).items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        say(f"{path} written")


def _print(measured: Report) -> None:
    run = measured.made
    say(f"{run.env}, {moment(run.at)} UTC, the last {run.days} days")
    for section in report_pages.brief(measured):
        if section.rows:
            print_table(section.title, section.columns, section.rows)
