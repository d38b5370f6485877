"""What the template keeps running on AWS, whether anything happens or not."""

from msgspec import Struct

HOURS = 730
"""Of an average month."""

DAYS = HOURS / 24

POLLS = 180 * HOURS
"""Requests a month of one poller that waits 20 s for a message that does not come."""

POLLERS = 2
POLLERS_LIMITED = 5
"""Pollers with which Lambda asks an idle queue: the fewest that were seen, and what is seen where
the mapping limits its concurrency. AWS documents five, without a word on idle queues."""

IDLE_POLLS = POLLERS * POLLS


class Running(Struct, frozen=True, kw_only=True):
    """Of a stage: provisioned capacity units, memory in GB, and events a month.

    `alarms` counts each metric that an alarm looks at, as AWS does.
    """

    wcu: int
    rcu: int
    backups: bool = False
    fetches: float = 0
    reconciles: float = HOURS
    idle_polls: float = IDLE_POLLS
    alarms: int = 2
    metrics: int = 2
    dashboards: int = 0
    transform_gb: float = 1.0
    publish_gb: float = 0.5
    fetch_gb: float = 0.25
    reconcile_gb: float = 0.25
    api_gb: float = 1.0
    transform_timeout_s: float = 120


SMALL = Running(wcu=4, rcu=4)
PROD = Running(
    wcu=17, rcu=17, backups=True, fetches=DAYS, alarms=5, metrics=6, dashboards=1
)  # fmt: skip
"""As infrastructure/ says, for who has no checkout to read it from; a test holds them to it."""


def running(stage: str) -> Running:
    """What runs in a stage; the local one is counted as if it were on AWS."""
    return PROD if stage == "prod" else SMALL
