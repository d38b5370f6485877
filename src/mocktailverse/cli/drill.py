"""The `drill` command: practise a failure, its alarm and its repair."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import local_stores
from mocktailverse.cli.output import print_json, print_listing, print_table, say, stderr
from mocktailverse.errors import UsageError
from mocktailverse.formatting import moment
from mocktailverse.local import lifecycle
from mocktailverse.operations.drills.drill import DRILLS, DrillReport, run
from mocktailverse.stores.environment import Stores


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(drill)


def drill(
    name: Annotated[
        str, typer.Argument(help=f"What to practise: {', '.join(DRILLS)}.", show_default=False)
    ] = "",
    listed: Annotated[bool, typer.Option("--list", help="Tell what can be practised.")] = False,
    as_json: options.Json = False,
) -> None:
    """Provoke a failure on a stack of its own; see its alarm ring, and its runbook repair it."""
    if listed:
        _print_drills(as_json=as_json)
        return
    if name not in DRILLS:
        raise UsageError(f"Say which of these to practise: {', '.join(DRILLS)}.")
    with stderr.status("starting") as state:
        report = run(DRILLS[name], _start_stack, state.update)
    if as_json:
        print_json({"ok": report.ok, **msgspec.to_builtins(report)})
    else:
        _print_report(report)
    if not report.ok:
        raise typer.Exit(1)


@contextmanager
def _start_stack(
    state_dir: Path, records: Path, on_progress: Callable[[str], None]
) -> Iterator[Stores]:
    options = lifecycle.Options(records=records)
    with lifecycle.running(state_dir, options, on_progress) as stack:
        yield local_stores(stack)


def _print_drills(*, as_json: bool) -> None:
    items = [
        {"name": known.name, "provokes": known.provokes, "runbook": f"docs/runbooks/{name}.md"}
        for name, known in DRILLS.items()
    ]
    if as_json:
        print_listing(items)
    else:
        rows = [(known.name, known.provokes) for known in DRILLS.values()]
        print_table("Drills, by their runbooks in docs/runbooks", ("name", "provokes"), rows)


def _observed(observed: dict[str, Any]) -> str:
    """An alarm's datapoints, or a budget's month, in words."""
    if "datapoints" not in observed:
        return f"{observed['usd_a_month']:.2f} USD a month"
    values, missing = observed["datapoints"], observed["missing"]
    told = ", ".join(f"{value:g}" for value in values) or "nothing"
    periods = len(values) + missing
    return told if not missing else f"{told} ({missing} of {periods} periods without data)"


def _print_report(report: DrillReport) -> None:
    say(report.emulated)
    rows = [
        (found.stage, "rings" if found.rings else "quiet", _observed(found.observed))
        for found in report.findings
    ]
    print_table(f"The alarm {report.definition['name']}", ("when", "alarm", "observed"), rows)
    ends = ", ".join(moment(finding.at) for finding in report.findings)
    say(f"Each row looks at one whole window that begins at that moment, to end at {ends} UTC.")
    say(f"The repair of {report.runbook}, run on the drill's own stack in place of prod:")
    for ran in report.commands:
        code = "only on AWS, left out" if ran.exit_code is None else f"exit code {ran.exit_code}"
        say(f"  {ran.command}: {code}")
        if ran.problem:
            say(f"    {ran.problem}")
    say(
        f"{'ok' if report.ok else 'NOT ok'}: the alarm {'rang' if report.fired else 'did not ring'}"
        f", and {'the repair worked' if report.repaired else 'the repair did not work'}"
        f" ({report.seconds} s)"
    )
