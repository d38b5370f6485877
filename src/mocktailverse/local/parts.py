"""The processes of a stack: how each is started, and when it is ready."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import psutil

from mocktailverse.errors import UsageError
from mocktailverse.local import emulator, health, ports, processes
from mocktailverse.local.leashes import Leash
from mocktailverse.local.processes import Process
from mocktailverse.local.state import (
    DASHBOARD,
    EMULATOR,
    SERVER,
    SOURCE,
    LocalStack,
    temporary,
    write,
)

SOURCE_START_TIMEOUT_S = 60.0
RESTART_TIMEOUT_S = 5.0
"""How long a part that holds no data may be silent before it is replaced."""

PORT_TIMEOUT_S = 5.0
"""How long a killed process may take to release its port."""

LOGS: Final = {
    EMULATOR: "emulator.log",
    SOURCE: "source.log",
    SERVER: "server.log",
    DASHBOARD: "dashboard.log",
}
HEALTH_PATHS: Final = {
    EMULATOR: emulator.HEALTH_PATH,
    SOURCE: "/_faults",  # which no simulated fault affects
    SERVER: "/harness",
    DASHBOARD: "/_stcore/health",
}


def logs(stack: LocalStack) -> list[Path]:
    """Return the logs of a running stack; none if its embedded AWS has ended."""
    with contextlib.suppress(psutil.Error):
        if running := stack.parts[EMULATOR].find():
            home = Path(running.cwd()).parent  # it works in `tmp`
            return [home / name for name in LOGS.values()]
    return []


class Started(NamedTuple):
    """A process that was started, and what it hangs on."""

    process: Process
    leash: Leash


def held(undo: contextlib.ExitStack, part: Started) -> Started:
    """A part that ends if what follows fails."""
    undo.callback(part.leash.close)
    undo.callback(processes.stop, part.process)
    return part


def start_emulator(home: Path, port: int) -> Started:
    """Start the embedded AWS, without waiting for it."""
    return Started(*emulator.start(port=port, directory=temporary(home), log=home / LOGS[EMULATOR]))


def start_source(home: Path, records: str | None, port: int | None = None) -> Started:
    """Start the simulated TheCocktailDB over records, without waiting for it."""
    port = port or ports.free_port()
    return start(
        SOURCE,
        home,
        port=port,
        command=[
            *("mocktailverse.local.simulated_source", "--port", str(port)),
            *(["--records", records] if records else []),
        ],
    )


def wait_for_source(home: Path, source: Process) -> None:
    """Wait until the simulated TheCocktailDB serves.

    Raises:
        UnreachableError: it does not.
    """
    processes.wait_until_listening(source, home / LOGS[SOURCE], SOURCE_START_TIMEOUT_S)


def with_source(
    undo: contextlib.ExitStack, home: Path, stack: LocalStack, on_progress: Callable[[str], None]
) -> tuple[LocalStack, list[Started]]:
    """Return a stack whose simulated source responds, and that source if it had to be restarted.

    It holds no data of its own, so one that stays silent is replaced. It keeps its port, which
    is part of the functions' settings.

    Raises:
        UsageError: another program uses that port.
        UnreachableError: it does not start.
    """
    source = stack.parts.get(SOURCE)
    if source is None or responds_within(source, RESTART_TIMEOUT_S):
        return stack, []
    on_progress(f"restarting the {SOURCE}")
    processes.stop(source)
    require_port_again(source)
    started = held(undo, start_source(home, stack.records, source.port))
    stack = stack.with_part(started.process)
    write(home, stack)
    wait_for_source(home, started.process)
    return stack, [started]


def is_well(process: Process) -> bool:
    """Whether this very process serves its port, and answers there."""
    path = HEALTH_PATHS.get(process.name)
    return process.listens() and (path is None or health.answers(process.port, path))


def responds_within(
    process: Process, timeout_s: float, on_wait: Callable[[], None] = lambda: None
) -> bool:
    """Return whether a part responds in time; a part that has ended is not waited for.

    A part that is alive may be silent for a while: it is busy, swapped out, or was suspended
    with the machine.
    """
    deadline = time.monotonic() + timeout_s
    while not is_well(process):
        if process.find() is None or time.monotonic() > deadline:
            return False
        on_wait()
        time.sleep(processes.POLL_S)
    return True


def require_port_again(process: Process) -> None:
    """Make sure that a part can be restarted on its port, which other parts know.

    A process that was killed counts as ended while its threads, and so its port, still end.

    Raises:
        UsageError: another program uses the port.
    """
    deadline = time.monotonic() + PORT_TIMEOUT_S
    while True:
        try:
            ports.require_free(
                process.port,
                f"run `mocktailverse down --forget` to drop the stack. Its {process.name} has"
                " ended and can restart on this port only; all data is kept",
            )
        except UsageError:
            if time.monotonic() > deadline:
                raise
            time.sleep(processes.POLL_S)
        else:
            return


def start(
    name: str,
    home: Path,
    *,
    port: int,
    command: Sequence[str],
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Started:
    """Start a module with its arguments."""
    module, *arguments = command
    return Started(
        *processes.start(
            name=name,
            module=module,
            arguments=arguments,
            environment=environment,
            directory=temporary(home),
            log=home / LOGS[name],
            port=port,
        )
    )
