"""The local server closes connections with incomplete requests, and limits their number."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mocktailverse.local.harness import bounded_server
from worlds.serving import serving

LIMIT_S = 0.3
NO_LIMIT_S = 600.0
HEAD = b"POST /size HTTP/1.1\r\nHost: 127.0.0.1\r\n"


async def size(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@contextmanager
def served(limit_s: float) -> Iterator[int]:
    """Run a server in a thread; yield its port."""
    app = Starlette(routes=[Route("/size", size, methods=["GET", "POST"])])
    with serving(bounded_server.server(app, request_timeout_s=limit_s)) as port:
        yield port


@pytest.fixture(scope="module")
def port_with_timeout() -> Iterator[int]:
    with served(LIMIT_S) as port:
        yield port


@pytest.fixture(scope="module")
def port_without_timeout() -> Iterator[int]:
    with served(NO_LIMIT_S) as port:
        yield port


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def is_closed(connection: socket.socket) -> bool:
    """Wait until the server closes the connection; return whether it did."""
    try:
        while connection.recv(1024):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


LENGTH = b"Content-Length: 10\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"", b"\r\n", b"P", HEAD, HEAD + LENGTH, HEAD + LENGTH + b"half", HEAD + CHUNKED + b"4\r\nha"],
    ids=[
        "nothing",
        "an empty line",
        "a byte",
        "half a head",
        "no body",
        "half a body",
        "half a chunk",
    ],
)
def test_an_incomplete_request_is_cut_off(port_with_timeout, sent):
    with connect(port_with_timeout) as connection:
        connection.sendall(sent)
        assert is_closed(connection)


@pytest.mark.parametrize("second", [HEAD, HEAD + LENGTH + b"half"], ids=["head", "body"])
def test_a_second_request_on_a_connection_has_the_same_limit(port_with_timeout, second):
    with connect(port_with_timeout) as connection:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        assert connection.recv(1024).startswith(b"HTTP/1.1 200")
        connection.sendall(second)
        assert is_closed(connection)


def test_a_request_that_begins_with_the_end_of_another_has_the_same_limit(port_with_timeout):
    with connect(port_with_timeout) as connection:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n" + HEAD)
        assert connection.recv(1024).startswith(b"HTTP/1.1 200")
        assert is_closed(connection)


def test_an_endless_head_is_refused(port_without_timeout):
    with connect(port_without_timeout) as connection:
        connection.sendall(HEAD + b"X-Long: " + b"x" * (bounded_server.MAX_HEAD_BYTES - 100))
        connection.sendall(b"y" * 100)
        assert b"400 Bad Request" in connection.recv(1024)
        assert is_closed(connection)


def test_a_large_head_is_accepted(port_without_timeout):
    long = "x" * (bounded_server.MAX_HEAD_BYTES - 1000)
    with closing(http.client.HTTPConnection("127.0.0.1", port_without_timeout)) as connection:
        for _ in range(3):
            connection.request("GET", "/size", headers={"X-Long": long})
            assert connection.getresponse().read() == b"0"


def test_a_slow_request_is_cut_off(port_with_timeout):
    with connect(port_with_timeout) as connection:
        connection.settimeout(LIMIT_S / 10)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                connection.sendall(b"X")
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("The connection is still open after 60 s.")


def test_complete_requests_are_answered_one_after_another(port_without_timeout):
    connection = http.client.HTTPConnection("127.0.0.1", port_without_timeout, timeout=60)
    for length in (0, 3, 200_000):
        connection.request("POST", "/size", body=b"x" * length)
        assert connection.getresponse().read() == str(length).encode()
    connection.close()


def test_connections_are_bounded_and_available_again_after_they_close(monkeypatch):
    monkeypatch.setattr(bounded_server, "MAX_CONNECTIONS", 3)
    with served(NO_LIMIT_S) as port:
        connections = [connect(port) for _ in range(3)]
        for connection in connections:  # each is accepted before the next one
            connection.sendall(HEAD + b"Content-Length: 1\r\nExpect: 100-continue\r\n\r\n")
            assert connection.recv(1024).startswith(b"HTTP/1.1 100")
        with connect(port) as refused:
            assert is_closed(refused)
        for connection in connections:
            connection.sendall(b"x")
            assert connection.recv(1024).startswith(b"HTTP/1.1 200")
            connection.close()
        assert eventually_responds(port)


def eventually_responds(port: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/size")
            return connection.getresponse().status == 200
        except (http.client.HTTPException, OSError):
            time.sleep(0.02)
        finally:
            connection.close()
    return False
