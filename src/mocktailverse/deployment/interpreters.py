"""Finds the Python that compiles the functions' byte code: one of the very minor version."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import uv
from msgspec import Struct

PATIENCE_S = 20


class Interpreter(Struct, frozen=True):
    """A Python of this machine."""

    executable: str
    version: str
    """In full, as in `3.13.1`: byte code may differ between the smallest versions."""


def running() -> Interpreter:
    """The one that runs this."""
    return Interpreter(sys.executable, platform.python_version())


def find(python: str) -> Interpreter | None:
    """One that runs and is of the minor version `python`, as in `3.13`; None where none is found.

    Looked for: this one, `python3.13` on the PATH, uv's own, pyenv's.
    """
    for executable in _candidates(python):
        version = _version(executable)
        if version and version.startswith(f"{python}."):
            return Interpreter(executable, version)
    return None


def _candidates(python: str) -> Iterator[str]:
    yield sys.executable
    on_path = shutil.which(f"python{python}")
    if on_path:
        yield on_path
    command = [uv.find_uv_bin(), "python", "find", "--managed-python", "--offline", python]
    managed = _output([*command, "--no-project"])
    if managed:
        yield managed
    if on_path and Path(on_path).parent.name == "shims":  # pyenv's, of a version that is not active
        versions = Path(on_path).parent.parent / "versions"
        for folder in sorted(versions.glob(f"{python}.*")):
            yield str(folder / "bin" / f"python{python}")


def _version(executable: str) -> str | None:
    return _output([executable, "-c", "import platform; print(platform.python_version())"])


def _output(command: list[str]) -> str | None:
    """What a command prints; None where it does not run or fails."""
    try:
        result = subprocess.run(  # noqa: S603  interpreters of this machine, no shell
            command, capture_output=True, text=True, check=True, timeout=PATIENCE_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip() or None
