"""A server in the foreground: a process of ours that ends with this one, whatever ends it."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mocktailverse.errors import UnreachableError
from mocktailverse.local import health, ports, processes
from mocktailverse.local.processes import Process

START_TIMEOUT_S = 60.0


@contextlib.contextmanager
def running(  # noqa: PLR0913  keyword-only; each is a separate fact about the server
    name: str,
    command: Sequence[str],
    *,
    port: int,
    health_path: str,
    environment: Mapping[str, str],
    folder: Path,
) -> Iterator[Process]:
    """A server for as long as the block runs; within it, it answers. It prints to our stderr.

    Args:
        name: what people call it.
        command: the module to run, and its arguments.
        port: the port on the loopback that it is going to serve.
        health_path: a path that answers 200 once it is ready.
        environment: its environment.
        folder: its home, unless the environment has one, and its working directory.

    Raises:
        UsageError: the port is taken, or not to be had.
        UnreachableError: it did not start.
    """
    ports.require_free(port)
    module, *arguments = command
    with processes.exits_on_signals():
        process, leash = processes.start(
            name=name,
            module=module,
            arguments=arguments,
            environment=environment,
            directory=folder,
            log=None,
            port=port,
        )
        try:
            processes.wait_until(
                lambda: process.listens() and health.answers(port, health_path),
                process,
                None,
                START_TIMEOUT_S,
            )
            yield process
        finally:
            leash.close()
            processes.stop(process)


def require_alive(process: Process) -> None:
    """Make sure that the server has not ended by itself.

    Raises:
        UnreachableError: it has.
    """
    if process.find() is None:
        raise UnreachableError(f"The {process.name} has ended; what it said stands above.")
