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
from typing import Annotated, NoReturn

import typer
from typer import Exit, Option

from mocktailverse.cli.commands import PANELS, CommandGroup, UnusedCommand
from mocktailverse.cli.entry import INTERRUPTED
from mocktailverse.errors import MocktailverseError, TransientError, UnreachableError, UsageError

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
    for name, summary in commands.items():
        app.command(name, cls=UnusedCommand, help=summary, rich_help_panel=panel)(lambda: None)


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
    from importlib.metadata import version  # noqa: PLC0415 - the e-mail package comes with it

    typer.echo(f"mocktailverse {version('mocktailverse')}")
    raise Exit


def whole_command() -> CommandGroup:
    """Return the command line with all commands imported, for its documentation."""
    group = typer.main.get_command(app)
    assert isinstance(group, CommandGroup)  # noqa: S101 - the class that `app` was given
    group.load_all()
    return group


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
