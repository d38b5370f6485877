"""The command `bulk`: reprocess many raw objects at once, without the queue."""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_result
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import DEFAULT_SOURCE, ObjectVersion
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.sources import require_source
from mocktailverse.stores.data_bucket import RawObject
from mocktailverse.stores.environment import Stores
from mocktailverse.times import parse_past_time

try:
    from mocktailverse.operations import bulk_reprocess
    from mocktailverse.operations.bulk_reprocess import RawInput
except ModuleNotFoundError as error:
    raise UsageError("Dask is not installed. Run: pip install 'mocktailverse[bulk]'") from error


def bulk(
    output: Annotated[Path, Argument(help="The folder to create, with room for all items.")],
    files: Annotated[
        list[Path] | None,
        Argument(help="Raw files, and folders of them (default: the environment's raw objects)."),
    ] = None,
    source: options.Source = DEFAULT_SOURCE,
    observed_at: Annotated[
        str | None,
        Option(help="When the files' records were observed (default: when each was written)."),
    ] = None,
    processes: Annotated[
        int | None, Option(min=1, help="Number of processes (default: one a processor).")
    ] = None,
    scheduler: Annotated[
        str | None, Option(help="Run on the Dask cluster with this scheduler, `tcp://HOST:PORT`.")
    ] = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Reprocess all raw objects at once with Dask, into files that DynamoDB can import.

    Writes `items`, `rejected` and `counts` into a new folder, and nothing into the environment.
    """
    if output.exists():
        raise UsageError(f"`{output}` exists already. Pass a folder that does not.")
    if files:
        observed = None if observed_at is None else parse_past_time(observed_at)
        inputs = [*_file_inputs(files, require_source(source).name, observed)]
    else:
        inputs = _stored_inputs(connect(env, state_dir))
    if not inputs:
        raise UsageError("There are no raw objects to reprocess.")
    with (
        bulk_reprocess.cluster(scheduler)
        if scheduler
        else bulk_reprocess.local_processes(processes or os.cpu_count() or 1)
    ) as engine:
        done = bulk_reprocess.reprocess(inputs, output.resolve(), engine)
    summary = (
        f"{counted(done.read, 'record')} in {counted(done.objects, 'raw object')}: "
        f"{counted(done.items, 'item')}, {done.rejected} rejected"
    )
    print_result(done, summary, as_json=as_json)


def _stored_inputs(stores: Stores) -> list[RawInput]:
    return [
        RawInput(stored.version, stored.bytes, partial(RawObject, stores.clients, stored.version))
        for stored in stores.bucket.versions()
    ]


def _file_inputs(paths: Sequence[Path], source: str, observed_at: int | None) -> Iterator[RawInput]:
    """Yield the files, with the same lineage as in the command `transform`."""
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if not file.is_dir():
                size = InputFile(file).bytes
                name = os.fsencode(file).decode("utf-8", "replace")
                version = ObjectVersion("", f"raw/{source}/{name}", "null")
                yield RawInput(version, size, partial(InputFile, file.resolve(), observed_at))
