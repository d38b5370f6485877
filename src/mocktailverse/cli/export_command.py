"""The command `export`: the published catalogue as a file for other tools."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from typer import Option

from mocktailverse.catalogue.exports.formats import (
    export_bar_assistant,
    export_csv,
    export_json,
    export_ndjson,
)
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery, ZeroProof
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import open_output, say
from mocktailverse.cli.progress import progress
from mocktailverse.cli.published_catalogue import published_catalogue
from mocktailverse.drinks.drink import Alcoholic
from mocktailverse.errors import UsageError
from mocktailverse.sources import owned_source

_STDOUT = Path("-")
_EXPORTS: dict[str, Callable[[Catalogue, DrinkQuery], Iterator[bytes]]] = {
    "csv": export_csv,
    "ndjson": export_ndjson,
    "json": export_json,
    "bar-assistant": partial(export_bar_assistant, own=(owned_source().name,)),
}

Strings = list[str] | None


def export(
    form: Annotated[
        Literal["csv", "ndjson", "json", "sqlite", "bar-assistant"],
        Option("--format", "-f", help="File format; sqlite is the whole catalogue, unfiltered."),
    ],
    output: Annotated[
        Path | None, Option("--output", "-o", help="File to write. Default, and -: stdout.")
    ] = None,
    q: Annotated[str, Option("--q", help="Only drinks with these words.")] = "",
    category: Annotated[Strings, Option(help="Only this category; repeatable.")] = None,
    alcoholic: Annotated[
        Alcoholic | None, Option(help="Only drinks that the source marks so.")
    ] = None,
    mocktail: Annotated[
        bool | None, Option("--mocktail/--no-mocktail", help="Only mocktails, or none.")
    ] = None,
    zero_proof: Annotated[
        ZeroProof | None,
        Option(
            help="Only mocktails without alcohol, with possible traces, or what can become one."
        ),
    ] = None,
    glass: Annotated[Strings, Option(help="Only this glass; repeatable.")] = None,
    tag: Annotated[Strings, Option(help="Only with this tag; repeatable.")] = None,
    ingredient: Annotated[
        Strings,
        Option(help="Only with this ingredient or a kind of it; repeated: with all of them."),
    ] = None,
    without: Annotated[
        Strings, Option(help="Only without this ingredient and its kinds; repeatable.")
    ] = None,
    withdrawn: Annotated[
        bool, Option("--withdrawn", help="Also drinks that the source has withdrawn.")
    ] = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
) -> None:
    """Export the published drinks as CSV, NDJSON, JSON, SQLite or recipes for Bar Assistant."""
    query = DrinkQuery(
        q=q,
        category=tuple(category or ()),
        alcoholic=(alcoholic,) if alcoholic else (),
        mocktail=mocktail,
        zero_proof=(zero_proof,) if zero_proof else (),
        glass=tuple(glass or ()),
        tag=tuple(tag or ()),
        ingredient=tuple(ingredient or ()),
        without=tuple(without or ()),
        withdrawn=withdrawn,
    )
    target = None if output in {None, _STDOUT} else output
    if form == "sqlite":
        _check_sqlite(query, target)
    stores = connect(env, state_dir)
    with ExitStack() as stack:
        catalogue = stack.enter_context(published_catalogue(stores))
        file = stack.enter_context(open_output(target))
        if form == "sqlite":
            drinks = catalogue.meta.drinks
            with catalogue.path.open("rb") as database:
                shutil.copyfileobj(database, file)
        else:
            drinks = catalogue.count(query)
            with progress() as bar:
                chunks = _EXPORTS[form](catalogue, query)
                file.writelines(bar.track(chunks, total=drinks, description="drinks"))
    say(f"{drinks} drinks exported")


def _check_sqlite(query: DrinkQuery, target: Path | None) -> None:
    if query != DrinkQuery():
        raise UsageError("SQLite exports the whole catalogue. Use filters with another format.")
    if target is None and sys.stdout.isatty():
        raise UsageError("SQLite cannot be printed on a terminal. Use -o catalogue.sqlite")
