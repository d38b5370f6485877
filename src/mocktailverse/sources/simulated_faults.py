"""Faults that can be switched on while the simulated API runs."""

import random
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

Positive = Annotated[int, Meta(ge=1)]


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """A fault of the simulated API: its kind, and which requests it affects.

    Attributes:
        kind: `throttle` = 429; `error` = `status`; `html` = an HTML page under 200; `cut` = half
            of the body, then the connection closes; `slow` = the correct response after `seconds`;
            `empty` = 200 without a body; `none` = removes all faults.
        every: affects every n-th request of its endpoint (1 = each).
        probability: affects requests at random instead, in a sequence fixed by `seed`.
        times: affects at most this many requests; None = no limit.
        endpoint: requests of this endpoint only, such as `lookup.php`; None = all.
        retry_after: value of the Retry-After header of `throttle` and `error`.
    """

    kind: Literal["throttle", "error", "html", "cut", "slow", "empty", "none"]
    every: Positive = 1
    probability: Annotated[float, Meta(ge=0, le=1)] | None = None
    seed: int = 0
    times: Positive | None = None
    endpoint: str | None = None
    status: Annotated[int, Meta(ge=500, le=599)] = 500
    retry_after: str | None = None
    seconds: Annotated[float, Meta(ge=0, le=600)] = 1.0


class Faults:
    """The active faults; if several apply to a request, the oldest one wins."""

    def __init__(self) -> None:
        self._active: list[_Active] = []

    def add(self, fault: Fault) -> None:
        """Add a fault to the active ones; kind `none` removes all of them."""
        if fault.kind == "none":
            self._active.clear()
        else:
            self._active.append(_Active(fault))

    def strike(self, endpoint: str) -> Fault | None:
        """Count a request; return the fault that applies to it, if any."""
        striking = [active for active in self._active if active.is_due(endpoint)]
        if not striking:
            return None
        striking[0].struck += 1
        return striking[0].fault

    def state(self) -> list[dict[str, object]]:
        """Return each fault with the numbers of requests that it watched and struck."""
        return [
            {**asdict(active.fault), "watched": active.watched, "struck": active.struck}
            for active in self._active
        ]


class _Active:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.watched = 0
        self.struck = 0
        self._chance = random.Random(fault.seed)  # noqa: S311 - a sequence that can be repeated

    def is_due(self, endpoint: str) -> bool:
        fault = self.fault
        if fault.endpoint not in (None, endpoint):
            return False
        self.watched += 1
        if fault.times is not None and self.struck >= fault.times:
            return False
        if fault.probability is not None:
            return self._chance.random() < fault.probability
        return self.watched % fault.every == 0
