"""Set up what `make aws-proof` runs beside the project, in `.venv/aws_proof`.

Three Python environments and one folder of Node packages, each from a lock file with hashes. One
that exists for the same lock is kept. What this machine cannot run is left out, with one line;
the tests that need it are skipped, or fail with MOCKTAILVERSE_PROOF_REQUIRES=all.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import uv

from mocktailverse.deployment import interpreters
from mocktailverse.deployment.package import RUNTIME

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".venv" / "aws_proof"
LOCKS = ROOT / "requirements" / "aws_proof"
NODE_LOCK = Path(__file__).parent / "node" / "package-lock.json"
NODE_FILES = ("package.json", "package-lock.json", ".npmrc")

TOOLS, LATEST, OLDEST, NODE = "tools", "runtime", "runtime_oldest", "node"


def is_ready(name: str) -> bool:
    """Return whether an environment exists and was made from the present lock."""
    mark = HOME / name / ".ready"
    return mark.is_file() and mark.read_text() == _digest(name)


def main() -> int:
    """Make each environment; return 1 if one could not be installed."""
    python = RUNTIME.removeprefix("python")
    lambda_python = interpreters.find(python)
    makers = {
        TOOLS: lambda: _make_python(TOOLS, sys.executable),
        NODE: _make_node if shutil.which("npm") else "skipped: no Node",
    }
    for name in (LATEST, OLDEST):
        makers[name] = (
            (lambda name=name: _make_python(name, lambda_python.executable))
            if lambda_python
            else f"skipped: no Python {python}"
        )
    failed = False
    for name, maker in makers.items():
        if isinstance(maker, str):
            print(f"{name}: {maker}")  # noqa: T201 - a script that reports
        elif not is_ready(name):
            shutil.rmtree(HOME / name, ignore_errors=True)
            try:
                maker()
            except subprocess.CalledProcessError as error:
                print(f"{name}: {error}")  # noqa: T201 - a script that reports
                failed = True
            else:
                (HOME / name / ".ready").write_text(_digest(name))
    return int(failed)


def _lock(name: str) -> Path:
    return NODE_LOCK if name == NODE else LOCKS / f"{name}.lock"


def _digest(name: str) -> str:
    return hashlib.sha256(_lock(name).read_bytes()).hexdigest()


def _make_python(name: str, python: str) -> None:
    command, folder = uv.find_uv_bin(), HOME / name
    subprocess.run([command, "venv", "--quiet", "--python", python, folder], check=True)
    interpreter = folder / "bin" / "python"
    options = ["--quiet", "--require-hashes", "--python", interpreter]
    subprocess.run([command, "pip", "sync", *options, _lock(name)], check=True)


def _make_node() -> None:
    folder = HOME / NODE
    folder.mkdir(parents=True)
    for name in NODE_FILES:
        shutil.copy(NODE_LOCK.parent / name, folder)
    subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=True)


if __name__ == "__main__":
    sys.exit(main())
