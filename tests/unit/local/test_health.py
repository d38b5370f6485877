"""Health checks: when a process is healthy, and the error for a process that does not start."""

import os

import psutil
import pytest

from mocktailverse.errors import UnreachableError
from mocktailverse.local import health
from mocktailverse.local.processes import Process
from mocktailverse.local.state import SOURCE


@pytest.fixture
def this_process(monkeypatch):
    """Return a live process; its command line does not matter."""
    monkeypatch.setattr(Process, "find", lambda _self: psutil.Process(os.getpid()))
    return Process(name=SOURCE, pid=os.getpid(), started_at=0, port=1)


@pytest.mark.parametrize(("body", "is_healthy"), [(b"", True), (None, False)])
def test_a_process_is_healthy_when_its_path_responds(this_process, monkeypatch, body, is_healthy):
    paths: list[str] = []
    monkeypatch.setattr(Process, "listens", lambda _self: True)
    monkeypatch.setattr(health, "get", lambda _port, path: paths.append(path) or body)
    assert health.is_healthy(this_process) is is_healthy
    assert paths == [health.PATHS[SOURCE]]


def test_a_process_that_another_version_started_is_healthy_when_it_listens(monkeypatch):
    other = Process(name="a newer process", pid=1, started_at=0, port=1)
    monkeypatch.setattr(Process, "listens", lambda _self: True)
    assert health.is_healthy(other)


def test_a_process_that_has_ended_is_not_waited_for():
    ended = Process(name=SOURCE, pid=os.getpid(), started_at=0, port=1)
    assert not health.responds_within(ended, timeout_s=60)


def test_a_silent_process_is_waited_for(this_process, monkeypatch):
    waits: list[None] = []
    monkeypatch.setattr(health, "is_healthy", lambda _process: len(waits) == 2)
    assert health.responds_within(this_process, 60, lambda: waits.append(None))
    assert len(waits) == 2


def test_a_process_that_stays_silent_does_not_respond(this_process):
    assert not health.responds_within(this_process, 0)


def test_the_error_about_a_start_ends_with_the_last_lines_of_the_log(this_process, tmp_path):
    log = tmp_path / "source.log"
    log.write_text("".join(f"line {number}\n" for number in range(10)))
    with pytest.raises(UnreachableError, match=r"(?s)did not start.*ends with:\nline 5\n.*line 9$"):
        health.wait_until_healthy(this_process, log, timeout_s=0)
