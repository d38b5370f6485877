"""Commands that look at drinks: `drinks get`, `drinks list`, `drinks history`."""

from typing import Annotated

import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_json, print_listing, print_table, progress, say
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import UsageError
from mocktailverse.formatting import moment
from mocktailverse.operations.history import history

PAGE = 100
LONGEST_ID = 200
SHOWN = 50
"""Rows of a table for people where no limit is given."""

drinks_app = typer.Typer(no_args_is_help=True, help="Look at drinks.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(drinks_app, name="drinks")


@drinks_app.command("get")
def get_drink(
    drink_id: Annotated[str, typer.Argument(metavar="ID", help="thecocktaildb:11007, or 11007.")],
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show one drink as it stands."""
    named = full_id(drink_id)
    register_ = connect(env, state_dir).drinks.get(named)
    if register_ is None or register_.drink is None:
        say(f"No drink {named} is in the table.")
        raise typer.Exit(1)
    if as_json:
        print_json(register_.drink)
    else:
        _print_drink(register_.drink)


@drinks_app.command("list")
def list_drinks(
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """List the drinks as they stand."""
    stores = connect(env, state_dir)
    wanted = limit if limit or as_json else SHOWN
    found: list[Drink] = []
    while True:
        size = PAGE if wanted is None else min(PAGE, wanted - len(found))
        page, after = stores.drinks.page(size, after)
        found += [register_.drink for register_ in page if register_.drink]
        if after is None or (wanted is not None and len(found) >= wanted):
            break
    if as_json:
        print_listing(found, after)
        return
    rows = [(d.id, d.name, d.category, d.alcoholic, len(d.ingredients)) for d in found]
    columns = ("id", "name", "category", "alcoholic", "ingredients")
    print_table("Drinks" if after is None else f"The first {len(found)} drinks", columns, rows)


@drinks_app.command("history")
def drink_history(
    drink_id: Annotated[str, typer.Argument(metavar="ID", help="thecocktaildb:11007, or 11007.")],
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show every observation of a drink, from the raw objects, and what changed."""
    stores = connect(env, state_dir)
    named = full_id(drink_id)
    with progress() as bar:
        task = bar.add_task("reading raw objects", total=None)
        found = history(named, stores.bucket, lambda n: bar.update(task, completed=n))
    if as_json:
        print_listing(found)
    else:
        rows = [
            (
                moment(seen.observed_at),
                seen.drink.name if seen.drink else "(nothing under this id)",
                ", ".join(seen.changed),
                seen.drink.lineage.key if seen.drink else None,
                seen.drink.lineage.position if seen.drink else None,
            )
            for seen in found
        ]
        columns = ("observed (UTC)", "name", "changed", "raw object", "position")
        print_table(f"History of {named}", columns, rows)
    if not found:
        raise typer.Exit(1)


def full_id(drink_id: str) -> str:
    """The id with its source; a bare id is TheCocktailDB's.

    Raises:
        UsageError: it can be no drink's id.
    """
    if not drink_id.strip():
        raise UsageError("An id is needed, such as thecocktaildb:11007.")
    if len(drink_id) > LONGEST_ID:
        raise UsageError(f"{drink_id[:40]!r}... is too long to be the id of a drink.")
    return drink_id if ":" in drink_id else f"thecocktaildb:{drink_id}"


def _print_drink(drink: Drink) -> None:
    facts = [
        ("id", drink.id),
        ("category", drink.category),
        ("alcoholic", drink.alcoholic),
        ("glass", drink.glass),
        ("quality", ", ".join(drink.quality)),
        ("observed (UTC)", moment(drink.observed_at)),
        ("raw object", f"{drink.lineage.key} at {drink.lineage.position}"),
    ]
    print_table(drink.name, ("field", "value"), facts)
    lines = [
        (line.name, line.measure_raw, line.unit, _span(line.ml_min, line.ml_max), line.certainty)
        for line in drink.ingredients
    ]
    print_table("Ingredients", ("ingredient", "measure", "unit", "ml", "certainty"), lines)
    for language, text in drink.instructions.items():
        say(f"[{language}] {text}")


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
