"""The life cycle of a local stack: start, update, status, stop.

A folder holds all that a stack writes: `data/` with its data, which only `forget` deletes
(docs/decisions/0026-a-laptop-that-remembers.md), logs, the ports that it used last, `stack.json`
while it runs, and `tmp/`, which is removed when it stops.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from mocktailverse.errors import UsageError
from mocktailverse.local import data_guard, file_lock, full_disk, health, processes, watchdog
from mocktailverse.local.deploying import Progress
from mocktailverse.local.foreground import exits_on_signals
from mocktailverse.local.processes import Launcher
from mocktailverse.local.stack_start import Check, Notice, Options, StackStart, clear
from mocktailverse.local.state import (
    LocalStack,
    data_folder,
    log_files,
    read_stack,
    state_file,
    temporary,
)
from mocktailverse.stores.error_translation import translated

_STOP_FIRST = "Use it as it is, or stop it first: mocktailverse down"


class Status(msgspec.Struct, frozen=True):
    """The state of a local stack."""

    state: Literal["running", "broken", "stopped"]
    """`broken`: it was started, but one of its processes has ended or does not respond."""
    stack: LocalStack | None
    """None when stopped."""
    down: list[str]
    """The processes that have ended or do not respond."""


def start(
    state_dir: Path,
    options: Options | None = None,
    on_progress: Progress = lambda _step: None,
    check: Check = lambda _stack: None,
    on_notice: Notice = lambda _text: None,
) -> LocalStack:
    """Start a stack that outlives this process; update the code of one that runs.

    A folder is for one stack, and is created if missing. A new stack gets the data that the folder
    holds, and what was interrupted goes on. `on_progress` gets the current step as a text for
    people, and `on_notice` what they should know afterwards. `check` tests whether the stack works;
    a new stack that fails it is stopped.

    Raises:
        UsageError: a port is in use, the running stack has another port or source, or its
            `stack.json` cannot be read.
        UnreachableError: a process did not start; the text ends with its log. Or the embedded AWS
            of the folder's stack does not respond, or its data cannot be read.
        DeploymentError: the template could not be applied.
    """
    with _begin(state_dir, options, on_progress, check, on_notice) as this_start:
        stack = this_start.update(this_start.running) if this_start.running else this_start.launch()
        this_start.launcher.release()
        return stack


@contextlib.contextmanager
def running(
    state_dir: Path | None = None,
    options: Options | None = None,
    on_progress: Progress = lambda _step: None,
    check: Check = lambda _stack: None,
    on_notice: Notice = lambda _text: None,
) -> Iterator[LocalStack]:
    """Run a stack for as long as the block runs; it ends with this process, even by SIGKILL.

    The arguments are those of `start`; without `state_dir`, the stack gets a temporary folder.

    Raises:
        UsageError, UnreachableError, DeploymentError: as `start` does; a UsageError also when
            a stack runs in this folder already.
    """
    with exits_on_signals(), contextlib.ExitStack() as cleanup:
        if state_dir is None:
            scratch = tempfile.TemporaryDirectory(prefix="mocktailverse-")
            state_dir = Path(cleanup.enter_context(scratch))
        with _begin(state_dir, options, on_progress, check, on_notice) as this_start:
            folder = this_start.state_dir
            if this_start.running:
                raise UsageError(f"A stack runs in `{folder}` already. {_STOP_FIRST}")
            stack = this_start.launch()
            cleanup.enter_context(watchdog.hold(temporary(folder) / watchdog.FOREGROUND_LOCK))
        cleanup.callback(this_start.launcher.stop)
        cleanup.callback(stop, folder, forget=this_start.options.forgets)
        yield stack


def status(state_dir: Path) -> Status:
    """Return the state of the stack in this folder; changes nothing."""
    stack = read_stack(state_dir)
    if stack is None:
        return Status("stopped", None, [])
    down = [process.name for process in stack.processes if not health.is_healthy(process)]
    return Status("broken" if down else "running", stack, down)


def stop(
    state_dir: Path, on_progress: Progress = lambda _step: None, *, forget: bool = False
) -> bool:
    """Stop the stack in this folder; return whether there was one. Its data and logs stay.

    `forget` deletes its data.
    """
    if not state_dir.is_dir():
        return False
    with _locked(state_dir, on_progress) as folder:
        existed = state_file(folder).exists() or bool(processes.running_from(temporary(folder)))
        clear(folder)
        if forget:
            _delete_data(folder)
    return existed


def _delete_data(state_dir: Path) -> None:
    """Delete a stack's data, so that after an interruption all of it is there, or none."""
    unwanted = state_dir / "data.deleted"
    if data_folder(state_dir).exists():
        shutil.rmtree(unwanted, ignore_errors=True)
        data_folder(state_dir).rename(unwanted)
    if unwanted.exists():
        shutil.rmtree(unwanted)


@contextlib.contextmanager
def _begin(
    state_dir: Path, options: Options | None, on_progress: Progress, check: Check, on_notice: Notice
) -> Iterator[StackStart]:
    """Yield a start in this folder, and keep other commands out of it within the block."""
    with exits_on_signals(), _locked(state_dir, on_progress) as folder:
        options = options or Options()
        launcher = Launcher(temporary(folder), log_files(folder))
        running = data_guard.find_running(folder, options.response_timeout_s, on_progress)
        yield StackStart(folder, options, on_progress, check, on_notice, launcher, running)


@contextlib.contextmanager
def _locked(state_dir: Path, on_progress: Progress) -> Iterator[Path]:
    """Yield the folder's resolved path, created if missing, and keep other commands out of it."""
    folder = state_dir.resolve()
    with translated("Preparing the local stack"), full_disk.reported(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with file_lock.exclusive(
            folder / "lock", lambda: on_progress("waiting for another command on this stack")
        ):
            yield folder
