"""`serve`, `dashboard`, `browse` and the demo that people see, as they run them."""

import contextlib
import signal
import socket
from functools import partial

import httpx2
import pytest

from mocktailverse.local.tcp_ports import free_port
from mocktailverse.waiting import wait_until
from worlds.processes import processes_of

WITHIN_S = 240.0
PAGES = {"serve": "/harness", "dashboard": "/_stcore/health", "browse": "/catalogue"}
PRINTED = {"serve": "API", "dashboard": "Dashboard", "browse": "Data browser"}
"""What each command calls its address; the servers' own logs have the address, too."""
eventually = partial(wait_until, timeout_s=WITHIN_S, poll_s=0.05)


@pytest.fixture
def scratch(tmp_path):
    """A folder for temporary files; what is left in it was left behind."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def answers(url: str) -> bool:
    with contextlib.suppress(httpx2.HTTPError):
        return httpx2.get(url, timeout=WITHIN_S).status_code == 200
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
def test_a_server_in_the_foreground_answers_until_it_is_stopped(
    pipeline, scratch, foreground, name, number
):
    port = free_port()
    with foreground(name, "--port", port, "--state-dir", pipeline.home) as served:
        address = f"http://127.0.0.1:{port}"
        assert f"{PRINTED[name]}: {address}\n" in iter(served.stderr.readline, "")
        assert eventually(lambda: answers(f"{address}{PAGES[name]}"))  # it may not listen yet
        served.send_signal(number)
        if number == signal.SIGKILL:
            served.wait()
        else:
            _, error = served.communicate(timeout=WITHIN_S)
            assert "Traceback" not in error
            assert served.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
            assert list(scratch.iterdir()) == []
    assert eventually(lambda: processes_of(scratch) == [])


@pytest.mark.parametrize("name", PAGES)
def test_a_server_without_a_stack_says_how_to_start_one(command, tmp_path, name):
    answer = command(name, "--port", free_port(), "--state-dir", tmp_path / "home")
    assert (answer.code, answer.out) == (3, "")
    assert "mocktailverse up" in answer.err


@pytest.mark.parametrize("name", PAGES)
def test_a_server_on_a_taken_port_says_what_to_do(cli, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = cli(name, "--port", port, code=2)
    assert f"Port {port}" in answer.err
    assert "--port" in answer.err


def test_drinks_that_come_while_one_browses_appear(pipeline, drinks, foreground):
    port = free_port()
    rows = f"http://127.0.0.1:{port}/catalogue/drinks.json?_shape=array"
    loads = f"http://127.0.0.1:{port}/loads/loads.json?_shape=array"
    with foreground("browse", "--port", port, "--state-dir", pipeline.home):
        assert eventually(lambda: answers(rows))
        version = pipeline.put(drinks(1, first=970_001, strDrink="While You Browse"))
        assert eventually(
            lambda: "While You Browse" in {row["name"] for row in httpx2.get(rows).json()}
        )
        assert eventually(lambda: version.key in {row["key"] for row in httpx2.get(loads).json()})


def test_the_demo_for_people_shows_links_that_served_drinks_and_ends_by_itself(scratch, foreground):
    with foreground("demo") as demo:
        out, error = demo.communicate(timeout=180)
    assert demo.returncode == 0, error
    assert "Dashboard" in out
    assert "/harness" in out
    assert "serves" in error
    assert "drinks" in error
    assert processes_of(scratch) == []
    assert list(scratch.iterdir()) == []
