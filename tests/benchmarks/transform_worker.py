"""Transforms a file of records once for each line on its standard input; prints the CPU seconds.

    transform_worker.py PACKAGES BENCHMARKS FILE

PACKAGES is the folder with the `mocktailverse` package, BENCHMARKS that with its module `ours`: so
another revision of the code runs, in a process of its own, by turns with this one. `speed.py`
starts it.
"""

import importlib
import sys
from pathlib import Path

from paired import cpu_seconds


def main() -> None:
    """Run until the standard input ends."""
    packages, benchmarks, file = map(Path, sys.argv[1:])
    sys.path[:0] = [str(packages), str(benchmarks)]
    ours = importlib.import_module("ours")
    package = importlib.import_module("mocktailverse")
    assert Path(package.__file__ or "").is_relative_to(packages), package
    data = file.read_bytes()

    def transform() -> None:
        count = sum(1 for _ in ours.items(ours.InMemory(data)))
        assert count == data.count(b"\n")

    for _ in sys.stdin:
        print(cpu_seconds(transform), flush=True)


if __name__ == "__main__":
    main()
