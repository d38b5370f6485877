"""The processes of a stack: how each is started, and when it is ready."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from mocktailverse.local import emulator, health, ports, processes
from mocktailverse.local.leashes import Leash
from mocktailverse.local.processes import Process
from mocktailverse.local.state import DASHBOARD, EMULATOR, SERVER, SOURCE, temporary

SOURCE_START_TIMEOUT_S = 60.0

LOGS: Final = {
    EMULATOR: "emulator.log",
    SOURCE: "source.log",
    SERVER: "server.log",
    DASHBOARD: "dashboard.log",
}
HEALTH_PATHS: Final = {
    EMULATOR: emulator.HEALTH_PATH,
    SERVER: "/harness",
    DASHBOARD: "/_stcore/health",
}


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


def start_source(home: Path, records: str | None) -> Started:
    """Start the simulated TheCocktailDB over records, without waiting for it."""
    port = ports.free_port()
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


def is_well(process: Process) -> bool:
    """Whether this very process serves its port, and answers there."""
    path = HEALTH_PATHS.get(process.name)
    return process.listens() and (path is None or health.answers(process.port, path))


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
