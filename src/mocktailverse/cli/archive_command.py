"""The command `archive`: write all raw objects of an environment to one file."""

from pathlib import Path
from typing import Annotated

from typer import Argument

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import open_output, print_result
from mocktailverse.cli.progress import progress
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.pipeline.raw_archive import write_archive


def archive(
    file: Annotated[Path, Argument(help="The file to write, such as drinks.zip.")],
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Write all raw objects with their metadata to a file, for `restore` in any environment."""
    if str(file) == "-":
        raise UsageError("An archive is written to a file, not to the standard output.")
    stores = connect(env, state_dir)
    with progress() as bar, open_output(file) as output:
        task = bar.add_task("archiving", total=None)
        number = write_archive(
            stores.bucket, output, lambda done, total: bar.update(task, completed=done, total=total)
        )
    size = file.stat().st_size
    message = f"{counted(number, 'raw object')} in `{file}` ({size / 2**20:.1f} MiB)"
    print_result({"file": str(file), "objects": number, "bytes": size}, message, as_json=as_json)
