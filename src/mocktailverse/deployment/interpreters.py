"""Find the Python that compiles the functions' byte code: its minor version must be the same."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import uv
from msgspec import Struct

_TIMEOUT_S = 20


class Interpreter(Struct, frozen=True):
    """A Python interpreter on this machine."""

    executable: str
    version: str
    """Full version, such as `3.13.1`: byte code may differ between patch versions."""


def running() -> Interpreter:
    """Return the interpreter that runs this code."""
    return Interpreter(sys.executable, platform.python_version())


def find(python: str) -> Interpreter | None:
    """Return a working interpreter of the minor version `python`, such as `3.13`, or None.

    Tried in this order: this interpreter, `python3.13` on the PATH, uv's own, pyenv's.
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
    # pyenv's shim fails while its version is not active; the interpreter below it still works.
    if on_path and Path(on_path).parent.name == "shims":
        versions = Path(on_path).parent.parent / "versions"
        for folder in sorted(versions.glob(f"{python}.*")):
            yield str(folder / "bin" / f"python{python}")


def _version(executable: str) -> str | None:
    return _output([executable, "-c", "import platform; print(platform.python_version())"])


def _output(command: list[str]) -> str | None:
    """Return what a command prints; None if it fails or cannot be started."""
    try:
        result = subprocess.run(  # noqa: S603  interpreters of this machine, no shell
            command, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip() or None
