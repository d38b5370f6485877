"""Following loads: quickly at home, sparingly where each question costs a read unit."""

from types import SimpleNamespace

import pytest

from mocktailverse.cli import following
from mocktailverse.errors import TransientError, UnreachableError
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion

VERSIONS = [ObjectVersion("bucket", f"raw/tests/{n}.json", "1") for n in range(40)]


class Clock:
    """A clock that only sleeping moves on."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Loads:
    """Loads that are done at a time of their own; counts what it is asked."""

    def __init__(self, clock, done_at):
        self.clock = clock
        self.done_at = done_at
        self.asked_at = []

    def latest(self, version):
        self.asked_at.append(self.clock.now)
        is_done = self.clock.now >= self.done_at(version)
        return Load(
            object=version,
            generation=1,
            status="done" if is_done else "loading",
            started_at=0,
            active_at=0,
            counts=Counts(),
            bytes=1,
            attempts=1,
            requeues=0,
            requeued_at=None,
            error=None,
            finished_at=None,
            transform_version=1,
        )


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(following, "time", clock)
    return clock


def connection(loads, endpoint):
    return SimpleNamespace(loads=loads, clients=SimpleNamespace(endpoint=endpoint))


def test_on_aws_no_more_than_one_question_a_second_is_asked(clock):
    loads = Loads(clock, lambda version: 30 + VERSIONS.index(version))
    done = following.follow(connection(loads, None), VERSIONS)
    assert [load.object for load in done] == VERSIONS
    assert {load.status for load in done} == {"done"}
    for start in loads.asked_at:
        assert sum(start <= at < start + 60 for at in loads.asked_at) <= 62


def test_at_home_what_is_done_is_seen_at_once(clock):
    loads = Loads(clock, lambda _: 1)
    following.follow(connection(loads, "http://127.0.0.1:1"), VERSIONS)
    assert clock.now <= 2


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:1"])
def test_nothing_that_moves_is_told_after_the_patience(clock, endpoint):
    loads = Loads(clock, lambda _: float("inf"))
    with pytest.raises(TransientError, match="40 loads are not finished"):
        following.follow(connection(loads, endpoint), VERSIONS, patience_s=60)
    assert clock.now >= 60


def test_it_is_not_given_up_before_each_has_been_asked_again(clock):
    loads = Loads(clock, lambda version: 20 if version == VERSIONS[-1] else 45)
    following.follow(connection(loads, None), VERSIONS, patience_s=10)


def test_a_wait_ends_as_soon_as_the_caller_finds_it_pointless(clock):
    def give_up() -> None:
        if clock.now > 1:
            raise UnreachableError("The disk is full.")

    loads = Loads(clock, lambda _: float("inf"))
    with pytest.raises(UnreachableError):
        following.follow(connection(loads, "http://127.0.0.1:1"), VERSIONS, on_poll=give_up)
    assert clock.now < 3
