"""The `export` command: the published catalogue as a file for other tools."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Annotated, Literal

import typer

from mocktailverse.catalogue.exports.formats import (
    export_bar_assistant,
    export_csv,
    export_json,
    export_ndjson,
)
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.destination import written
from mocktailverse.cli.output import progress, say
from mocktailverse.drinks.drink import Alcoholic
from mocktailverse.errors import MissingError, UsageError
from mocktailverse.stores.environment import Stores

STDOUT = Path("-")

Format = Literal["csv", "ndjson", "json", "sqlite", "bar-assistant"]
Strings = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    form: Annotated[
        Format,
        typer.Option(
            "--format", "-f", help="sqlite is the catalogue's own file, whole and unfiltered."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where it goes; - is stdout. [stdout]")
    ] = None,
    q: Annotated[str, typer.Option("--q", help="Only drinks with these words.")] = "",
    category: Annotated[Strings, typer.Option(help="Only of this category; repeatable.")] = None,
    alcoholic: Annotated[
        Alcoholic | None, typer.Option(help="Only those of which the source says so.")
    ] = None,
    mocktail: Annotated[
        bool | None, typer.Option("--mocktail/--no-mocktail", help="Only mocktails, or none.")
    ] = None,
    glass: Annotated[Strings, typer.Option(help="Only in this glass; repeatable.")] = None,
    tag: Annotated[Strings, typer.Option(help="Only with this tag; repeatable.")] = None,
    ingredient: Annotated[
        Strings, typer.Option(help="Only with this or a kind of it; repeated: with all of them.")
    ] = None,
    without: Annotated[
        Strings, typer.Option(help="Only without this and its kinds; repeatable.")
    ] = None,
    withdrawn: Annotated[
        bool, typer.Option("--withdrawn", help="Also drinks that the source has withdrawn.")
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
        glass=tuple(glass or ()),
        tag=tuple(tag or ()),
        ingredient=tuple(ingredient or ()),
        without=tuple(without or ()),
        withdrawn=withdrawn,
    )
    target = None if output in {None, STDOUT} else output
    if form == "sqlite":
        _refuse_what_sqlite_cannot(query, target)
    connection = connect(env, state_dir)
    with tempfile.TemporaryDirectory(prefix="mocktailverse-") as folder:
        path = Path(folder) / "catalogue.sqlite"
        _download(connection, path)
        with closing(Catalogue(path)) as catalogue, written(target) as file:
            if form == "sqlite":
                drinks = catalogue.meta.drinks
                with path.open("rb") as whole:
                    shutil.copyfileobj(whole, file)
            else:
                drinks = catalogue.count(query)
                _write(EXPORTS[form](catalogue, query), drinks, file)
    say(f"{drinks} drinks exported")


EXPORTS: dict[str, Callable[[Catalogue, DrinkQuery], Iterator[bytes]]] = {
    "csv": export_csv,
    "ndjson": export_ndjson,
    "json": export_json,
    "bar-assistant": export_bar_assistant,
}


def _refuse_what_sqlite_cannot(query: DrinkQuery, target: Path | None) -> None:
    if query != DrinkQuery():
        raise UsageError("The SQLite file is exported whole; filters go with the other formats.")
    if target is None and sys.stdout.isatty():
        raise UsageError("SQLite is no text for a terminal; name a file: -o catalogue.sqlite")


def _download(connection: Stores, path: Path) -> None:
    with progress() as bar:
        bar.add_task("downloading the catalogue", total=None)
        try:
            connection.catalogue.download(path)
        except MissingError as error:
            raise UsageError(
                "No catalogue is published yet. Bring drinks in with `mocktailverse ingest` or "
                "`mocktailverse fetch`; seconds later it is there."
            ) from error


def _write(pieces: Iterator[bytes], drinks: int, file: IO[bytes]) -> None:
    with progress() as bar:
        for piece in bar.track(pieces, total=drinks, description="drinks"):
            file.write(piece)
