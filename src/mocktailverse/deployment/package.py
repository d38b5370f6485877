"""Build the zip with the code of all functions, reproducibly: same input, same bytes."""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import uv

from mocktailverse.deployment import interpreters
from mocktailverse.deployment.interpreters import Interpreter
from mocktailverse.errors import UnreachableError, UsageError

Architecture = Literal["arm64", "x86_64"]

RUNTIME = "python3.13"
"""Lambda runtime of the functions on AWS."""

ARCHITECTURE: Architecture = "arm64"
"""Default architecture of the functions on AWS; a fifth cheaper than x86_64."""

LAYOUT = 2
"""Part of each zip's name. Raise it when this module builds other bytes from the same input."""

NOT_IN_FUNCTIONS = ("cli", "cost", "dashboard", "deployment", "local", "testing")
"""Subpackages that no function runs."""

OPERATIONS_IN_FUNCTIONS = ("__init__.py", "recent_loads.py")
"""The modules of `operations` that the API uses; the others import what the zip lacks."""

KEPT_ARCHIVES = 5
"""Zips kept in the cache."""

_PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
# Written by installers for themselves; they differ between machines, and no function reads them.
_INSTALLER_FILES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")
_IMPORT_HANDLERS = """
import importlib, pkgutil, sys, traceback
sys.path.insert(0, sys.argv[1])
try:
    functions = importlib.import_module(sys.argv[2] + ".functions")
    for module in pkgutil.iter_modules(functions.__path__):
        importlib.import_module(f"{functions.__name__}.{module.name}")
except Exception:
    traceback.print_exc(limit=-1)
    sys.exit(1)
"""
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # of every file: the earliest that a zip can hold


class Target(msgspec.Struct, frozen=True):
    """The machine that runs the functions."""

    python: str
    """Minor version, such as `3.13`."""
    platform: str | None
    """A platform tag of uv; None for this machine."""
    compiler: Interpreter | None
    """Compiles the byte code; without it, each cold start compiles the code."""

    @property
    def runtime(self) -> str:
        """Name of the Lambda runtime."""
        return f"python{self.python}"


def this_machine() -> Target:
    """Return the target for the embedded AWS, which runs functions with its own interpreter."""
    running = interpreters.running()
    return Target(running.version.rpartition(".")[0], platform=None, compiler=running)


def aws_lambda(runtime: str = RUNTIME, architecture: Architecture = ARCHITECTURE) -> Target:
    """Return the target for AWS Lambda.

    Byte code does not depend on the machine, so any interpreter of that version compiles it.
    """
    python = runtime.removeprefix("python")
    return Target(python, _PLATFORMS[architecture], compiler=interpreters.find(python))


def build(target: Target, *, source: Path, lock: Path, cache_dir: Path) -> Path:
    """Return the zip `functions-<hash>.zip` in `cache_dir`; build it unless it exists.

    `source` is the folder of the package that holds the handlers, `lock` lists all requirements
    with hashes; nothing else is installed. Only the newest zips are kept in the cache.

    Raises:
        UsageError: the source or the lock is missing, or the functions cannot be imported.
        UnreachableError: a dependency is not in uv's cache and cannot be downloaded.
    """
    if not (source / "__init__.py").is_file():
        raise UsageError(f"`{source}` is not a Python package.")
    if not lock.is_file():
        raise UsageError(f"`{lock}` is missing.")
    archive = cache_dir / f"functions-{_fingerprint(target, source, lock)}.zip"
    if archive.is_file():
        return archive
    _require_importable(source)
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_dir, prefix="build-") as work_dir:
        tree = Path(work_dir, "tree")
        _install(target, lock, tree)
        _copy(source, tree / source.name)
        if target.compiler:
            _compile(tree, target.compiler)
        unfinished = Path(work_dir, archive.name)
        _zip(tree, unfinished)
        unfinished.rename(archive)
    _delete_old_archives(cache_dir)
    return archive


def _fingerprint(target: Target, source: Path, lock: Path) -> str:
    """Return a hash (16 hex digits) of everything that the zip's bytes depend on."""
    machine = target.platform or sysconfig.get_platform()
    byte_code = target.compiler.version if target.compiler else None
    digest = hashlib.sha256(msgspec.json.encode([LAYOUT, target.python, machine, byte_code]))
    digest.update(lock.read_bytes())
    for path in source_files(source):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(source).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def source_files(source: Path) -> Iterator[Path]:
    """Yield the files of a package that the zip holds, in a fixed order."""
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_file() and _is_needed(relative) and _is_content(relative):
            yield path


def _is_needed(path: Path) -> bool:
    if path.parts[0] == "operations":
        return path.parts[1:] in [(name,) for name in OPERATIONS_IN_FUNCTIONS]
    return path.parts[0] not in NOT_IN_FUNCTIONS


def _is_content(path: Path) -> bool:
    return "__pycache__" not in path.parts and not path.name.startswith(".")


def _require_importable(source: Path) -> None:
    """Import every handler on this machine, to find a broken one before it is deployed."""
    code = (_IMPORT_HANDLERS, str(source.parent), source.name)
    result = _run([sys.executable, "-I", "-B", "-c", *code])
    if result.returncode != 0:
        reason = result.stderr.strip()
        raise UsageError(f"No zip was built. The functions' code cannot be imported:\n{reason}")


def _install(target: Target, lock: Path, tree: Path) -> None:
    """Install the locked dependencies; offline if uv's cache holds all of them."""
    command = [
        *(uv.find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable),
        *("--target", str(tree), "--requirement", str(lock), "--require-hashes", "--no-deps"),
        *("--only-binary", ":all:", "--python-version", target.python),
    ]
    if target.platform:
        command += ["--python-platform", target.platform]
    for option in (["--offline"], []):  # ask the index only for what is not in uv's cache
        tree.mkdir()
        result = _run([*command, *option])
        if result.returncode == 0:
            break
        shutil.rmtree(tree)
    else:
        raise UnreachableError(f"Could not download the functions' dependencies: {result.stderr}")
    (tree / ".lock").unlink(missing_ok=True)  # of uv
    shutil.rmtree(tree / "bin", ignore_errors=True)  # console scripts, which no function runs
    for information in tree.glob("*.dist-info"):
        for name in _INSTALLER_FILES:
            (information / name).unlink(missing_ok=True)


def _copy(source: Path, copy: Path) -> None:
    for path in source_files(source):
        target = copy / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _compile(tree: Path, compiler: Interpreter) -> None:
    """Write byte code for each module, so that a cold start does not compile.

    `unchecked-hash`: Python does not compare it with the source, whose timestamp a zip changes.
    A separate process without site packages (`-S`) and with a fixed hash seed makes the bytes
    reproducible: they depend on what else the interpreter holds.
    """
    command = [
        *(compiler.executable, "-S", "-m", "compileall", "-q"),
        *("--invalidation-mode", "unchecked-hash"),
        *("-s", str(tree), "-p", "/var/task", str(tree)),
    ]
    result = _run(command, env={"PYTHONHASHSEED": "0"})
    if result.returncode != 0:
        raise UsageError(f"The functions' code cannot be compiled: {result.stdout}{result.stderr}")


def _run(command: list[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own commands, no shell
        command, env=env, capture_output=True, text=True, check=False
    )


def _zip(tree: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as bundle:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), _TIMESTAMP)
                entry.create_system = 3  # Unix, whose file modes AWS Lambda reads
                entry.external_attr = 0o644 << 16
                bundle.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _delete_old_archives(cache_dir: Path) -> None:
    archives = sorted(cache_dir.glob("functions-*.zip"), key=lambda path: -path.stat().st_mtime)
    for archive in archives[KEPT_ARCHIVES:]:
        archive.unlink(missing_ok=True)
