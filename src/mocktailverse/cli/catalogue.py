"""The command `rebuild`: the published catalogue, made anew."""

import tempfile
from pathlib import Path

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_json, progress, say
from mocktailverse.pipeline.publish import Published, Publisher
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rebuild)


def rebuild(
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Publish the catalogue anew from the drinks table, whatever is published now."""
    published = run_rebuild(connect(env, state_dir))
    if as_json:
        print_json(msgspec.to_builtins(published))
    else:
        say(f"{published.drinks} drinks published as version {published.version}")


def run_rebuild(stores: Stores) -> Published:
    """Rebuild an environment's catalogue with a progress bar."""
    with tempfile.TemporaryDirectory(prefix="mocktailverse-rebuild-") as folder, progress() as bar:
        task = bar.add_task("reading drinks", total=None)
        publisher = Publisher(stores.drinks, stores.catalogue, Path(folder), now_ms=now)
        return publisher.rebuild(lambda number: bar.update(task, completed=number))
