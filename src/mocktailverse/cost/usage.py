"""Usage of a stage on AWS: counted from its loads, taken from its template, or assumed.

If only bounds of an amount are known, the upper one is used.
"""

import math
from collections.abc import Iterable
from operator import add
from typing import Self

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from mocktailverse.cost.running import DAYS, Running
from mocktailverse.loads.load_record import Load

GB = 10**9

DELIVERY_REQUESTS = 3
"""SQS requests for each delivery of a message: send, receive, delete."""

PUBLISH_WINDOW_S = 5
"""How long Lambda collects changes before it starts publish (the template's batching window)."""

PUBLISH_S = 3
RECONCILE_S = 10
"""Assumed run time of a function in seconds; fetch is counted with its timeout."""

LOG_BYTES = 3_000
"""Assumed log size of an invocation: Lambda's own lines and one line of the function."""

ITEM_BYTES = 4_000
"""Assumed size of an item in the tables; most are smaller."""

CATALOGUE_DRINK_BYTES = 6_000
"""Assumed size of a drink in the published file, with its share of the indexes."""

PUBLISH_WRITES = 3
"""A publish stores a change and the head; less than one in ten also a snapshot, and lists."""

CHANGE_BYTES = 50_000
"""Assumed size of a change, which is that of 100 drinks."""

REJECTED_SEGMENT = 500
"""Records of a segment; a segment that rejects records stores one object for them."""

FETCH_READS = 2
"""Objects that a fetch reads: the state of earlier sweeps, and the checkpoint of the last one."""

LISTING_PAGE_SIZE = 1_000
"""Object versions in one listing response of S3; reconcile lists all that are stored."""

API_S = 0.3
API_BYTES = 20_000
"""Assumed duration of an API call, cold starts included, and size of its response. The most
expensive query takes 0.21 s with 20,000 drinks: docs/explanation/cost.md."""

API_READS, API_WRITES = 2, 1
"""Of the catalogue and of the transfer counter, at most: only the first call of a process, and one
that ends a slice of bytes, does more than ask for a newer catalogue."""

REFRESHES_PER_VISIT = 10
SQS_REQUESTS_PER_REFRESH = 2
"""A visit to the dashboard is assumed to take five minutes, with a refresh every 30 s. A refresh
reads the message counts of two queues, and asks S3 for a newer catalogue."""

LEVELS = frozenset(
    {
        "dynamodb_wcu", "dynamodb_rcu", "dynamodb_gb", "dynamodb_backup_gb", "s3_gb",
        "metrics", "alarms", "dashboards",
    }
)  # fmt: skip
"""Fields of Usage that are levels, such as capacity; the others are sums over time."""

COUNTED = "counted"
TEMPLATE = "template"
ASSUMED = "assumed"
UNSEEN = "not seen"
"""Kinds of sources; the first part of a line's `figure`."""

BASIS = {
    "lambda_requests": (COUNTED, "attempts of loads, the most possible publishes, schedules"),
    "lambda_gb_s": (COUNTED, "duration of the loads at 1 GB; other functions are assumed"),
    "dynamodb_wcu": (TEMPLATE, "provisioned, over all tables and the index"),
    "dynamodb_rcu": (TEMPLATE, "provisioned, over all tables and the index"),
    "dynamodb_gb": (ASSUMED, "drinks and this month's loads, 4 KB each"),
    "dynamodb_backup_gb": (ASSUMED, "the same as storage, if the stage keeps backups"),
    "sqs_requests": (COUNTED, "3 a delivery, and five pollers at each idle queue"),
    "s3_writes": (COUNTED, "raw and rejected objects, 3 for each possible publish, listings"),
    "s3_reads": (COUNTED, "one an attempt, one a publish, two a fetch"),
    "s3_gb": (COUNTED, "raw objects of this month's loads; the catalogue at 6 KB a drink"),
    "log_gb": (ASSUMED, "3 KB an invocation, written once and stored for the retention time"),
    "metrics": (TEMPLATE, "metrics that the functions emit"),
    "alarms": (TEMPLATE, "as deployed"),
    "dashboards": (TEMPLATE, "as deployed"),
    "schedules": (TEMPLATE, "how often fetch and reconcile are started"),
    "api_requests": (UNSEEN, "counted by AWS only; a million costs $1.00"),
    "transfer_gb": (ASSUMED, "the catalogue and its changes; or once a visit if visits are known"),
}
"""Where the amount of each kind of usage comes from: kind of source, and explanation."""


class Usage(Struct, frozen=True):
    """The usage in a share of a month; fields in LEVELS are levels, the others sums."""

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
        """Return the usage of the whole month, extrapolated from the rate so far."""
        sums = {
            name: getattr(self, name) / self.month_share
            for name in self.__struct_fields__
            if name not in LEVELS and name != "month_share"
        }
        return msgspec.structs.replace(self, month_share=1.0, **sums)

    def __add__(self, other: "Usage") -> "Usage":
        """Return both usages together, for the same account and time."""
        sums = Usage(*map(add, astuple(self), astuple(other)))
        return msgspec.structs.replace(sums, month_share=self.month_share)


class Visitors(Struct, frozen=True, kw_only=True):
    """Use of the API and the dashboard in a share of a month."""

    api_calls: float = 0
    dashboard_visits: float = 0


class Activity(Struct, frozen=True):
    """The work that loads did, in numbers that determine their cost."""

    loads: float = 0
    objects: float = 0
    records: float = 0
    bytes: float = 0
    """Size of the raw objects."""
    attempts: float = 0
    busy_s: float = 0
    """Run time of transform."""
    rejected_objects: float = 0
    """Objects of rejected records: an upper bound."""
    publishes: float = 0
    """Publishes of the catalogue: an upper bound."""
    other_objects: float = 0
    """Listings and state objects of sweeps, which load records do not count."""

    @classmethod
    def of(cls, loads: Iterable[Load], attempt_limit_s: float) -> Self:
        """Return the sum over loads; an attempt runs for at most `attempt_limit_s`."""
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
        """Return the sum."""
        return type(self)(*map(add, astuple(self), astuple(other)))

    def times(self, factor: float) -> Self:
        """Return the product with a factor."""
        return type(self)(*(value * factor for value in astuple(self)))


def usage_of(  # noqa: PLR0913  keyword-only; each is a separate fact
    activity: Activity,
    running: Running,
    *,
    month_share: float,
    drinks: int,
    visitors: Visitors | None = None,
    stored: Activity | None = None,
) -> Usage:
    """Return the usage of a stage in a share of a month.

    `drinks` is the number of drinks in the catalogue. Each visitor of the dashboard downloads the
    catalogue once; without `visitors` the API is not counted, and one dashboard downloads it once
    and then every change. `stored` is the activity whose objects and load records are stored, if
    more than `activity`. A share that is not in (0, 1] raises ValueError.
    """
    if not 0 < month_share <= 1:
        raise ValueError(f"{month_share} is not a share of a month; it must be in (0, 1].")
    stored = stored or activity
    fetches = running.fetches * month_share
    reconciles = running.reconciles * month_share
    calls = visitors.api_calls if visitors else 0
    refreshes = visitors.dashboard_visits * REFRESHES_PER_VISIT if visitors else 0
    invocations = activity.attempts + activity.publishes + fetches + reconciles + calls
    catalogue_gb = CATALOGUE_DRINK_BYTES * drinks / GB
    if visitors:
        downloads_gb = visitors.dashboard_visits * catalogue_gb
    else:
        downloads_gb = catalogue_gb + activity.publishes * CHANGE_BYTES / GB
    table_gb = ITEM_BYTES * (drinks + stored.loads) / GB
    objects = activity.objects + activity.other_objects + activity.rejected_objects
    listings = reconciles * max(1, math.ceil(stored.objects / LISTING_PAGE_SIZE))
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
            + refreshes * SQS_REQUESTS_PER_REFRESH
        ),
        s3_writes=objects + PUBLISH_WRITES * activity.publishes + listings + calls * API_WRITES,
        s3_reads=(
            activity.attempts
            + activity.publishes
            + fetches * FETCH_READS
            + calls * API_READS
            + refreshes
        ),
        s3_gb=stored.bytes / GB + catalogue_gb,
        log_gb=LOG_BYTES * invocations * (1 + running.log_days / DAYS) / GB,
        metrics=running.metrics,
        alarms=running.alarms,
        dashboards=running.dashboards,
        schedules=fetches + reconciles,
        api_requests=calls,
        transfer_gb=downloads_gb + calls * API_BYTES / GB,
    )
