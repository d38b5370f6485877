"""What a stage uses on AWS: counted from its loads, known from its template, or assumed.

Where only a bound is known, the upper one is taken.
"""

import math
from collections.abc import Iterable
from typing import Self

import msgspec
from msgspec import Struct

from mocktailverse.cost.running import DAYS, Running
from mocktailverse.loads.load_record import Load

GB = 10**9

DELIVERY_REQUESTS = 3
"""SQS requests of a message: sent, received, deleted."""

PUBLISH_WINDOW_S = 5
"""The publish function waits so long for more changes (the template's batching window)."""

PUBLISH_S = 3
RECONCILE_S = 10
"""Seconds a function is assumed to run; fetch is counted with its whole timeout."""

LOG_BYTES = 3_000
"""Assumed of an invocation: Lambda's own lines and one of ours."""

ITEM_BYTES = 4_000
"""Assumed of an item of the tables; most are smaller."""

CATALOGUE_DRINK_BYTES = 6_000
"""Assumed of a drink in the published file, its share of the indexes included."""

REJECTED_SEGMENT = 500
"""Records of a segment; one that rejects some stores one object."""

FETCH_READS = 2
"""Objects that a fetch reads: what sweeps have learnt, and where the last one stopped."""

LISTED = 1_000
"""Object versions a listing request of S3 shows; reconcile lists all that are kept."""

API_S = 0.3
API_BYTES = 20_000
"""Assumed of an API call, cold starts included: how long it takes, how much it answers."""

LOOKS = 10
LOOK_REQUESTS = 2
"""A visit to the dashboard is assumed to take five minutes: a look each 30 s, which asks two
queues how many messages they hold, and S3 for a newer catalogue."""

LEVELS = frozenset(
    {
        "dynamodb_wcu", "dynamodb_rcu", "dynamodb_gb", "dynamodb_backup_gb", "s3_gb",
        "metrics", "alarms", "dashboards",
    }
)  # fmt: skip
"""Fields of Usage that stand all the time; the others add up."""

COUNTED = "counted"
TEMPLATE = "template"
ASSUMED = "assumed"
UNSEEN = "not seen"

BASIS = {
    "lambda_requests": (COUNTED, "attempts of loads; publishes at most; schedules"),
    "lambda_gb_s": (COUNTED, "how long loads took here, at 1 GB; the other functions assumed"),
    "dynamodb_wcu": (TEMPLATE, "provisioned, over all tables and the index"),
    "dynamodb_rcu": (TEMPLATE, "provisioned, over all tables and the index"),
    "dynamodb_gb": (ASSUMED, "drinks and this month's loads, 4 KB each"),
    "dynamodb_backup_gb": (ASSUMED, "as the storage, where the stage keeps backups"),
    "sqs_requests": (
        COUNTED,
        "3 a delivery, and two pollers that wait at the queue; Lambda may take five",
    ),
    "s3_writes": (COUNTED, "raw objects, rejected ones, publishes at most; listings"),
    "s3_reads": (COUNTED, "one an attempt, one a publish, two a fetch"),
    "s3_gb": (COUNTED, "raw objects of this month's loads; the catalogue at 6 KB a drink"),
    "log_gb": (ASSUMED, "3 KB an invocation; written, and kept for as long as the logs are"),
    "metrics": (TEMPLATE, "what the functions measure"),
    "alarms": (TEMPLATE, "as deployed"),
    "dashboards": (TEMPLATE, "as deployed"),
    "schedules": (TEMPLATE, "how often fetch and reconcile are started"),
    "api_requests": (UNSEEN, "AWS counts them, nothing here does; a million costs $1.00"),
    "transfer_gb": (ASSUMED, "the catalogue once a publish, or once a visit where they are known"),
}
"""Where each figure comes from."""


class Usage(Struct, frozen=True, kw_only=True):
    """What is used in a share of a month: fields named in LEVELS stand, the others add up."""

    month_share: float = 1.0
    lambda_requests: float = 0
    lambda_gb_s: float = 0
    dynamodb_wcu: float = 0
    dynamodb_rcu: float = 0
    dynamodb_gb: float = 0
    dynamodb_backup_gb: float = 0
    sqs_requests: float = 0
    s3_writes: float = 0
    s3_reads: float = 0
    s3_gb: float = 0
    log_gb: float = 0
    metrics: float = 0
    alarms: float = 0
    dashboards: float = 0
    schedules: float = 0
    api_requests: float = 0
    transfer_gb: float = 0

    def at_this_rate(self) -> "Usage":
        """The whole month, if it goes on as it went."""
        grown = {
            name: getattr(self, name) / self.month_share
            for name in self.__struct_fields__
            if name not in LEVELS and name != "month_share"
        }
        return msgspec.structs.replace(self, month_share=1.0, **grown)

    def __add__(self, other: "Usage") -> "Usage":
        """Both in the same account and the same time."""
        names = (name for name in self.__struct_fields__ if name != "month_share")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Usage(month_share=self.month_share, **sums)


class Visitors(Struct, frozen=True, kw_only=True):
    """Who came, in the same share of a month."""

    api_calls: float = 0
    dashboard_visits: float = 0


class Activity(Struct, frozen=True, kw_only=True):
    """What loads did; `busy_s` is how long they were worked on, `bytes` their raw objects' size.

    `publishes` and `rejected_objects` are upper bounds; `other_objects` are a sweep's listings and
    what it remembers, which no load tells.
    """

    loads: float = 0
    objects: float = 0
    records: float = 0
    bytes: float = 0
    attempts: float = 0
    busy_s: float = 0
    rejected_objects: float = 0
    publishes: float = 0
    other_objects: float = 0

    @classmethod
    def of(cls, loads: Iterable[Load], attempt_limit_s: float) -> Self:
        """What these loads did; an attempt takes `attempt_limit_s` at most."""
        return sum((cls._of_one(load, attempt_limit_s) for load in loads), cls())

    @classmethod
    def _of_one(cls, load: Load, attempt_limit_s: float) -> Self:
        busy_s = min((load.duration_ms or 0) / 1000, load.attempts * attempt_limit_s)
        segments = load.counts.read // REJECTED_SEGMENT + load.attempts
        return cls(
            loads=1,
            objects=int(load.generation == 1),
            records=load.counts.read,
            bytes=load.bytes if load.generation == 1 else 0,
            attempts=load.attempts,
            busy_s=busy_s,
            rejected_objects=min(load.counts.rejected, segments),
            publishes=1 + int(busy_s // PUBLISH_WINDOW_S) if load.counts.loaded else 0,
        )

    def __add__(self, other: Self) -> Self:
        """Both together."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        values = (mine + theirs for mine, theirs in pairs)
        return type(self)(**dict(zip(self.__struct_fields__, values, strict=True)))

    def times(self, factor: float) -> Self:
        """So many times as much."""
        values = (mine * factor for mine in msgspec.structs.astuple(self))
        return type(self)(**dict(zip(self.__struct_fields__, values, strict=True)))


def usage_of(  # noqa: PLR0913  keyword-only; each is a separate fact
    activity: Activity,
    running: Running,
    *,
    month_share: float,
    drinks: int,
    visitors: Visitors | None = None,
    kept: Activity | None = None,
) -> Usage:
    """The usage of a stage with so many drinks in a share of a month.

    Without visitors nothing of the API is counted, and one dashboard downloads the catalogue at
    every publish; with them, each visit downloads it once. `kept` is what lies in the stores, if
    more than this activity left there.

    Raises:
        ValueError: the share is not within ]0, 1].
    """
    if not 0 < month_share <= 1:
        raise ValueError(f"{month_share} is no share of a month.")
    kept = kept or activity
    fetches = running.fetches * month_share
    reconciles = running.reconciles * month_share
    calls = visitors.api_calls if visitors else 0
    looks = visitors.dashboard_visits * LOOKS if visitors else 0
    downloads = visitors.dashboard_visits if visitors else activity.publishes
    invocations = activity.attempts + activity.publishes + fetches + reconciles + calls
    catalogue_gb = CATALOGUE_DRINK_BYTES * drinks / GB
    table_gb = ITEM_BYTES * (drinks + kept.loads) / GB
    listings = reconciles * max(1, math.ceil(kept.objects / LISTED))
    return Usage(
        month_share=month_share,
        lambda_requests=invocations,
        lambda_gb_s=(
            activity.busy_s * running.transform_gb
            + activity.publishes * PUBLISH_S * running.publish_gb
            + fetches * running.fetch_s * running.fetch_gb
            + reconciles * RECONCILE_S * running.reconcile_gb
            + calls * API_S * running.api_gb
        ),
        dynamodb_wcu=running.wcu,
        dynamodb_rcu=running.rcu,
        dynamodb_gb=table_gb,
        dynamodb_backup_gb=table_gb if running.backups else 0,
        sqs_requests=(
            DELIVERY_REQUESTS * activity.attempts
            + running.idle_polls * month_share
            + looks * LOOK_REQUESTS
        ),
        s3_writes=(
            activity.objects
            + activity.other_objects
            + activity.rejected_objects
            + activity.publishes
            + listings
        ),
        s3_reads=(activity.attempts + activity.publishes + fetches * FETCH_READS + calls + looks),
        s3_gb=kept.bytes / GB + catalogue_gb,
        log_gb=LOG_BYTES * invocations * (1 + running.log_days / DAYS) / GB,
        metrics=running.metrics,
        alarms=running.alarms,
        dashboards=running.dashboards,
        schedules=fetches + reconciles,
        api_requests=calls,
        transfer_gb=downloads * catalogue_gb + calls * API_BYTES / GB,
    )
