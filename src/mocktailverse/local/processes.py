"""Processes of the local stack: started, recognised again later, and stopped for good."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import msgspec
import psutil

from mocktailverse.errors import UnreachableError
from mocktailverse.local.full_disk import FullDiskWatch
from mocktailverse.local.leashes import Leash, new_leash

HOST: Final = "127.0.0.1"
STDERR = 2
POLL_S = 0.02
EXEC_WAIT_S = 5.0
EXEC_POLL_S = 0.001
STOP_GRACE_S = 0.5
"""Enough for closing ports and files; nothing is saved, for the state is disposable."""

KILL_WAIT_S = 10.0
END_ATTEMPTS = 20
START_TIME_TOLERANCE_S = 2.0
"""The clock may be adjusted between two readings of a process's start."""

_LEASH = "mocktailverse.local.leash"


class Process(msgspec.Struct, frozen=True):
    """A process as it is written down; the pid alone may meanwhile be someone else's."""

    name: str
    pid: int
    started_at: float
    """Seconds since 1970, as the operating system tells them."""
    port: int
    booted_at: float = 0.0
    """When the machine started, likewise."""

    def find(self) -> psutil.Process | None:
        """The running process, if it is still this one."""
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            found = psutil.Process(self.pid)
            if (
                self._started_at(found.create_time())
                and _LEASH in found.cmdline()
                and found.status() != psutil.STATUS_ZOMBIE
            ):
                return found
        return None

    def _started_at(self, time_s: float) -> bool:
        """Whether this is when the process started, also if the clock was set since then.

        That happens after a laptop or a virtual machine has slept. Linux counts a process's start
        from the machine's, and so reports both differently; macOS keeps the time of its start.
        """
        clock_set_by = psutil.boot_time() - self.booted_at
        difference = time_s - self.started_at
        return min(abs(difference), abs(difference - clock_set_by)) <= START_TIME_TOLERANCE_S

    def listens(self) -> bool:
        """Whether this very process, and no other, serves its port."""
        found = self.find()
        if found is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            return any(
                connection.status == psutil.CONN_LISTEN and connection.laddr.port == self.port
                for connection in found.net_connections(kind="tcp")
            )
        return False


def start(  # noqa: PLR0913  keyword-only; each is a separate fact about the process
    *,
    name: str,
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    directory: Path,
    log: Path | None,
    port: int,
) -> tuple[Process, Leash]:
    """Start `python -m module` in a session of its own and on a leash, ours or the directory's.

    Args:
        name: what people call it.
        module: the module to run.
        arguments: its command line.
        environment: its settings; nothing of this process's environment reaches it.
        directory: its home, working and temporary directory.
        log: file for what it prints; None is our own stderr.
        port: the TCP port that it is going to serve.
    """
    reading_end, writing_end = new_leash(directory)
    try:
        with log.open("wb") if log else contextlib.nullcontext(STDERR) as output:
            child = subprocess.Popen(  # noqa: S603  our own command, no shell
                [
                    *(sys.executable, "-m", _LEASH, str(reading_end), str(directory)),
                    *(module, *arguments),
                ],
                env={
                    "PATH": os.defpath,
                    "LANG": "C.UTF-8",
                    "HOME": str(directory),
                    "TMPDIR": str(directory),
                    **environment,
                },
                cwd=directory,  # so that `-m` finds nothing of the caller's folder
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(reading_end,),
                start_new_session=True,
            )
    except BaseException:
        Leash(writing_end).close()
        raise
    finally:
        os.close(reading_end)
    child.returncode = 0  # it is found again by its pid; Popen would warn that it runs on
    started_at = psutil.Process(child.pid).create_time()
    _wait_for_command_line(child.pid)
    process = Process(
        name=name, pid=child.pid, started_at=started_at, port=port, booted_at=psutil.boot_time()
    )
    return process, Leash(writing_end)


def _wait_for_command_line(pid: int) -> None:
    """Wait until the process can be recognised; Popen returns a moment before the kernel is done.

    One that has ended by then will be missed soon enough.
    """
    deadline = time.monotonic() + EXEC_WAIT_S
    with contextlib.suppress(psutil.Error):
        while not psutil.Process(pid).cmdline() and time.monotonic() < deadline:
            time.sleep(EXEC_POLL_S)


def wait_until_listening(process: Process, log: Path, timeout_s: float) -> None:
    """Wait until a process serves its port; raises as `wait_until` does."""
    wait_until(process.listens, process, log, timeout_s)


def wait_until(
    ready: Callable[[], bool], process: Process, log: Path | None, timeout_s: float
) -> None:
    """Wait until a process is ready.

    Raises:
        UnreachableError: it ended or did not get so far in time; the text ends with its log. Or
            its disk is full.
    """
    deadline = time.monotonic() + timeout_s
    disk = FullDiskWatch([log] if log else [], whole=True)
    while not ready():
        disk.check()
        if process.find() is None or time.monotonic() > deadline:
            told = f"The {process.name} did not start on {HOST}:{process.port}"
            if log is None:
                raise UnreachableError(f"{told}.")
            last_lines = log.read_text(errors="replace").splitlines()[-5:]
            raise UnreachableError(f"{told}; {log} ends with:\n" + "\n".join(last_lines))
        time.sleep(POLL_S)


def stop(*ending: Process) -> None:
    """End processes and all that they started: politely first, then for good."""
    family: list[psutil.Process] = []
    for process in ending:
        found = process.find()
        with contextlib.suppress(psutil.NoSuchProcess):
            if found:
                family += [found, *found.children(recursive=True)]
                found.terminate()
    kill(family)


def kill(family: Sequence[psutil.Process]) -> None:
    """Give processes a moment to end by themselves, then end them."""
    for process in _still_there(family, STOP_GRACE_S):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _still_there(family, KILL_WAIT_S)
    psutil.wait_procs(family, timeout=0)  # our own children leave the process table, too


def _still_there(family: Sequence[psutil.Process], wait_s: float) -> list[psutil.Process]:
    deadline = time.monotonic() + wait_s
    while (left := [process for process in family if not _has_ended(process)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(POLL_S)
    return left


def _has_ended(process: psutil.Process) -> bool:
    """Ended counts, whether its parent has taken note of it or not."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end_all_from(directory: Path) -> None:
    """End the processes of `running_from`, and those that they start meanwhile."""
    for _ in range(END_ATTEMPTS):
        family = running_from(directory)
        if not family:
            return
        kill(family)


def running_from(directory: Path) -> list[psutil.Process]:
    """Python processes of ours whose command line names a directory or a file under it."""
    below = f"{directory}{os.sep}"
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [""])[0] == sys.executable
        and any(f"{argument}{os.sep}".startswith(below) for argument in process.info["cmdline"])
    ]


_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def exits_on_signals() -> Iterator[None]:
    """Within the block Ctrl-C, SIGTERM and SIGHUP raise once, so that `finally` is honoured.

    Ctrl-C raises KeyboardInterrupt, the others SystemExit. Further signals are ignored: cleaning
    up is under way. Signals that are handled or ignored already stay so, and threads other than
    the main one cannot handle any.
    """
    replaced = {}
    if threading.current_thread() is threading.main_thread():
        for number in _ENDING:
            handler = signal.getsignal(number)
            if handler in (signal.SIG_DFL, signal.default_int_handler):
                replaced[number] = signal.signal(number, _exit)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


def _exit(number: int, _frame: FrameType | None) -> NoReturn:
    for further in _ENDING:
        signal.signal(further, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
