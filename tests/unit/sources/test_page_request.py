"""Requests of pages, to a server on this machine: bounds, redirects, private addresses."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.sources import page_request
from mocktailverse.sources.http_headers import user_agent
from mocktailverse.sources.page_request import PAGE_BYTES, request_page

Answer = Callable[[BaseHTTPRequestHandler], None]


def respond(body=b"page", status=200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def serving(**answers: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serve answers by path; yield the address and the requested paths."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            answers[self.path.strip("/").partition("?")[0]](self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_only_the_given_page_is_requested():
    with serving(page=respond(content_type="text/html; charset=iso-8859-1")) as (base, seen):
        page = request_page(f"{base}/page?x=1#part", allow_private=True)
    assert seen == ["/page?x=1"]
    assert (page.url, page.data, page.charset) == (f"{base}/page?x=1#part", b"page", "iso-8859-1")


def test_redirects_are_followed_a_few_times():
    with serving(a=respond(b"", 302, location="/b"), b=respond(b"x")) as (base, seen):
        page = request_page(f"{base}/a", allow_private=True)
        assert (page.url, page.data, seen) == (f"{base}/b", b"x", ["/a", "/b"])
    with serving(a=respond(b"", 301, location="/a")) as (base, seen):
        with pytest.raises(UsageError, match="redirects more than 3 times"):
            request_page(f"{base}/a", allow_private=True)
        assert len(seen) == 4


@pytest.mark.parametrize(
    ("written", "requested"),
    [
        ("/a/piña colada?q=süß&x=1#ü", "/a/pi%C3%B1a%20colada?q=s%C3%BC%C3%9F&x=1"),
        ("/a/pi%C3%B1a?x=%20+", "/a/pi%C3%B1a?x=%20+"),
    ],
)
def test_other_characters_of_an_address_are_encoded(written, requested):
    seen_agents = []

    def answer(handler):
        seen_agents.append(handler.headers["user-agent"])
        respond()(handler)

    with serving(**{requested.strip("/").partition("?")[0]: answer}) as (base, seen):
        page = request_page(base + written, allow_private=True)
    assert (seen, page.url.partition("#")[0]) == ([requested], base + requested)
    assert seen_agents == [user_agent()]


@pytest.mark.parametrize("location", ["/pi\xf1a", "/pi\xc3\xb1a", "/pi%C3%B1a"])
def test_a_redirect_is_requested_in_the_bytes_of_its_server(location):
    path = quote(location.encode("latin-1"), safe="/%")
    with serving(a=respond(b"", 302, location=location), **{path[1:]: respond()}) as (base, seen):
        request_page(f"{base}/a", allow_private=True)
    assert seen == ["/a", path]


@pytest.mark.parametrize(
    ("host", "encoded"),
    [("bücher.example", "xn--bcher-kva.example"), ("пример.рф", "xn--e1afmkfd.xn--p1ai")],
)
def test_the_host_is_resolved_in_its_encoding(host, encoded):
    resolved = []
    with pytest.raises(UnreachableError, match="has no address"):
        request_page(
            f"https://{host}:8443/", allow_private=True,
            resolve=lambda *host_and_port: resolved.append(host_and_port) or [],
        )  # fmt: skip
    assert resolved == [(encoded, 8443)]


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.example/", "gopher://x/"])
def test_a_redirect_to_another_scheme_is_refused(location):
    with (
        serving(a=respond(b"", 302, location=location)) as (base, _),
        pytest.raises(UsageError, match="not an address of a web page"),
    ):
        request_page(f"{base}/a", allow_private=True)


def test_a_page_is_at_most_2_mib():
    whole = b"x" * PAGE_BYTES
    with serving(fits=respond(whole), large=respond(whole + b"x")) as (base, _):
        assert len(request_page(f"{base}/fits", allow_private=True).data) == PAGE_BYTES
        with pytest.raises(UsageError, match="2 MiB"):
            request_page(f"{base}/large", allow_private=True)


def test_a_compressed_page_is_unpacked_within_the_limit():
    packed, bomb = gzip.compress(b"page"), gzip.compress(b"\0" * 50_000_000)
    with serving(
        packed=respond(packed, content_encoding="gzip"), bomb=respond(bomb, content_encoding="gzip")
    ) as (base, _):
        assert request_page(f"{base}/packed", allow_private=True).data == b"page"
        with pytest.raises(UsageError, match="2 MiB"):
            request_page(f"{base}/bomb", allow_private=True)


@pytest.mark.parametrize(
    "answer",
    [
        respond(status=404),
        respond(status=500),
        respond(b"x", content_length="10"),
        respond(b"not gzip", content_encoding="gzip"),
        lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"),
    ],
)
def test_a_server_that_fails_is_a_clear_error(answer):
    with serving(a=answer) as (base, _), pytest.raises(UnreachableError):
        request_page(f"{base}/a", allow_private=True)


def test_a_slow_server_is_given_up(monkeypatch):
    monkeypatch.setattr(page_request, "TIMEOUT_S", 0.2)
    released = threading.Event()

    def trickle(_handler: BaseHTTPRequestHandler) -> None:
        released.wait(30)

    with serving(a=trickle) as (base, _):
        with pytest.raises(UnreachableError, match=r"within 0 s|timed out"):
            request_page(f"{base}/a", allow_private=True)
        released.set()


def test_a_closed_port_is_a_clear_error():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(UnreachableError):
        request_page(f"http://127.0.0.1:{port}/", allow_private=True)


@pytest.mark.parametrize(
    "url",
    ["", "x.example", "ftp://x.example/", "file:///etc/passwd", "http://", "http://u:p@x.example/",
     "http://x.example:0/", "http://x.example:99999/", "http://[", "http://x.example/\n",
     "javascript:alert(1)", "data:text/html,x", "http://ü..example/",
     f"http://{'ü' * 70}.example/", "http://u:p@ü.example/"],
)  # fmt: skip
def test_other_addresses_are_refused(url):
    with pytest.raises(UsageError):
        request_page(url, allow_private=True, resolve=lambda _host, _port: [])


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::",
     "2002:7f00:1::"],
)  # fmt: skip
def test_addresses_of_this_machine_and_its_network_are_refused(address):
    for addresses in ([address], ["93.184.216.34", address]):
        with pytest.raises(UsageError, match="in its network"):
            request_page(
                "http://x.example/",
                allow_private=False,
                resolve=lambda _host, _port, found=addresses: found,
            )


def test_a_public_page_cannot_redirect_into_the_network(monkeypatch):
    """The server is reached under a public address, as a page on the internet would be."""
    connect = socket.create_connection
    with serving(a=respond(b"", 302, location="http://inside.example/"), b=respond()) as (
        base,
        seen,
    ):
        port = int(base.rpartition(":")[2])
        monkeypatch.setattr(
            socket, "create_connection", lambda _to, **how: connect(("127.0.0.1", port), **how)
        )
        hosts = {"public.example": ["93.184.216.34"], "inside.example": ["127.0.0.1"]}
        with pytest.raises(UsageError, match="in its network"):
            request_page(
                "http://public.example/a", allow_private=True, resolve=lambda host, _: hosts[host]
            )
        assert seen == ["/a"]


def test_the_connection_goes_to_the_checked_address(monkeypatch):
    """The name is resolved once, so that it cannot change its address after the check."""
    connected = []

    def create(address, **_how):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create)
    resolved = []

    def resolve(host, _port):
        resolved.append(host)
        return ["93.184.216.34"]

    with pytest.raises(UnreachableError):
        request_page("http://x.example/", allow_private=False, resolve=resolve)
    assert (connected, resolved) == ([("93.184.216.34", 80)], ["x.example"])


def test_a_host_without_an_address_is_a_clear_error():
    with pytest.raises(UnreachableError, match="has no address"):
        request_page("http://x.invalid/", allow_private=True, resolve=lambda _host, _port: [])
