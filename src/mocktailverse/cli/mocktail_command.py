"""The command `mocktail`: make a drink alcohol-free, and compare both."""

from typing import Annotated, Literal

import msgspec
from typer import Argument, Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.drinks_command import full_id
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.conversion.conversion_result import Conversion, ServedFigures
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.own_bottles import own_bottles
from mocktailverse.errors import UsageError
from mocktailverse.stores.drinks_table import DrinksTable

_PAGE_SIZE = 100
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
    drink: Annotated[str, Argument(metavar="ID|NAME", help="thecocktaildb:11007 or Margarita.")],
    style: Annotated[
        Literal["pantry", "bottle"],
        Option(help="What a kitchen has, or 0.0 bottles where one exists for the function."),
    ] = "pantry",
    have: Annotated[
        list[str] | None, Option(help="A 0.0 bottle that you have; can be repeated.")
    ] = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Make a drink alcohol-free, with the same volume, sweetness and acidity."""
    own = own_bottles(have or ())
    if own.unknown:
        names = ", ".join(f"`{name}`" for name in own.unknown)
        raise UsageError(f"Not known as bottles without alcohol: {names}. Pass such as Seedlip.")
    original = _find(connect(env, state_dir).drinks, drink)
    if original is None:
        say(f"No drink `{drink}` is in the table.")
        raise Exit(1)
    conversion = to_mocktail(original, style, own.names)
    if as_json:
        print_json(conversion)
    else:
        _print(original, conversion)


def _find(table: DrinksTable, text: str) -> Drink | None:
    """Return the drink with this id, else the first one with this name."""
    register = table.get(full_id(text))
    if register and register.drink:
        return register.drink
    name, after = text.casefold(), None
    while True:
        page, after = table.page(_PAGE_SIZE, after)
        for one in page:
            if one.drink and one.drink.name.casefold() == name:
                return one.drink
        if after is None:
            return None


def _print(original: Drink, conversion: Conversion) -> None:
    mocktail_drink = conversion.drink
    if mocktail_drink is None or conversion.unchanged:
        say(f"{original.name}: {conversion.reason}")
        if conversion.would_help:
            say(f"What would help: {conversion.would_help}")
        return
    lines = [(line.measure_raw, line.name_raw) for line in mocktail_drink.ingredients]
    print_table(mocktail_drink.name, ("measure", "ingredient"), lines)
    say(mocktail_drink.instructions["en"])
    swaps = [(one.original, ", ".join(one.to), one.why) for one in conversion.replacements]
    print_table("Replacements", ("of", "by", "why"), swaps)
    if conversion.before and conversion.after:
        print_table("As served", ("figure", "before", "after"), [
            (label, _range(conversion.before, name), _range(conversion.after, name))
            for label, name in _FIGURES
        ])  # fmt: skip
    say(f"Confidence: {conversion.confidence}. Lost: {'; '.join(conversion.lost) or 'nothing'}.")


def _range(figures: ServedFigures, name: str) -> str:
    values = msgspec.structs.asdict(figures)
    usual = values[f"{name}_usual"]
    if usual is None:
        return "unknown"
    return f"{usual:g} ({values[f'{name}_min']:g} to {values[f'{name}_max']:g})"
