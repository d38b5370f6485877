"""The command line: every command, as Typer documents it."""

from collections.abc import Iterator
from typing import Any

import typer
from pages.cells import linked, table
from pages.meanings import opening
from typer.cli import get_docs_for_click

from mocktailverse.cli.main import whole_command

PROGRAM = "mocktailverse"


def overview() -> str:
    """Return the table of all commands."""
    rows = [
        (panel, linked(f"{prefix} {command.name}"), opening(command.help))
        for panel, commands in _panels().items()
        for prefix, command in commands
    ]
    return table(("for", "command", "what it does"), rows)


def sections() -> Iterator[str]:
    """Yield a section for each help panel: usage, arguments and options of its commands."""
    context = typer.Context(whole_command(), help_option_names=["-h", "--help"])
    for panel, commands in _panels().items():
        yield f"## {panel}"
        for prefix, command in commands:
            text = get_docs_for_click(obj=command, ctx=context, indent=2, call_prefix=prefix)
            # A synopsis is not a command that a reader, or a test of the pages, can run.
            yield text.strip().replace("```console", "```text")


def _panels() -> dict[str, list[tuple[str, Any]]]:
    """Return the commands by help panel, each after the words that come before its name."""
    panels: dict[str, list[tuple[str, Any]]] = {}
    for command in whole_command().commands.values():
        children = getattr(command, "commands", {}).values()
        prefix = f"{PROGRAM} {command.name}" if children else PROGRAM
        commands = [(prefix, one) for one in children or [command] if not one.hidden]
        panels.setdefault(command.rich_help_panel, []).extend(commands)
    return panels
