"""A client of TheCocktailDB's JSON API (https://www.thecocktaildb.com/api.php).

It has a rate limit, retries transient failures with exponential backoff and jitter, honours
Retry-After, and keeps the key out of logs and errors.
"""

import logging
import math
import re
import time
from collections.abc import Callable
from typing import Self

import httpx2
import stamina

from mocktailverse.errors import PermanentError, TransientError, UnreachableError, UsageError
from mocktailverse.sources.http_headers import RETRIED_STATUS, retry_after_s, user_agent
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request, parse_response

SOURCE = "thecocktaildb"
FREE_KEY = "1"

MAX_RESPONSE_BYTES = 8 * 1024 * 1024
RETRY_AFTER_MAX_S = 60.0
BACKOFF_MAX_S = 8.0

_OK = 200


class OutOfTimeError(TransientError):
    """The remaining time is too short to wait or retry. The request itself may succeed later."""


class Pace:
    """A rate limit: spaces requests evenly, and pauses all of them when the source asks for it."""

    def __init__(
        self, per_s: float, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """Start at most `per_s` requests in one second."""
        self.interval_s = 1 / per_s
        self._clock = clock
        self._sleep = sleep
        self._next = -math.inf

    def delay_s(self) -> float:
        """Return the seconds until the next request may start; 0 = now."""
        return max(0.0, self._next - self._clock())

    def wait(self) -> None:
        """Wait until the next request may start, and reserve its slot."""
        if delay := self.delay_s():
            self._sleep(delay)
        self._next = max(self._next, self._clock()) + self.interval_s

    def hold(self, seconds: float) -> None:
        """Start no request for a number of seconds from now."""
        self._next = max(self._next, self._clock() + seconds)


class TheCocktailDB:
    """The API with one key.

    Key "1" is free and uses `v1/1`; a purchased key uses `v2/<key>`. Use the client as a context
    manager, or `close` it. `requests` is the number of requests sent, including retries;
    `interval_s` is the minimum number of seconds between the starts of two requests.

    Between attempts for one request, the backoff grows from 0.5 s to 8 s, with a jitter of up to
    1 s. It is longer if the source sends Retry-After (up to 60 s).
    """

    def __init__(  # noqa: PLR0913 - settings by keyword, and clocks that tests replace
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
        """Take scheme and host, such as `https://www.thecocktaildb.com`, and send nothing yet.

        `timeout_s` limits connecting, each read, and the whole response. `wall_clock` returns
        seconds since 1970, for a Retry-After header with a date.

        Raises:
            UsageError: the address, the key or the rate is invalid.
        """
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
            raise UsageError("Invalid key of TheCocktailDB: use letters, digits, `-` and `_` only.")
        if not _is_address(base_url):
            raise UsageError(f"`{base_url}` is not a valid http(s) URL for TheCocktailDB.")
        if requests_per_s <= 0:
            raise UsageError("`requests_per_s` must be greater than 0.")
        self.base_url = base_url.rstrip("/")
        self.premium = key != FREE_KEY
        self.requests = 0
        self._timeout_s = timeout_s
        self._clock = clock
        self._wall_clock = wall_clock
        self._pace = Pace(requests_per_s, clock=clock, sleep=sleep)
        self.interval_s = self._pace.interval_s
        self._retrying = stamina.RetryingCaller(
            attempts=attempts, timeout=None, wait_initial=0.5, wait_max=BACKOFF_MAX_S
        )
        self._http = httpx2.Client(
            base_url=f"{self.base_url}/api/json/{f'v2/{key}' if self.premium else 'v1/1'}/",
            headers={"User-Agent": user_agent(), "Accept": "application/json"},
            transport=transport,
        )
        # httpx2 logs every URL at level INFO, and the key is part of the URL.
        self._mask = _Mask(key) if self.premium else None
        if self._mask:
            logging.getLogger("httpx2").addFilter(self._mask)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        if self._mask:
            logging.getLogger("httpx2").removeFilter(self._mask)

    def fetch(
        self, request: Request, *, time_left_s: Callable[[], float] = lambda: math.inf
    ) -> ApiResponse:
        """Return the response; retry transient failures while the remaining time allows it.

        Raises:
            OutOfTimeError: the remaining time is too short to wait or retry.
            TransientError: all attempts were throttled, failed or returned an unreadable body.
            PermanentError: refused (403, 404, ...), too large, or of an unknown shape.
            UnreachableError: all attempts failed to connect.
        """

        def time_is_short() -> bool:
            return time_left_s() <= max(BACKOFF_MAX_S, self._pace.delay_s())

        def is_retried(error: Exception) -> bool:
            return isinstance(error, TransientError | UnreachableError) and not time_is_short()

        if self._pace.delay_s() >= time_left_s():
            raise OutOfTimeError(f"`{request}`: the rate limit's delay exceeds the remaining time.")
        try:
            return self._retrying(is_retried, self._try, request, time_left_s)
        except (TransientError, UnreachableError) as error:
            if time_is_short():
                raise OutOfTimeError(f"{error} No time is left to retry.") from error
            raise

    def _try(self, request: Request, time_left_s: Callable[[], float]) -> ApiResponse:
        self._pace.wait()
        self.requests += 1
        timeout_s = min(self._timeout_s, max(time_left_s(), self.interval_s))
        try:
            with self._http.stream(
                "GET", request.endpoint, params=request.params, timeout=timeout_s
            ) as response:
                self._check(request, response)
                body = self._body(request, response, self._clock() + timeout_s)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise UnreachableError(f"Could not connect to `{self.base_url}`: {error}.") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise TransientError(
                f"`{request}`: the response was interrupted ({type(error).__name__})."
            ) from error
        return parse_response(request, body)

    def _check(self, request: Request, response: httpx2.Response) -> None:
        status = response.status_code
        if status == _OK:
            return
        if status in RETRIED_STATUS:
            pause_s = retry_after_s(response.headers.get("Retry-After"), self._wall_clock())
            self._pace.hold(min(pause_s, RETRY_AFTER_MAX_S))
            raise TransientError(f"`{request}` failed with status {status}.")
        raise PermanentError(f"`{request}` was refused with status {status}.")

    def _body(self, request: Request, response: httpx2.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_RESPONSE_BYTES:
                raise PermanentError(
                    f"`{request}`: the response exceeds {MAX_RESPONSE_BYTES} bytes."
                )
            if self._clock() > deadline:
                raise TransientError(f"`{request}`: the response took too long.")
        return bytes(body)


class _Mask(logging.Filter):
    """A log filter that replaces a secret with `***`."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage().replace(self._secret, "***"), ()
        return True


def _is_address(base_url: str) -> bool:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        return False
    return url.scheme in {"http", "https"} and bool(url.host)
