"""Measure Mocktailverse beside its floor and its peers: speed, memory, cold start, catalogue, page.

    run.py                  the tables, about six minutes
    run.py --quick          the same from few records: shows that it runs, not how fast
    run.py --json           the figures as one JSON object
    run.py --only PART      the figures of one part as JSON: speed, memory, cold_start or catalogue
    run.py --write-page     the tables, and docs/operations/performance.md made of them
    run.py --profile        where the transform spends its time
    run.py --records FILE   varies the records of FILE (an API envelope), not the usual ones

Each part runs in a process of its own.
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
    """How much is measured.

    Records for speed, rounds, records for memory, drinks catalogued and scanned, questions to the
    catalogue, visits to the dashboard.
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
    """All figures of one run."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "rounds": size.rounds,
        **{part: measure_part(part, size, records) for part in PARTS},
    }


def measure_part(part: str, size: Size, records: Path | None) -> Any:
    """The figures of one of PARTS."""
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
    """Run as the arguments say."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=Path, metavar="FILE")
    parser.add_argument("--only", choices=PARTS, metavar="PART")
    for flag in ("--quick", "--json", "--write-page", "--profile"):
        parser.add_argument(flag, action="store_true")
    asked = parser.parse_args()
    size = QUICK if asked.quick else FULL
    if asked.profile:
        _profile(size, asked.records)
        return
    if asked.only:
        print(json.dumps(measure_part(asked.only, size, asked.records), indent=2))
        return
    figures = measure(size, asked.records)
    print(json.dumps(figures, indent=2) if asked.json else as_text(figures))
    if asked.write_page:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(as_page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
