"""What a local stack writes down about itself, and where."""

from pathlib import Path

import msgspec

from mocktailverse.errors import UsageError
from mocktailverse.local.processes import Process
from mocktailverse.stores.clients import Clients


class LocalStack(msgspec.Struct, frozen=True, kw_only=True):
    """A running local stack, as `stack.json` holds it (for its owner's eyes only)."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str
    source_url: str
    """Address of TheCocktailDB or of its simulation."""
    records: str | None
    """What the simulation was told to serve."""
    outputs: dict[str, str]
    """The template's outputs, by name."""
    processes: list[Process]
    started_at: float
    """Seconds since 1970."""
    deployed: str
    """Fingerprint of the code and the template."""

    @property
    def port(self) -> int:
        """The embedded AWS's port."""
        return self.processes[0].port

    @property
    def simulates(self) -> bool:
        """Whether the source is the simulated TheCocktailDB."""
        return len(self.processes) > 1

    def clients(self) -> Clients:
        """AWS clients with the deployer's credentials."""
        return Clients(
            endpoint_url=self.endpoint,
            region=self.region,
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
        )


def read(state_dir: Path) -> LocalStack | None:
    """The stack that was started in this folder, whether it is well or not; None without one.

    Raises:
        UsageError: `stack.json` was not written by this version.
    """
    try:
        return msgspec.json.decode(state_file(state_dir).read_bytes(), type=LocalStack)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{state_file(state_dir)} cannot be read ({error}): stop the stack, or delete it."
        ) from error


def temporary(home: Path) -> Path:
    """The folder of all that goes when the stack stops."""
    return home / "tmp"


def state_file(home: Path) -> Path:
    """The file that is there while a stack runs."""
    return home / "stack.json"


def write(home: Path, launched: LocalStack) -> None:
    """Write the stack down at once and whole, for its owner's eyes only."""
    unfinished = home / "stack.json.unfinished"
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(launched)))
    unfinished.rename(state_file(home))
