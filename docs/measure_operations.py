"""Rewrite the measured pages of docs/operations from a local stack: `make operations`.

The stack loads what the simulated TheCocktailDB serves, then every sample file, good and bad. When
the catalogue shows all drinks, `mocktailverse report` writes the pages.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from mocktailverse.cli.demo_command import NOT_RECORDS
from mocktailverse.local import lifecycle

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data" / "raw"
PAGES = "docs/operations"


def main() -> None:
    """Start a stack, load the samples, measure, stop the stack."""
    files = [path for path in sorted(SAMPLES.rglob("*")) if path.is_file()]
    raw = [str(path) for path in files if path.name not in NOT_RECORDS and path.stat().st_size]
    with tempfile.TemporaryDirectory() as folder, lifecycle.running(Path(folder)):
        run(folder, "fetch", "sweep", "--wait")
        run(folder, "ingest", *raw, "--wait")
        run(folder, "verify")  # waits until the catalogue is published
        run(folder, "report", "--output", PAGES)


def run(state_dir: str, *arguments: str) -> None:
    """Run a command on the stack; exit if it fails."""
    command = [sys.executable, "-m", "mocktailverse.cli", *arguments, "--state-dir", state_dir]
    if subprocess.run(command, check=False, cwd=ROOT).returncode:  # noqa: S603 - our own command
        sys.exit(f"`mocktailverse {arguments[0]}` failed.")


if __name__ == "__main__":
    main()
