"""Builds the zip with the code of all functions: the same input gives the same bytes."""

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

LAYOUT = 1
"""Part of each zip's name; to be raised when this module builds other bytes from the same input."""

NOT_IN_FUNCTIONS = ("cli", "dashboard", "deployment", "local", "testing")
"""Parts of our package that no function runs."""

KEPT_ARCHIVES = 5

_PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
# What installers write for themselves; it differs between machines, and no function reads it.
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
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


class Target(msgspec.Struct, frozen=True):
    """The machine that runs the functions."""

    python: str
    """Minor version, as in `3.13`."""
    platform: str | None
    """A platform tag that uv knows; None is this machine."""
    compiler: Interpreter | None
    """Makes the byte code; without one, each cold start compiles the code anew."""

    @property
    def runtime(self) -> str:
        """The Lambda runtime's name."""
        return f"python{self.python}"


def this_machine() -> Target:
    """The embedded AWS runs functions with the interpreter that it runs on itself."""
    running = interpreters.running()
    return Target(python=running.version.rpartition(".")[0], platform=None, compiler=running)


def aws_lambda(runtime: str = "python3.13", architecture: Architecture = "arm64") -> Target:
    """AWS Lambda's machines; byte code is machine-independent, so any of that Python makes it."""
    python = runtime.removeprefix("python")
    return Target(
        python=python, platform=_PLATFORMS[architecture], compiler=interpreters.find(python)
    )


def build(target: Target, *, source: Path, lock: Path, cache_dir: Path) -> Path:
    """The zip `functions-<hash>.zip` in `cache_dir`, built unless it is there already.

    Args:
        target: the machine that runs the functions.
        source: folder of the package that holds the handlers.
        lock: requirements with hashes; complete, as nothing else is installed.
        cache_dir: made if missing; keeps the newest few zips.

    Raises:
        UsageError: the source or the lock is missing, or the functions cannot be imported.
        UnreachableError: a dependency is neither in uv's cache nor to be downloaded.
    """
    if not (source / "__init__.py").is_file():
        raise UsageError(f"{source} is no Python package.")
    if not lock.is_file():
        raise UsageError(f"{lock} is missing.")
    archive = cache_dir / f"functions-{_fingerprint(target, source, lock)}.zip"
    if archive.is_file():
        return archive
    _require_importable(source)
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_dir, prefix="build-") as workplace:
        tree = Path(workplace, "tree")
        _install(target, lock, tree)
        _copy(source, tree / source.name)
        if target.compiler:
            _compile(tree, target.compiler)
        unfinished = Path(workplace, archive.name)
        _zip(tree, unfinished)
        unfinished.rename(archive)
    _forget_old(cache_dir)
    return archive


def _fingerprint(target: Target, source: Path, lock: Path) -> str:
    """Sixteen hex digits over everything that decides the zip's bytes."""
    machine = target.platform or sysconfig.get_platform()
    byte_code = target.compiler.version if target.compiler else None
    digest = hashlib.sha256(msgspec.json.encode([LAYOUT, target.python, machine, byte_code]))
    digest.update(lock.read_bytes())
    for path in _source_files(source):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(source).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _source_files(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_file() and relative.parts[0] not in NOT_IN_FUNCTIONS and _is_content(relative):
            yield path


def _is_content(path: Path) -> bool:
    return "__pycache__" not in path.parts and not path.name.startswith(".")


def _require_importable(source: Path) -> None:
    """Import every handler here: a broken one is told before anything is deployed.

    Raises:
        UsageError: one cannot be imported.
    """
    command = [sys.executable, "-I", "-B", "-c", _IMPORT_HANDLERS, str(source.parent), source.name]
    result = subprocess.run(  # noqa: S603  our own command, no shell
        command, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        reason = result.stderr.strip()
        raise UsageError(f"The functions' code cannot be imported, so no zip is built:\n{reason}")


def _install(target: Target, lock: Path, tree: Path) -> None:
    """Install the locked dependencies; from uv's cache alone where it holds them all."""
    command = [
        *(uv.find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable),
        *("--target", str(tree), "--requirement", str(lock), "--require-hashes", "--no-deps"),
        *("--only-binary", ":all:", "--python-version", target.python),
    ]
    if target.platform:
        command += ["--python-platform", target.platform]
    for more in (["--offline"], []):
        tree.mkdir()
        result = subprocess.run(  # noqa: S603  our own command, no shell
            [*command, *more], capture_output=True, text=True, check=False
        )
        if result.returncode == 0:
            break
        shutil.rmtree(tree)
    else:
        raise UnreachableError(f"The functions' dependencies cannot be had: {result.stderr}")
    (tree / ".lock").unlink(missing_ok=True)  # uv's own
    shutil.rmtree(tree / "bin", ignore_errors=True)  # commands, which no function runs
    for information in tree.glob("*.dist-info"):
        for name in _INSTALLER_FILES:
            (information / name).unlink(missing_ok=True)


def _copy(source: Path, copy: Path) -> None:
    for path in _source_files(source):
        place = copy / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def _compile(tree: Path, compiler: Interpreter) -> None:
    """Put byte code beside each module, so that a cold start need not compile.

    It is never checked against its source, whose time stamp a zip changes. In a bare process of
    its own: what else an interpreter holds would show in the bytes.
    """
    result = subprocess.run(  # noqa: S603  our own command, no shell
        [
            *(compiler.executable, "-S", "-m", "compileall", "-q"),
            *("--invalidation-mode", "unchecked-hash"),
            *("-s", str(tree), "-p", "/var/task", str(tree)),
        ],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise UsageError(f"The functions' code does not compile: {result.stdout}{result.stderr}")


def _zip(tree: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as bundle:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), _LONG_AGO)
                entry.create_system = 3  # Unix, whose file modes AWS Lambda reads
                entry.external_attr = 0o644 << 16
                bundle.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _forget_old(cache_dir: Path) -> None:
    newest_first = sorted(
        cache_dir.glob("functions-*.zip"), key=lambda archive: -archive.stat().st_mtime
    )
    for archive in newest_first[KEPT_ARCHIVES:]:
        archive.unlink(missing_ok=True)
