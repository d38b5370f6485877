"""The command `add`: store recipes of your own, from a file, a web page or stdin.

Each recipe is shown as it is understood. On a terminal it is stored after a question; with --yes or
--json, or if stdin or stdout is not a terminal, at once.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import typer
from rich.markup import escape
from typer import Argument, Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.cli.loads_command import print_loads
from mocktailverse.cli.output import print_json, print_table, printable, say, stdout
from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.drink import Derived, Drink
from mocktailverse.errors import MocktailverseError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.load_record import load_fields
from mocktailverse.operations.own_recipes import (
    Clash,
    FindDrink,
    Review,
    ReviewedLine,
    ReviewedRecipe,
    drink_ids,
    review,
    store_recipes,
)
from mocktailverse.operations.recipe_input import (
    INPUT_BYTES,
    ReadRecipe,
    UnreadableRecipe,
    read_recipes,
)
from mocktailverse.sources.authoring import RecipeEnvelope, RecipeFormat
from mocktailverse.sources.page_request import request_page
from mocktailverse.sources.slugs import MAX_SLUG, is_slug
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

_MOCKTAIL = {True: "a mocktail", False: "not a mocktail", None: "unknown whether a mocktail"}
_STDIN = "-"
_MOST_SHOWN = 20
"""Recipes that are shown line by line; of more, only those with a problem."""


def add(
    inputs: Annotated[
        list[str], Argument(metavar="FILE|URL|-", help="A file, a web page's address, or stdin.")
    ],
    form: Annotated[
        RecipeFormat | None, Option("--format", help="Format of the recipes. Default: detected.")
    ] = None,
    recipe_id: Annotated[
        str | None, Option("--id", help="Id of the only recipe. Default: made from its name.")
    ] = None,
    replace: Annotated[
        bool, Option("--replace", help="Replace recipes that have the same id.")
    ] = False,
    keep_both: Annotated[
        bool, Option("--keep-both", help="Store a recipe whose id is taken under the next free id.")
    ] = False,
    dry_run: Annotated[
        bool,
        Option("--dry-run", help="Show how the recipes are understood, without an environment."),
    ] = False,
    yes: Annotated[bool, Option("--yes", "-y", help="Store without asking.")] = False,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Add recipes of your own: Bar Assistant, schema.org, CSV, NDJSON, text, or a web page.

    Exits with 1 if a recipe cannot be read or its id is taken, and with 2 if none can be read.
    """
    if replace and keep_both:
        raise UsageError("--replace and --keep-both exclude each other. Choose one.")
    clash: Clash = "replace" if replace else "keep-both" if keep_both else "refuse"
    read, places = _read_inputs(inputs, form)
    if recipe_id is not None:
        read = [_with_id(read, recipe_id)]
    stores = None if dry_run else connect(env, state_dir)
    reviewed = review(read, _finder(stores, read) if stores else _find_nothing, clash)
    if not as_json:
        _print_review(reviewed, places)
    if not reviewed.recipes:
        if as_json:
            _print_json(reviewed, places, {})
        raise UsageError("No recipe can be read.")
    is_asked = not (yes or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    fields = _store(stores, reviewed, ask=is_asked, wait=wait, as_json=as_json) if stores else {}
    if as_json:
        _print_json(reviewed, places, fields)
    conflicts = [recipe for recipe in reviewed.recipes if recipe.status == "conflict"]
    for recipe in conflicts:
        say(
            f"Not stored: `{recipe.drink.id}` is another recipe. Use --replace, --keep-both,"
            " or --id with another id."
        )
    has_problem = bool(conflicts or reviewed.unreadable)
    if has_problem or any(load["status"] == "failed" for load in fields.get("loads", [])):
        raise Exit(1)


class _Place(NamedTuple):
    """Where a recipe was read."""

    input: str
    """The input as given to the command."""
    number: int | None
    """Number of the recipe in it, from 1; None for the whole input."""


def _read_inputs(
    inputs: Sequence[str], form: RecipeFormat | None
) -> tuple[list[ReadRecipe], list[_Place]]:
    """Return the recipes of all inputs, and the place of each.

    One of several inputs that cannot be read counts as a recipe that cannot; the others are read.
    """
    read: list[ReadRecipe] = []
    places: list[_Place] = []
    for text in inputs:
        try:
            recipes = _read(text, form)
            places += [_Place(text, number) for number in range(1, len(recipes) + 1)]
        except MocktailverseError as error:
            if len(inputs) == 1:
                raise
            recipes = [UnreadableRecipe(1, Reason.UNRECOGNIZED_FORM, "$", str(error))]
            places.append(_Place(text, None))
        for number, recipe in enumerate(recipes, len(read) + 1):
            is_read = isinstance(recipe, RecipeEnvelope)
            read.append(recipe if is_read else msgspec.structs.replace(recipe, number=number))
    return read, places


def _find_nothing(_drink_id: str) -> None:
    """Find no drink: a dry run needs no environment."""


def _read(text: str, form: RecipeFormat | None) -> list[ReadRecipe]:
    """Return the recipes of a file, an address or stdin."""
    if text == _STDIN:
        return read_recipes(sys.stdin.buffer.read(INPUT_BYTES + 1), None, form)
    if "://" in text:
        page = request_page(text, allow_private=True)
        return read_recipes(page.data, page.url, form, page.charset)
    path = Path(text)
    try:
        with path.open("rb") as file:
            data = file.read(INPUT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}.") from error
    return read_recipes(data, path.name, form)


def _with_id(read: Sequence[ReadRecipe], recipe_id: str) -> ReadRecipe:
    if not is_slug(recipe_id):
        raise UsageError(
            f"`{recipe_id[:100]}` is not a valid id. Use words of a to z and 0 to 9, joined by"
            f" hyphens, at most {MAX_SLUG} characters."
        )
    if len(read) > 1:
        raise UsageError(f"--id is for one recipe, and the input has {len(read)}.")
    (recipe,) = read
    if isinstance(recipe, RecipeEnvelope):
        return msgspec.structs.replace(recipe, id=recipe_id)
    return recipe


def _finder(stores: Stores, read: Sequence[ReadRecipe]) -> FindDrink:
    """Return a function that finds drinks; those with the ids of the recipes are read at once."""
    ids = drink_ids(read)
    registers = stores.drinks.many(ids)

    def find(drink_id: str) -> Drink | None:
        register = registers.get(drink_id) if drink_id in ids else stores.drinks.get(drink_id)
        return register.drink if register else None

    return find


def _store(
    stores: Stores, reviewed: Review, *, ask: bool, wait: bool, as_json: bool
) -> dict[str, list[Any]]:
    """Store the recipes after a question; return the fields of the result for JSON."""
    recipes = reviewed.to_store
    if not recipes:
        return {}
    if ask and not typer.confirm(f"Store {counted(len(recipes), 'recipe')}?", err=True):
        raise UsageError("Nothing was stored.")
    version = store_recipes(stores.bucket, recipes, now())
    loads = wait_for_loads(stores, [version]) if wait else []
    if not as_json:
        say(f"{counted(len(recipes), 'recipe')} stored")
        print_loads(loads)
    return {"objects": [version], "loads": [load_fields(load) for load in loads]}


def _print_json(reviewed: Review, places: Sequence[_Place], fields: dict[str, list[Any]]) -> None:
    items = [
        {
            "id": recipe.drink.id,
            "name": recipe.drink.name,
            "status": recipe.status,
            "format": recipe.envelope.format,
            "problems": [
                {"position": line.line.position, "problems": line.problems}
                for line in recipe.lines
                if line.problems
            ],
            "remarks": recipe.remarks,
            "drink": recipe.drink,
        }
        for recipe in reviewed.recipes
    ]
    stored = len(reviewed.to_store) if fields.get("objects") else 0
    unreadable = [
        {**msgspec.structs.asdict(one), **places[one.number - 1]._asdict()}
        for one in reviewed.unreadable
    ]
    result = {"items": items, "unreadable": unreadable, "stored": stored}
    print_json({**result, "objects": [], "loads": [], **fields})


def _print_review(reviewed: Review, places: Sequence[_Place]) -> None:
    is_short = len(reviewed.recipes) > _MOST_SHOWN
    for recipe in reviewed.recipes:
        if not is_short or any(line.problems for line in recipe.lines):
            _print_recipe(recipe)
    if is_short:
        say(f"{len(reviewed.recipes)} recipes; those with a problem are shown")
    for one in reviewed.unreadable:
        source, number = places[one.number - 1]
        what = f"Recipe {number} of `{source}`" if number else f"`{source}`"
        say(f"{what} cannot be read ({one.code}): {one.message}")


def _print_recipe(recipe: ReviewedRecipe) -> None:
    drink = recipe.drink
    rows = [_row(line) for line in recipe.lines]
    columns = ("ingredient", "amount", "unit", "ml", "as written", "notes")
    print_table(f"{drink.name} ({drink.id}), {recipe.status}", columns, rows)
    facts = [drink.glass, _strength(drink.derived), _MOCKTAIL[drink.derived.is_mocktail]]
    texts = {
        "Instructions": "\n".join(drink.instructions.values()) or "none",
        "Garnish": drink.garnish,
        "Description": drink.description,
    }
    shown = [
        ", ".join(filter(None, facts)),
        *(f"{name}: {text}" for name, text in texts.items() if text),
        *recipe.remarks,
    ]
    for text in shown:
        stdout.print(escape(printable(text)), highlight=False)


def _row(reviewed: ReviewedLine) -> tuple[object, ...]:
    line = reviewed.line
    notes = [
        *(f"NOT UNDERSTOOD: {problem}" for problem in reviewed.problems),
        f"or {' or '.join(line.alternatives)}" if line.alternatives else None,
        line.preparation,
        "optional" if line.optional else None,
    ]
    return (
        line.name,
        _range(line.amount_min, line.amount_max),
        "" if line.unit == "none" else line.unit,
        _range(line.ml_min, line.ml_max),
        " ".join(filter(None, (line.measure_raw, line.name_raw))),
        "; ".join(filter(None, notes)),
    )


def _strength(derived: Derived) -> str:
    low, high = derived.abv_served_percent_min, derived.abv_served_percent_max
    if low is None or high is None:
        return "strength unknown"
    return f"{_range(low, high)} % vol as served"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
