"""A stack has the usual ports, or those that its folder used last, if they are free."""

import socket
from pathlib import Path

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.local import stack_ports
from mocktailverse.local.state import DASHBOARD, EMULATOR, SERVER
from mocktailverse.local.tcp_ports import free_port


@pytest.fixture(autouse=True)
def usual(monkeypatch) -> dict[str, int]:
    """Usual ports that are free on this machine."""
    ports = {name: free_port() for name in (EMULATOR, SERVER, DASHBOARD)}
    monkeypatch.setattr(stack_ports, "DEFAULTS", ports)
    return ports


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def reserved(tmp_path, notices):
    def reserve(folder: Path = tmp_path, **required: int):
        return stack_ports.reserved(folder, required, notices.append)

    return reserve


def test_the_usual_ports_are_taken_first(reserved, usual, notices):
    with reserved() as ports:
        assert ports == usual
    assert notices == []


def test_a_port_in_use_is_replaced_by_the_next_free_one(reserved, usual, notices):
    with socket.create_server(("127.0.0.1", usual[SERVER])), reserved() as ports:
        assert ports[SERVER] > usual[SERVER]
        assert ports[EMULATOR] == usual[EMULATOR]
    assert notices == [
        f"port {usual[SERVER]} is in use; the {SERVER} is on {ports[SERVER]} instead"
    ]


def test_the_next_start_of_the_folder_gets_the_same_ports(reserved, usual, tmp_path):
    with socket.create_server(("127.0.0.1", usual[SERVER])), reserved() as ports:
        pass
    with reserved() as again:
        assert again == ports
    other = tmp_path / "other"
    other.mkdir()
    with reserved(other) as others:
        assert others == usual


@pytest.mark.parametrize("content", ["{", "[]", '{"other": 1}'])
def test_a_damaged_record_of_the_ports_is_ignored(reserved, usual, tmp_path, content):
    (tmp_path / "ports.json").write_text(content)
    with reserved() as ports:
        assert ports == usual


def test_a_required_port_in_use_is_an_error_that_names_its_option(reserved):
    port = free_port()
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(UsageError, match=rf"Port {port}.*--dashboard-port"),
        reserved(**{DASHBOARD: port}),
    ):
        pass


def test_two_starts_at_the_same_time_get_different_ports(reserved, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    with reserved() as first, reserved(other) as second:
        assert set(first.values()).isdisjoint(second.values())


def test_a_failed_start_is_not_remembered(reserved, tmp_path):
    with pytest.raises(RuntimeError), reserved():
        raise RuntimeError
    assert not (tmp_path / "ports.json").exists()


def test_two_parts_cannot_require_one_port(reserved):
    port = free_port()
    with (
        pytest.raises(UsageError, match="a port of its own"),
        reserved(
            **{
                SERVER: port,
                DASHBOARD: port,
            }
        ),
    ):
        pass


def test_a_required_port_goes_before_another_part_s_usual_one(reserved, usual, notices):
    with reserved(**{SERVER: usual[EMULATOR]}) as ports:
        assert ports[SERVER] == usual[EMULATOR]
        assert ports[EMULATOR] > usual[EMULATOR]
    assert len(notices) == 1
