"""The log group of one function, read in order or followed."""

import time
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from mocktailverse.errors import MissingError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

OVERLAP_MS = 15_000
"""Streams deliver lines late and out of order, so following reads this time again, and leaves out
the lines that it has yielded already."""

FOLLOW_POLL_S = 1.0


class LogLine(Struct, frozen=True):
    """One line of a log."""

    at: int
    """Its time in ms since 1970 UTC."""
    stream: str
    message: str


class LogRetention(Struct, frozen=True):
    """The retention and the size of a log group."""

    name: str
    days: int | None
    """Days until its lines are deleted; None: never."""
    bytes: int


def read_retentions(clients: Clients, prefix: str) -> list[LogRetention]:
    """Return the retention of the log groups whose names begin with a prefix, by name."""
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
    """A CloudWatch log group."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._client = clients.logs
        self.name = name

    def lines(self, since: int, containing: str = "") -> Iterator[LogLine]:
        """Yield the lines since a time (ms) that contain a text; MissingError without the group."""
        with translated(f"Reading the log {self.name}"):
            pages = self._client.get_paginator("filter_log_events").paginate(
                logGroupName=self.name,
                startTime=since,
                filterPattern=f'"{containing}"' if containing else "",
            )
            for page in pages:
                for event in page["events"]:
                    message = event["message"].rstrip("\n")
                    yield LogLine(event["timestamp"], event["logStreamName"], message)

    def lines_if_any(self, since: int, containing: str = "") -> list[LogLine]:
        """Return the same lines; none if there is no group, because its function never ran."""
        try:
            return list(self.lines(since, containing))
        except MissingError:
            return []

    def follow(self, since: int, poll_s: float = FOLLOW_POLL_S) -> Iterator[LogLine]:
        """Yield the lines since a time, each once, endlessly."""
        yielded: Counter[LogLine] = Counter()
        while True:
            read = list(self.lines(since))
            for line, times in Counter(read).items():  # equal lines of one ms count separately
                for _ in range(times - yielded[line]):
                    yield line
            newest = max((line.at for line in read), default=since)
            since = max(since, newest - OVERLAP_MS)
            yielded = Counter(line for line in read if line.at >= since)
            time.sleep(poll_s)
