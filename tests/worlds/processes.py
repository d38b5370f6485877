"""Processes on this machine that work in a folder."""

import contextlib
import os
from pathlib import Path

import psutil


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return the processes that know a folder: by command line, working folder or environment.

    The own process is left out: tests have the folder in their command line, too.
    """
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            traces = [process.cwd(), process.environ().get("TMPDIR", ""), *process.cmdline()]
            if process.pid != os.getpid() and any(str(folder) in trace for trace in traces):
                processes.append(process)
    return processes
