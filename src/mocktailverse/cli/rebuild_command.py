"""The command `rebuild`: rebuild the published catalogue."""

import tempfile
from pathlib import Path

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_result, progress
from mocktailverse.pipeline.publishing import Publisher, PublishResult
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now


def rebuild(
    env: options.Env = "local", state_dir: options.StateDir = None, as_json: options.Json = False
) -> None:
    """Rebuild the published catalogue from the drinks table."""
    published = rebuild_catalogue(connect(env, state_dir))
    message = f"{published.drinks} drinks published as version {published.version}"
    print_result(published, message, as_json=as_json)


def rebuild_catalogue(stores: Stores) -> PublishResult:
    """Publish a catalogue built from the whole table, and show the progress."""
    with tempfile.TemporaryDirectory(prefix="mocktailverse-rebuild-") as folder, progress() as bar:
        task = bar.add_task("reading drinks", total=None)
        publisher = Publisher(stores.drinks, stores.catalogue, Path(folder), now_ms=now)
        return publisher.rebuild(lambda number: bar.update(task, completed=number))
