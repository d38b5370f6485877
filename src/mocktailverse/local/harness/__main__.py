"""Serve the API and the harness of a running local stack."""

import argparse
import sys
import tempfile
from pathlib import Path

from mocktailverse.errors import UsageError
from mocktailverse.local.harness.bounded_server import serve
from mocktailverse.local.harness.harness_app import harness_of_stack
from mocktailverse.local.state import read_stack

USAGE_ERROR = 2


def main() -> int:
    """Serve until interrupted; return the exit code: 0, or 2 if the server cannot start."""
    parser = argparse.ArgumentParser(
        prog="python -m mocktailverse.local.harness", description=__doc__
    )
    parser.add_argument(
        "--state-dir", type=Path, required=True, help="folder with the stack's `stack.json`"
    )
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    try:
        _serve(options.state_dir, options.port)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    return 0


def _serve(state_dir: Path, port: int) -> None:
    stack = read_stack(state_dir)
    if stack is None:
        raise UsageError(f"No local stack runs in `{state_dir}`. Start it: mocktailverse up")
    with tempfile.TemporaryDirectory(
        prefix="mocktailverse-api-",
        ignore_cleanup_errors=True,  # a background download of the catalogue may still write here
    ) as folder:
        serve(harness_of_stack(stack, Path(folder)), port)


if __name__ == "__main__":
    sys.exit(main())
