"""Commands that need no AWS at all: `transform` and `measure`."""

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated, Literal

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.destination import is_special, written
from mocktailverse.cli.output import print_json, print_table, progress, say
from mocktailverse.drinks import parse_measure
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.pipeline.transform import transform as transform_object
from mocktailverse.sources import require_source
from mocktailverse.times import parse_past_time

STDIN = Path("-")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(transform)
    app.command()(measure)


def transform(
    files: Annotated[
        list[Path], typer.Argument(help="Raw files in any accepted form; - is stdin.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the drinks go [stdout].")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where the rejected lines go, as NDJSON [stderr, in short].")
    ] = None,
    form: Annotated[
        Literal["ndjson", "json"], typer.Option("--format", help="One drink a line, or one array.")
    ] = "ndjson",
    source: options.Source = "thecocktaildb",
    observed_at: options.ObservedAt = None,
    env: options.Env = "local",  # noqa: ARG001 - every command takes it; this one needs no AWS
) -> None:
    """Turn raw files into drinks with the pipeline's own code, without any AWS."""
    require_source(source)
    observed = None if observed_at is None else parse_past_time(observed_at)
    if output and rejects and not is_special(output) and output.resolve() == rejects.resolve():
        raise UsageError(f"{output} cannot take both the drinks and the rejected lines.")
    with ExitStack() as stack:
        inputs = [_open(path, stack, observed) for path in files]
        drinks = stack.enter_context(written(output, files))
        rejected = stack.enter_context(written(rejects, files)) if rejects else None
        bar = stack.enter_context(progress())
        task = bar.add_task("records", total=None)
        counts, absences = Counts(), 0
        separator = b"[\n" if form == "json" else b""
        for path, file in zip(files, inputs, strict=True):
            version = ObjectVersion("", f"raw/{source}/{_name(path)}", "null")
            for piece in transform_object(file, version):
                bar.update(task, advance=1)
                if piece.rejected:
                    counts.count("rejected")
                    _reject(piece.rejected, rejected)
                if piece.register is None:
                    continue
                if piece.register.drink is None:
                    absences += 1
                    continue
                counts.count("loaded")
                line = msgspec.json.encode(piece.register.drink)
                drinks.write(separator + line if form == "json" else line + b"\n")
                separator = b",\n"
        if form == "json":
            drinks.write(b"\n]\n" if counts.loaded else b"[]\n")
    told = f"{counted(counts.loaded, 'drink')}, {counts.rejected} rejected"
    told += f", {counted(absences, 'absence')}" if absences else ""
    say(f"{counted(counts.read + absences, 'record')}: {told}")


def measure(
    text: Annotated[str, typer.Argument(help='A measure as recipes write it: "1 1/2 oz".')],
    ingredient: Annotated[
        str | None, typer.Option(help="What is measured; some measures need it.")
    ] = None,
    env: options.Env = "local",  # noqa: ARG001 - every command takes it; this one needs no AWS
    as_json: options.Json = False,
) -> None:
    """Show how one measure is understood."""
    parsed = parse_measure(text, ingredient)
    if as_json:
        print_json(parsed)
        return
    rows = [(name, getattr(parsed, name)) for name in parsed.__struct_fields__]
    print_table(text, ("field", "value"), rows)


def _name(path: Path) -> str:
    """The path as text for the lineage, also where the file system's bytes are no UTF-8."""
    return "stdin" if path == STDIN else os.fsencode(path).decode("utf-8", "replace")


def _open(path: Path, stack: ExitStack, observed_at: int | None) -> InputFile:
    if not _is_pipe(path):
        return InputFile(path, observed_at)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mocktailverse-")))
    spooled = folder / _name(path).replace("/", "-")
    pipe = sys.stdin.buffer if path == STDIN else stack.enter_context(path.open("rb"))
    with spooled.open("wb") as spool:
        shutil.copyfileobj(pipe, spool)
    return InputFile(spooled, observed_at)


def _is_pipe(path: Path) -> bool:
    try:
        return path == STDIN or path.is_fifo()
    except OSError:  # opening it as a file will say why
        return False


def _reject(rejected: Rejected, file: IO[bytes] | None) -> None:
    if file is None:
        place = "" if rejected.position is None else f" at {rejected.position}"
        say(f"rejected{place}: {rejected.code} {rejected.path}: {rejected.message}")
    else:
        file.write(msgspec.json.encode(rejected) + b"\n")
