"""The parts of a run: each is a script of this folder, which prints its figures as JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

_HERE = Path(__file__).parent


class Part(NamedTuple):
    """The command lines of a script."""

    full: str
    """Its arguments for the figures that the goals are about."""
    quick: str
    """Its arguments for a run that only shows that it works."""
    has_records: bool = False
    """Whether it takes `--records`, a file of records to vary."""
    has_files: bool = False
    """Whether it takes `--files`, a folder that keeps the catalogues' files for other parts."""


PARTS = {
    "speed": Part("--count 10000 --rounds 7", "--count 200 --rounds 1", has_records=True),
    "memory": Part(
        "--counts 1000 10000 100000 --pandas-count 10000",
        "--counts 100 200 400 --pandas-count 200",
        has_records=True,
    ),
    "cold_start": Part("--rounds 11", "--rounds 1"),
    "cli_start": Part("--rounds 7", "--rounds 1"),
    "write": Part("--count 1000 --rounds 5", "--count 50 --rounds 1", has_records=True),
    "catalogue": Part(
        "--drinks 600 100000 --scanned 10000 --questions 300 --visits 40",
        "--drinks 100 200 --scanned 100 --questions 8 --visits 1",
        has_records=True,
    ),
    "function_limits": Part("--drinks 600 20000 100000", "--drinks 60", has_files=True),
    "visible": Part(
        "--drinks 600 20000 100000 --rounds 20",
        "--drinks 60 --rounds 1 --publishes 1",
        has_files=True,
    ),
    "serving": Part(
        "--drinks 20000 100000 --requests 500 --rounds 4",
        "--drinks 60 --requests 20 --rounds 1",
        has_files=True,
    ),
    "first_card": Part(
        "--drinks 600 100000 --rounds 5 --visits 2",
        "--drinks 60 --rounds 1 --visits 1",
        has_files=True,
    ),
}


def measure_part(name: str, records: Path | None, files: Path, *, quick: bool) -> Any:
    """Run the script of a part in a separate process; return its figures, or why there are none."""
    part, script = PARTS[name], _HERE / f"{name}.py"
    if not script.exists():
        return {"skipped": f"{script.name} is not in this checkout."}
    arguments = (part.quick if quick else part.full).split()
    if records and part.has_records:
        arguments += ["--records", str(records)]
    if part.has_files:
        arguments += ["--files", str(files)]
    command = [sys.executable, str(script), *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
