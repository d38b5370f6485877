"""The transform of files, in this process or in several, in the order of the records.

This process decodes; workers transform batches of records in turn. A worker has one batch at a
time, so that memory is bounded, and never do both sides of a pipe wait for each other.
"""

import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import cycle, islice
from multiprocessing.connection import Connection
from typing import NamedTuple

import msgspec

from mocktailverse.errors import TransientError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.decode import DecodedRecord, decode
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.pipeline.transformation import observed_at_of, reader_of, record_results

BATCH_RECORDS = 256
"""Records that a worker transforms at a time: about 50 ms of work."""

_SPAWN = multiprocessing.get_context("spawn")
"""Starts workers without a copy of this process, whose threads a fork would break."""


class TransformedRecord(NamedTuple):
    """A drink as JSON, or a rejected record; neither for an absence."""

    drink: bytes | None
    rejected: Rejected | None


class _Batch(NamedTuple):
    """Some records of one raw object."""

    version: ObjectVersion
    observed_at: int
    records: list[DecodedRecord]


def transformed(
    inputs: Iterable[tuple[OpenObject, ObjectVersion]], jobs: int
) -> Generator[TransformedRecord, None, None]:
    """Yield every record of the objects, in their order; `jobs` is the number of processes.

    The sources of the objects must be registered. With one job no other process is started.

    Raises:
        UsageError: a file can no longer be read.
        TransientError: a worker was killed.
    """
    batches = _batches(inputs)
    if jobs == 1:
        for batch in batches:
            yield from _transform(batch)
        return
    with _workers(jobs) as workers:
        pending: deque[Connection] = deque()
        for worker, batch in zip(cycle(workers), batches, strict=False):
            if len(pending) == jobs:
                yield from _received(pending.popleft())
            with _alive():
                worker.send(batch)
            pending.append(worker)
        for worker in pending:
            yield from _received(worker)


def _batches(inputs: Iterable[tuple[OpenObject, ObjectVersion]]) -> Iterator[_Batch]:
    for raw, version in inputs:
        observed_at, records = observed_at_of(raw), decode(raw, reader_of(version))
        while batch := list(islice(records, BATCH_RECORDS)):
            yield _Batch(version, observed_at, batch)


def _transform(batch: _Batch) -> Iterator[TransformedRecord]:
    reader = reader_of(batch.version)
    for result in record_results(batch.records, reader, batch.version, batch.observed_at):
        drink = result.register.drink if result.register else None
        encoded = None if drink is None else msgspec.json.encode(drink)
        yield TransformedRecord(encoded, result.rejected)


@contextmanager
def _workers(number: int) -> Iterator[list[Connection]]:
    """Start workers for the block and yield a connection to each; none is left after it."""
    with ExitStack() as stack:
        connections = []
        for _ in range(number):
            ours, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            stack.callback(process.join)
            stack.callback(process.terminate)
            connections.append(stack.enter_context(ours))
        yield connections


def _received(worker: Connection) -> list[TransformedRecord]:
    with _alive():
        records: list[TransformedRecord] = worker.recv()
    return records


@contextmanager
def _alive() -> Iterator[None]:
    """Raise TransientError if the worker at the other end of the connection is dead."""
    try:
        yield
    except (EOFError, ConnectionResetError, BrokenPipeError) as error:
        raise TransientError("A worker of the transform was killed. Try `--jobs 1`.") from error


def _work(connection: Connection) -> None:
    """Transform batches until the other end of the connection is closed or its process is dead."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C also reaches the process that started it
    with suppress(EOFError, ConnectionResetError, BrokenPipeError):
        while True:
            connection.send(list(_transform(connection.recv())))
