"""A full disk: detected in the logs of the processes or from the free space."""

import errno
import os
from collections import namedtuple

import pytest

from mocktailverse.errors import UnreachableError
from mocktailverse.local import full_disk
from mocktailverse.local.full_disk import FullDiskWatch

LINES = [
    b"ERROR [lambda] Warm worker execution error: [Errno 28] No space left on device\n",
    b"OSError: [Errno 122] Disk quota exceeded: '/tmp/a'\n",
    b"sqlite3.OperationalError: database or disk is full\n",
]
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - like shutil's


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "emulator.log"
    path.write_bytes(b"started\n")
    return path


@pytest.mark.parametrize("line", LINES)
def test_a_log_that_reports_a_full_disk_ends_the_wait(log, line):
    watch = FullDiskWatch([log, log.with_name("missing.log")])
    watch.check()
    with log.open("ab") as stream:
        stream.write(line)
    with pytest.raises(
        UnreachableError, match=rf"disk that holds `{log.parent}` ran out of space.*Free"
    ):
        watch.check()


def test_older_lines_of_a_log_do_not_count(log):
    log.write_bytes(LINES[0])
    FullDiskWatch([log]).check()
    with pytest.raises(UnreachableError):
        FullDiskWatch([log], include_existing=True).check()


def test_a_disk_without_space_for_a_log_line_is_reported_after_a_while(log, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage(2**30, 2**30, 0))
    watch = FullDiskWatch([log])
    watch.check()
    monkeypatch.setattr(full_disk, "_SILENT_S", -1)
    with pytest.raises(UnreachableError, match=r"0\.0 of 1024\.0 MiB"):
        watch.check()


def test_a_disk_with_free_space_does_not_end_the_wait(log, monkeypatch):
    monkeypatch.setattr(full_disk, "_SILENT_S", -1)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage(2**30, 2**29, 2**29))
    FullDiskWatch([log]).check()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("name", ["new/deep/file", None])
def test_a_full_disk_error_in_this_process_is_reported(tmp_path, number, name):
    error = OSError(number, os.strerror(number), name and str(tmp_path / name))
    with (
        pytest.raises(UnreachableError, match=f"`{tmp_path}` ran out of space"),
        full_disk.reported(tmp_path),
    ):
        raise error


def test_other_errors_pass(tmp_path):
    with pytest.raises(PermissionError), full_disk.reported(tmp_path):
        raise PermissionError(errno.EACCES, "denied")
