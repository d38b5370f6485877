"""The `mocktailverse` command: its sub-commands by help panel, and exit codes for errors.

0    done (records that were rejected are counted, not an error)
1    a difference, or a failed load
2    wrong usage or unreadable input
3    a service cannot be reached
130  Ctrl-C

For all commands:

--debug     anywhere in the command: print an error with its traceback
-h, --help  what the command does, and its options
--version   of `mocktailverse` alone: the installed version
stdout      the result; progress, messages and errors go to stderr
--json      JSON instead of tables; a listing is `{"items": [...], "next": null}`, and `--next`
            with a `next` that is not null continues it
"""

import contextlib
import io
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Any, NoReturn

import typer
from typer import Exit, Option
from typer.core import TyperGroup

from mocktailverse.cli.add_command import add
from mocktailverse.cli.archive_command import archive
from mocktailverse.cli.browse_command import browse
from mocktailverse.cli.cost_command import cost
from mocktailverse.cli.dashboard_command import dashboard
from mocktailverse.cli.demo_command import demo
from mocktailverse.cli.deploy_command import deploy
from mocktailverse.cli.destroy_command import destroy
from mocktailverse.cli.diff_command import diff
from mocktailverse.cli.down_command import down
from mocktailverse.cli.drill_command import drill
from mocktailverse.cli.drinks_command import drinks
from mocktailverse.cli.entry import INTERRUPTED
from mocktailverse.cli.export_command import export
from mocktailverse.cli.fetch_command import fetch
from mocktailverse.cli.ingest_command import ingest
from mocktailverse.cli.loads_command import loads
from mocktailverse.cli.logs_command import logs
from mocktailverse.cli.makeable_command import makeable
from mocktailverse.cli.measure_command import measure
from mocktailverse.cli.mocktail_command import mocktail
from mocktailverse.cli.outputs_command import outputs
from mocktailverse.cli.package_command import package
from mocktailverse.cli.plan_command import plan
from mocktailverse.cli.quality_command import quality
from mocktailverse.cli.rebuild_command import rebuild
from mocktailverse.cli.reconcile_command import reconcile
from mocktailverse.cli.redrive_command import redrive
from mocktailverse.cli.rehearse_command import rehearse
from mocktailverse.cli.rejected_command import rejected
from mocktailverse.cli.releases_command import releases
from mocktailverse.cli.remove_command import remove
from mocktailverse.cli.replay_command import replay
from mocktailverse.cli.report_command import report
from mocktailverse.cli.restore_command import restore
from mocktailverse.cli.rollback_command import rollback
from mocktailverse.cli.serve_command import serve
from mocktailverse.cli.status_command import status
from mocktailverse.cli.trace_command import trace
from mocktailverse.cli.transform_command import transform
from mocktailverse.cli.up_command import up
from mocktailverse.cli.verify_command import verify
from mocktailverse.errors import MocktailverseError, TransientError, UnreachableError, UsageError

PANELS: dict[str, tuple[Callable[..., None] | typer.Typer, ...]] = {
    "Start here": (up, demo, status, down),
    "Data in": (ingest, fetch, add, remove, loads, rejected),
    "Move": (archive, restore),
    "Drinks": (drinks, mocktail, makeable, export, quality, transform, measure),
    "Serve": (serve, dashboard, browse),
    "Repair": (verify, replay, redrive, reconcile, rebuild),
    "Operate": (report, logs, trace, cost, drill),
    "Deploy": (plan, deploy, diff, releases, rollback, outputs, package, rehearse, destroy),
}
"""The commands by panel of `mocktailverse --help`, in the order in which help lists them."""


class CommandGroup(TyperGroup):
    """The commands, without pydantic's prefix in the messages about wrong values."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  the types of Typer's base class are private
        """Run the command that the arguments name."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name="mocktailverse",
    cls=CommandGroup,
    help="Turn raw drink records into a clean, continuously updated catalogue: on a laptop, or on"
    " AWS for cents a month.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for panel, commands in PANELS.items():
    for command in commands:
        if isinstance(command, typer.Typer):
            app.add_typer(command, rich_help_panel=panel)
        else:
            app.command(rich_help_panel=panel)(command)


@app.callback()
def _mocktailverse(
    _version: Annotated[
        bool,
        Option(
            "--version",
            help="Print the installed version.",
            is_eager=True,
            callback=lambda is_set: _print_version() if is_set else None,
        ),
    ] = False,
) -> None:
    """Take the options of the program itself."""


def _print_version() -> NoReturn:
    typer.echo(f"mocktailverse {version('mocktailverse')}")
    raise Exit


def run() -> None:
    """Run the command line; an error is printed as one sentence, or raised with --debug."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # not every terminal and locale has all characters
        sys.stdout.reconfigure(errors="replace")
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _end_without_reader()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer makes exit code 1 of it
            _end_without_reader()
        raise
    except (MocktailverseError, OSError) as error:
        if debug:
            raise
        print(f"Error: {_message(error)}", file=sys.stderr)  # noqa: T201 - the message for people
        if isinstance(error, OSError):  # a file or folder that cannot be used
            with contextlib.suppress(OSError):
                _discard_stdout()
        sys.exit(exit_code(error))


def _message(error: MocktailverseError | OSError) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return (
            f"`{error.filename}` cannot be used: {error.strerror}. Check the path, or pass another."
        )
    return str(error)


def exit_code(error: MocktailverseError | OSError) -> int:
    """Return the exit code of the command for an error."""
    if isinstance(error, UsageError | OSError):
        return 2
    if isinstance(error, UnreachableError | TransientError):
        return 3
    return 1


def _end_without_reader() -> NoReturn:
    """End with success: the reader of stdout has read enough, as in `... | head`."""
    _discard_stdout()
    sys.exit(0)


def _discard_stdout() -> None:
    """Send buffered output to /dev/null, so that the interpreter's flush at exit cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
