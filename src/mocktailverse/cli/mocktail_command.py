"""The command `mocktail`: make a drink alcohol-free, and compare both."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from rich.markup import escape
from typer import Argument, Exit, Option

from mocktailverse.catalogue.rows import name_key
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.drinks_command import full_id
from mocktailverse.cli.output import print_json, print_table, printable, say, stdout
from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.conversion.conversion_result import (
    Conversion,
    ServedFigures,
    Style,
    UnknownBottleError,
)
from mocktailverse.drinks.conversion.own_bottles import not_used
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import UsageError
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.stores.drinks_table import DrinksTable

_PAGE_SIZE = 100
_MOST_CANDIDATES = 10
_FIGURES = (
    ("volume (ml)", "served_ml"),
    ("alcohol (% vol)", "abv_served_percent"),
    ("sugar (g)", "sugar_g"),
    ("sugar (g / 100 ml)", "sugar_served_g_per_100ml"),
    ("acid (g)", "acid_g"),
    ("acid (g / 100 ml)", "acid_served_g_per_100ml"),
    ("energy (kcal)", "energy_kcal"),
    ("standard drinks", "standard_drinks"),
)


def mocktail(
    drink: Annotated[
        str, Argument(metavar="ID|NAME", help=f"{DEFAULT_SOURCE}:11007 or Margarita.")
    ],
    style: Annotated[
        Style | None,
        Option(
            help="What a kitchen has, or 0.0 bottles where one exists for the function. Without it:"
            " pantry, or bottle with --have."
        ),
    ] = None,
    have: Annotated[
        list[str] | None, Option(help="A 0.0 bottle that you have; can be repeated.")
    ] = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Make a drink alcohol-free, with the same volume, sweetness and acidity."""
    original = _require_drink(connect(env, state_dir).drinks, drink)
    try:
        conversion = to_mocktail(
            original, style or ("bottle" if have else "pantry"), tuple(have or ())
        )
    except UnknownBottleError as error:
        raise UsageError(str(error)) from error
    if as_json:
        print_json(conversion)
    else:
        _print(original, conversion)
        if conversion.drink and (unused := not_used(have or (), conversion.drink)):
            _print_text(f"Not used: {', '.join(unused)}.")


def _require_drink(table: DrinksTable, text: str) -> Drink:
    """Return the drink with this id or name, or list the candidates.

    The exit code is 1 if no drink has the name, and 2 if several have it.
    """
    register = table.get(full_id(text))
    if register and register.drink:
        return register.drink
    name = name_key(text)
    near = [one for one in _drinks(table) if name in name_key(one.name)]
    same = [one for one in near if name_key(one.name) == name]
    if len(same) == 1:
        return same[0]
    if same:
        say(f"{len(same)} drinks have the name `{text}`. Pass the id of one:")
    else:
        say(f"No drink `{text}` is in the table." + (" Did you mean one of these?" if near else ""))
    candidates = sorted(same or near, key=lambda one: _nearness(name, one))
    for one in candidates[:_MOST_CANDIDATES]:
        say(f"  {one.id}  {one.name}")
    if len(candidates) > _MOST_CANDIDATES:
        say(f"  and {len(candidates) - _MOST_CANDIDATES} more")
    raise Exit(2 if same else 1)


def _nearness(name: str, drink: Drink) -> tuple[bool, bool, str]:
    """Return what sorts drinks: first those with the name as words, then as the start of one."""
    padded = f" {name_key(drink.name)} "
    return f" {name} " not in padded, f" {name}" not in padded, padded


def _drinks(table: DrinksTable) -> Iterator[Drink]:
    after = None
    while True:
        page, after = table.page(_PAGE_SIZE, after)
        yield from (one.drink for one in page if one.drink)
        if after is None:
            return


def _print(original: Drink, conversion: Conversion) -> None:
    recipe = conversion.drink
    if recipe is None or conversion.unchanged:
        _print_text(f"{original.name}: {conversion.reason}")
        if conversion.would_help:
            _print_text(f"What would help: {conversion.would_help}")
        return
    lines = [(line.measure_raw, line.name_raw) for line in recipe.ingredients]
    print_table(recipe.name, ("measure", "ingredient"), lines)
    _print_text(recipe.instructions["en"])
    stdout.print()
    swaps = [
        (one.original, ", ".join(one.to) or "nothing", one.why) for one in conversion.replacements
    ]
    print_table("What replaces what", ("bottle", "by", "why"), swaps)
    if conversion.before and conversion.after:
        print_table("As served", ("figure", "before", "after"), [
            (label, _range(conversion.before, name), _range(conversion.after, name))
            for label, name in _FIGURES
        ])  # fmt: skip
    _print_text(f"Lost: {'; '.join(conversion.lost) or 'nothing'}.")
    _print_text(f"Confidence: {conversion.confidence}.")


def _print_text(text: str) -> None:
    """Print a paragraph of the result for people."""
    stdout.print(escape(printable(text)), highlight=False)


def _range(figures: ServedFigures, name: str) -> str:
    values = msgspec.structs.asdict(figures)
    usual = values[f"{name}_usual"]
    if usual is None:
        return "unknown"
    least, most = values[f"{name}_min"], values[f"{name}_max"]
    return f"{usual:.4g} ({least:.4g} to {most:.4g})" if least < most else f"{usual:.4g}"
