"""The ports of a stack: the usual ones, or those that its folder used last."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from mocktailverse.errors import UsageError
from mocktailverse.local import tcp_ports
from mocktailverse.local.state import DASHBOARD, EMULATOR, SERVER

DEFAULTS: Final = {EMULATOR: 4566, SERVER: 8000, DASHBOARD: 8501}
"""The usual ports of AWS emulators, of development servers, and of Streamlit."""

OPTIONS: Final = {EMULATOR: "--port", SERVER: "--api-port", DASHBOARD: "--dashboard-port"}
SEARCHED = 100
"""How many ports above a port in use are tried."""

_FILE = "ports.json"


@contextlib.contextmanager
def reserved(
    state_dir: Path, required: Mapping[str, int], on_notice: Callable[[str], None]
) -> Iterator[dict[str, int]]:
    """Yield a free port for each process of DEFAULTS, and remember it for the folder's next start.

    Within the block no other start of this user chooses the same ports. `required` has ports that
    the caller insists on. Otherwise it is the port of the last start, or the usual one, or the next
    free one; `on_notice` gets a text about the latter.

    Raises:
        UsageError: a required port is in use, or all ports that were tried are.
    """
    preferred = {**DEFAULTS, **_remembered(state_dir), **required}
    with contextlib.ExitStack() as locks:
        ports: dict[str, int] = {}
        for name, wanted in preferred.items():
            candidates = [wanted] if name in required else range(wanted, wanted + SEARCHED)
            ports[name] = _first_free(candidates, set(ports.values()), OPTIONS[name], locks)
            if ports[name] != wanted:
                on_notice(f"port {wanted} is in use; the {name} is on {ports[name]} instead")
        yield ports
        (state_dir / _FILE).write_bytes(msgspec.json.encode(ports))


def _remembered(state_dir: Path) -> dict[str, int]:
    """Return the ports of the folder's last start; none if the file is missing or damaged."""
    try:
        ports = msgspec.json.decode((state_dir / _FILE).read_bytes(), type=dict[str, int])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}
    return {name: port for name, port in ports.items() if name in DEFAULTS}


def _first_free(
    candidates: "range | list[int]", taken: set[int], option: str, locks: contextlib.ExitStack
) -> int:
    for port in candidates:
        if port not in taken and tcp_ports.bind_error(port) is None and _lock(port, locks):
            return port
    tcp_ports.require_free(candidates[0], f"choose another with {option}")
    raise UsageError(f"Another start is about to use port {candidates[0]}. Choose one: {option}.")


def _lock(port: int, locks: contextlib.ExitStack) -> bool:
    """Lock a port against other starts until `locks` is closed; return False if one holds it."""
    folder = Path(tempfile.gettempdir()) / f"mocktailverse-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = (folder / str(port)).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    locks.callback(file.close)
    return True
