"""Compare Mocktailverse with its floor and its peers: speed, memory, cold start, catalogue.

    run.py                  the tables, about six minutes
    run.py --quick          the same with few records: shows that it runs, not its speed
    run.py --json           the figures as one JSON object
    run.py --only PART      the figures of one part as JSON: speed, memory, cold_start or catalogue
    run.py --write-page     the tables, and writes docs/operations/performance.md
    run.py --profile        the functions in which the transform spends its time
    run.py --records FILE   varies the records of FILE (an API envelope), not the usual ones

Each part runs in a separate process.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tables import as_page, as_text

_HERE = Path(__file__).parent
PAGE = _HERE.parents[1] / "docs" / "operations" / "performance.md"
PARTS = ("speed", "memory", "cold_start", "catalogue")


class Size(NamedTuple):
    """The size of a run.

    Records for speed, rounds, records for memory, drinks in the catalogue and in the scan,
    catalogue queries, visits of the dashboard.
    """

    records: int
    rounds: int
    memory_counts: tuple[int, ...]
    pandas_count: int
    catalogue_counts: tuple[int, ...]
    scanned: int
    questions: int
    visits: int


FULL = Size(10_000, 7, (1_000, 10_000, 100_000), 10_000, (600, 100_000), 10_000, 300, 40)
QUICK = Size(200, 1, (100, 200, 400), 200, (100, 200), 100, 8, 1)


def measure(size: Size, records: Path | None) -> dict[str, Any]:
    """Return all figures of one run."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "rounds": size.rounds,
        **{part: measure_part(part, size, records) for part in PARTS},
    }


def measure_part(part: str, size: Size, records: Path | None) -> Any:
    """Return the figures of one of PARTS."""
    varied = ["--records", str(records)] if records else []
    rounds = ["--rounds", str(size.rounds)]
    counts = ["--counts", *map(str, size.memory_counts)]
    catalogue = ["--drinks", *map(str, size.catalogue_counts), "--scanned", str(size.scanned)]
    questions = ["--questions", str(size.questions), "--visits", str(size.visits)]
    arguments = {
        "speed": ["--count", str(size.records), *rounds, *varied],
        "memory": [*counts, "--pandas-count", str(size.pandas_count), *varied],
        "cold_start": rounds,
        "catalogue": [*catalogue, *questions, *varied],
    }[part]
    command = [sys.executable, str(_HERE / f"{part}.py"), *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def _profile(size: Size, records: Path | None) -> None:
    varied = ["--records", str(records)] if records else []
    command = [sys.executable, str(_HERE / "speed.py"), "--profile", "--count", str(size.records)]
    subprocess.run([*command, *varied], check=True)


def main() -> None:
    """Run the benchmarks that the arguments select."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=Path, metavar="FILE")
    parser.add_argument("--only", choices=PARTS, metavar="PART")
    for flag in ("--quick", "--json", "--write-page", "--profile"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    if options.profile:
        _profile(size, options.records)
        return
    if options.only:
        print(json.dumps(measure_part(options.only, size, options.records), indent=2))
        return
    figures = measure(size, options.records)
    print(json.dumps(figures, indent=2) if options.json else as_text(figures))
    if options.write_page:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(as_page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
