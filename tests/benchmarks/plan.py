"""The time and memory of a plan of a local stack, with a code that changes a drink or none.

    plan.py --records 20000 --state-dir FOLDER      starts nothing: the stack runs already, empty

Loads varied records in objects of 25, as a fetch stores them, publishes, and runs `plan` twice:
with this code, and with a copy in which a dash is twice as large. Prints JSON.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from corpus import ndjson_lines, source_records

import mocktailverse

OBJECT = 25


def main() -> None:
    """Load records into a running stack and measure plans of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--state-dir", required=True)
    parser.add_argument("--loaded", action="store_true", help="the records are loaded already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.loaded:
            load(Path(folder), arguments.records, arguments.state_dir)
        package = Path(mocktailverse.__file__).parent
        shutil.copytree(package, Path(folder, "mocktailverse"))
        units = Path(folder, "mocktailverse/drinks/reference/units.csv")
        units.write_text(units.read_text().replace("\ndash,0.92,", "\ndash,1.84,"))
        print(
            json.dumps(
                {
                    "same code": plan(package.parent, arguments.state_dir),
                    "another dash": plan(Path(folder), arguments.state_dir),
                },
                indent=2,
            )
        )


def load(folder: Path, count: int, state_dir: str) -> None:
    lines = ndjson_lines(source_records()[1], count)
    files = []
    while chunk := b"".join(islice(lines, OBJECT)):
        files.append(folder / f"{len(files):05}.ndjson")
        files[-1].write_bytes(chunk)
    command = (sys.executable, "-m", "mocktailverse.cli", "ingest", *files, "--wait")
    subprocess.run([*command, "--state-dir", state_dir], check=True, stdout=subprocess.DEVNULL)


def plan(root: Path, state_dir: str) -> dict[str, Any]:
    """Return what a plan with the code below `root` costs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "mocktailverse.cli", "plan", "--json", "--state-dir", state_dir],
        check=False,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    planned = json.loads(done.stdout)
    return {
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1
        ),
        "largest_process_mib": after.ru_maxrss // 1024,
        **{name: planned[name] for name in ("records", "objects", "changed", "unchanged")},
    }


if __name__ == "__main__":
    main()
