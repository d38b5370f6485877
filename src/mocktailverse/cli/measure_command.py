"""The command `measure`: show how the measure of an ingredient is parsed."""

from typing import Annotated

import typer

from mocktailverse.cli import options
from mocktailverse.cli.output import print_json, print_table
from mocktailverse.drinks.measures import parse_measure


def measure(
    text: Annotated[str, typer.Argument(help='A measure as recipes write it: "1 1/2 oz".')],
    ingredient: Annotated[
        str | None, typer.Option(help="Name of the ingredient; some measures depend on it.")
    ] = None,
    env: options.Env = "local",  # noqa: ARG001 - every command takes it; this one needs no AWS
    as_json: options.Json = False,
) -> None:
    """Show how one measure is parsed."""
    parsed = parse_measure(text, ingredient)
    if as_json:
        print_json(parsed)
        return
    rows = [(name, getattr(parsed, name)) for name in parsed.__struct_fields__]
    print_table(text, ("field", "value"), rows)
