"""Resources that a stage keeps on AWS, used or not: capacity, alarms, schedules, pollers."""

import math
import re

from msgspec import Struct

HOURS = 730
"""Hours of an average month."""

DAYS = HOURS / 24

_RATES = {"minute": 60 * HOURS, "hour": HOURS, "day": DAYS}

POLLS = 180 * HOURS
"""Requests a month of one idle poller: each request waits 20 s for a message."""

POLLERS = 2
POLLERS_AT_MOST = 5
"""Pollers that Lambda keeps at an idle queue. Its guide says that it goes down to five if traffic
is low, and may go down to two; always five if the mapping limits the concurrency, as ours does."""


class Running(Struct, frozen=True, kw_only=True):
    """The resources that one stage keeps on AWS; `_gb` is a function's memory."""

    wcu: int
    rcu: int
    """Provisioned write and read capacity units of all tables and indexes."""
    backups: bool = False
    fetches: float = 0
    """Scheduled starts of fetch a month."""
    reconciles: float = HOURS / 6
    """Scheduled starts of reconcile a month."""
    idle_polls: float = POLLERS_AT_MOST * POLLS
    """Requests a month to idle queues with the fewest pollers that Lambda may keep."""
    idle_polls_at_most: float = POLLERS_AT_MOST * POLLS
    """Requests a month to idle queues with the most pollers."""
    alarms: int = 2
    """Metrics that alarms watch: AWS charges an alarm for each of its metrics."""
    metrics: int = 2
    dashboards: int = 0
    transform_gb: float = 1.0
    publish_gb: float = 0.5
    fetch_gb: float = 0.25
    reconcile_gb: float = 0.25
    api_gb: float = 1.0
    transform_timeout_s: float = 120
    fetch_s: float = 300
    """Timeout of fetch."""
    log_days: float = 7
    """Retention of the logs."""
    api_per_s: float = 2
    """Requests a second at which API Gateway throttles the API."""
    api_gb_per_day: float = 0.3
    """GB that the API sends on a day at most."""

    def at_least(self, other: "Running") -> "Running":
        """Return the larger value of each figure: of two readings the more expensive one counts."""
        pairs = ((name, getattr(other, name)) for name in self.__struct_fields__)
        return Running(**{name: max(getattr(self, name), value) for name, value in pairs})


SMALL = Running(wcu=4, rcu=4)
STAGING = Running(wcu=4, rcu=4, log_days=14)
PROD = Running(
    wcu=17, rcu=17, backups=True, fetches=DAYS, alarms=5, metrics=6, dashboards=1, log_days=30,
    api_gb_per_day=1.5,
)  # fmt: skip
"""Copies of what infrastructure/ says, for programs without a checkout; a test compares them."""


def running(stage: str) -> Running:
    """Return what a stage keeps on AWS; the local stack counts as dev."""
    return {"prod": PROD, "staging": STAGING}.get(stage, SMALL)


def events_a_month(expression: str) -> float:
    """Return how often a schedule of EventBridge starts in an average month, at most.

    A cron expression counts as if it held on every day. Another text raises ValueError.
    """
    if rate := re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression):
        return _RATES[rate[2]] / int(rate[1])
    if expression.startswith("at("):
        return 1
    try:
        if cron := re.fullmatch(r"cron\((\S+) (\S+)( \S+){4}\)", expression):
            return _matches(cron[1], 60) * _matches(cron[2], 24) * DAYS
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{expression!r} is not a schedule: {error}.") from error
    raise ValueError(f"{expression!r} is not a schedule.")


def _matches(field: str, size: int) -> int:
    """Return how many values a cron field matches: 3 for `*/20` of 60 minutes, 10 for `8-17`."""
    total = 0
    for part in field.split(","):
        values, _, step = part.partition("/")
        first, _, last = values.partition("-")
        if values == "*" or (step and not last):
            count = size - (int(first) if first != "*" else 0)
        else:
            count = int(last) - int(first) + 1 if last else 1
        total += math.ceil(count / int(step or 1))
    return total
