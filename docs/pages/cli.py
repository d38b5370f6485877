"""The page of the command line: every command as Typer knows it."""

import re
import types
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import typer
from pages.markdown import code, linked, page, table
from pages.meanings import MissingMeaningError, sentence, words

from mocktailverse.cli.main import app

PROGRAM = "mocktailverse"
MAIN = "mocktailverse.cli.main"
NAMES = {str: "text", int: "integer", float: "number", Path: "path", bool: "flag"}
TOLD = re.compile(r"(.*?)\s*\[([^\]]+)\]\.?")
"""A default that is no plain value stands in the help text: `Where the drinks go [stdout].`"""

HEADS = ("option", "takes", "default", "meaning")

Command = tuple[str, Any]
"""A command's full name and Typer's object of it."""


def cli() -> str:
    """The page.

    Raises:
        MissingMeaningError: a command, an argument or an option has no help text.
    """
    commands = list(_commands("", typer.main.get_command(app)))
    shared = _shared(commands)
    exit_codes, rules = words(MAIN)
    return page(
        "Command line",
        f"Every command of `{PROGRAM}`, with its arguments, options and exit codes.",
        "`src/mocktailverse/cli/`",
        table(("command", "what it does"), [_overview(*command) for command in commands]),
        "## Of all commands",
        table(("", "what it is"), [(code(name), sentence(text)) for name, text in rules.items()]),
        "## Exit codes",
        table(("code", "when"), [(number, sentence(text)) for number, text in exit_codes.items()]),
        "## Shared options",
        "Most commands have these, with one meaning; each command names its own below.",
        table(HEADS, [_option(name, option) for name, option in _one_each(commands, shared)]),
        *(_section(name, command, shared) for name, command in commands),
    )


def _commands(prefix: str, group: Any) -> Iterator[Command]:  # noqa: ANN401  Typer's own Click
    for name, command in group.commands.items():
        full = f"{prefix} {name}".strip()
        if hasattr(command, "commands"):
            yield from _commands(full, command)
        elif not command.hidden:
            yield full, command


def _overview(name: str, command: Any) -> tuple[str, str]:  # noqa: ANN401  as above
    return linked(f"{PROGRAM} {name}"), _help(name, command).partition("\n\n")[0]


def _section(name: str, command: Any, shared: frozenset[str]) -> str:  # noqa: ANN401  as above
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    own = [option for option in options if _identity(option) not in shared]
    others = [code(option.opts[0]) for option in options if _identity(option) in shared]
    usage = [f"{PROGRAM} {name}", *map(_usage, arguments)]
    usage += [f"{option.opts[0]} ..." for option in options if option.required]
    usage += ["[options]"] if any(not option.required for option in options) else []
    parts = (
        f"## {PROGRAM} {name}",
        f"```text\n{' '.join(usage)}\n```",
        _help(name, command),
        table(
            ("argument", "takes", "default", "meaning"),
            [(code(_metavar(p)), *_facts(name, p)) for p in arguments],
        ),
        table(HEADS, [_option(name, option) for option in own]),
        f"{'And ' if own else ''}[shared](#shared-options): {', '.join(others)}." if others else "",
    )
    return "\n\n".join(part for part in parts if part)


def _option(name: str, option: Any) -> tuple[str, ...]:  # noqa: ANN401  as above
    return ", ".join(map(code, (*option.opts, *option.secondary_opts))), *_facts(name, option)


def _facts(name: str, parameter: Any) -> tuple[str, str, str]:  # noqa: ANN401  as above
    """What it takes, its default and its meaning."""
    if not parameter.help:
        raise MissingMeaningError(f"`{PROGRAM} {name}` does not say what {parameter.name} is.")
    text, default = cleandoc(parameter.help), _default(parameter)
    told = TOLD.fullmatch(text)
    if told and not default:
        text, default = f"{told[1].rstrip('.')}.", told[2]
    return _takes(parameter), default, text


def _default(parameter: Any) -> str:  # noqa: ANN401  as above
    if parameter.required:
        return "required"
    value = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    if isinstance(value, bool) and parameter.secondary_opts:
        return code(parameter.opts[0] if value else parameter.secondary_opts[0])
    return "" if value in (None, False, "") else code(value)


def _takes(parameter: Any) -> str:  # noqa: ANN401  as above
    name, is_list = _type_words(parameter.type_descriptor.annotation)
    low, high = parameter.min, parameter.max
    if low is not None or high is not None:
        name += f" from {low:,}" if high is None else f" from {low:,} to {high:,}"
    repeats = is_list or parameter.nargs == -1 or parameter.multiple
    return f"{name}, repeatable" if repeats else name


def _type_words(annotation: Any) -> tuple[str, bool]:  # noqa: ANN401  any annotation
    """The type in words, and whether there may be several."""
    if get_origin(annotation) in (types.UnionType, Union):
        (annotation,) = (kind for kind in get_args(annotation) if kind is not type(None))
    if get_origin(annotation) is list:
        (kind,) = get_args(annotation)
        return _type_words(kind)[0], True
    if get_origin(annotation) is Literal:
        return " ".join(map(code, get_args(annotation))), False
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " ".join(code(member.value) for member in annotation), False
    return NAMES[annotation], False


def _usage(argument: Any) -> str:  # noqa: ANN401  as above
    name = _metavar(argument) + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _metavar(argument: Any) -> str:  # noqa: ANN401  as above
    return str(argument.metavar or argument.name.upper())


def _help(name: str, command: Any) -> str:  # noqa: ANN401  as above
    """The help text; newlines within a paragraph are no line breaks."""
    if not command.help:
        raise MissingMeaningError(f"`{PROGRAM} {name}` does not say what it does.")
    paragraphs = cleandoc(command.help).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _shared(commands: list[Command]) -> frozenset[str]:
    """The options that at least half of the commands have, all in the same way."""
    seen = Counter(_identity(option) for _, command in commands for option in command.params)
    return frozenset(option for option, times in seen.items() if times >= len(commands) / 2)


def _one_each(commands: list[Command], shared: frozenset[str]) -> Iterator[Command]:
    """Each shared option once."""
    told: set[str] = set()
    for name, command in commands:
        for option in command.params:
            if _identity(option) in shared - told:
                told.add(_identity(option))
                yield name, option


def _identity(option: Any) -> str:  # noqa: ANN401  as above
    return repr((option.opts, option.help, option.default, option.required))
