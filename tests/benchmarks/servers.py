"""Processes that serve HTTP on this machine for as long as a block runs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mocktailverse.local import health
from mocktailverse.local.processes import Launcher, Process


@contextmanager
def served(
    folder: Path,
    name: str,
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """Run a module with its arguments within the block, as soon as it is healthy.

    `health.PATHS` has the health check of the name. The folder is the working directory, and gets
    the log.
    """
    launcher = Launcher(folder, {name: folder / f"{command[0]}.log"})
    try:
        process = launcher.start(name, command, port, environment or {})
        health.wait_until_healthy(process, launcher.logs[name])
        yield process
    finally:
        launcher.stop()
