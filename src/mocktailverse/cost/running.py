"""What the template keeps running on AWS, whether anything happens or not."""

from msgspec import Struct

HOURS = 730
"""Of an average month."""

DAYS = HOURS / 24

POLLS = 180 * HOURS
"""Requests a month of one poller that waits 20 s for a message that does not come."""

POLLERS = 2
POLLERS_AT_MOST = 5
"""Pollers with which Lambda asks an idle queue. By its guide it comes down to five where traffic
is low, and can come down to two; always five where the mapping limits its concurrency."""


class Running(Struct, frozen=True, kw_only=True):
    """Of a stage: provisioned capacity units, memory in GB, and events a month.

    `alarms` counts each metric that an alarm looks at, as AWS does; `fetch_s` is the function's
    timeout; logs are kept for `log_days`; the API serves `api_per_s` requests a second at most.
    """

    wcu: int
    rcu: int
    backups: bool = False
    fetches: float = 0
    reconciles: float = HOURS / 6
    idle_polls: float = POLLERS * POLLS
    idle_polls_at_most: float = POLLERS_AT_MOST * POLLS
    alarms: int = 2
    metrics: int = 2
    dashboards: int = 0
    transform_gb: float = 1.0
    publish_gb: float = 0.5
    fetch_gb: float = 0.25
    reconcile_gb: float = 0.25
    api_gb: float = 1.0
    transform_timeout_s: float = 120
    fetch_s: float = 300
    log_days: float = 7
    api_per_s: float = 2

    def at_least(self, other: "Running") -> "Running":
        """Of each figure the larger one: where two descriptions differ, what costs more."""
        pairs = ((name, getattr(other, name)) for name in self.__struct_fields__)
        return Running(**{name: max(getattr(self, name), value) for name, value in pairs})


SMALL = Running(wcu=4, rcu=4)
STAGING = Running(wcu=4, rcu=4, log_days=14)
PROD = Running(
    wcu=17, rcu=17, backups=True, fetches=DAYS, alarms=5, metrics=6, dashboards=1, log_days=30
)  # fmt: skip
"""As infrastructure/ says, for who has no checkout to read it from; a test holds them to it."""


def running(stage: str) -> Running:
    """What runs in a stage; the local one is counted as if it were dev on AWS."""
    return {"prod": PROD, "staging": STAGING}.get(stage, SMALL)
