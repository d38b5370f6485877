"""Waiting for loads: frequent polls of the local stack, rare polls of AWS, where reads cost."""

from types import SimpleNamespace

import pytest

from mocktailverse.cli import load_waiting
from mocktailverse.errors import TransientError, UnreachableError
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion

VERSIONS = [ObjectVersion("bucket", f"raw/tests/{n}.json", "1") for n in range(40)]


class Clock:
    """A clock that only `sleep` advances."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Loads:
    """Loads that finish at given times; records the time of each read."""

    def __init__(self, clock, done_at):
        self.clock = clock
        self.done_at = done_at
        self.read_at = []

    def latest(self, version):
        self.read_at.append(self.clock.now)
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
    monkeypatch.setattr(load_waiting, "time", clock)
    return clock


def stores(loads, endpoint):
    clients = SimpleNamespace(endpoint=endpoint)
    return SimpleNamespace(loads=loads, clients=clients, process_logs=[])


def test_on_aws_loads_are_read_at_most_once_a_second(clock):
    loads = Loads(clock, lambda version: 30 + VERSIONS.index(version))
    done = load_waiting.wait_for_loads(stores(loads, None), VERSIONS)
    assert [load.object for load in done] == VERSIONS
    assert {load.status for load in done} == {"done"}
    for start in loads.read_at:
        assert sum(start <= at < start + 60 for at in loads.read_at) <= 62


def test_on_the_local_stack_a_finished_load_is_noticed_at_once(clock):
    loads = Loads(clock, lambda _: 1)
    load_waiting.wait_for_loads(stores(loads, "http://127.0.0.1:1"), VERSIONS)
    assert clock.now <= 2


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:1"])
def test_loads_that_do_not_change_time_out(clock, endpoint):
    loads = Loads(clock, lambda _: float("inf"))
    with pytest.raises(TransientError, match="40 loads are not finished"):
        load_waiting.wait_for_loads(stores(loads, endpoint), VERSIONS, timeout_s=60)
    assert clock.now >= 60


def test_the_wait_does_not_time_out_before_each_load_is_read_again(clock):
    loads = Loads(clock, lambda version: 20 if version == VERSIONS[-1] else 45)
    load_waiting.wait_for_loads(stores(loads, None), VERSIONS, timeout_s=10)


def test_the_caller_can_end_the_wait(clock):
    def give_up() -> None:
        if clock.now > 1:
            raise UnreachableError("The disk is full.")

    loads = Loads(clock, lambda _: float("inf"))
    with pytest.raises(UnreachableError):
        load_waiting.wait_for_loads(stores(loads, "http://127.0.0.1:1"), VERSIONS, on_poll=give_up)
    assert clock.now < 3


def test_a_full_disk_ends_the_wait_also_where_the_caller_does_not_watch_it(clock, tmp_path):
    log = tmp_path / "emulator.log"
    log.touch()
    local = stores(Loads(clock, lambda _: float("inf")), "http://127.0.0.1:1")
    local.process_logs = [log]
    local.loads.done_at = lambda _: log.write_text("[Errno 28] No space left on device") or 9_999
    with pytest.raises(UnreachableError, match="ran out of space"):
        load_waiting.wait_for_loads(local, VERSIONS)
