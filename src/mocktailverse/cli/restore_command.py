"""The command `restore`: load the raw objects of an archive into an environment."""

from pathlib import Path
from typing import Annotated

from typer import Argument

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.cli.loads_command import finish_with_loads
from mocktailverse.cli.progress import progress
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.pipeline.raw_archive import restore_archive


def restore(
    file: Annotated[
        Path, Argument(help="A file that `archive` has written.", exists=True, dir_okay=False)
    ],
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Store the raw objects of an archive, which the pipeline then loads.

    Objects that the environment has already are left out: repeat the command to continue one that
    was interrupted.
    """
    stores = connect(env, state_dir)
    with progress() as bar, file.open("rb") as stream:
        task = bar.add_task("restoring", total=None)
        try:
            versions = restore_archive(
                stores.bucket,
                stream,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        except UsageError as error:
            raise UsageError(f"`{file}`: {error}") from error
    loads = wait_for_loads(stores, versions) if wait else []
    summary = f"{counted(len(versions), 'raw object')} restored"
    finish_with_loads(summary, {"objects": versions}, loads, as_json=as_json)
