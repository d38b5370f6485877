"""Examine raw objects in several processes: reading a record takes processor time.

Each process reads the objects of its task itself, several at once, and opens the catalogue's file
itself, so that little is sent between the processes, and memory does not grow with the objects.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import MissingError, PermanentError, TransientError
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.plan_comparison import Examine
from mocktailverse.pipeline.plan_object import ExaminedObject, ObjectTask, examine
from mocktailverse.pipeline.ports import OpenObject, RawStore

CHUNK_OBJECTS = 16
"""Objects that a process opens at once."""

CHUNK_BYTES = 8 * 1024 * 1024
"""Stored bytes after which a chunk is full: balances the processes."""

_READERS = 8

_CPU_LIMIT_S, _CPU_LIMIT_S_PER_MIB = 20.0, 30.0
"""Processor time for an object, many times what it takes: its bytes may be compressed."""


class _EndlessError(BaseException):
    """This code does not finish an object. No Exception, because that code may handle those."""


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
                    with _limited_time(task):
                        examined = examine(task, read[0], self.catalogue, read[1])
                    yield examined

    def _read(self, task: ObjectTask) -> tuple[OpenObject, list[Rejected]] | None:
        try:
            opened = self.raw.open(task.version)
        except MissingError:
            return None
        return opened, [line for key in task.rejected_keys for line in self.raw.rejected(key)]


@contextmanager
def _limited_time(task: ObjectTask) -> Iterator[None]:
    """Raise _EndlessError if the block takes too much processor time for an object."""
    limit_s = _CPU_LIMIT_S + _CPU_LIMIT_S_PER_MIB * task.bytes / 2**20

    def end(*_: object) -> None:
        raise _EndlessError(
            f"This code has worked for {limit_s:.0f} s of processor time on `{task.version.key}`"
            " and is not done. It may not end for one of its records."
        )

    signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@contextmanager
def examiner_pool(open_raw: Callable[[], RawStore], catalogue: Path) -> Iterator[Examine]:
    """Examine raw objects in a process for each processor, within the block.

    `open_raw` is called in each process. What is yielded raises TransientError if a process is
    killed, or an object cannot be read, and PermanentError if this code does not finish an object.
    """
    pool = ProcessPoolExecutor(
        os.cpu_count(),
        multiprocessing.get_context("spawn"),  # threads and sockets do not survive a fork
        _start,
        (open_raw, catalogue),
    )
    try:
        yield partial(_examined, pool)
    finally:
        pool.shutdown(cancel_futures=True)


def _examined(pool: ProcessPoolExecutor, tasks: Sequence[ObjectTask]) -> Iterator[ExaminedObject]:
    try:
        with _interrupts_blocked():
            chunks = pool.map(_examine, _chunks(tasks))  # starts the processes
        for chunk in chunks:
            yield from chunk
    except _EndlessError as error:
        raise PermanentError(str(error)) from error
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
    threading.Thread(target=end_with_parent, daemon=True).start()
    _examiner.append(Examiner(open_raw(), Catalogue(catalogue)))


def end_with_parent() -> None:
    """End this process once its parent has ended, whatever ended that one."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _examine(tasks: Sequence[ObjectTask]) -> list[ExaminedObject]:
    return [*_examiner[0].examined(tasks)]
