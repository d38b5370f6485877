"""Examine raw objects in several processes: reading a record takes processor time.

Each process reads the objects of its task itself, several at once, and opens the catalogue's file
itself, so that little is sent between the processes, and memory does not grow with the objects.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import MissingError, TransientError
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.plan_object import ExaminedObject, ObjectTask, examine
from mocktailverse.pipeline.ports import OpenObject, RawStore

CHUNK_OBJECTS = 16
"""Objects that a process opens at once."""

CHUNK_BYTES = 8 * 1024 * 1024
"""Stored bytes after which a chunk is full: balances the processes."""

_READERS = 8
_decoder = msgspec.msgpack.Decoder(list[ExaminedObject])


class Examiner(Struct, frozen=True):
    """Examines raw objects in the process that it is in."""

    raw: RawStore
    catalogue: Catalogue

    def examined(self, tasks: Sequence[ObjectTask]) -> Iterator[ExaminedObject]:
        """Yield what this code makes of each object; nothing is noted of an expired one."""
        with ThreadPoolExecutor(_READERS) as readers:
            for task, read in zip(tasks, readers.map(self._read, tasks), strict=True):
                if read is None:
                    yield ExaminedObject(task.version)
                else:
                    yield examine(task, read[0], self.catalogue, read[1])

    def _read(self, task: ObjectTask) -> tuple[OpenObject, list[Rejected]] | None:
        try:
            opened = self.raw.open(task.version)
        except MissingError:
            return None
        return opened, [line for key in task.rejected_keys for line in self.raw.rejected(key)]


class ExaminerPool:
    """Examines raw objects in a process for each processor; within a `with` block."""

    def __init__(self, open_raw: Callable[[], RawStore], catalogue: Path) -> None:
        """Start no process yet; `open_raw` is called in each."""
        self._pool = ProcessPoolExecutor(
            os.cpu_count(),
            multiprocessing.get_context("spawn"),  # threads and sockets do not survive a fork
            _start,
            (open_raw, catalogue),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def examined(self, tasks: Sequence[ObjectTask]) -> Iterator[ExaminedObject]:
        """Yield what this code makes of each object.

        Raises:
            TransientError: a process was killed, or an object could not be read.
        """
        chunks = _chunks(tasks)
        running = deque[Future[bytes]]()
        try:
            for chunk in chunks:
                with _interrupts_blocked():
                    running.append(self._pool.submit(_examine, chunk))
                if len(running) > 2 * (os.cpu_count() or 1):
                    yield from _decoder.decode(running.popleft().result())
            while running:
                yield from _decoder.decode(running.popleft().result())
        except BrokenProcessPool as error:
            raise TransientError(
                "A process that reads raw objects was killed, perhaps for lack of memory. Try"
                " again, or read fewer with --sample."
            ) from error


def _chunks(tasks: Sequence[ObjectTask]) -> Iterator[list[ObjectTask]]:
    chunk: list[ObjectTask] = []
    for task in tasks:
        chunk.append(task)
        is_full = sum(each.bytes for each in chunk) >= CHUNK_BYTES
        if is_full or len(chunk) == CHUNK_OBJECTS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C within the block, and for ever in processes that it starts.

    A terminal sends it to them, too, but their parent ends them.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_examiner: list[Examiner] = []
"""That of this process, once it has started."""


def _start(open_raw: Callable[[], RawStore], catalogue: Path) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _examiner.append(Examiner(open_raw(), Catalogue(catalogue)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _examine(tasks: Sequence[ObjectTask]) -> bytes:
    return msgspec.msgpack.encode([*_examiner[0].examined(tasks)])
