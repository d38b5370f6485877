"""Peak memory of the transform for files of growing size; prints JSON.

Every file is read by a new process, which transforms a few records before it first measures its
memory, so that the growth includes neither code nor reference tables.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from corpus import ndjson_lines, source_records

OURS = "Mocktailverse, to DynamoDB items"
PANDAS = "pandas json_normalize + melt"
WARM_UP = 50
_KIB_PER_MIB = 1024


def measure(records: Path | None, counts: list[int], pandas_count: int) -> list[dict[str, Any]]:
    """Return the peak memory in MiB: when warm, at the end, and the growth between them."""
    source = source_records(records)[1]
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records.ndjson")
        for name, count in [*((OURS, count) for count in counts), (PANDAS, pandas_count)]:
            with path.open("wb") as file:
                file.writelines(ndjson_lines(source, count))
            figures.append({"name": name, "records": count, **_in_fresh_process(name, path)})
    return figures


def _in_fresh_process(name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--reader", name, "--file", str(path)]
    process = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(process.stdout)
    return figures


def read(name: str, path: Path) -> dict[str, float]:
    """Read a file with one of the readers, in this process."""
    reader = _reader(name)
    with path.open("rb") as file:
        head = b"".join(islice(file, WARM_UP))
    warm_file = path.with_name("warm.ndjson")
    warm_file.write_bytes(head)
    reader(warm_file)
    warm = peak_mib()
    reader(path)
    return {"warm_mib": warm, "peak_mib": peak_mib(), "growth_mib": round(peak_mib() - warm, 1)}


def _reader(name: str) -> Callable[[Path], object]:
    """Return a reader; import only its modules."""
    if name == PANDAS:
        import peers  # noqa: PLC0415 - pandas must not count against the transform

        return lambda path: peers.pandas_melt(path.read_bytes())
    import ours  # noqa: PLC0415 - the transform must not count against pandas

    return lambda path: sum(1 for _ in ours.items(ours.OnDisk(path)))


def peak_mib() -> float:
    """Return the peak resident memory of this process, in MiB.

    On Linux it is read from /proc, because ru_maxrss includes the peak of the parent process.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return round(int(line.split()[1]) / _KIB_PER_MIB, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MIB**2, 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--pandas-count", type=int, default=10_000)
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        print(json.dumps(read(options.reader, options.file)))
    else:
        print(json.dumps(measure(options.records, options.counts, options.pandas_count)))
