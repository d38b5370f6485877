"""The `mocktailverse` command: its sub-commands, and how errors become exit codes.

0    done (records that were rejected are counted, not an error)
1    a difference, or a failed load
2    wrong usage or unreadable input
3    a service cannot be reached
130  Ctrl-C

Of all commands:

--debug     anywhere on the line: an error comes with its traceback, not in one sentence
-h, --help  what the command does, and its options
--version   of `mocktailverse` alone: the installed version
stdout      what was asked for; progress, advice and errors go to stderr
--json      JSON in place of tables; a listing is `{"items": [...], "next": null}`, where a `next`
            that is no null goes on with `--next`
"""

import contextlib
import io
import os
import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from mocktailverse.cli import (
    catalogue,
    cost_command,
    demo,
    deploy,
    destroy,
    drill,
    drinks,
    export,
    files,
    inflow,
    ledger,
    operate,
    package,
    panels,
    quality,
    recovery,
    report,
    serving,
    stack,
    trace,
)
from mocktailverse.cli.entry import INTERRUPTED
from mocktailverse.errors import (
    MocktailverseError,
    TransientError,
    UnreachableError,
    UsageError,
)

app = typer.Typer(
    name="mocktailverse",
    help="Raw drinks in, a clean drinks catalogue out: on a laptop, and on AWS for $0.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (
    *(stack, demo, serving, deploy, package, destroy, operate),
    *(inflow, ledger, drinks, quality, recovery, catalogue, export, files, cost_command),
    *(trace, drill, report),
):
    commands.register(app)
panels.arrange(app)


@app.callback()
def _mocktailverse(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the installed version.",
            is_eager=True,
            callback=lambda is_asked: _print_version() if is_asked else None,
        ),
    ] = False,
) -> None:
    """Take the options of the program itself."""


def _print_version() -> NoReturn:
    typer.echo(f"mocktailverse {version('mocktailverse')}")
    raise typer.Exit


def exit_code(error: MocktailverseError) -> int:
    """The exit code that an error ends the command with."""
    if isinstance(error, UsageError):
        return 2
    if isinstance(error, UnreachableError | TransientError):
        return 3
    return 1


def _give_up(error: OSError, *, debug: bool) -> NoReturn:
    """A file or folder that cannot be used is wrong usage."""
    if debug:
        raise error
    print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - the command line speaks
    with contextlib.suppress(OSError):  # what could not be written must not be tried at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(2)


def run() -> None:
    """Run the command line; an error is one sentence, its traceback comes with --debug."""
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
    except MocktailverseError as error:
        if debug:
            raise
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - the command line speaks
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (OSError, SystemExit) as end:
        if isinstance(end, OSError) and not isinstance(end, BrokenPipeError):
            _give_up(end, debug=debug)
        if not isinstance(end, BrokenPipeError) and not isinstance(
            end.__context__, BrokenPipeError
        ):
            raise
        # `... | head` has seen enough (Typer makes 1 of it); let the interpreter exit quietly
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
