"""The record of a running local stack, `stack.json`, and the files beside it."""

import contextlib
from pathlib import Path
from typing import Final, Self

import msgspec
import psutil

from mocktailverse.errors import UsageError
from mocktailverse.local.processes import Process
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.stores.clients import UNATTENDED, Clients, ClientTimeouts

EMULATOR: Final = "embedded AWS"
SOURCE: Final = "simulated sources"
SERVER: Final = "API and harness"
DASHBOARD: Final = "dashboard"
DATA_BROWSER: Final = "data browser"
SERVICES: Final = (SERVER, DASHBOARD)
"""The processes that people open in a browser; the others are what these depend on."""

_LOGS: Final = {
    EMULATOR: "emulator.log",
    SOURCE: "source.log",
    SERVER: "server.log",
    DASHBOARD: "dashboard.log",
}


class AccessKey(msgspec.Struct, frozen=True):
    """The credentials of a user, which sign requests to AWS."""

    id: str
    secret: str


class LocalStack(msgspec.Struct, frozen=True, kw_only=True):
    """A running local stack, as `stack.json` records it; only its owner may read the file."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str
    source_url: str
    """Address of the default source or of the simulated ones."""
    records: str | None
    """The file or folder that the simulated default source serves; None for its default."""
    outputs: dict[str, str]
    """The template's outputs, by name."""
    processes: list[Process]
    started_at: float
    """Seconds since 1970."""
    deployed: str
    """Fingerprint of the code and the template."""
    ops_key: str
    """The key that the API's operations require."""
    ports: dict[str, int] = {}
    """The port that was chosen for each process that people reach, by its name."""
    service_keys: dict[str, AccessKey] = {}
    """The credentials of each service, by the service's name."""
    serves: str = ""
    """Fingerprint of the code that the services run; empty without services."""

    def __post_init__(self) -> None:
        """Raise ValueError if the embedded AWS is missing: every stack has one."""
        if EMULATOR not in self.by_name:
            raise ValueError("it lists no embedded AWS")

    @property
    def by_name(self) -> dict[str, Process]:
        """The processes by name."""
        return {process.name: process for process in self.processes}

    def with_process(self, process: Process) -> Self:
        """Return the stack with a process added, or in place of the one of the same name."""
        by_name = {**self.by_name, process.name: process}
        return msgspec.structs.replace(self, processes=list(by_name.values()))

    @property
    def port(self) -> int:
        """The port of the embedded AWS."""
        return self.by_name[EMULATOR].port

    @property
    def simulates(self) -> bool:
        """Whether the sources are simulated."""
        return SOURCE in self.by_name

    @property
    def urls(self) -> dict[str, str]:
        """The addresses for a browser: `dashboard`, `api`, `docs`, `harness`, `gateway`.

        `gateway` is the API as a Lambda function behind the embedded API Gateway.
        """
        urls = {}
        if dashboard := self.by_name.get(DASHBOARD):
            urls["dashboard"] = f"http://{HOST}:{dashboard.port}"
        if server := self.by_name.get(SERVER):
            api = f"http://{HOST}:{server.port}"
            urls |= {"api": api, "docs": f"{api}/docs", "harness": f"{api}/harness"}
        if api_id := self.outputs.get("ApiId"):
            urls["gateway"] = f"{self.endpoint}/_aws/execute-api/{api_id}/$default"
        return urls

    def seen_by(self, service: str) -> Self:
        """Return the record that a service gets: with its own credentials, and no others.

        Raises:
            UsageError: the stack was started by an older version, which gave it none.
        """
        key = self.service_keys.get(service)
        if key is None:
            raise UsageError(f"The stack has no user for the {service}: run `mocktailverse up`.")
        return msgspec.structs.replace(
            self, access_key_id=key.id, secret_access_key=key.secret, service_keys={}
        )

    def clients(self, timeouts: ClientTimeouts = UNATTENDED) -> Clients:
        """Return AWS clients with the credentials of this record."""
        return Clients(
            endpoint_url=self.endpoint,
            region=self.region,
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
            timeouts=timeouts,
        )


def read_stack(state_dir: Path) -> LocalStack | None:
    """Return the stack that was started in this folder, healthy or not; None if there is none.

    Raises:
        UsageError: `stack.json` was not written by this version.
    """
    try:
        return msgspec.json.decode(state_file(state_dir).read_bytes(), type=LocalStack)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise UsageError(
            f"`{state_file(state_dir)}` cannot be read ({error}). It is damaged, or another version"
            " wrote it. Nothing was changed. To stop that stack, run `mocktailverse down`; its data"
            " is kept."
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


def temporary(state_dir: Path) -> Path:
    """Return the folder that is removed when the stack stops."""
    return state_dir / "tmp"


def data_folder(state_dir: Path) -> Path:
    """Return the folder of the data, which stays when the stack stops."""
    return state_dir / "data"


def state_file(state_dir: Path) -> Path:
    """Return the file that exists while a stack runs."""
    return state_dir / "stack.json"


def log_files(state_dir: Path) -> dict[str, Path]:
    """Return the log file of each process, by its name; it may not exist yet."""
    return {name: state_dir / file for name, file in _LOGS.items()}


def logs_of(stack: LocalStack) -> list[Path]:
    """Return the log files of a running stack; none if its embedded AWS has ended."""
    with contextlib.suppress(psutil.Error):
        if aws := stack.by_name[EMULATOR].find():
            state_dir = Path(aws.cwd()).parent  # its working directory is `tmp`
            return list(log_files(state_dir).values())
    return []


def write_stack(state_dir: Path, stack: LocalStack) -> None:
    """Write `stack.json` atomically; only its owner may read it."""
    unfinished = state_dir / "stack.json.unfinished"
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(stack)))
    unfinished.rename(state_file(state_dir))
