"""The simulated form of a source: what a local stack fetches from instead of the real one."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from mocktailverse.sources.simulated_faults import Faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute


class SimulationOptions(Struct, frozen=True):
    """What simulated sources serve, and how."""

    records: tuple[Path, ...] = ()
    """Files or folders of records for the default source; without any, it serves samples."""
    premium_keys: tuple[str, ...] = ()
    """Keys that count as purchased, beside the free one."""
    seed: int = 0
    """Seed of what is random."""
    faults: Faults = field(default_factory=Faults)
    """The faults that are active, shared by all sources."""


class Simulation(Protocol):
    """Serves records in a source's format, as its real server does.

    All simulated sources of a local stack share one server, so their paths must differ.
    """

    @property
    def path(self) -> str:
        """Path of the source's address on that server; empty for the server's root."""
        ...

    def routes(self, options: SimulationOptions) -> "tuple[Sequence[BaseRoute], str]":
        """Return the routes, and a line for people on what they serve.

        Raises:
            UsageError: the records cannot be read.
        """
        ...
