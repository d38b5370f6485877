"""What the template keeps running on AWS, whether anything happens or not."""

from msgspec import Struct

HOURS = 730
"""Of an average month."""

DAYS = HOURS / 24

IDLE_POLLS = 2 * 180 * HOURS
"""Requests a month with which Lambda polls a queue in which nothing stands: two pollers, 20 s a
request. With a concurrency limit on the mapping five are seen, which makes 657,000."""


class Running(Struct, frozen=True, kw_only=True):
    """Of a stage: provisioned capacity units, memory in GB, and events a month."""

    wcu: int
    rcu: int
    backups: bool = False
    fetches: float = 0
    reconciles: float = HOURS
    idle_polls: float = IDLE_POLLS
    alarms: int = 1
    metrics: int = 4
    dashboards: int = 0
    transform_gb: float = 1.0
    publish_gb: float = 0.5
    fetch_gb: float = 0.25
    reconcile_gb: float = 0.25
    transform_timeout_s: float = 120


SMALL = Running(wcu=4, rcu=4)
PROD = Running(wcu=17, rcu=17, backups=True, fetches=DAYS)


def running(stage: str) -> Running:
    """What runs in a stage; the local one is counted as if it were on AWS."""
    return PROD if stage == "prod" else SMALL
