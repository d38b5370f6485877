"""Answers that all visitors share: asked for now and then, and kept when AWS does not answer."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from msgspec import Struct

from mocktailverse.catalogue.single_flight import SingleFlight
from mocktailverse.errors import MocktailverseError

T = TypeVar("T")

PATIENCE_S: Final = 1.0
"""So long does who asks anew wait in the background, while AWS is well; usually it takes less."""


class Seen(Struct, Generic[T], frozen=True):
    """What was last seen, and since when nothing newer could be had. Times in ms since 1970 UTC."""

    value: T | None = None
    seen_at: int | None = None
    problem: str | None = None
    failing_since: int | None = None


class Latest(Generic[T]):
    """Asks at most once in `max_age_s`, one thread at a time; the others get the last answer."""

    def __init__(
        self,
        ask: Callable[[], T],
        *,
        max_age_s: float,
        clock: Callable[[], int],
        in_background: bool = False,
    ) -> None:
        self._ask = ask
        self._max_age_ms = max_age_s * 1000
        self._clock = clock
        self._asking = SingleFlight(self._renew, in_background=in_background)
        self._seen: Seen[T] = Seen()
        self._asked_at: int | None = None
        self._is_expired = False

    def get(self) -> Seen[T]:
        """The latest answer; the first caller waits for it, however long that takes."""
        if self._asked_at is None:
            self._asking.join()
        elif self._is_due():
            self._asking.begin(PATIENCE_S if self._seen.problem is None else 0)
        return self._seen

    def expire(self) -> None:
        """Have the next caller ask anew, even where an answer is under way."""
        self._is_expired = True

    def _is_due(self) -> bool:
        if self._is_expired or self._asked_at is None:
            return True
        return self._clock() >= self._asked_at + self._max_age_ms

    def _renew(self) -> None:
        if self._is_due():
            self._is_expired = False
            self._seen = self._look()
            self._asked_at = self._clock()

    def _look(self) -> Seen[T]:
        try:
            return Seen(self._ask(), self._clock())
        except MocktailverseError as error:
            known = self._seen
            since = known.failing_since or self._clock()
            return Seen(known.value, known.seen_at, str(error), since)
