"""The local stack's life cycle: start, read, status, stop.

Its data is in memory: it is lost when the stack stops, and only `stop` stops a stack
(docs/decisions/0001-local-stack.md). A folder holds all that a stack writes: `stack.json` while it
runs, logs that stay, and `tmp/`, which goes when the stack stops.
"""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.errors import UsageError
from mocktailverse.local import (
    deploying,
    emulator,
    existing_stack,
    file_lock,
    full_disk,
    parts,
    ports,
    processes,
    services,
)
from mocktailverse.local.deploying import Progress
from mocktailverse.local.leashes import Leash, leash_for_later
from mocktailverse.local.parts import held
from mocktailverse.local.processes import HOST
from mocktailverse.local.state import (
    EMULATOR,
    SERVICES,
    SOURCE,
    LocalStack,
    path_text,
    read,
    state_file,
    temporary,
    write,
)
from mocktailverse.stores.errors import translated

__all__ = [
    "LocalStack",
    "Options",
    "Status",
    "default_state_dir",
    "read",
    "running",
    "start",
    "status",
    "stop",
]

Check = Callable[[LocalStack], object]


class Status(msgspec.Struct, frozen=True):
    """How a local stack is."""

    state: Literal["running", "broken", "stopped"]
    """`broken`: started, but a part of it has ended or does not answer."""
    stack: LocalStack | None
    """None when stopped."""
    down: list[str]
    """The parts that have ended or do not answer."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a start may choose; the defaults are what one wants.

    Raises:
        UsageError: when the checkout is not given and cannot be found.
    """

    port: int | None = None
    """Port of the embedded AWS on 127.0.0.1; None takes a free one."""
    records: Path | None = None
    """Records that the simulated TheCocktailDB serves; None leaves the choice to it."""
    source_url: str | None = None
    """A source to fetch from instead; None starts the simulated TheCocktailDB."""
    services: bool = False
    """Whether the API, the harness and the dashboard belong to it."""
    response_timeout_s: float = 30.0
    """How long the embedded AWS of a stack that runs may be silent."""
    checkout: Checkout = msgspec.field(default_factory=find_checkout)


def default_state_dir() -> Path:
    """The folder of the local stack where none is chosen: in the checkout, ignored by git.

    Raises:
        UsageError: there is no checkout.
    """
    return find_checkout().cache_dir.parent / "local"


def start(
    state_dir: Path,
    options: Options | None = None,
    on_progress: Progress = lambda _step: None,
    check: Check = lambda _stack: None,
) -> LocalStack:
    """Start a stack that outlives this process; of one that runs, bring the code up to date.

    The data of a stack that this folder already holds is never dropped; `stop` drops it.

    Args:
        state_dir: folder of this stack, made if missing; one stack a folder.
        options: ports and the source.
        on_progress: told what is being done, in words for people.
        check: looks whether the stack works; a stack just started that fails it is stopped.

    Raises:
        UsageError: a port is taken, the running stack has another port or source, or its
            `stack.json` cannot be read.
        UnreachableError: a part did not start; the text ends with its log. Or the embedded AWS
            of the folder's stack has ended or does not respond.
        DeploymentError: the template could not be applied.
    """
    options = options or Options()
    with processes.exits_on_signals(), _locked(state_dir, on_progress) as home:
        running = existing_stack.find(home, options.response_timeout_s, on_progress)
        if running:
            stack, leashes = _brought_up_to_date(home, running, options, on_progress, check)
        else:
            stack, leashes = _launch(home, options, on_progress, check)
        for leash in leashes:
            leash.release()
        return stack


@contextlib.contextmanager
def running(
    state_dir: Path | None = None,
    options: Options | None = None,
    on_progress: Progress = lambda _step: None,
    check: Check = lambda _stack: None,
) -> Iterator[LocalStack]:
    """A stack for as long as the block runs; it ends with this process, even by SIGKILL.

    Args:
        state_dir: folder of this stack; None uses a temporary one.
        options: ports and the source.
        on_progress: told what is being done, in words for people.
        check: looks whether the stack works, while the services start.

    Raises:
        UsageError, UnreachableError, DeploymentError: as `start` does; a UsageError also when
            a stack runs in this folder already.
    """
    options = options or Options()
    with contextlib.ExitStack() as cleanup:
        cleanup.enter_context(processes.exits_on_signals())
        if state_dir is None:
            scratch = tempfile.TemporaryDirectory(prefix="mocktailverse-")
            state_dir = Path(cleanup.enter_context(scratch))
        with _locked(state_dir, on_progress) as home:
            if existing_stack.find(home, options.response_timeout_s, on_progress):
                raise UsageError(f"A stack runs in {home} already: use it, or stop it first.")
            launched, leashes = _launch(home, options, on_progress, check)
            cleanup.enter_context(leash_for_later(temporary(home)))
        for leash in leashes:
            cleanup.callback(leash.close)
        cleanup.callback(stop, home)
        yield launched


def status(state_dir: Path) -> Status:
    """How the stack in this folder is; changes nothing."""
    known = read(state_dir)
    if known is None:
        return Status("stopped", None, [])
    down = [process.name for process in known.processes if not parts.is_well(process)]
    return Status("broken" if down else "running", known, down)


def stop(state_dir: Path, on_progress: Progress = lambda _step: None) -> bool:
    """End the stack in this folder with all its processes and data; logs stay.

    Returns:
        Whether there was one.
    """
    if not state_dir.is_dir():
        return False
    with _locked(state_dir, on_progress) as home:
        existed = state_file(home).exists() or bool(processes.running_from(temporary(home)))
        _clear(home)
    return existed


def _launch(
    home: Path, options: Options, on_progress: Progress, check: Check
) -> tuple[LocalStack, list[Leash]]:
    """Start everything from nothing; on a failure nothing is left but the logs."""
    _clear(home)
    port = options.port or ports.free_port()
    ports.require_free(port)
    temporary(home).mkdir(mode=0o700)
    with contextlib.ExitStack() as undo:
        undo.callback(_clear, home)
        on_progress("starting the embedded AWS")
        started = [held(undo, parts.start_emulator(home, port))]
        source_url = options.source_url
        if source_url is None:
            on_progress("starting the simulated TheCocktailDB")
            started.append(held(undo, parts.start_source(home, path_text(options.records))))
            source_url = f"http://{HOST}:{started[-1].process.port}"
        archive = deploying.build(options.checkout, on_progress)  # meanwhile they start
        emulator.wait_until_ready(started[0].process, home / parts.LOGS[EMULATOR])
        endpoint = f"http://{HOST}:{port}"
        access_key_id, secret_access_key = emulator.create_deployer(endpoint)
        launched = LocalStack(
            endpoint=endpoint,
            region=emulator.REGION,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            source_url=source_url,
            records=path_text(options.records),
            outputs={},
            processes=[part.process for part in started],
            started_at=time.time(),
            deployed="",
            ops_key="",
        )
        launched = deploying.deploy(launched, options.checkout, archive, on_progress)
        ops_key = deploying.make_ops_key(launched.clients())
        launched = msgspec.structs.replace(launched, ops_key=ops_key)
        if SOURCE in launched.parts:
            parts.wait_for_source(home, launched.parts[SOURCE])
        if options.services:
            launched, serving = services.start(undo, home, launched, options.checkout, on_progress)
            started += serving
        check(launched)
        services.wait(home, launched)
        write(home, launched)  # last: only a stack that works has data to protect
        undo.pop_all()
    return launched, [part.leash for part in started]


def _brought_up_to_date(
    home: Path, running: LocalStack, options: Options, on_progress: Progress, check: Check
) -> tuple[LocalStack, list[Leash]]:
    if options.port not in (None, running.port):
        raise UsageError(f"The stack runs on port {running.port} already: stop it first.")
    if options.source_url not in (None, running.source_url):
        raise UsageError(f"The stack fetches from {running.source_url}: stop it first.")
    if options.records and path_text(options.records) != running.records:
        raise UsageError("The stack serves other records: stop it first.")
    archive = deploying.build(options.checkout, on_progress)
    with contextlib.ExitStack() as undo:
        current, started = parts.with_source(undo, home, running, on_progress)
        today = deploying.fingerprint(options.checkout, archive)
        if running.deployed != today or not running.service_keys:
            current = deploying.deploy(current, options.checkout, archive, on_progress)
            write(home, current)
        stale = (current.outputs, current.service_keys) != (running.outputs, running.service_keys)
        if options.services:
            due = SERVICES if stale else services.due(current, options.checkout)
            current, serving = services.start(
                undo, home, current, options.checkout, on_progress, names=due
            )
            write(home, current)
            started += serving
        check(current)
        services.wait(home, current)
        undo.pop_all()
    return current, [part.leash for part in started]


def _clear(home: Path) -> None:
    """Remove a stack's processes, those that a crash has left behind, and its data."""
    with contextlib.suppress(UsageError):  # of another version: its folder leads to its processes
        known = read(home)
        if known:
            processes.stop(*known.processes)
    processes.end_all_from(temporary(home))
    shutil.rmtree(temporary(home), ignore_errors=True)
    state_file(home).unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(state_dir: Path, on_progress: Progress) -> Iterator[Path]:
    """The folder, made and held against other commands."""
    home = state_dir.resolve()
    with translated("Preparing the local stack"), full_disk.reported(home):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with file_lock.exclusive(
            home / "lock", lambda: on_progress("waiting for another command on this stack")
        ):
            yield home
