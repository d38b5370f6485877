"""The command `makeable`: the drinks that ingredients at hand make, and what is replaced."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import msgspec
from typer import Argument, Option

from mocktailverse.catalogue.makeable import MAX_MISSING
from mocktailverse.catalogue.search.query import Makeable, MakeableDrink
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.cli.published_catalogue import published_catalogue
from mocktailverse.drinks.substitutions.shelf import allowance_of
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted

_PAGE_SIZE = 500
_DEFAULT_ROWS = 50
"""Rows of the table for people if no limit is given."""


def makeable(
    ingredients: Annotated[
        list[str],
        Argument(metavar="INGREDIENT...", help="What is on the shelf, such as gin 'lime juice'."),
    ],
    missing: Annotated[
        int, Option(min=0, max=MAX_MISSING, help="Ingredients that may be missing.")
    ] = 0,
    mocktails: Annotated[bool, Option("--mocktails", help="Only mocktails.")] = False,
    convertible: Annotated[
        bool,
        Option(
            "--convertible",
            help="Only mocktails, and cocktails that become one with what a kitchen has.",
        ),
    ] = False,
    strict: Annotated[
        bool,
        Option("--strict", help="No substitutes; garnishes, ice and the like are needed, too."),
    ] = False,
    acceptable: Annotated[
        bool, Option("--acceptable", help="Also acceptable substitutes, such as lemon for lime.")
    ] = False,
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show the drinks that ingredients make, what replaces what, and what to buy next."""
    if strict and acceptable:
        raise UsageError("--strict and --acceptable exclude each other. Choose one.")
    if any(not text.strip() for text in ingredients):
        raise UsageError("An ingredient is empty. Pass names such as gin.")
    allowance = allowance_of(acceptable=acceptable, strict=strict)
    most = limit if limit or as_json else _DEFAULT_ROWS
    with published_catalogue(connect(env, state_dir)) as catalogue:
        read = partial(
            catalogue.makeable,
            ingredients,
            missing=missing,
            mocktail=True if mocktails else None,
            convertible=convertible,
            allowance=allowance,
        )
        result = _read(read, most, after)
    if as_json:
        fields = msgspec.structs.asdict(result)
        print_json({"items": fields.pop("items"), "next": fields.pop("next"), **fields})
    else:
        _print(result, missing)


def _read(read: Callable[..., Makeable], most: int | None, after: str | None) -> Makeable:
    items: list[MakeableDrink] = []
    while True:
        size = _PAGE_SIZE if most is None else min(_PAGE_SIZE, most - len(items))
        page = read(limit=size, after=after)
        items += page.items
        after = page.next
        if after is None or len(items) == most:
            return msgspec.structs.replace(page, items=items)


def _print(result: Makeable, missing: int) -> None:
    rows = [
        (
            f"{item.drink.name} (as a mocktail)"
            if item.as_mocktail is not None
            else item.drink.name,
            ", ".join(item.missing),
            "; ".join(f"{' and '.join(r.use)} for {r.name}" for r in item.replacements),
        )
        for item in result.items
    ]
    if rows:
        print_table("Drinks", ("name", "missing", "instead"), rows)
    else:
        say(_nothing(result.counts, missing))
    if result.unknown:
        say(f"No drink uses: {', '.join(result.unknown)}.")
    if result.unlocks:
        best = ", ".join(f"{u.ingredient} (+{u.drinks})" for u in result.unlocks[:3])
        say(f"Buy next: {best}.")
    if result.next is not None:
        say(f"{counted(len(rows), 'drink')} shown. To show more, use --limit.")


def _nothing(counts: dict[str, int], missing: int) -> str:
    """Return that there is no drink, and what would show some."""
    for more in range(missing + 1, MAX_MISSING + 1):
        if counts[str(more)]:
            have = "misses" if counts[str(more)] == 1 else "miss"
            return (
                f"No drink yet. {counted(counts[str(more)], 'drink')} {have}"
                f" {counted(more, 'ingredient')}: show with --missing {more}."
            )
    return "No drink."
