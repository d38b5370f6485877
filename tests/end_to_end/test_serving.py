"""`serve`, `dashboard`, `browse` and the interactive demo, as people run them."""

import contextlib
import signal
import socket
from functools import partial

import httpx2
import pytest

from mocktailverse.local.tcp_ports import free_port
from mocktailverse.waiting import wait_until
from worlds.processes import processes_of

TIMEOUT_S = 240.0
PAGES = {"serve": "/harness", "dashboard": "/_stcore/health", "browse": "/catalogue"}
LABELS = {"serve": "API", "dashboard": "Dashboard", "browse": "Data browser"}
"""What each command calls its address; the servers' own logs contain the address, too."""
eventually = partial(wait_until, timeout_s=TIMEOUT_S, poll_s=0.05)


@pytest.fixture
def scratch(tmp_path):
    """A folder for temporary files; the command must leave it empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def responds(url: str) -> bool:
    with contextlib.suppress(httpx2.HTTPError):
        return httpx2.get(url, timeout=TIMEOUT_S).status_code == 200
    return False


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("serve", signal.SIGINT),
        ("serve", signal.SIGTERM),
        ("dashboard", signal.SIGINT),
        ("dashboard", signal.SIGKILL),
        ("browse", signal.SIGINT),
        ("browse", signal.SIGKILL),
    ],
)
def test_a_server_in_the_foreground_responds_until_it_is_stopped(
    pipeline, scratch, foreground, name, number
):
    port = free_port()
    with foreground(name, "--port", port, "--state-dir", pipeline.home) as server:
        address = f"http://127.0.0.1:{port}"
        assert f"{LABELS[name]}: {address}\n" in iter(server.stderr.readline, "")
        assert eventually(lambda: responds(f"{address}{PAGES[name]}"))  # it may not listen yet
        server.send_signal(number)
        if number == signal.SIGKILL:
            server.wait()
        else:
            _, error = server.communicate(timeout=TIMEOUT_S)
            assert "Traceback" not in error
            assert server.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
            assert list(scratch.iterdir()) == []
    assert eventually(lambda: processes_of(scratch) == [])


@pytest.mark.parametrize("name", PAGES)
def test_a_server_without_a_stack_says_how_to_start_one(command, tmp_path, name):
    result = command(name, "--port", free_port(), "--state-dir", tmp_path / "home")
    assert (result.code, result.out) == (3, "")
    assert "mocktailverse up" in result.err


@pytest.mark.parametrize("name", PAGES)
def test_a_server_on_a_taken_port_says_what_to_do(cli, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = cli(name, "--port", port, code=2)
    assert f"Port {port}" in result.err
    assert "--port" in result.err


def test_the_browser_shows_drinks_that_arrive_while_it_runs(pipeline, drinks, foreground):
    port = free_port()
    rows = f"http://127.0.0.1:{port}/catalogue/drinks.json?_shape=array"
    loads = f"http://127.0.0.1:{port}/loads/loads.json?_shape=array"
    with foreground("browse", "--port", port, "--state-dir", pipeline.home):
        assert eventually(lambda: responds(rows))
        version = pipeline.put(drinks(1, first=970_001, strDrink="While You Browse"))
        assert eventually(
            lambda: "While You Browse" in {row["name"] for row in httpx2.get(rows).json()}
        )
        assert eventually(lambda: version.key in {row["key"] for row in httpx2.get(loads).json()})


def test_the_interactive_demo_serves_drinks_shows_links_and_ends(scratch, foreground):
    with foreground("demo") as demo:
        out, error = demo.communicate(timeout=180)
    assert demo.returncode == 0, error
    assert "Dashboard" in out
    assert "/harness" in out
    assert "serves" in error
    assert "drinks" in error
    assert processes_of(scratch) == []
    assert list(scratch.iterdir()) == []
