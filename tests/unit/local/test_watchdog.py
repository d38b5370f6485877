"""A process ends with the one that started it, unless that one has released it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

import pytest

from mocktailverse.local import watchdog

Started = tuple[IO[bytes], "subprocess.Popen[bytes]"]
TIMEOUT_S = 60
A_MOMENT_S = 0.3


@pytest.fixture
def started(tmp_path) -> Iterator[Started]:
    """The lock that a server watches, and the server."""
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    with (
        watchdog.hold(tmp_path / "own.lock") as lock,
        subprocess.Popen(
            [sys.executable, "-um", watchdog.__name__, lock.name, *server],
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as child,
    ):
        assert child.stdout is not None
        assert b"Serving HTTP" in child.stdout.readline()
        yield lock, child
        child.kill()


def test_a_process_ends_when_its_lock_is_no_longer_held(started):
    lock, child = started
    assert child.poll() is None
    lock.close()  # as the operating system does when the holder ends
    assert child.wait(TIMEOUT_S) == -signal.SIGTERM


def test_a_process_that_was_released_outlives_the_holder(started):
    lock, child = started
    watchdog.release(lock)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(A_MOMENT_S)


@pytest.mark.parametrize("released", [True, False])
def test_a_process_of_a_foreground_ends_with_its_starter_or_else_with_the_foreground(
    started, tmp_path, released
):
    """As one that another command restarts, whether that command ends well or is killed."""
    lock, child = started
    with watchdog.hold(tmp_path / watchdog.FOREGROUND_LOCK):
        if released:
            watchdog.release(lock)
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(A_MOMENT_S)
        else:
            lock.close()
            assert child.wait(TIMEOUT_S) == -signal.SIGTERM
    assert child.wait(TIMEOUT_S) == -signal.SIGTERM


def test_a_lock_is_for_one_holder(tmp_path):
    with watchdog.hold(tmp_path / "own.lock"), pytest.raises(FileExistsError):
        watchdog.hold(tmp_path / "own.lock")


def test_a_process_ends_without_the_lock_of_a_stack_that_was_removed(tmp_path):
    """As one that an interrupted start has started a moment before it removed the folder."""
    command = [sys.executable, "-m", watchdog.__name__, str(tmp_path / "removed.lock")]
    with subprocess.Popen(
        [*command, "http.server", "0", "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        try:
            assert child.wait(TIMEOUT_S) == -signal.SIGTERM
        finally:
            child.kill()
