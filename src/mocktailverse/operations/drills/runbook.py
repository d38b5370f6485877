"""Runbooks: the pages that operators read, and whose commands a drill runs."""

import re
import shlex

from mocktailverse.checkout import find_checkout
from mocktailverse.errors import UsageError

FIX = re.compile(r"^## Fix\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAM = "mocktailverse"


def repair_commands(name: str) -> list[list[str]]:
    """The `mocktailverse` commands in the blocks under "Fix", without the word itself.

    Raises:
        UsageError: there is no such runbook, or it names no command.
    """
    page = find_checkout().template.parents[1] / "docs" / "runbooks" / f"{name}.md"
    section = FIX.search(page.read_text()) if page.is_file() else None
    if section is None:
        raise UsageError(f"{page} does not exist, or has no section `Fix`.")
    lines = [line for block in BLOCK.findall(section[1]) for line in block.splitlines()]
    words = [shlex.split(line, comments=True) for line in lines]
    return [rest for program, *rest in filter(None, words) if program == PROGRAM]


def on_this_machine(command: list[str], home: str) -> list[str]:
    """The command for the stack of a drill, in place of `--env prod`."""
    at = command.index("--env") if "--env" in command else len(command)
    return [*command[:at], *command[at + 2 :], "--state-dir", home]
