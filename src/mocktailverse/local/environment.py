"""The local stack's life cycle: start, read, status, stop.

Its state is disposable: each start begins empty (docs/decisions/0001-local-stack.md). A folder
holds all that a stack writes: `stack.json` while it runs, logs that stay, and `tmp/`, which
goes when the stack stops.
"""

import contextlib
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from mocktailverse.deployment import package, stack
from mocktailverse.deployment.checkout import Checkout, find_checkout
from mocktailverse.errors import UsageError
from mocktailverse.local import emulator, processes
from mocktailverse.local.processes import HOST, Leash, Process
from mocktailverse.local.state import LocalStack, read, state_file, temporary, write

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

STAGE = "local"
DEPLOY_POLL_S = 0.05
SOURCE_START_TIMEOUT_S = 15.0
SIMULATION_REQUESTS_PER_S = "100"
"""A real source gets the template's polite default instead."""

LOADS_EXPIRY_ATTRIBUTE = "expires_at"

Progress = Callable[[str], None]


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
    check: Callable[[LocalStack], object] = lambda _stack: None,
) -> LocalStack:
    """Start a stack that outlives this process; of one that runs, bring the code up to date.

    Args:
        state_dir: folder of this stack, made if missing; one stack a folder.
        options: ports and the source.
        on_progress: told what is being done, in words for people.
        check: looks whether the stack works; a stack just started that fails it is stopped.

    Raises:
        UsageError: a port is taken, or the running stack has another port or source.
        UnreachableError: a part did not start; the text ends with its log.
        DeploymentError: the template could not be applied.
    """
    options = options or Options()
    with processes.exits_on_signals(), _locked(state_dir, on_progress) as home:
        running = _healthy(home)
        if running:
            current = _brought_up_to_date(home, running, options, on_progress)
            check(current)
            return current
        launched, leashes = _launch(home, options, on_progress)
        with contextlib.ExitStack() as undo:
            undo.callback(_clear, home)
            check(launched)
            undo.pop_all()
        for leash in leashes:
            leash.release()
        return launched


@contextlib.contextmanager
def running(
    state_dir: Path | None = None,
    options: Options | None = None,
    on_progress: Progress = lambda _step: None,
) -> Iterator[LocalStack]:
    """A stack for as long as the block runs; it ends with this process, even by SIGKILL.

    Args:
        state_dir: folder of this stack; None uses a temporary one.
        options: ports and the source.
        on_progress: told what is being done, in words for people.

    Raises:
        UsageError, UnreachableError, DeploymentError: as `start` does; a UsageError also when
            a stack runs in this folder already.
    """
    with contextlib.ExitStack() as cleanup:
        cleanup.enter_context(processes.exits_on_signals())
        if state_dir is None:
            scratch = tempfile.TemporaryDirectory(prefix="mocktailverse-")
            state_dir = Path(cleanup.enter_context(scratch))
        with _locked(state_dir, on_progress) as home:
            if _healthy(home):
                raise UsageError(f"A stack runs in {home} already: use it, or stop it first.")
            launched, leashes = _launch(home, options or Options(), on_progress)
        for leash in leashes:
            cleanup.callback(leash.close)
        cleanup.callback(stop, home)
        yield launched


def status(state_dir: Path) -> Status:
    """How the stack in this folder is; changes nothing."""
    known = read(state_dir)
    if known is None:
        return Status("stopped", None, [])
    down = [process.name for process in known.processes if not process.listens()]
    if not down and not emulator.answers(known.port):
        down = [known.processes[0].name]
    return Status("broken" if down else "running", known, down)


def stop(state_dir: Path, on_progress: Progress = lambda _step: None) -> bool:
    """End the stack in this folder with all its processes and data; logs stay.

    Returns:
        Whether there was one.
    """
    if not state_dir.is_dir():
        return False
    with _locked(state_dir, on_progress) as home:
        existed = state_file(home).exists()
        _clear(home)
    return existed


def _launch(home: Path, options: Options, on_progress: Progress) -> tuple[LocalStack, list[Leash]]:
    """Start everything from nothing; on a failure nothing is left but the logs."""
    _clear(home)
    port = options.port or processes.free_port()
    processes.require_free(port)
    directory = temporary(home)
    directory.mkdir(mode=0o700)
    with contextlib.ExitStack() as undo:
        undo.callback(_clear, home)
        on_progress("starting the embedded AWS")
        log = home / "emulator.log"
        process, leash = emulator.start(port=port, directory=directory, log=log)
        undo.callback(leash.close)
        undo.callback(processes.stop, process)
        parts, leashes = [process], [leash]
        source_url = options.source_url
        if source_url is None:
            on_progress("starting the simulated TheCocktailDB")
            process, leash = _start_source(home, _path_text(options.records))
            undo.callback(leash.close)
            undo.callback(processes.stop, process)
            parts.append(process)
            leashes.append(leash)
            source_url = f"http://{HOST}:{process.port}"
        archive = _build(options.checkout, on_progress)  # meanwhile they start
        emulator.wait_until_ready(parts[0], log)
        endpoint = f"http://{HOST}:{port}"
        access_key_id, secret_access_key = emulator.create_deployer(endpoint)
        launched = LocalStack(
            endpoint=endpoint,
            region=emulator.REGION,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            source_url=source_url,
            records=_path_text(options.records),
            outputs={},
            processes=parts,
            started_at=time.time(),
            deployed="",
        )
        launched = _deploy(launched, options.checkout, archive, on_progress)
        if len(parts) > 1:
            processes.wait_until_listening(parts[1], home / "source.log", SOURCE_START_TIMEOUT_S)
        write(home, launched)
        undo.pop_all()
    return launched, leashes


def _path_text(path: Path | None) -> str | None:
    return str(path.resolve()) if path else None


def _start_source(home: Path, records: str | None) -> tuple[Process, Leash]:
    port = processes.free_port()
    arguments = ["--port", str(port)]
    if records:
        arguments += ["--records", records]
    return processes.start(
        name="simulated TheCocktailDB",
        module="mocktailverse.local.simulated_source",
        arguments=arguments,
        environment={},
        directory=temporary(home),
        log=home / "source.log",
        port=port,
    )


def _build(checkout: Checkout, on_progress: Progress) -> Path:
    on_progress("building the functions")
    checkout.cache_dir.mkdir(parents=True, exist_ok=True)
    with processes.exclusive(checkout.cache_dir / "lock"):  # once, not once a process
        return package.build(
            package.this_machine(),
            source=checkout.source,
            lock=checkout.lock,
            cache_dir=checkout.cache_dir,
        )


def _deploy(
    launched: LocalStack, checkout: Checkout, archive: Path, on_progress: Progress
) -> LocalStack:
    on_progress("deploying the stack")
    clients = launched.clients()
    bucket = f"mocktailverse-artifacts-{STAGE}"
    outputs = stack.deploy(
        clients,
        stack_name=f"mocktailverse-{STAGE}",
        template=checkout.template,
        parameters={
            "Stage": STAGE,
            "Target": "local",
            "Runtime": package.this_machine().runtime,
            "ArtifactBucket": bucket,
            "FunctionsKey": stack.upload(clients, archive, bucket=bucket),
            "AwsEndpointUrl": launched.endpoint,
            "SourceUrl": launched.source_url,
            **({"SourceRequestsPerS": SIMULATION_REQUESTS_PER_S} if launched.simulates else {}),
        },
        on_progress=on_progress,
        poll_s=DEPLOY_POLL_S,
    )
    emulator.expire_items(clients, table=outputs["LoadsTable"], attribute=LOADS_EXPIRY_ATTRIBUTE)
    deployed = _fingerprint(checkout, archive)
    return msgspec.structs.replace(launched, outputs=outputs, deployed=deployed)


def _fingerprint(checkout: Checkout, archive: Path) -> str:
    return f"{archive.name} {hashlib.sha256(checkout.template.read_bytes()).hexdigest()[:16]}"


def _healthy(home: Path) -> LocalStack | None:
    try:
        current = status(home)
    except UsageError:  # written by another version, or damaged: start anew
        return None
    return current.stack if current.state == "running" else None


def _brought_up_to_date(
    home: Path, running: LocalStack, options: Options, on_progress: Progress
) -> LocalStack:
    if options.port not in (None, running.port):
        raise UsageError(f"The stack runs on port {running.port} already: stop it first.")
    if options.source_url not in (None, running.source_url):
        raise UsageError(f"The stack fetches from {running.source_url}: stop it first.")
    if options.records and _path_text(options.records) != running.records:
        raise UsageError("The stack serves other records: stop it first.")
    archive = _build(options.checkout, on_progress)
    if running.deployed == _fingerprint(options.checkout, archive):
        return running
    current = _deploy(running, options.checkout, archive, on_progress)
    write(home, current)
    return current


def _clear(home: Path) -> None:
    """Remove a stack's processes, those that a crash has left behind, and its data."""
    with contextlib.suppress(UsageError):  # of another version: its folder leads to its processes
        known = read(home)
        for process in known.processes if known else ():
            processes.stop(process)
    processes.kill(processes.running_from(temporary(home)))
    shutil.rmtree(temporary(home), ignore_errors=True)
    state_file(home).unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(state_dir: Path, on_progress: Progress) -> Iterator[Path]:
    """The folder, made and held against other commands."""
    home = state_dir.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with processes.exclusive(
        home / "lock", lambda: on_progress("waiting for another command on this stack")
    ):
        yield home
