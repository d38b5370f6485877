"""Processes on this machine that work in a folder."""

import contextlib
import os
from pathlib import Path

import psutil


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return the processes that use a folder: by command line, working folder or environment.

    This process is left out: the command line of the tests names the folder, too.
    """
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            traces = [process.cwd(), process.environ().get("TMPDIR", ""), *process.cmdline()]
            if process.pid != os.getpid() and any(str(folder) in trace for trace in traces):
                processes.append(process)
    return processes
