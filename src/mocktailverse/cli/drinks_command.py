"""The commands `drinks get`, `drinks list`, `drinks compare` and `drinks history`."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

import typer
from typer import Argument, Exit, Option

from mocktailverse.catalogue.search.query import Variants
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.drink_comparison import print_comparison, print_variants
from mocktailverse.cli.output import last_part, print_json, print_listing, print_table, say
from mocktailverse.cli.progress import progress
from mocktailverse.cli.published_catalogue import published_catalogue
from mocktailverse.drinks.drink import Derived, Drink, IngredientLine
from mocktailverse.drinks.grouping.comparison import compare
from mocktailverse.errors import UsageError
from mocktailverse.formatting import moment
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.operations.history import history

_PAGE_SIZE = 100
_MAX_ID_LENGTH = 200
_DEFAULT_ROWS = 50
"""Rows of a table for people if no limit is given."""

_ALCOHOL = {"alcoholic": "yes", "non_alcoholic": "no", "optional_alcohol": "optional", None: ""}
_MOCKTAIL = {True: "yes", False: "no", None: "unknown"}

DrinkId = Annotated[str, Argument(metavar="ID", help=f"{DEFAULT_SOURCE}:11007, or 11007.")]

drinks = typer.Typer(name="drinks", no_args_is_help=True, add_completion=False, help="Show drinks.")


@drinks.command("get")
def get_drink(
    drink_id: DrinkId,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show one drink."""
    id_ = full_id(drink_id)
    stores = connect(env, state_dir)
    register = stores.drinks.get(id_)
    if register is None or register.drink is None:
        say(f"No drink `{id_}` is in the table.")
        raise Exit(1)
    if as_json:
        print_json(register.drink)
        return
    _print_drink(register.drink)
    with suppress(UsageError), published_catalogue(stores) as catalogue:  # nothing published yet
        print_variants(catalogue.variants(register.drink), register.drink)


@drinks.command("compare")
def compare_drinks(
    drink_id: DrinkId,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Compare a drink with its recipes from other sources, as published."""
    id_ = full_id(drink_id)
    with published_catalogue(connect(env, state_dir)) as catalogue:
        drink = catalogue.drink(id_)
        if drink is None:
            say(f"No drink `{id_}` is in the catalogue.")
            raise Exit(1)
        variants = catalogue.variants(drink)
    comparison = compare([drink, *variants]) if variants else None
    if as_json:
        print_json(Variants(variants, None, comparison))
    elif comparison:
        print_comparison(comparison, [drink, *variants])
    else:
        say(f"No other source has a recipe of `{id_}`, {drink.name}.")


@drinks.command("list")
def list_drinks(
    source: Annotated[str | None, Option(help="Only drinks of this source.")] = None,
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """List the drinks."""
    stores = connect(env, state_dir)
    maximum = limit if limit or as_json else _DEFAULT_ROWS
    items: list[Drink] = []
    while True:
        size = _PAGE_SIZE if maximum is None else min(_PAGE_SIZE, maximum - len(items))
        page, after = stores.drinks.page(size, after)
        listed = (register.drink for register in page if register.drink)
        items += [drink for drink in listed if source is None or drink.source == source]
        if after is None or (maximum is not None and len(items) >= maximum):
            break
    if as_json:
        print_listing(items, after)
        return
    rows = [(d.id, d.name, d.category, _ALCOHOL[d.alcoholic]) for d in items]
    columns = ("id", "name", "category", "alcohol")
    print_table("Drinks", columns, rows)
    if after is not None:
        say(f"{len(items)} drinks are shown. To show more, use --limit.")


@drinks.command("history")
def drink_history(
    drink_id: DrinkId,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show every observation of a drink in the raw objects, and what changed."""
    stores = connect(env, state_dir)
    id_ = full_id(drink_id)
    with progress() as bar:
        task = bar.add_task("reading raw objects", total=None)
        observations = history(id_, stores.bucket, lambda n: bar.update(task, completed=n))
    if as_json:
        print_listing(observations)
    elif not observations:
        say(f"No raw object contains the drink `{id_}`.")
    else:
        rows = [
            (
                moment(observation.observed_at),
                observation.drink.name if observation.drink else "(absent)",
                ", ".join(observation.changed),
                last_part(observation.drink.lineage.key) if observation.drink else None,
                observation.drink.lineage.position if observation.drink else None,
            )
            for observation in observations
        ]
        columns = ("observed (UTC)", "name", "changed", "raw object", "position")
        print_table(f"History of {id_}", columns, rows)
    if not observations:
        raise Exit(1)


def full_id(drink_id: str) -> str:
    """Return the id with its source; an id without one is of the default source.

    Raises:
        UsageError: the text cannot be the id of a drink.
    """
    if not drink_id.strip():
        raise UsageError(f"The id is empty. Pass one such as {DEFAULT_SOURCE}:11007.")
    if len(drink_id) > _MAX_ID_LENGTH:
        raise UsageError(f"`{drink_id[:40]}...` is too long for the id of a drink.")
    return drink_id if ":" in drink_id else f"{DEFAULT_SOURCE}:{drink_id}"


def _print_drink(drink: Drink) -> None:
    facts = [
        ("id", drink.id),
        ("category", drink.category),
        ("alcoholic", drink.alcoholic),
        ("glass", drink.glass),
        *_derived_facts(drink.derived),
        ("quality", ", ".join(drink.quality)),
        ("observed (UTC)", moment(drink.observed_at)),
    ]
    print_table(drink.name, ("field", "value"), facts)
    _print_ingredients(drink.ingredients)
    for language, text in drink.instructions.items():
        say(f"[{language}] {text}")
    say(f"raw object: {drink.lineage.key} at {drink.lineage.position}")


def _derived_facts(derived: Derived) -> list[tuple[str, str]]:
    """Return the known figures of a drink, and what leaves others unknown."""
    likely, d = derived.likely_abv_served_percent, derived
    figures = [
        ("mocktail", _MOCKTAIL[d.is_mocktail]),
        ("% vol as mixed", _range(d.abv_percent_min, d.abv_percent_max) or "unknown"),
        ("% vol as served", _range(d.abv_served_percent_min, d.abv_served_percent_max)),
        ("likely % vol", "" if likely is None else f"{likely:g}"),
        ("sugar, g", _range(d.sugar_g_min, d.sugar_g_max)),
        (
            "sugar, g/100 ml served",
            _range(d.sugar_served_g_per_100ml_min, d.sugar_served_g_per_100ml_max),
        ),
        ("acid, g", _range(d.acid_g_min, d.acid_g_max)),
        (
            "acid, g/100 ml served",
            _range(d.acid_served_g_per_100ml_min, d.acid_served_g_per_100ml_max),
        ),
        ("energy, kcal", _range(d.energy_kcal_min, d.energy_kcal_max)),
        ("unknown because of", ", ".join(d.unknown_because)),
    ]
    return [(name, value) for name, value in figures if value]


def _print_ingredients(lines: Sequence[IngredientLine]) -> None:
    notes = [_notes(line) for line in lines]
    columns = [
        "ingredient",
        "measure",
        "unit",
        "ml",
        "certainty",
        *(["notes"] if any(notes) else []),
    ]
    rows = [
        (
            line.name,
            line.measure_raw,
            line.unit,
            _range(line.ml_min, line.ml_max),
            line.certainty,
            note,
        )[: len(columns)]
        for line, note in zip(lines, notes, strict=True)
    ]
    print_table("Ingredients", columns, rows)


def _notes(line: IngredientLine) -> str:
    """Return alternatives, preparation and whether the line is optional, in words."""
    notes = [
        f"or {' or '.join(line.alternatives)}" if line.alternatives else None,
        line.preparation,
        "optional" if line.optional else None,
    ]
    return ", ".join(filter(None, notes))


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
