"""The command `ingest`: load raw records from files."""

from pathlib import Path
from typing import Annotated

from typer import Argument

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.cli.loads_command import finish_with_loads
from mocktailverse.cli.progress import progress
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.pipeline.ingest import InputFile, put_files
from mocktailverse.sources import require_source
from mocktailverse.times import now, parse_past_time


def ingest(
    files: Annotated[list[Path], Argument(help="Raw files in any accepted format.")],
    source: options.Source = DEFAULT_SOURCE,
    observed_at: options.ObservedAt = None,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Store files as raw objects, which the pipeline then loads."""
    require_source(source)
    observed = None if observed_at is None else parse_past_time(observed_at)
    inputs = [InputFile(path) for path in files]
    stores = connect(env, state_dir)
    with progress() as bar:
        task = bar.add_task("storing", total=sum(file.bytes for file in inputs))
        versions = put_files(
            stores.bucket,
            inputs,
            source,
            now=now(),
            observed_at=observed,
            on_file=lambda file: bar.update(task, advance=file.bytes),
        )
    loads = wait_for_loads(stores, versions) if wait else []
    summary = f"{counted(len(versions), 'raw object')} stored"
    finish_with_loads(summary, {"objects": versions}, loads, as_json=as_json)
