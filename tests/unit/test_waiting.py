"""Waiting for a condition: the returned value, the number of polls, the timeout."""

import pytest

from mocktailverse.waiting import wait_until


class Clock:
    """A clock that only `sleep` moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("mocktailverse.waiting.time", clock)
    return clock


def test_the_first_true_value_is_returned(clock):
    values = iter([0, "", "ready", "too late"])
    assert wait_until(lambda: next(values), timeout_s=10, poll_s=1) == "ready"
    assert clock.pauses == [1, 1]


def test_a_condition_that_is_true_at_once_costs_no_pause(clock):
    assert wait_until(lambda: True, timeout_s=0) is True
    assert clock.pauses == []


def test_the_last_value_is_returned_after_the_timeout(clock):
    values = iter(["", None, 0, "never used"])
    assert wait_until(lambda: next(values), timeout_s=1.5, poll_s=1) == 0
    assert clock.pauses == [1, 1]


@pytest.mark.parametrize("timeout_s", [0, -1])
def test_without_time_the_condition_is_checked_once(clock, timeout_s):
    values = iter([False])
    assert wait_until(lambda: next(values), timeout_s=timeout_s) is False
    assert clock.pauses == []


def test_an_error_of_the_condition_ends_the_wait(clock):
    def fail() -> bool:
        raise KeyError

    with pytest.raises(KeyError):
        wait_until(fail, timeout_s=10)
    assert clock.pauses == []
