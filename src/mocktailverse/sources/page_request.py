"""Request one web page, politely and within bounds: http or https, 2 MiB, 10 s, few redirects.

Only the given address is requested, and addresses that it redirects to. The name is resolved once,
each address is checked, and the connection goes to a checked address, so that a name cannot change
its address in between (DNS rebinding). Without `allow_private`, addresses of this machine and of
its network are refused (server-side request forgery, SSRF). A redirect from a public to a private
address is always refused. Proxies of the environment are not used, because they would resolve the
name again.
"""

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import zlib
from collections.abc import Callable
from contextlib import closing
from urllib.parse import SplitResult, urljoin, urlsplit

from msgspec import Struct

from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.sources.http_headers import user_agent
from mocktailverse.sources.web_addresses import encoded_location, encoded_parts

PAGE_BYTES = 2 * 1024 * 1024
TIMEOUT_S = 10.0
MAX_REDIRECTS = 3

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_PIECE = 64 * 1024

Resolve = Callable[[str, int], list[str]]
"""Returns the IP addresses of a host and port."""


class WebPage(Struct, frozen=True):
    """A page as received, decompressed."""

    url: str
    """Its address, after redirects, in ASCII."""
    data: bytes
    charset: str | None
    """As the server states it."""


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host; none if it has no address."""
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def request_page(url: str, *, allow_private: bool, resolve: Resolve = resolve) -> WebPage:
    """Return the page of an address.

    `allow_private` allows addresses of this machine and its network, for people at a terminal.

    Raises:
        UsageError: the address is not allowed, or what it returns is not a page within the limits.
        UnreachableError: the server does not respond in time, or not with the page.
    """
    results: queue.Queue[WebPage | Exception] = queue.Queue()
    connections: list[http.client.HTTPConnection] = []

    def work() -> None:
        try:
            result: WebPage | Exception = _follow(
                url, connections, resolve, allow_private=allow_private
            )
        except (UsageError, UnreachableError) as error:
            result = error
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            result = UnreachableError(f"`{url}` could not be read: {error}.")
        for connection in connections:
            connection.close()
        results.put(result)

    threading.Thread(target=work, name="page-request", daemon=True).start()
    try:
        result = results.get(timeout=TIMEOUT_S)
    except queue.Empty:
        for connection in connections:
            connection.close()  # which ends the thread
        raise UnreachableError(f"`{url}` did not respond within {TIMEOUT_S:.0f} s.") from None
    if isinstance(result, Exception):
        raise result
    return result


def _follow(
    url: str,
    connections: list[http.client.HTTPConnection],
    resolve: Resolve,
    *,
    allow_private: bool,
) -> WebPage:
    address = url
    for _ in range(1 + MAX_REDIRECTS):
        parts = _checked(address)
        ip = _checked_ip(parts, resolve, allow_private=allow_private)
        allow_private = allow_private and not ipaddress.ip_address(ip).is_global
        connection = _connection(parts, ip)
        connections.append(connection)
        with closing(_get(connection, parts)) as response:
            location = response.getheader("location")
            if response.status not in _REDIRECTS or not location:
                return _page(parts.geturl(), response)
        address = urljoin(address, encoded_location(location))
    raise UsageError(f"`{url}` redirects more than {MAX_REDIRECTS} times. Pass the last address.")


def _checked(url: str) -> SplitResult:
    """Return the parts of an address, as they are requested."""
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in _PORTS and parts.hostname and parts.port != 0
        is_valid = is_valid and parts.username is None and url.isprintable()
        parts = encoded_parts(parts)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise UsageError(
            f"`{url[:200]}` is not an address of a web page. Pass one that begins with http:// or"
            " https://, without a user name."
        )
    return parts


def _checked_ip(parts: SplitResult, resolve: Resolve, *, allow_private: bool) -> str:
    """Return an IP address to connect to; every address of the host has to be allowed."""
    host = parts.hostname or ""
    addresses = resolve(host, parts.port or _PORTS[parts.scheme])
    if not addresses:
        raise UnreachableError(f"The host `{host[:200]}` has no address. Check its spelling.")
    if not allow_private and not all(map(_is_public, addresses)):
        raise UsageError(
            f"`{host[:200]}` is this machine or in its network. Pass the address of a public page,"
            " or save the page and pass the file."
        )
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return all(one.is_global and not one.is_multicast for one in (ip, inner or ip))


def _connection(parts: SplitResult, ip: str) -> http.client.HTTPConnection:
    """Return a connection to this IP address that names and verifies the host."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    sock = socket.create_connection((ip, port), timeout=TIMEOUT_S)
    if parts.scheme == "https":
        try:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        except OSError:
            sock.close()
            raise
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    connection.sock = sock
    return connection


def _get(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    headers = {
        "Host": parts.netloc,
        "User-Agent": user_agent(),
        "Accept": "text/html, application/ld+json, application/json;q=0.9, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def _page(url: str, response: http.client.HTTPResponse) -> WebPage:
    if response.status != _OK:
        raise UnreachableError(f"`{url}` responded with status {response.status}.")
    coding = (response.getheader("content-encoding") or "").strip().casefold()
    unpack = zlib.decompressobj(wbits=47) if coding in {"gzip", "x-gzip", "deflate"} else None
    data = b""
    while len(data) <= PAGE_BYTES and (piece := response.read1(_PIECE)):
        data += unpack.decompress(piece, PAGE_BYTES + 1 - len(data)) if unpack else piece
    if response.length and len(data) <= PAGE_BYTES:
        raise UnreachableError(f"`{url}` ended too early. Try again.")
    if len(data) > PAGE_BYTES:
        raise UsageError(f"`{url}` is larger than 2 MiB, so it is not read.")
    return WebPage(url, data, response.headers.get_content_charset())
