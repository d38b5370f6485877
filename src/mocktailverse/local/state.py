"""What a local stack writes down about itself, and where."""

from pathlib import Path
from typing import Final, Self

import msgspec

from mocktailverse.errors import UsageError
from mocktailverse.local.processes import HOST, Process
from mocktailverse.stores.clients import UNHURRIED, Clients, Patience

EMULATOR: Final = "embedded AWS"
SOURCE: Final = "simulated TheCocktailDB"
SERVER: Final = "API and harness"
DASHBOARD: Final = "dashboard"
SERVICES: Final = (SERVER, DASHBOARD)
"""The parts that serve people; the others are what they stand on."""


class AccessKey(msgspec.Struct, frozen=True):
    """With what somebody signs requests to AWS."""

    id: str
    secret: str


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
    ops_key: str
    """What opens the API's operations."""
    service_keys: dict[str, AccessKey] = {}
    """Of the users that the services are, by the service's name."""
    serves: str = ""
    """Fingerprint of the code that the services run; empty without services."""

    def __post_init__(self) -> None:
        """Raise ValueError if the embedded AWS is missing, without which there is no stack."""
        if EMULATOR not in self.parts:
            raise ValueError("it lists no embedded AWS")

    @property
    def parts(self) -> dict[str, Process]:
        """The processes by name."""
        return {process.name: process for process in self.processes}

    def with_part(self, process: Process) -> Self:
        """Return the stack with a process in place of the one of the same name, or added."""
        parts = {**self.parts, process.name: process}
        return msgspec.structs.replace(self, processes=list(parts.values()))

    @property
    def port(self) -> int:
        """The embedded AWS's port."""
        return self.parts[EMULATOR].port

    @property
    def simulates(self) -> bool:
        """Whether the source is the simulated TheCocktailDB."""
        return SOURCE in self.parts

    @property
    def urls(self) -> dict[str, str]:
        """Where a browser finds what runs: `dashboard`, `api`, `docs`, `harness`, `gateway`.

        `gateway` is the API as a Lambda function behind the embedded API Gateway.
        """
        urls = {}
        if dashboard := self.parts.get(DASHBOARD):
            urls["dashboard"] = f"http://{HOST}:{dashboard.port}"
        if server := self.parts.get(SERVER):
            api = f"http://{HOST}:{server.port}"
            urls |= {"api": api, "docs": f"{api}/docs", "harness": f"{api}/harness"}
        if api_id := self.outputs.get("ApiId"):
            urls["gateway"] = f"{self.endpoint}/_aws/execute-api/{api_id}/$default"
        return urls

    def seen_by(self, service: str) -> Self:
        """What a service gets to know: with its own credentials, and nobody else's.

        Raises:
            UsageError: the stack was started by an older version, which gave it none.
        """
        key = self.service_keys.get(service)
        if key is None:
            raise UsageError(f"The stack has no user for the {service}: run `mocktailverse up`.")
        return msgspec.structs.replace(
            self, access_key_id=key.id, secret_access_key=key.secret, service_keys={}
        )

    def clients(self, patience: Patience = UNHURRIED) -> Clients:
        """AWS clients with the deployer's credentials, or with those of whoever sees this."""
        return Clients(
            endpoint_url=self.endpoint,
            region=self.region,
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
            patience=patience,
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
            f"{state_file(state_dir)} cannot be read ({error}): it is damaged, or another version"
            " wrote it. Nothing was changed. To stop that stack and drop its data, run"
            " `mocktailverse down --forget`."
        ) from error


def path_text(path: Path | None) -> str | None:
    """Return a path as `stack.json`, which is UTF-8, can hold it.

    Raises:
        UsageError: the locale decodes the path to something that is not text.
    """
    if path is None:
        return None
    text = str(path.resolve())
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"The path {text!r} is not valid in this locale. Set LC_ALL=C.UTF-8, or rename it."
        ) from error
    return text


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
