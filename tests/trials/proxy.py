"""A proxy between functions or clients and the embedded AWS, which injects faults.

Calls are forwarded unchanged, with their Host header, so that signatures stay valid and IAM stays
enforced. Each caller has a separate port, by which its calls are counted.
"""

import asyncio
import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from http import HTTPStatus
from typing import NamedTuple

from .spoiling import Strike, Strikes, refusal

HOST = "127.0.0.1"
HEAD_LIMIT = 64 * 1024
TIMEOUT_S = 60.0
CALLERS = ("transform", "publish", "client")

_CHUNKED = re.compile(rb"^transfer-encoding:[^\r\n]*chunked", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
_EXPECT = re.compile(rb"^expect:[^\r\n]*\r\n", re.IGNORECASE | re.MULTILINE)
_CONNECTION = re.compile(rb"^connection:[^\r\n]*\r\n", re.IGNORECASE | re.MULTILINE)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

Kill = Callable[[int], bool]
"""Kills the process with that port at its end of a connection; returns whether there was one."""


class Request(NamedTuple):
    """A received call: the request line and headers, and the body with its framing."""

    head: bytes
    body: bytes

    @property
    def target(self) -> str:
        """Method, path and query."""
        return self.head.split(b" HTTP/", 1)[0].decode("latin-1")

    def header(self, name: str) -> str:
        """Return a header's value, or an empty text."""
        pattern = rb"^%s:[ \t]*([^\r\n]*)" % name.encode()
        match = re.search(pattern, self.head, re.IGNORECASE | re.MULTILINE)
        return match[1].decode("latin-1") if match else ""


class Proxy:
    """The running proxy; its faults can be replaced at any time."""

    def __init__(self, upstream_port: int, kill: Kill) -> None:
        self._upstream_port = upstream_port
        self._kill = kill
        self.strikes = Strikes((), "")
        self.ports: dict[str, int] = {}
        self._last_call = dict.fromkeys(CALLERS, 0.0)

    def endpoint(self, caller: str) -> str:
        """Return the address at which a caller reaches AWS."""
        return f"http://{HOST}:{self.ports[caller]}"

    def idle_s(self, caller: str) -> float:
        """Return the time since the last call of a caller, in s."""
        return time.monotonic() - self._last_call[caller]

    @contextlib.contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Serve in a separate thread within the block."""
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        thread = threading.Thread(target=asyncio.run, args=(self._run(started),))
        thread.start()
        loop, stop = started.result()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()

    async def _run(self, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        """Serve until the proxy is stopped; running calls are then cancelled."""
        stop = asyncio.Event()
        servers = [await self._listen(caller) for caller in CALLERS]
        started.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        for server in servers:
            server.close()

    async def _listen(self, caller: str) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(caller, reader, writer)

        server = await asyncio.start_server(serve, HOST, 0, limit=HEAD_LIMIT)
        self.ports[caller] = server.sockets[0].getsockname()[1]
        return server

    async def _serve(
        self, caller: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one call; the connection is closed after it."""
        connection_errors = (ConnectionError, asyncio.IncompleteReadError, TimeoutError)
        with contextlib.suppress(*connection_errors), contextlib.closing(writer):
            async with asyncio.timeout(TIMEOUT_S):
                request = await _read(reader, writer)
                self._last_call[caller] = time.monotonic()
                strike = self.strikes.next(caller, request)
                if strike is None:
                    writer.write(await self._forwarded(request))
                else:
                    await self._inject(strike, request, writer)
                await writer.drain()

    async def _inject(self, strike: Strike, request: Request, writer: asyncio.StreamWriter) -> None:
        match strike.kind:
            case "throttle" | "server_error":
                writer.write(refusal(strike))
            case "reset_before":
                _reset(writer)
            case "reset_after":
                strike.answered(_status(await self._forwarded(request)))
                _reset(writer)
            case "cut":
                response = await self._forwarded(request)
                strike.answered(_status(response))
                head, _, body = response.partition(b"\r\n\r\n")
                writer.write(head + b"\r\n\r\n" + body[: len(body) // 2] if body else head[:9])
            case "delay":
                await asyncio.sleep(strike.fault.delay_ms / 1000)
                writer.write(await self._forwarded(request))
            case "kill_before":
                strike.killed = self._kill_peer(writer)
                _reset(writer)
            case "kill_after":
                strike.answered(_status(await self._forwarded(request)))
                strike.killed = self._kill_peer(writer)
                _reset(writer)

    def _kill_peer(self, writer: asyncio.StreamWriter) -> bool:
        return self._kill(writer.get_extra_info("peername")[1])

    async def _forwarded(self, request: Request) -> bytes:
        """Return the complete response of AWS."""
        reader, writer = await asyncio.open_connection(HOST, self._upstream_port)
        with contextlib.closing(writer):
            head = _CONNECTION.sub(b"", _EXPECT.sub(b"", request.head))
            writer.write(head[:-2] + b"Connection: close\r\n\r\n" + request.body)
            await writer.drain()
            return await reader.read(-1)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    """Return a complete request; one with an `Expect` header gets `100 Continue` first."""
    head = await reader.readuntil(b"\r\n\r\n")
    if _EXPECT.search(head):
        writer.write(_CONTINUE)
        await writer.drain()
    if _CHUNKED.search(head):
        return Request(head, await _chunks(reader))
    length = _LENGTH.search(head)
    return Request(head, await reader.readexactly(int(length[1])) if length else b"")


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """Return a chunked body with its framing."""
    body = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        body += line
        if size == 0:
            return body + await reader.readuntil(b"\r\n")
        body += await reader.readexactly(size + 2)


def _status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1]) if response else HTTPStatus.BAD_GATEWAY


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close the connection so that the other side sees a reset."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
