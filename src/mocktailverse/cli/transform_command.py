"""The command `transform`: turn raw files into drinks without AWS."""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO, Annotated, Literal

import msgspec
from typer import Argument, Option

from mocktailverse.catalogue.exports.formats import json_array
from mocktailverse.cli import options
from mocktailverse.cli.output import is_special, open_output, say
from mocktailverse.cli.progress import progress
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import DEFAULT_SOURCE, ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.pipeline.transform_workers import TransformedRecord, transformed
from mocktailverse.sources import require_source
from mocktailverse.times import parse_past_time

PARALLEL_BYTES = 16 * 1024 * 1024
"""Size of the inputs from which more processes pay: each takes about half a second to start."""

MOST_JOBS = 256

_STDIN = Path("-")


def transform(
    files: Annotated[list[Path], Argument(help="Raw files in any accepted format; - is stdin.")],
    output: Annotated[
        Path | None, Option("--output", "-o", help="File for the drinks (default: stdout).")
    ] = None,
    rejects: Annotated[
        Path | None,
        Option(help="File for the rejected records, as NDJSON (default: stderr, shortened)."),
    ] = None,
    form: Annotated[
        Literal["ndjson", "json"], Option("--format", help="One drink per line, or one array.")
    ] = "ndjson",
    source: options.Source = DEFAULT_SOURCE,
    observed_at: options.ObservedAt = None,
    jobs: Annotated[
        int | None,
        Option(
            min=1, max=MOST_JOBS, help="Processes (default: one for each core; one up to 16 MiB)."
        ),
    ] = None,
    env: options.Env = "local",  # noqa: ARG001 - every command takes it; this one needs no AWS
) -> None:
    """Turn raw files into drinks without AWS, with the code of the pipeline."""
    require_source(source)
    observed = None if observed_at is None else parse_past_time(observed_at)
    if output and rejects and not is_special(output) and output.resolve() == rejects.resolve():
        raise UsageError(f"`{output}` is the file for both drinks and rejects. Choose two files.")
    with ExitStack() as stack:
        inputs = [(path, _open(path, stack, observed)) for path in files]
        drinks_file = stack.enter_context(open_output(output, files))
        rejects_file = stack.enter_context(open_output(rejects, files)) if rejects else None
        bar = stack.enter_context(progress())
        objects = [
            (file, ObjectVersion("", f"raw/{source}/{_name(path)}", "null"))
            for path, file in inputs
        ]
        jobs = jobs or _usual_jobs(sum(file.bytes for _, file in inputs))
        results = stack.enter_context(closing(transformed(objects, jobs)))
        counts = Counter[str]()
        drinks = _drinks(bar.track(results, description="records"), counts, rejects_file)
        if form == "json":
            drinks_file.writelines(json_array(map(msgspec.Raw, drinks)))
        else:
            drinks_file.writelines(drink + b"\n" for drink in drinks)
    summary = f"{counted(counts['drink'], 'drink')}, {counts['rejected']} rejected"
    if counts["absence"]:
        summary += f", {counted(counts['absence'], 'absence')}"
    say(f"{counted(counts.total(), 'record')}: {summary}")


def _drinks(
    results: Iterable[TransformedRecord], counts: Counter[str], rejects: IO[bytes] | None
) -> Iterator[bytes]:
    """Yield the drinks as JSON; count each record, and write the rejected ones."""
    for drink, rejected in results:
        if rejected:
            counts["rejected"] += 1
            _reject(rejected, rejects)
        elif drink:
            counts["drink"] += 1
            yield drink
        else:
            counts["absence"] += 1


def _usual_jobs(size: int) -> int:
    """Return the number of processes for inputs of this many bytes: one for small ones."""
    return 1 if size < PARALLEL_BYTES else os.cpu_count() or 1


def _name(path: Path) -> str:
    """Return the path for the lineage as valid text; file names may be any bytes."""
    return "stdin" if path == _STDIN else os.fsencode(path).decode("utf-8", "replace")


def _open(path: Path, stack: ExitStack, observed_at: int | None) -> InputFile:
    """Return the file; a pipe is copied first, because its format is read from its beginning."""
    if not _is_pipe(path):
        return InputFile(path, observed_at)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mocktailverse-")))
    copy = folder / _name(path).replace("/", "-")
    pipe = sys.stdin.buffer if path == _STDIN else stack.enter_context(path.open("rb"))
    with copy.open("wb") as file:
        shutil.copyfileobj(pipe, file)
    return InputFile(copy, observed_at)


def _is_pipe(path: Path) -> bool:
    try:
        return path == _STDIN or path.is_fifo()
    except OSError:  # opening it as a file reports the cause
        return False


def _reject(rejected: Rejected, file: IO[bytes] | None) -> None:
    if file is None:
        place = "" if rejected.position is None else f" at {rejected.position}"
        say(f"rejected{place}: {rejected.code} {rejected.path}: {rejected.message}")
    else:
        file.write(msgspec.json.encode(rejected) + b"\n")
