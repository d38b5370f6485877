"""The life cycle of a local stack: start, update, status, stop.

A folder holds all that a stack writes: `data/` with its data, which only `forget` deletes
(docs/decisions/0026-a-laptop-that-remembers.md), logs, the ports that it used last, `stack.json`
while it runs, and `tmp/`, which is removed when it stops.
"""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.errors import UsageError
from mocktailverse.local import (
    data_guard,
    deploying,
    emulator,
    file_lock,
    full_disk,
    health,
    processes,
    recovery,
    service_processes,
    stack_ports,
    tcp_ports,
    watchdog,
)
from mocktailverse.local.deploying import Progress
from mocktailverse.local.foreground import exits_on_signals
from mocktailverse.local.processes import Launcher
from mocktailverse.local.state import (
    DASHBOARD,
    EMULATOR,
    SERVER,
    SERVICES,
    LocalStack,
    data_folder,
    log_files,
    path_text,
    read_stack,
    state_file,
    temporary,
    write_stack,
)
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated

Check = Callable[[LocalStack], object]
Notice = Callable[[str], None]
"""Gets a text that people should see: what was restored, which port is another one."""

_STOP_FIRST = "Use it as it is, or stop it first: mocktailverse down"


class Status(msgspec.Struct, frozen=True):
    """The state of a local stack."""

    state: Literal["running", "broken", "stopped"]
    """`broken`: it was started, but one of its processes has ended or does not respond."""
    stack: LocalStack | None
    """None when stopped."""
    down: list[str]
    """The processes that have ended or do not respond."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a start.

    Raises:
        UsageError: when the checkout is not given and cannot be found.
    """

    port: int | None = None
    """Port of the embedded AWS on 127.0.0.1."""
    api_port: int | None = None
    """Port of the API and the harness."""
    dashboard_port: int | None = None
    """Port of the dashboard."""
    has_usual_ports: bool = False
    """Whether a port that is not given is the folder's last or the usual one; else a free one."""
    records: Path | None = None
    """Records that the simulated TheCocktailDB serves; None takes its default."""
    source_url: str | None = None
    """A source to fetch from instead; None starts the simulated TheCocktailDB."""
    services: bool = False
    """Whether the API, the harness and the dashboard belong to the stack."""
    response_timeout_s: float = 30.0
    """How long the embedded AWS of a stack that runs may be silent."""
    checkout: Checkout = msgspec.field(default_factory=find_checkout)


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
        cleanup.callback(stop, folder)
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
        _clear(folder)
        if forget:
            shutil.rmtree(data_folder(folder), ignore_errors=True)
    return existed


class _Start(msgspec.Struct, frozen=True):
    """One start of a stack in a folder, with the processes that it starts."""

    state_dir: Path
    options: Options
    on_progress: Progress
    check: Check
    on_notice: Notice
    launcher: Launcher
    running: LocalStack | None
    """The stack that runs in the folder already."""

    def launch(self) -> LocalStack:
        """Start a new stack with the folder's data; after a failure only data and logs are left."""
        _clear(self.state_dir)
        self.on_progress("reading the data")
        interrupted = recovery.prepare(data_folder(self.state_dir), self.on_notice)
        temporary(self.state_dir).mkdir(mode=0o700)
        with self._ports() as ports, contextlib.ExitStack() as undo:
            undo.callback(_clear, self.state_dir)
            undo.callback(self.launcher.stop)
            archive, stack = self._start_aws(ports[EMULATOR])
            stack = deploying.deploy(stack, self.options.checkout, archive, self.on_progress)
            self.on_progress("restoring the data")
            emulator.attach_data(stack.port, stack.outputs)
            ops_key = deploying.make_ops_key(stack.clients())
            stack = msgspec.structs.replace(stack, ops_key=ops_key, ports=ports)
            stack = self._start_services(stack, SERVICES if self.options.services else ())
            self._prove(stack)
            recovery.resume(interrupted, Stores(stack.clients(), stack.outputs))
            write_stack(self.state_dir, stack)  # last: only a stack that works is listed
            undo.pop_all()
        if interrupted.raw_objects:
            self.on_notice(str(interrupted))
        return stack

    def update(self, running: LocalStack) -> LocalStack:
        """Deploy changed code to a running stack, and restart processes where necessary."""
        self._require_same(running)
        checkout, stack = self.options.checkout, running
        archive = deploying.build(checkout, self.on_progress)
        fingerprint = deploying.fingerprint(checkout, archive)
        with contextlib.ExitStack() as undo:
            undo.callback(self.launcher.stop)
            if running.deployed != fingerprint or not running.service_keys:
                stack = deploying.deploy(running, checkout, archive, self.on_progress)
                write_stack(self.state_dir, stack)
            is_changed = (
                stack.serves != service_processes.code_fingerprint(checkout.source)
                or stack.outputs != running.outputs
                or stack.service_keys != running.service_keys
            )
            services = SERVICES if self.options.services else ()
            names = service_processes.to_start(stack, services, replace=is_changed)
            stack = self._start_services(stack, names)
            write_stack(self.state_dir, stack)
            self._prove(stack)
            undo.pop_all()
        return stack

    def _require_same(self, running: LocalStack) -> None:
        """Raise UsageError if the options ask for another stack than the running one."""
        if self.options.port not in (None, running.port):
            raise UsageError(f"The stack runs on port {running.port} already. {_STOP_FIRST}")
        if self.options.source_url not in (None, running.source_url):
            raise UsageError(f"The stack fetches from {running.source_url}. {_STOP_FIRST}")
        if self.options.records and path_text(self.options.records) != running.records:
            raise UsageError(f"The simulated source serves other records. {_STOP_FIRST}")

    def _ports(self) -> contextlib.AbstractContextManager[dict[str, int]]:
        """Return a context with the ports of the embedded AWS and of the services."""
        options = self.options
        given = {
            EMULATOR: options.port,
            SERVER: options.api_port,
            DASHBOARD: options.dashboard_port,
        }
        required = {name: port for name, port in given.items() if port is not None}
        if options.has_usual_ports:
            return stack_ports.reserved(self.state_dir, required, self.on_notice)
        for name, port in required.items():
            tcp_ports.require_free(port, f"choose another with {stack_ports.OPTIONS[name]}")
        return contextlib.nullcontext(
            {name: required.get(name) or tcp_ports.free_port() for name in given}
        )

    def _start_aws(self, port: int) -> tuple[Path, LocalStack]:
        """Start the embedded AWS and the source; return the functions' zip and the new stack."""
        self.on_progress("starting the embedded AWS")
        started = [
            emulator.start(
                self.launcher,
                port,
                data_folder(self.state_dir),
                self.options.checkout.cache_dir / "code",
            )
        ]
        records, source_url = path_text(self.options.records), self.options.source_url
        if source_url is None:
            self.on_progress("starting the simulated TheCocktailDB")
            source = service_processes.start_source(self.launcher, records, tcp_ports.free_port())
            source_url = f"http://{HOST}:{source.port}"
            started.append(source)
        archive = deploying.build(self.options.checkout, self.on_progress)
        self._wait_until_healthy()
        endpoint = f"http://{HOST}:{port}"
        access_key_id, secret_access_key = emulator.create_deployer(endpoint)
        return archive, LocalStack(
            endpoint=endpoint,
            region=emulator.REGION,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            source_url=source_url,
            records=records,
            outputs={},
            processes=started,
            started_at=time.time(),
            deployed="",
            ops_key="",
        )

    def _start_services(self, stack: LocalStack, names: Sequence[str]) -> LocalStack:
        checkout = self.options.checkout
        return service_processes.start(self.launcher, stack, checkout, names, self.on_progress)

    def _prove(self, stack: LocalStack) -> None:
        """Test the stack, and wait until its new processes are ready."""
        self.check(stack)
        self._wait_until_healthy()

    def _wait_until_healthy(self) -> None:
        for process in self.launcher.started:
            health.wait_until_healthy(process, self.launcher.logs[process.name])


@contextlib.contextmanager
def _begin(
    state_dir: Path,
    options: Options | None,
    on_progress: Progress,
    check: Check,
    on_notice: Notice,
) -> Iterator[_Start]:
    """Yield a start in this folder, and keep other commands out of it within the block."""
    with exits_on_signals(), _locked(state_dir, on_progress) as folder:
        options = options or Options()
        launcher = Launcher(temporary(folder), log_files(folder))
        running = data_guard.find_running(folder, options.response_timeout_s, on_progress)
        yield _Start(folder, options, on_progress, check, on_notice, launcher, running)


def _clear(state_dir: Path) -> None:
    """Remove a stack's processes, including those that a crash has left; its data and logs stay."""
    with contextlib.suppress(UsageError):  # of another version: its folder leads to its processes
        if stack := read_stack(state_dir):
            processes.stop(*stack.processes)
    processes.kill_all_from(temporary(state_dir))
    shutil.rmtree(temporary(state_dir), ignore_errors=True)
    state_file(state_dir).unlink(missing_ok=True)


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
