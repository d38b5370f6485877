"""The port of a part that restarts: waited for while its old process still ends."""

import socket
import threading

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.local import parts
from mocktailverse.local.processes import Process


def process_on(port: int) -> Process:
    return Process(name="dashboard", pid=1, started_at=0, port=port)


def test_a_port_that_is_released_late_is_waited_for(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as held:
        asked = threading.Event()
        free = parts.ports.require_free

        def require_free(port: int, remedy: str) -> None:
            asked.set()
            free(port, remedy)

        monkeypatch.setattr(parts.ports, "require_free", require_free)
        monkeypatch.setattr(parts, "PORT_TIMEOUT_S", 60)
        releasing = threading.Thread(target=lambda: (asked.wait(), held.close()))
        releasing.start()
        parts.require_port_again(process_on(held.getsockname()[1]))
        releasing.join()


def test_a_port_that_another_program_keeps_is_an_error(monkeypatch):
    monkeypatch.setattr(parts, "PORT_TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"Port {port} .*dashboard has ended"):
            parts.require_port_again(process_on(port))
