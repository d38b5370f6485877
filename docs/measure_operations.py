"""Rewrite the measured pages of docs/operations, from a local stack of their own.

Run it by `make operations`. The stack gets what the simulated TheCocktailDB serves, then every
sample file, good and bad; when all of it is published, `mocktailverse report` writes the pages.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mocktailverse.cli.demo_command import NOT_RECORDS
from mocktailverse.local import lifecycle
from mocktailverse.pipeline.verify_catalogue import verify_all
from mocktailverse.stores.environment import Stores

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data" / "raw"
PAGES = "docs/operations"
_TIMEOUT_S = 60
PAUSE_S = 0.5


def main() -> None:
    """Start a stack, feed it, measure it, stop it."""
    files = [path for path in sorted(SAMPLES.rglob("*")) if path.is_file()]
    raw = [str(path) for path in files if path.name not in NOT_RECORDS and path.stat().st_size]
    with tempfile.TemporaryDirectory() as folder, lifecycle.running(Path(folder)) as stack:
        run(folder, "fetch", "sweep", "--wait")
        run(folder, "ingest", *raw, "--wait")
        wait_until_published(Stores(stack.clients(), stack.outputs))
        run(folder, "report", "--output", PAGES)


def run(state_dir: str, *arguments: str) -> None:
    """Run a command on the stack; where it fails, so does this."""
    command = [sys.executable, "-m", "mocktailverse.cli", *arguments, "--state-dir", state_dir]
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own command


def wait_until_published(connection: Stores) -> None:
    """Wait until the catalogue shows what the raw objects give."""
    deadline = time.monotonic() + _TIMEOUT_S
    while not verify_all(
        connection.bucket, connection.drinks, connection.loads, connection.catalogue
    ).ok:
        if time.monotonic() > deadline:
            sys.exit(f"The catalogue does not show all drinks after {_TIMEOUT_S} s.")
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
