"""A clock that tests move, and faults of the calls of in-memory stores."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import TYPE_CHECKING, Concatenate, Literal, ParamSpec, TypeVar

if TYPE_CHECKING:
    from mocktailverse.pipeline import ports

_P = ParamSpec("_P")
_T = TypeVar("_T")

NOON_MS = 1_767_268_800_000
"""2026-01-01 12:00:00 UTC."""

BUDGET_MS = 60_000


@dataclass
class ManualClock:
    """A clock that only moves when a test moves it, or when code waits; in ms since 1970 UTC."""

    at: int = NOON_MS
    deadline: int = NOON_MS + BUDGET_MS
    """When the invocation will be cut off."""

    def now(self) -> int:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += round(seconds * 1000)

    def move(self, milliseconds: int) -> None:
        self.at += milliseconds


@dataclass
class CallFaults:
    """The faults of all calls of the stores that share it, and the time that each call takes."""

    clock: ManualClock = field(default_factory=ManualClock)
    cost_ms: int = 0
    """How long each call takes."""
    by_call: dict[int, tuple[Literal["before", "after"], Exception]] = field(default_factory=dict)
    """By the number of the call, from 1: the error to raise before or after its work is done."""
    throttles: list[bool] = field(default_factory=list)
    """For each write of a drink, in order: whether it is throttled. Later writes are not."""
    calls: list[str] = field(default_factory=list)
    """The names of the calls so far, such as `drinks.write`."""

    def call(self, name: str, work: Callable[[], _T]) -> _T:
        """Do the work of a call and return its result, unless a fault is due."""
        self.calls.append(name)
        self.clock.move(self.cost_ms)
        fault = self.by_call.get(len(self.calls))
        if fault and fault[0] == "before":
            raise fault[1]
        result = work()
        if fault:
            raise fault[1]
        return result

    def is_throttled(self) -> bool:
        """Return whether the next write of a drink is throttled."""
        return self.throttles.pop(0) if self.throttles else False


@dataclass(eq=False)
class FaultyStore:
    """A store whose calls fail and take time according to its faults."""

    faults: CallFaults = field(default_factory=CallFaults)


_S = TypeVar("_S", bound=FaultyStore)
_Method = Callable[Concatenate[_S, _P], _T]


def store_call(name: str) -> Callable[[_Method[_S, _P, _T]], _Method[_S, _P, _T]]:
    """Return a decorator: the faults of a store apply to a method, as a call of this name."""

    def decorate(method: _Method[_S, _P, _T]) -> _Method[_S, _P, _T]:
        @wraps(method)
        def call(store: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
            return store.faults.call(name, partial(method, store, *args, **kwargs))

        return call

    return decorate


if TYPE_CHECKING:  # mypy compares it with the port
    _PORT: ports.Clock = ManualClock()
