"""The command `rebuild`: rebuild the published catalogue."""

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_result
from mocktailverse.cli.progress import progress
from mocktailverse.operations.rebuild import rebuild_catalogue


def rebuild(
    env: options.Env = "local", state_dir: options.StateDir = None, as_json: options.Json = False
) -> None:
    """Rebuild the published catalogue from the drinks table.

    Reads the table with half of its read capacity, so that the pipeline goes on meanwhile.
    """
    stores = connect(env, state_dir)
    with progress() as bar:
        task = bar.add_task("reading drinks", total=None)
        published = rebuild_catalogue(stores, lambda number: bar.update(task, completed=number))
    message = f"{published.drinks} drinks published as version {published.version}"
    print_result(published, message, as_json=as_json)
