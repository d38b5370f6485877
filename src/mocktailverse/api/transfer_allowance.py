"""The data that an API may send a day: a hard limit on the bytes that strangers can make it send.

AWS charges each GB that leaves it, and the throttle of an HTTP API is a target, not a guarantee.
So the function counts the bytes of its own answers. Each process reserves a slice of the day's
bytes from a counter that all processes share, spends it, and reserves the next one. An answer is
sent only if its bytes are reserved, so the sum of a day never exceeds the limit; what a process
reserves and does not spend is lost for that day (at most a slice for each process).

Not refused, because they are small: `/health`, the refusals themselves, and answers of up to
SMALL_BYTES while the counter is unreachable. `mocktailverse.cost` counts these at the throttle.
"""

import logging
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocktailverse.api.error_responses import ApiError, error_response
from mocktailverse.errors import ConflictError, MocktailverseError

SLICE_BYTES: Final = 2_000_000
"""Small, because most processes of a quiet API end before they have spent it; large enough that a
permanent flood reserves slices for cents a month."""

HEAD_BYTES: Final = 1_000
"""Counted for the status line and the headers of an answer, which have about 700 bytes."""

SMALL_BYTES: Final = 2_000
UNREACHABLE_TTL_S: Final = 5
"""How long the counter is left alone after a failure, so that requests do not wait for it."""

_HEALTH = "/health"
_DAY_S = 86_400

logger = logging.getLogger(__name__)

Reserve = Callable[[str, int], bool]
"""Reserves bytes of a day (`2026-12-01`); returns whether the day has as many left."""


class TransferAllowance:
    """The bytes that one process may still send. It serves one request at a time."""

    def __init__(self, reserve: Reserve, clock: Callable[[], float] = time.time) -> None:
        """Take the shared counter, and a clock in seconds since 1970 UTC."""
        self._reserve = reserve
        self._clock = clock
        self._day = ""
        self._left = 0
        self._is_used_up = False
        self._retry_at = 0.0
        self._failure: MocktailverseError | None = None

    @property
    def is_used_up(self) -> bool:
        """Whether this process knows that the day has no bytes left."""
        self._begin_day()
        return self._is_used_up

    @property
    def until_midnight_s(self) -> int:
        """Seconds until the next day in UTC begins, rounded up."""
        return math.ceil(_DAY_S - self._clock() % _DAY_S)

    def spend(self, count: int) -> bool:
        """Take the bytes of an answer; return False if the day has not as many left.

        Raises:
            MocktailverseError: the shared counter cannot be reached; nothing is taken.
        """
        self._begin_day()
        if count > self._left and not self._is_used_up:
            slices = math.ceil((count - self._left) / SLICE_BYTES) * SLICE_BYTES
            if self._reserved(slices):
                self._left += slices
            else:
                self._is_used_up = True
        if count > self._left:
            return False
        self._left -= count
        return True

    def _begin_day(self) -> None:
        day = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%d")
        if day != self._day:
            self._day, self._left, self._is_used_up = day, 0, False

    def _reserved(self, count: int) -> bool:
        if self._failure and self._clock() < self._retry_at:
            raise self._failure.with_traceback(None)
        try:
            granted = self._reserve(self._day, count)
        except MocktailverseError as error:
            level = logging.WARNING if isinstance(error, ConflictError) else logging.ERROR
            logger.log(level, "the transfer counter failed", exc_info=error)
            self._failure = error.with_traceback(None)
            self._retry_at = self._clock() + UNREACHABLE_TTL_S
            raise
        self._failure = None
        return granted


class AllowanceMiddleware:
    """Sends an answer if the allowance has its bytes, and 429 or 503 otherwise.

    It holds each answer back until it is complete, as the Lambda function does anyway.
    """

    def __init__(self, app: ASGIApp, allowance: TransferAllowance) -> None:
        self._app = app
        self._allowance = allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # With a query its answer names unknown parameters, as many as a client likes.
        is_health = scope["path"] == _HEALTH and not scope["query_string"]
        if self._allowance.is_used_up and not is_health:  # without the work for the answer
            await error_response(self._used_up())(scope, receive, send)
            return
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, hold)
        size = HEAD_BYTES + sum(len(message.get("body", b"")) for message in messages)
        error = self._refusal(size)
        if error and not is_health:
            await error_response(error)(scope, receive, send)
            return
        for message in messages:
            await send(message)

    def _refusal(self, size: int) -> ApiError | None:
        try:
            return None if self._allowance.spend(size) else self._used_up()
        except MocktailverseError:
            if size <= SMALL_BYTES:
                return None
            message = "Answers of this size cannot be accounted for at the moment. Retry later."
            headers = {"Retry-After": str(UNREACHABLE_TTL_S)}
            return ApiError(503, "unavailable", message, headers=headers)

    def _used_up(self) -> ApiError:
        message = "This API has sent all the data that it may send today. Retry after 00:00 UTC."
        headers = {"Retry-After": str(self._allowance.until_midnight_s)}
        return ApiError(429, "allowance_used_up", message, headers=headers)
