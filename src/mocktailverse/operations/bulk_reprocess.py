"""Bulk reprocess (backfill): all raw objects become items at once, by Dask, without the queue.

A MapReduce whose map is the pure transform and whose reduce is `merge`, so the items are those that
the pipeline writes, byte for byte. Dask runs it in processes of this machine, or on a cluster:

    raw objects -> chunks -> transform, merge within the chunk -> shuffle by id -> merge -> parts

    items/     DynamoDB JSON, as `ImportTable` reads it: one `{"Item": {...}}` a line, each id once
    rejected/  the rejected records (quarantine), as the pipeline stores them
    counts/    how many records each raw object has
"""

import gzip
import multiprocessing
import shutil
import signal
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial, reduce
from operator import itemgetter
from pathlib import Path
from typing import Literal

import dask
import msgspec
from dask import bag
from distributed import Client
from msgspec import Struct

from mocktailverse.drinks.register import Register, merge
from mocktailverse.errors import MissingError, TransientError, UnreachableError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.plan_processes import end_with_parent
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.pipeline.transformation import transform
from mocktailverse.stores.items import from_item, to_item

CHUNK_BYTES = 32 * 1024 * 1024
"""Stored bytes after which a chunk is full: a process holds a chunk's items in memory."""

CHUNKS_PER_PROCESS = 4
"""So that all processes have work until the end, if there are enough raw objects."""

_CONNECT_S = 10
_GZIP_LEVEL = 1
"""The fastest: higher ones take longer than the transform does."""

_SCRATCH = "scratch"
"""Subfolder for unfinished files and for the shuffle; removed at the end."""

_Line = tuple[str, bytes]
"""An id, and a line with its item."""


class Engine(Struct, frozen=True):
    """Where Dask runs the tasks of the current block."""

    processes: int
    shuffle: Literal["disk", "tasks"]
    """Dask's name of the shuffle: through a folder, or between the processes of a cluster."""


class RawInput(Struct, frozen=True):
    """A raw object to reprocess."""

    version: ObjectVersion
    bytes: int
    """The stored size."""
    open: Callable[[], OpenObject]
    """Called in the process that reads it."""


class ObjectCounts(Struct, frozen=True):
    """How many records a raw object has: a line of `counts/`."""

    object: ObjectVersion
    read: int
    rejected: int


class Reprocessed(Struct, frozen=True):
    """What a bulk reprocess has read and written."""

    objects: int
    """Raw objects read; one that has expired since it was listed is left out."""
    read: int
    """Records read."""
    rejected: int
    items: int
    """Distinct ids, those of absences included."""


@contextmanager
def local_processes(number: int) -> Iterator[Engine]:
    """Run Dask's tasks in processes of this machine within the block; no port is opened.

    Raises:
        TransientError: a process was killed.
    """
    pool = ProcessPoolExecutor(number, multiprocessing.get_context("spawn"), _start_process)
    try:
        with dask.config.set(scheduler="processes", pool=pool, chunksize=1):  # tasks are large
            yield Engine(number, "disk")
    except BrokenProcessPool as error:
        raise TransientError(
            "A process was killed, perhaps for lack of memory. Try again with fewer --processes."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(scheduler: str) -> Iterator[Engine]:
    """Run Dask's tasks on the cluster with this scheduler, `tcp://host:port`, within the block.

    Raises:
        UnreachableError: the scheduler does not respond.
    """
    try:
        client = Client(scheduler, timeout=_CONNECT_S)
    except (OSError, ValueError) as error:
        raise UnreachableError(f"The Dask scheduler `{scheduler}` does not respond.") from error
    with client:
        yield Engine(max(1, sum(client.nthreads().values())), "tasks")  # workers may come later


def reprocess(inputs: Sequence[RawInput], output: Path, engine: Engine) -> Reprocessed:
    """Write the items and the rejected records of raw objects, in any order, into a new folder.

    Every process has to have `output` under the same absolute path.

    Raises:
        TransientError: a raw object could not be read.
    """
    scratch = output / _SCRATCH
    scratch.mkdir(parents=True)
    chunks = _chunks(inputs, CHUNKS_PER_PROCESS * engine.processes)
    with dask.config.set(temporary_directory=str(scratch)):
        records = bag.from_sequence(enumerate(chunks), partition_size=1)
        lines = records.map(partial(_transformed, output)).flatten()
        groups = lines.groupby(itemgetter(0), shuffle=engine.shuffle)
        numbers = bag.from_sequence(range(groups.npartitions), partition_size=1)
        written = groups.map_partitions(partial(_write_items, output), numbers).compute()
    shutil.rmtree(scratch)
    counts = [*_read_counts(output / "counts")]
    return Reprocessed(
        objects=len(counts),
        read=sum(one.read for one in counts),
        rejected=sum(one.rejected for one in counts),
        items=sum(written),
    )


def _chunks(inputs: Sequence[RawInput], at_least: int) -> Iterator[list[RawInput]]:
    """Yield the raw objects in chunks of about equal size; at least this many, if they suffice."""
    limit = min(CHUNK_BYTES, sum(one.bytes for one in inputs) // at_least)
    chunk, size = list[RawInput](), 0
    for one in inputs:
        if chunk and size + one.bytes > limit:
            yield chunk
            chunk, size = [], 0
        chunk.append(one)
        size += one.bytes
    if chunk:
        yield chunk


def _transformed(output: Path, chunk: tuple[int, list[RawInput]]) -> list[_Line]:
    """Return the item of each id in a chunk; write its rejected records and its counts."""
    number, inputs = chunk
    registers: dict[str, Register] = {}
    rejected, counts = list[Rejected](), []
    for one in inputs:
        try:
            opened = one.open()
        except MissingError:
            continue
        read, rejected_before = 0, len(rejected)
        for result in transform(opened, one.version):
            read += 1
            if result.rejected:
                rejected.append(result.rejected)
            elif register := result.register:
                registers[register.id] = merge(registers.get(register.id), register)
        counts.append(ObjectCounts(one.version, read, len(rejected) - rejected_before))
    _write(output, f"rejected/{number:06d}.ndjson.gz", [*map(msgspec.json.encode, rejected)])
    _write(output, f"counts/{number:06d}.ndjson.gz", [*map(msgspec.json.encode, counts)])
    return [(register.id, _line(register)) for register in registers.values()]


def _write_items(
    output: Path, groups: Iterable[tuple[str, list[_Line]]], numbers: Iterable[int]
) -> list[int]:
    """Write a part with the merged item of each id; return the number of items."""
    (number,) = numbers
    items = [_merged([line for _, line in same_id]) for _, same_id in groups]
    _write(output, f"items/{number:06d}.json.gz", items)
    return [len(items)]


def _merged(lines: Sequence[bytes]) -> bytes:
    if len(lines) == 1:
        return lines[0]
    return _line(reduce(merge, (from_item(msgspec.json.decode(line)["Item"]) for line in lines)))


def _line(register: Register) -> bytes:
    return msgspec.json.encode({"Item": to_item(register)})


def _write(output: Path, name: str, lines: Sequence[bytes]) -> None:
    """Write a compressed part, if there are lines; a task that is repeated replaces it."""
    if lines:
        unfinished, path = output / _SCRATCH / uuid.uuid4().hex, output / name
        with gzip.open(unfinished, "wb", _GZIP_LEVEL) as file:
            file.writelines(line + b"\n" for line in lines)
        path.parent.mkdir(exist_ok=True)
        unfinished.replace(path)


def _read_counts(folder: Path) -> Iterator[ObjectCounts]:
    for path in folder.glob("*.gz"):
        with gzip.open(path) as file:
            yield from (msgspec.json.decode(line, type=ObjectCounts) for line in file)


def _start_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it; the parent ends the process
    threading.Thread(target=end_with_parent, daemon=True).start()
