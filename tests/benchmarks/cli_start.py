"""CPU time of a command from start to end, compared with Python and its library; prints JSON.

Every case is a new process with compiled byte code. The yardstick is Python with Typer, on which
the command line builds; the ratio to it can be compared between machines.
"""

import argparse
import json
import os
import subprocess
import sys

from paired import Case, paired

YARDSTICK = "python and typer"
BARE = "python"
HELP = "mocktailverse --help"
MEASURE = 'mocktailverse measure "1 oz"'

_COMMAND = (sys.executable, "-c", "from mocktailverse.cli.entry import run; run()")
"""What the installed script does."""


def measure(rounds: int) -> dict[str, object]:
    """Return ratios to the yardstick: Python alone, and two commands."""
    cases = {
        YARDSTICK: _case(sys.executable, "-c", "import typer"),
        BARE: _case(sys.executable, "-c", "pass"),
        HELP: _case(*_COMMAND, "--help"),
        MEASURE: _case(*_COMMAND, "measure", "1 oz"),
    }
    figures = [figure._asdict() for figure in paired(cases, rounds)]
    return {"rounds": rounds, "cases": figures}


def _case(*command: str) -> Case:
    def seconds() -> float:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        return usage.ru_utime + usage.ru_stime

    return seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    print(json.dumps(measure(parser.parse_args().rounds)))
