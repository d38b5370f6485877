"""A polite client of TheCocktailDB's JSON API (https://www.thecocktaildb.com/api.php).

It keeps a pace, tries again where that helps, waits as long as the source asks, and hides the key.
"""

import logging
import math
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self

import httpx2
import stamina

from mocktailverse.errors import PermanentError, TransientError, UnreachableError, UsageError
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request, parse_response

SOURCE = "thecocktaildb"
FREE_KEY = "1"

MAX_ANSWER_BYTES = 8 * 1024 * 1024
RETRY_AFTER_MAX_S = 60.0
BACKOFF_MAX_S = 8.0

_OK = 200
_TRIED_AGAIN = frozenset({408, 425, 429, *range(500, 600)})


class OutOfTimeError(TransientError):
    """The request did not fail for good: the time left is too short to try it again."""


class Pace:
    """Spaces requests evenly, and holds all of them back when the source asks for it.

    `clock` is monotonic and in seconds; `sleep` takes seconds.
    """

    def __init__(
        self, per_s: float, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.interval_s = 1 / per_s
        self._clock = clock
        self._sleep = sleep
        self._next = -math.inf

    def delay_s(self) -> float:
        """Seconds until the next request may start; 0 = now."""
        return max(0.0, self._next - self._clock())

    def wait(self) -> None:
        """Wait until a request may start, and count it as started."""
        if delay := self.delay_s():
            self._sleep(delay)
        self._next = max(self._next, self._clock()) + self.interval_s

    def hold(self, seconds: float) -> None:
        """Let no request start for so many seconds from now."""
        self._next = max(self._next, self._clock() + seconds)


class TheCocktailDB:
    """The API under one key.

    Key "1" is the free one, under `v1/1`; a purchased key works under `v2/<key>`. Use it as a
    context manager, or `close` it. `requests` counts the requests sent, repetitions included.

    Args:
        base_url: scheme and host, such as `https://www.thecocktaildb.com`.
        key: the API key; it appears in no log, error or metadata.
        requests_per_s: the most requests that start in one second.
        attempts: how often one request is sent at most; pauses grow from 0.5 s to 8 s, with
            jitter of up to 1 s, and are longer where the source sends Retry-After (60 s at most).
        timeout_s: for connecting, for each read, and for the whole answer.
        transport: replaces the network.
        clock: monotonic seconds.
        wall_clock: seconds since 1970, for Retry-After given as a date.
        sleep: waits for seconds.

    Raises:
        UsageError: the address or the key cannot be one.
    """

    source = SOURCE

    def __init__(  # noqa: PLR0913 - settings by keyword, and the three times that tests replace
        self,
        base_url: str,
        key: str = FREE_KEY,
        *,
        requests_per_s: float = 4.0,
        attempts: int = 5,
        timeout_s: float = 20.0,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
            raise UsageError("The key of TheCocktailDB may hold letters, digits, - and _ only.")
        if not _is_address(base_url):
            raise UsageError(f"{base_url!r} is no http(s) address, as TheCocktailDB's must be.")
        if requests_per_s <= 0:
            raise UsageError("The number of requests a second must be above 0.")
        self.base_url = base_url.rstrip("/")
        self.premium = key != FREE_KEY
        self.requests = 0
        self._timeout_s = timeout_s
        self._clock = clock
        self._wall_clock = wall_clock
        self._pace = Pace(requests_per_s, clock=clock, sleep=sleep)
        self._retrying = stamina.RetryingCaller(
            attempts=attempts, timeout=None, wait_initial=0.5, wait_max=BACKOFF_MAX_S
        )
        self._http = httpx2.Client(
            base_url=f"{self.base_url}/api/json/{f'v2/{key}' if self.premium else 'v1/1'}/",
            headers={"User-Agent": user_agent(), "Accept": "application/json"},
            transport=transport,
        )
        # httpx2 logs every address at level INFO, and here the key is part of the address.
        self._mask = _Mask(key) if self.premium else None
        if self._mask:
            logging.getLogger("httpx2").addFilter(self._mask)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        if self._mask:
            logging.getLogger("httpx2").removeFilter(self._mask)

    @property
    def interval_s(self) -> float:
        """Seconds between the starts of two requests, at least."""
        return self._pace.interval_s

    def fetch(
        self, request: Request, *, time_left_s: Callable[[], float] = lambda: math.inf
    ) -> ApiResponse:
        """Send the request, again where that helps and the time left allows it.

        Raises:
            OutOfTimeError: the time left is too short to wait and try again.
            TransientError: throttled, failing or unreadable at every attempt.
            PermanentError: refused (403, 404, ...), too large, or of an unknown shape.
            UnreachableError: no connection at any attempt.
        """

        def time_is_short() -> bool:
            return time_left_s() <= max(BACKOFF_MAX_S, self._pace.delay_s())

        def helps(error: Exception) -> bool:
            return isinstance(error, TransientError | UnreachableError) and not time_is_short()

        if self._pace.delay_s() >= time_left_s():
            raise OutOfTimeError(f"{request} has to wait longer than time is left.")
        try:
            return self._retrying(helps, self._try, request, time_left_s)
        except (TransientError, UnreachableError) as error:
            if time_is_short():
                raise OutOfTimeError(f"{error} No time is left to try again.") from error
            raise

    def _try(self, request: Request, time_left_s: Callable[[], float]) -> ApiResponse:
        self._pace.wait()
        self.requests += 1
        timeout_s = min(self._timeout_s, max(time_left_s(), self._pace.interval_s))
        try:
            with self._http.stream(
                "GET", request.endpoint, params=request.params, timeout=timeout_s
            ) as response:
                self._check(request, response)
                body = self._body(request, response, self._clock() + timeout_s)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise UnreachableError(f"{self.base_url} cannot be reached: {error}.") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise TransientError(
                f"{request}: the answer broke off ({type(error).__name__})."
            ) from error
        return parse_response(request, body)

    def _check(self, request: Request, response: httpx2.Response) -> None:
        status = response.status_code
        if status == _OK:
            return
        if status in _TRIED_AGAIN:
            pause_s = retry_after_s(response.headers.get("Retry-After"), self._wall_clock())
            self._pace.hold(min(pause_s, RETRY_AFTER_MAX_S))
            raise TransientError(f"{request} was answered with status {status}.")
        raise PermanentError(f"{request} was refused with status {status}.")

    def _body(self, request: Request, response: httpx2.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise PermanentError(f"{request}: the answer exceeds {MAX_ANSWER_BYTES} bytes.")
            if self._clock() > deadline:
                raise TransientError(f"{request}: the answer took too long.")
        return bytes(body)


class _Mask(logging.Filter):
    """Hides a secret in log records."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage().replace(self._secret, "***"), ()
        return True


def user_agent() -> str:
    """Who we are, in the form that crawlers use."""
    try:
        number = version("mocktailverse")
    except PackageNotFoundError:  # copied into a zip without the package's metadata
        number = "0"
    return f"mocktailverse/{number} (+https://github.com/mocktailverse/mocktailverse)"


def retry_after_s(value: str | None, now_s: float) -> float:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3): a number or a date.

    0 where there is none, it cannot be read, or its date has passed.
    """
    if value is None:
        return 0.0
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now_s)
    except (ValueError, OverflowError):
        return 0.0


def _is_address(base_url: str) -> bool:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        return False
    return url.scheme in {"http", "https"} and bool(url.host)
