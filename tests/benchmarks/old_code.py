"""The transform of an old revision of this repository beside this one, in one paired run."""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from paired import Case, paired

DEFAULT_REVISION = "145831cb"
"""The last revision before the transform remembered what it had parsed."""

_ROOT = Path(__file__).parents[2]
_PACKAGES, _BENCHMARKS = "src", "tests/benchmarks"


def compare(revision: str, data: bytes, rounds: int) -> dict[str, Any]:
    """Return the paired figures of both codes for NDJSON, or why there are none."""
    if not _has(revision):
        return {"skipped": f"revision {revision} is not in this clone."}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as workers:
        file, old = Path(folder, "records.ndjson"), Path(folder, "old")
        file.write_bytes(data)
        _extract(revision, old)
        cases = {
            f"revision {revision}": workers.enter_context(_worker(old, file)),
            "this code": workers.enter_context(_worker(_ROOT, file)),
        }
        figures = [figure._asdict() for figure in paired(cases, rounds)]
    return {"revision": revision, "figures": figures}


def _has(revision: str) -> bool:
    """Return whether this is a clone with a revision's files; a shallow one may lack them."""
    command = ["git", "-C", str(_ROOT), "cat-file", "-e", f"{revision}^{{tree}}"]
    try:
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def _extract(revision: str, folder: Path) -> None:
    command = ["git", "-C", str(_ROOT), "archive", revision, _PACKAGES, _BENCHMARKS]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


@contextmanager
def _worker(root: Path, file: Path) -> Iterator[Case]:
    """Start a process with the code below `root`; yield a case that runs it once."""
    script = Path(__file__).with_name("transform_worker.py")
    command = [sys.executable, str(script), str(root / _PACKAGES), str(root / _BENCHMARKS)]
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, str(file)], stdin=pipe, stdout=pipe, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def seconds() -> float:
            print("run", file=stdin, flush=True)
            return float(stdout.readline())

        try:
            yield seconds
        finally:
            stdin.close()
