"""A start of a local stack: a new one with its folder's data, or the update of a running one."""

import contextlib
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.deployment.catalogue_switch import CatalogueSwitch
from mocktailverse.errors import UsageError
from mocktailverse.local import (
    deploying,
    emulator,
    health,
    processes,
    recovery,
    service_processes,
    stack_ports,
    tcp_ports,
)
from mocktailverse.local.deploying import Progress
from mocktailverse.local.processes import Launcher
from mocktailverse.local.state import (
    DASHBOARD,
    EMULATOR,
    SERVER,
    SERVICES,
    LocalStack,
    data_folder,
    path_text,
    read_stack,
    state_file,
    temporary,
    write_stack,
)
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.stores.environment import LOCAL, Stores

Check = Callable[[LocalStack], object]
Notice = Callable[[str], None]
"""Gets a text that people should see: what was restored, which port is another one."""

_STOP_FIRST = "Use it as it is, or stop it first: mocktailverse down"


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
    """Records that the simulated default source serves; None takes its own."""
    source_url: str | None = None
    """A source to fetch from instead; None starts the simulated sources."""
    forgets: bool = False
    """Whether the data is deleted when a stack in the foreground ends, and must be none before."""
    services: bool = False
    """Whether the API, the harness and the dashboard belong to the stack."""
    response_timeout_s: float = 30.0
    """How long the embedded AWS of a stack that runs may be silent."""
    checkout: Checkout = msgspec.field(default_factory=find_checkout)


class StackStart(msgspec.Struct, frozen=True):
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
        clear(self.state_dir)
        self.on_progress("reading the data")
        interrupted = recovery.prepare(data_folder(self.state_dir), self.on_notice)
        if self.options.forgets and interrupted.raw_objects:
            raise UsageError(
                f"`{self.state_dir}` has data, which a demo would mix with its samples. Choose an"
                " empty folder, or leave --state-dir out."
            )
        temporary(self.state_dir).mkdir(mode=0o700)
        with self._ports() as ports, contextlib.ExitStack() as undo:
            undo.callback(clear, self.state_dir)
            undo.callback(self.launcher.stop)
            archive, stack = self._start_aws(ports[EMULATOR])
            stack = deploying.deploy(stack, self.options.checkout, archive, self.on_progress)
            self.on_progress("restoring the data")
            emulator.attach_data(stack.port, stack.outputs)
            stores = Stores(stack.clients(), stack.outputs)
            recovery.publish(interrupted, stores)
            ops_key = deploying.make_ops_key(stack.clients())
            stack = msgspec.structs.replace(stack, ops_key=ops_key, ports=ports)
            stack = self._start_services(stack, SERVICES if self.options.services else ())
            self._prove(stack)
            recovery.resume(interrupted, stores)
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
                self._catalogue(running).prepare()
                stack = deploying.deploy(running, checkout, archive, self.on_progress)
                write_stack(self.state_dir, stack)
                self._catalogue(stack).catch_up()
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
            # Again: an invocation of the replaced publish function may have ended since.
            self._catalogue(stack).catch_up()
            undo.pop_all()
        return stack

    def _catalogue(self, stack: LocalStack) -> CatalogueSwitch:
        stores = Stores(stack.clients(), stack.outputs)
        return CatalogueSwitch(stores, LOCAL, FORMAT, self.on_progress)

    def _require_same(self, running: LocalStack) -> None:
        """Raise UsageError if the options ask for another stack than the running one."""
        ports = {process.name: process.port for process in running.processes}
        for name, port in self._required_ports().items():
            if port != ports.get(name, port):
                raise UsageError(f"The {name} is on port {ports[name]} already. {_STOP_FIRST}")
        if self.options.source_url not in (None, running.source_url):
            raise UsageError(f"The stack fetches from {running.source_url}. {_STOP_FIRST}")
        if self.options.records and path_text(self.options.records) != running.records:
            raise UsageError(f"The simulated source serves other records. {_STOP_FIRST}")

    def _required_ports(self) -> dict[str, int]:
        """Return the ports that the options give, by the process's name."""
        options = self.options
        given = {
            EMULATOR: options.port,
            SERVER: options.api_port,
            DASHBOARD: options.dashboard_port,
        }
        return {name: port for name, port in given.items() if port is not None}

    def _ports(self) -> contextlib.AbstractContextManager[dict[str, int]]:
        """Return a context with the ports of the embedded AWS and of the services."""
        required = self._required_ports()
        if self.options.has_usual_ports:
            return stack_ports.reserved(self.state_dir, required, self.on_notice)
        return contextlib.nullcontext(stack_ports.free_ones(required))

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
            self.on_progress("starting the simulated sources")
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


def clear(state_dir: Path) -> None:
    """Remove a stack's processes, including those that a crash has left; its data and logs stay."""
    with contextlib.suppress(UsageError):  # of another version: its folder leads to its processes
        if stack := read_stack(state_dir):
            processes.stop(*stack.processes)
    processes.kill_all_from(temporary(state_dir))
    shutil.rmtree(temporary(state_dir), ignore_errors=True)
    state_file(state_dir).unlink(missing_ok=True)
