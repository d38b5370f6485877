"""What `status` shows of a stack's memory."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import psutil
import pytest

from mocktailverse.local import resource_usage

MIB = 2**20
FORKED = """
import os, time
content = b"x" * (64 * 2**20)
os.fork()
os.write(1, b"ready\\n")  # print may write the line in two parts
time.sleep(60)
"""
"""Two processes that share 64 MiB."""


@pytest.fixture
def family() -> Iterator[psutil.Process]:
    command = [sys.executable, "-c", FORKED]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        assert [process.stdout.readline() for _ in range(2)] == ["ready\n"] * 2
        yield psutil.Process(process.pid)
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.skipif(not psutil.LINUX, reason="other systems do not say what is shared")
def test_memory_that_processes_share_counts_once(family):
    stack = SimpleNamespace(
        processes=[SimpleNamespace(find=lambda: family), SimpleNamespace(find=lambda: None)]
    )
    both = sum(one.memory_info().rss for one in (family, *family.children()))
    assert both > 128 * MIB
    assert 64 * MIB < resource_usage.memory_bytes(stack) < both - 48 * MIB
