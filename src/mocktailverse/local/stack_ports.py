"""The ports of a stack: the usual ones, or those that its folder used last."""

import contextlib
import socket
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

    `required` has ports that the caller insists on. Otherwise it is the port of the last start, or
    the usual one, or the next free one; `on_notice` gets a text about the latter. Within the block
    no other start on this machine chooses the same ports.

    Raises:
        UsageError: a required port is in use, or all ports that were tried are.
    """
    if len(set(required.values())) < len(required):
        raise UsageError(f"Give each of {', '.join(OPTIONS.values())} a port of its own.")
    preferred = {**DEFAULTS, **_remembered(state_dir), **required}
    with contextlib.ExitStack() as locks:
        ports: dict[str, int] = {}
        for name in sorted(preferred, key=lambda name: name not in required):  # these first
            first_choice = preferred[name]
            candidates = (
                [first_choice] if name in required else range(first_choice, first_choice + SEARCHED)
            )
            port = next((port for port in candidates if _is_free(port, locks)), None)
            if port is None:
                tcp_ports.require_free(first_choice, f"choose another with {OPTIONS[name]}")
                raise UsageError(f"Another start takes port {first_choice}. Repeat the command.")
            ports[name] = port
            if ports[name] != first_choice:
                on_notice(f"port {first_choice} is in use; the {name} is on {ports[name]} instead")
        yield ports
        (state_dir / _FILE).write_bytes(msgspec.json.encode(ports))


def free_ones(required: Mapping[str, int]) -> dict[str, int]:
    """Return a port for each process of DEFAULTS: the required one, or any free one.

    Raises:
        UsageError: a required port is in use.
    """
    for name, port in required.items():
        tcp_ports.require_free(port, f"choose another with {OPTIONS[name]}")
    return {name: required.get(name) or tcp_ports.free_port() for name in DEFAULTS}


def _remembered(state_dir: Path) -> dict[str, int]:
    """Return the ports of the folder's last start; none if the file is missing or damaged."""
    try:
        ports = msgspec.json.decode((state_dir / _FILE).read_bytes(), type=dict[str, int])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}
    return {name: port for name, port in ports.items() if name in DEFAULTS}


def _is_free(port: int, locks: contextlib.ExitStack) -> bool:
    """Return whether a port is free, and lock it against other starts until `locks` is closed.

    The server binds the TCP port seconds later. Until then the UDP port of the same number, which
    nothing else uses, is the lock: any start on this machine sees it, and it ends with its holder.
    """
    lock = locks.enter_context(socket.socket(type=socket.SOCK_DGRAM))
    try:
        lock.bind((tcp_ports.HOST, port))
    except (OSError, OverflowError):
        return False
    return tcp_ports.bind_error(port) is None
