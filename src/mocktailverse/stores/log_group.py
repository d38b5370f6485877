"""The log of one function, read in order and followed as it grows."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from mocktailverse.stores.error_translation import translated

if TYPE_CHECKING:
    from types_boto3_logs.type_defs import FilteredLogEventTypeDef

    from mocktailverse.stores.clients import Clients

OVERLAP_MS = 15_000
"""Lines of several streams come in late: so much is read again, and what is known left out."""

FOLLOW_POLL_S = 1.0


class LogLine(Struct, frozen=True):
    """One line; `at` is in ms."""

    at: int
    stream: str
    message: str


class LogRetention(Struct, frozen=True):
    """How long a log group keeps its lines (None: for ever), and how many bytes it holds."""

    name: str
    days: int | None
    bytes: int


def read_retentions(clients: "Clients", prefix: str) -> list[LogRetention]:
    """The retention of the log groups whose names begin with a prefix, by name."""
    pages = clients.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    with translated("Reading the log groups"):
        return [
            LogRetention(
                group["logGroupName"], group.get("retentionInDays"), group.get("storedBytes", 0)
            )
            for page in pages
            for group in page["logGroups"]
        ]


class LogGroup:
    """A log group of CloudWatch."""

    def __init__(self, clients: "Clients", name: str) -> None:
        self._client = clients.logs
        self.name = name

    def lines(self, since: int, containing: str = "") -> Iterator[LogLine]:
        """The lines from `since` (ms) to now; of those only which contain a word, if one is given.

        Raises:
            MissingError: there is no such log group.
        """
        with translated(f"Reading the log {self.name}"):
            pages = self._client.get_paginator("filter_log_events").paginate(
                logGroupName=self.name,
                startTime=since,
                filterPattern=f'"{containing}"' if containing else "",
            )
            for page in pages:
                yield from map(_line, page["events"])

    def follow(self, since: int, poll_s: float = FOLLOW_POLL_S) -> Iterator[LogLine]:
        """The lines from `since` on, each once, without an end."""
        known: Counter[LogLine] = Counter()
        while True:
            read = list(self.lines(since))
            for line, times in Counter(read).items():  # equal lines of one ms are several
                for _ in range(times - known[line]):
                    yield line
            newest = max((line.at for line in read), default=since)
            since = max(since, newest - OVERLAP_MS)
            known = Counter(line for line in read if line.at >= since)
            time.sleep(poll_s)


def _line(event: "FilteredLogEventTypeDef") -> LogLine:
    return LogLine(event["timestamp"], event["logStreamName"], event["message"].rstrip("\n"))
