"""Reading and following the log of a function: each line once, in order."""

from typing import Any

import pytest

from mocktailverse.stores.log_group import LogGroup, LogLine


class FakeLogs:
    """The log lines of CloudWatch at each poll; a poll has two pages."""

    def __init__(self, *polls: list[tuple[int, str]]) -> None:
        self.polls = list(polls)
        self.since: list[int] = []

    def get_paginator(self, _: str) -> "FakeLogs":
        return self

    def paginate(self, **given: Any) -> Any:
        self.since.append(given["startTime"])
        poll = self.polls.pop(0) if len(self.polls) > 1 else self.polls[0]
        events = [
            {"timestamp": at, "logStreamName": "stream", "message": f"{text}\n"}
            for at, text in poll
            if at >= given["startTime"]
        ]
        return [{"events": events[:1]}, {"events": events[1:]}]


class FakeClients:
    def __init__(self, logs: FakeLogs) -> None:
        self.logs = logs


@pytest.fixture
def group():
    def make(*polls: list[tuple[int, str]]) -> LogGroup:
        clients: Any = FakeClients(FakeLogs(*polls))
        return LogGroup(clients, "/aws/lambda/transform")

    return make


def first(number: int, lines: Any) -> list[str]:
    return [next(lines).message for _ in range(number)]


def test_all_pages_are_read(group):
    lines = list(group([(1, "a"), (2, "b"), (3, "c")]).lines(2))
    assert lines == [LogLine(2, "stream", "b"), LogLine(3, "stream", "c")]


def test_following_returns_each_line_once(group):
    polls = [[(1, "a")], [(1, "a"), (2, "b")], [(1, "a"), (2, "b"), (3, "c")]]
    assert first(3, group(*polls).follow(0, poll_s=0)) == ["a", "b", "c"]


def test_a_late_line_is_not_missed(group):
    polls = [[(20_000, "b")], [(19_000, "late"), (20_000, "b")]]
    assert first(2, group(*polls).follow(0, poll_s=0)) == ["b", "late"]


def test_equal_lines_of_one_millisecond_are_all_returned(group):
    polls = [[(1, "a"), (1, "a")], [(1, "a"), (1, "a"), (1, "a"), (2, "b")]]
    assert first(4, group(*polls).follow(0, poll_s=0)) == ["a", "a", "a", "b"]


def test_following_does_not_read_the_whole_log_again(group):
    followed = group([(1, "a"), (100_000, "b")], [(100_000, "b"), (100_001, "c")])
    assert first(3, followed.follow(0, poll_s=0)) == ["a", "b", "c"]
    assert followed._client.since == [0, 85_000]  # noqa: SLF001  the fake


def test_a_line_at_the_start_of_the_overlap_is_returned_once(group):
    poll = [(85_000, "a"), (100_000, "b")]
    assert first(3, group(poll, [*poll, (100_001, "c")]).follow(0, poll_s=0)) == ["a", "b", "c"]


def test_an_empty_poll_is_repeated_from_the_same_time(group):
    followed = group([], [(7, "a")])
    assert first(1, followed.follow(5, poll_s=0)) == ["a"]
    assert followed._client.since == [5, 5]  # noqa: SLF001  the fake


def test_following_never_reads_before_its_start(group):
    followed = group([(6_000, "a")], [(6_000, "a"), (6_001, "b")])
    assert first(2, followed.follow(5_000, poll_s=0)) == ["a", "b"]
    assert followed._client.since == [5_000, 5_000]  # noqa: SLF001  the fake
