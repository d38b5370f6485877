"""Compare Mocktailverse with its floors, its peers and its goals.

    run.py                  the tables and the goals, about twenty minutes
    run.py --check          the same; exit code 1 unless every goal is measured and met
    run.py --quick          with few records: shows that it runs, not its speed
    run.py --json           the figures and the goals as one JSON object
    run.py --only PART      the figures of one part as JSON
    run.py --write-page     the tables, and writes docs/operations/performance.md
    run.py --page FILE      the tables, and writes such a page to FILE
    run.py --profile        the functions in which the transform spends its time
    run.py --records FILE   varies the records of FILE (an API envelope), not the usual ones
    run.py --files FOLDER   keeps the catalogues' files for the next run

Each part runs in a separate process.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from parts import PARTS, measure_part
from report import as_page, as_text, verdicts

_HERE = Path(__file__).parent
PAGE = _HERE.parents[1] / "docs" / "operations" / "performance.md"


def measure(records: Path | None, files: Path, *, quick: bool) -> dict[str, Any]:
    """Return all figures of one run."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        **{part: measure_part(part, records, files, quick=quick) for part in PARTS},
    }


def _profile(records: Path | None) -> None:
    varied = ["--records", str(records)] if records else []
    command = [sys.executable, str(_HERE / "speed.py"), "--profile", *varied]
    subprocess.run(command, check=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=Path, metavar="FILE")
    parser.add_argument("--files", type=Path, metavar="FOLDER")
    parser.add_argument("--only", choices=PARTS, metavar="PART")
    page = parser.add_mutually_exclusive_group()
    page.add_argument("--page", type=Path, metavar="FILE")
    page.add_argument("--write-page", action="store_const", const=PAGE, dest="page")
    for flag in ("--quick", "--json", "--profile", "--check"):
        parser.add_argument(flag, action="store_true")
    return parser.parse_args()


def main() -> int:
    """Run the benchmarks that the arguments select; return the exit code."""
    options = _arguments()
    if options.profile:
        _profile(options.records)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        files = options.files or Path(scratch)
        if options.only:
            figures = measure_part(options.only, options.records, files, quick=options.quick)
            print(json.dumps(figures, indent=2))
            return 0
        figures = measure(options.records, files, quick=options.quick)
    results = verdicts(figures)
    if options.json:
        goals = [
            {**verdict.goal._asdict(), "measured": verdict.value, "result": verdict.result}
            for verdict in results
        ]
        print(json.dumps({**figures, "goals": goals}, indent=2))
    else:
        print(as_text(figures))
    if options.page:
        options.page.write_text(as_page(figures), encoding="utf-8")
    return int(options.check and not all(verdict.is_met for verdict in results))


if __name__ == "__main__":
    sys.exit(main())
