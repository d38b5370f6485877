"""Ports that are chosen, and that of a restarted process, for whose release a start waits."""

import socket
import threading

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.local import service_processes, tcp_ports
from mocktailverse.local.processes import Process


def test_a_free_port_is_none_that_an_outgoing_connection_gets():
    port = tcp_ports.free_port()
    assert tcp_ports.bind_error(port) is None
    assert port < 32_768


def test_a_port_in_use_is_not_chosen(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(tcp_ports, "FREE_PORTS", range(taken.getsockname()[1], 65_535)[:1])
        with pytest.raises(UsageError, match="all in use"):
            tcp_ports.free_port()


def process_on(port: int) -> Process:
    return Process(name="dashboard", pid=1, started_at=0, port=port)


def test_a_port_that_is_released_late_is_waited_for(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as old_listener:
        checked = threading.Event()
        bind_error = tcp_ports.bind_error

        def observed_bind_error(port: int) -> Exception | None:
            error = bind_error(port)
            checked.set()
            return error

        monkeypatch.setattr(tcp_ports, "bind_error", observed_bind_error)
        monkeypatch.setattr(service_processes, "PORT_TIMEOUT_S", 60)
        port = old_listener.getsockname()[1]
        releasing = threading.Thread(target=lambda: (checked.wait(), old_listener.close()))
        releasing.start()
        assert service_processes.port_of_next(process_on(port)) == port
        releasing.join()


def test_a_port_that_another_program_keeps_is_an_error(monkeypatch):
    monkeypatch.setattr(service_processes, "PORT_TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"Port {port} .*dashboard has ended"):
            service_processes.port_of_next(process_on(port))
