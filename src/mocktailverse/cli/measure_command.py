"""The command `measure`: show how a measure, or a whole recipe line, is parsed."""

from typing import Annotated

import msgspec
from typer import Argument, Option

from mocktailverse.cli import options
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.drinks.measures import parse_measure


def measure(
    text: Annotated[str, Argument(help='A measure as recipes write it: "1 1/2 oz".')],
    ingredient: Annotated[
        str | None, Option(help="Name of the ingredient; some measures depend on it.")
    ] = None,
    line: Annotated[
        bool, Option("--line", help='Parse a whole line: "2 oz fresh lime juice, strained".')
    ] = False,
    env: options.Env = "local",  # noqa: ARG001 - every command takes it; this one needs no AWS
    as_json: options.Json = False,
) -> None:
    """Show how one measure is parsed, or with --line a whole recipe line."""
    if line:
        _show_line(text, as_json=as_json)
        return
    parsed = parse_measure(text, ingredient)
    if as_json:
        print_json(parsed)
        return
    fields = msgspec.structs.asdict(parsed)
    rows = [(name, value) for name, value in fields.items() if not isinstance(value, bool)]
    print_table(text, ("field", "value"), rows)
    if parsed.unread:
        say("The text has a number that cannot be parsed, so the amount is unknown.")
    if parsed.implausible:
        say("The amount is too large to be real. It is kept as written, without ml.")


def _show_line(text: str, *, as_json: bool) -> None:
    from mocktailverse.drinks.lines import parse_line  # noqa: PLC0415 - a measure alone does without its patterns

    parsed = parse_line(text)
    if as_json:
        print_json(parsed)
        return
    fields = msgspec.structs.asdict(parsed)
    fields["alternatives"] = ", ".join(parsed.alternatives) or None
    print_table(text, ("field", "value"), list(fields.items()))
