"""Processes of this machine: started, recognised later, and stopped with all their children."""

import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO

import msgspec
import psutil

from mocktailverse.local import watchdog
from mocktailverse.waiting import wait_until

STDERR = 2
EXEC_TIMEOUT_S = 5.0
EXEC_POLL_S = 0.001
TERMINATE_TIMEOUT_S = 0.5
"""From SIGTERM to SIGKILL. It is enough to close ports and files; a stack saves nothing."""

KILL_TIMEOUT_S = 10.0
KILL_ROUNDS = 20
START_TIME_TOLERANCE_S = 2.0
"""The clock may be adjusted between two readings of a process's start time."""

_PACKAGE = "mocktailverse.local."
_EMPTY: Mapping[str, str] = MappingProxyType({})


class Process(msgspec.Struct, frozen=True):
    """A process, as `stack.json` records it. Another process may have its pid by now."""

    name: str
    pid: int
    started_at: float
    """Seconds since 1970, by the operating system's clock."""
    port: int
    booted_at: float = 0.0
    """When the machine started, by the same clock."""

    def find(self) -> psutil.Process | None:
        """Return the running process; None if it has ended, or if its pid is another one's now."""
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process = psutil.Process(self.pid)
            if (
                self._started_at(process.create_time())
                and any(argument.startswith(_PACKAGE) for argument in process.cmdline())
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                return process
        return None

    def _started_at(self, time_s: float) -> bool:
        """Return whether the process started at this time, even if the clock was set since then.

        The clock is set after a laptop or a virtual machine has slept. Linux counts a process's
        start from the machine's start, so that both times move; macOS keeps the start time.
        """
        clock_set_by = psutil.boot_time() - self.booted_at
        difference = time_s - self.started_at
        return min(abs(difference), abs(difference - clock_set_by)) <= START_TIME_TOLERANCE_S

    def listens(self) -> bool:
        """Return whether this very process, and no other, listens on its port."""
        process = self.find()
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            return process is not None and any(
                connection.status == psutil.CONN_LISTEN and connection.laddr.port == self.port
                for connection in process.net_connections(kind="tcp")
            )
        return False


class Launcher:
    """Starts processes that end with this one, whatever ends it, until they are released.

    `directory` is their home, working and temporary directory. `logs` has a file for the output of
    a process, by its name; the others print to our stderr.
    """

    def __init__(self, directory: Path, logs: Mapping[str, Path] = MappingProxyType({})) -> None:
        self.directory = directory
        self.logs = logs
        self.started: list[Process] = []
        self._lock: IO[bytes] | None = None

    def start(
        self, name: str, command: Sequence[str], port: int, environment: Mapping[str, str] = _EMPTY
    ) -> Process:
        """Start `python -m` in a session of its own, without waiting until it is ready.

        The command is a module and its arguments. The process inherits nothing of our environment.
        """
        log, home = self.logs.get(name), str(self.directory)
        standard = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home}
        self._lock = self._lock or watchdog.hold(self.directory / f"{uuid.uuid4()}.lock")
        if log:
            log.write_bytes(b"")
        # Opened to append, so that it can be emptied while the process writes.
        with log.open("ab") if log else contextlib.nullcontext(STDERR) as output:
            child = subprocess.Popen(  # noqa: S603  our own command, no shell
                [sys.executable, "-m", watchdog.__name__, self._lock.name, *command],
                env={**standard, **environment},
                cwd=self.directory,  # so that `-m` finds nothing in the caller's directory
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child.returncode = 0  # otherwise Popen would warn about a process that still runs
        running = psutil.Process(child.pid)
        process = Process(name, child.pid, running.create_time(), port, psutil.boot_time())
        self.started.append(process)
        with contextlib.suppress(psutil.Error):  # if it has ended, a health check reports it
            # Popen returns a moment before `exec` is done; until then, `find` cannot recognise it.
            wait_until(running.cmdline, EXEC_TIMEOUT_S, EXEC_POLL_S)
        return process

    def release(self) -> None:
        """Let the processes outlive this one."""
        if self._lock:
            watchdog.release(self._lock)

    def stop(self) -> None:
        """Stop the processes that were started."""
        stop(*self.started)
        if self._lock:
            self._lock.close()


def stop(*processes: Process) -> None:
    """Stop processes and all their children: by SIGTERM, then by SIGKILL."""
    family: list[psutil.Process] = []
    for process in processes:
        running = process.find()
        with contextlib.suppress(psutil.NoSuchProcess):
            if running:
                family += [running, *running.children(recursive=True)]
                running.terminate()
    kill(family)


def kill(family: Sequence[psutil.Process]) -> None:
    """Send SIGKILL to processes that do not end by themselves in a moment."""
    wait_until(lambda: all(map(_has_ended, family)), TERMINATE_TIMEOUT_S)
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            if not _has_ended(process):
                process.kill()
    wait_until(lambda: all(map(_has_ended, family)), KILL_TIMEOUT_S)
    psutil.wait_procs(family, timeout=0)  # removes our own children from the process table


def _has_ended(process: psutil.Process) -> bool:
    """Return whether a process has ended; a zombie counts as ended."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def kill_all_from(directory: Path) -> None:
    """Kill the processes of `running_from`, and those that they start meanwhile."""
    for _ in range(KILL_ROUNDS):
        if not (family := running_from(directory)):
            return
        kill(family)


def running_from(directory: Path) -> list[psutil.Process]:
    """Return our Python processes whose command line names a directory or a file in it."""
    below = f"{directory}{os.sep}"
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [""])[0] == sys.executable
        and any(f"{argument}{os.sep}".startswith(below) for argument in process.info["cmdline"])
    ]
