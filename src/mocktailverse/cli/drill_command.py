"""The command `drill`: practise a failure, its alarm and its repair (a game day)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
from typer import Argument, Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import local_stores
from mocktailverse.cli.output import print_json, print_listing, print_table, say, stderr
from mocktailverse.errors import UsageError
from mocktailverse.formatting import moment
from mocktailverse.local import lifecycle
from mocktailverse.local.stack_start import Options
from mocktailverse.operations.drills.drill import DRILLS, DrillReport, run
from mocktailverse.stores.environment import Stores


def drill(
    name: Annotated[str, Argument(help=f"Name of the drill: {', '.join(DRILLS)}.")] = "",
    is_list: Annotated[bool, Option("--list", help="List the drills.")] = False,
    as_json: options.Json = False,
) -> None:
    """Cause a failure on a separate stack, check its alarm, and repair it by its runbook."""
    if is_list:
        _print_drills(as_json=as_json)
        return
    if name not in DRILLS:
        problem = f"Unknown drill `{name}`" if name else "The drill's name is missing"
        raise UsageError(f"{problem}. Choose one of {', '.join(DRILLS)}.")
    with stderr.status("starting") as state:
        report = run(DRILLS[name], _start_stack, state.update)
    if as_json:
        print_json({"ok": report.ok, **msgspec.to_builtins(report)})
    else:
        _print_report(report)
    if not report.ok:
        raise Exit(1)


@contextmanager
def _start_stack(
    state_dir: Path, records: Path, on_progress: Callable[[str], None]
) -> Iterator[Stores]:
    with lifecycle.running(state_dir, Options(records=records), on_progress) as stack:
        yield local_stores(stack)


def _print_drills(*, as_json: bool) -> None:
    if as_json:
        print_listing(
            [
                {"name": name, "provokes": drill.provokes, "runbook": f"docs/runbooks/{name}.md"}
                for name, drill in DRILLS.items()
            ]
        )
    else:
        rows = [(name, drill.provokes) for name, drill in DRILLS.items()]
        print_table("Drills, each with a runbook in docs/runbooks", ("name", "provokes"), rows)


def _print_report(report: DrillReport) -> None:
    say(report.emulated)
    rows = [
        (finding.stage, "fires" if finding.rings else "quiet", _observed(finding.observed))
        for finding in report.findings
    ]
    print_table(f"The alarm {report.definition['name']}", ("when", "alarm", "observed"), rows)
    ends = ", ".join(moment(finding.at) for finding in report.findings)
    say(f"Each row covers one whole alarm window. The windows end at {ends} UTC.")
    say(f"Commands of {report.runbook}, run on the drill's own stack instead of prod:")
    for command in report.commands:
        code = command.exit_code
        result = (
            "skipped: it deploys to AWS, and the end of the fault replaces it here"
            if code is None
            else f"exit code {code}"
        )
        say(f"  {command.command}: {result}")
        if command.problem:
            say(f"    {command.problem}")
    alarm = "fired" if report.fired else "did not fire"
    repair = "worked" if report.repaired else "did not work"
    say(
        f"{'ok' if report.ok else 'NOT ok'}: the alarm {alarm}, and the repair {repair}"
        f" ({report.seconds} s)"
    )


def _observed(observed: dict[str, Any]) -> str:
    """Return an alarm's datapoints, or a budget's monthly cost, as text."""
    if "datapoints" not in observed:
        return f"{observed['usd_a_month']:.2f} USD a month"
    values, missing = observed["datapoints"], observed["missing"]
    text = ", ".join(f"{value:g}" for value in values) or "nothing"
    periods = len(values) + missing
    return text if not missing else f"{text} ({missing} of {periods} periods without data)"
