"""The functions' zip: equal input gives equal bytes, and it contains only what functions run."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import msgspec
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import package
from mocktailverse.errors import UnreachableError, UsageError

OTHER_PYTHON = "3.13" if sys.version_info[:2] != (3, 13) else "3.12"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "mocktailverse"
    for name, text in {
        "__init__.py": "",
        "drinks/__init__.py": "",
        "drinks/terms.csv": "gin,spirit\n",
        "functions/__init__.py": "",
        "functions/transform.py": (
            'LETTERS = {"a", "b", "c"}\n\ndef handler(event, context): ...\n'
        ),
        "cli/__init__.py": "",
        "local/emulator.py": "",
        "deployment/package.py": "",
        "drinks/__pycache__/old.cpython-39.pyc": "stale",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def no_dependencies(tmp_path: Path) -> Path:
    lock = tmp_path / "functions.lock"
    lock.touch()
    return lock


def names_in(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as bundle:
        return bundle.namelist()


def test_the_same_input_gives_the_same_bytes(source, no_dependencies, tmp_path):
    target = package.this_machine()
    first = package.build(target, source=source, lock=no_dependencies, cache_dir=tmp_path / "a")

    elsewhere = tmp_path / "elsewhere" / "mocktailverse"
    shutil.copytree(source, elsewhere)
    for path in elsewhere.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o700)
    second = package.build(target, source=elsewhere, lock=no_dependencies, cache_dir=tmp_path / "b")

    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_the_zip_contains_no_part_that_only_people_use(source, no_dependencies, tmp_path):
    archive = package.build(
        package.this_machine(), source=source, lock=no_dependencies, cache_dir=tmp_path / "cache"
    )
    names = names_in(archive)
    assert "mocktailverse/functions/transform.py" in names
    assert "mocktailverse/drinks/terms.csv" in names
    parts = {name.split("/")[1] for name in names}
    assert parts == {"__init__.py", "__pycache__", "drinks", "functions"}
    assert not [name for name in names if "cpython-39" in name]


def test_byte_code_is_stored_with_each_module_and_never_checked(source, no_dependencies, tmp_path):
    archive = package.build(
        package.this_machine(), source=source, lock=no_dependencies, cache_dir=tmp_path / "cache"
    )
    cached = importlib.util.cache_from_source("mocktailverse/functions/transform.py")
    with zipfile.ZipFile(archive) as bundle:
        header = bundle.read(cached)[:8]
    assert header[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(header[4:], "little") == 0b01  # hash-based, unchecked


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import missing_module", "No module named 'missing_module'"),
        ("def x(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_functions_that_cannot_be_imported_are_reported_before_a_zip_is_built(
    source, no_dependencies, tmp_path, code, message
):
    (source / "functions" / "fetch.py").write_text(code)
    cache = tmp_path / "cache"
    for target in (
        package.this_machine(),
        msgspec.structs.replace(package.aws_lambda(), compiler=None),
    ):
        with pytest.raises(UsageError, match=r"cannot be imported") as raised:
            package.build(target, source=source, lock=no_dependencies, cache_dir=cache)
        assert message in str(raised.value)
        assert "fetch.py" in str(raised.value)
    assert not cache.exists()


def test_without_a_compiler_there_is_no_byte_code(source, no_dependencies, tmp_path):
    target = msgspec.structs.replace(package.aws_lambda(), compiler=None)
    archive = package.build(
        target, source=source, lock=no_dependencies, cache_dir=tmp_path / "cache"
    )
    assert not [name for name in names_in(archive) if name.endswith(".pyc")]


def test_the_zip_runs(source, no_dependencies, tmp_path):
    archive = package.build(
        package.this_machine(), source=source, lock=no_dependencies, cache_dir=tmp_path / "cache"
    )
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(tmp_path / "task")
    command = "from mocktailverse.functions import transform as it; print(it.__cached__)"
    result = subprocess.run(
        [sys.executable, "-S", "-c", command],
        cwd=tmp_path / "task",
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip().endswith(".pyc")


def test_a_second_build_is_immediate(source, no_dependencies, tmp_path, monkeypatch):
    arguments = {"source": source, "lock": no_dependencies, "cache_dir": tmp_path / "cache"}
    first = package.build(package.this_machine(), **arguments)
    before = first.stat().st_mtime_ns
    monkeypatch.setattr(subprocess, "run", None)  # the time of its processes would not be counted
    started_at_s = time.process_time()
    second = package.build(package.this_machine(), **arguments)
    assert second == first
    assert second.stat().st_mtime_ns == before
    assert time.process_time() - started_at_s < 0.5


@pytest.mark.parametrize("changed", ["source", "added file", "lock", "python", "platform"])
def test_any_change_of_the_input_gives_another_zip(changed, source, no_dependencies, tmp_path):
    arguments = {"source": source, "lock": no_dependencies, "cache_dir": tmp_path / "cache"}
    target = package.aws_lambda(f"python{OTHER_PYTHON}", "arm64")
    first = package.build(target, **arguments)
    if changed == "source":
        (source / "drinks" / "terms.csv").write_text("rum,spirit\n")
    elif changed == "added file":
        (source / "drinks" / "more.csv").touch()
    elif changed == "lock":
        no_dependencies.write_text("# nothing\n")
    elif changed == "python":
        target = package.this_machine()
    else:
        target = package.aws_lambda(f"python{OTHER_PYTHON}", "x86_64")
    assert package.build(target, **arguments).name != first.name


def test_code_that_functions_do_not_run_changes_no_zip(source, no_dependencies, tmp_path):
    arguments = {"source": source, "lock": no_dependencies, "cache_dir": tmp_path / "cache"}
    first = package.build(package.this_machine(), **arguments)
    (source / "cli" / "more.py").touch()
    assert package.build(package.this_machine(), **arguments) == first


def test_old_zips_are_deleted_and_no_temporary_files_are_left(source, no_dependencies, tmp_path):
    cache = tmp_path / "cache"
    for number in range(package.KEPT_ARCHIVES + 2):
        (source / "drinks" / "terms.csv").write_text(f"{number}\n")
        newest = package.build(
            package.this_machine(), source=source, lock=no_dependencies, cache_dir=cache
        )
    assert newest.exists()
    assert len(list(cache.glob("functions-*.zip"))) == package.KEPT_ARCHIVES
    assert not [path for path in cache.iterdir() if path.suffix != ".zip"]


def test_a_dependency_that_cannot_be_downloaded_is_reported(source, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_OFFLINE", "1")
    lock = tmp_path / "functions.lock"
    lock.write_text(f"mocktailverse-has-no-such-dependency==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(UnreachableError, match="mocktailverse-has-no-such-dependency"):
        package.build(
            package.this_machine(), source=source, lock=lock, cache_dir=tmp_path / "cache"
        )
    assert list((tmp_path / "cache").iterdir()) == []


def test_code_that_does_not_compile_is_reported(source, no_dependencies, tmp_path):
    (source / "drinks" / "broken.py").write_text("def :\n")
    with pytest.raises(UsageError, match=r"broken\.py"):
        package.build(
            package.this_machine(),
            source=source,
            lock=no_dependencies,
            cache_dir=tmp_path / "cache",
        )


def test_a_folder_that_is_not_a_package_is_refused(no_dependencies, tmp_path):
    with pytest.raises(UsageError, match="not a Python package"):
        package.build(
            package.this_machine(),
            source=tmp_path / "nothing",
            lock=no_dependencies,
            cache_dir=tmp_path / "cache",
        )


def test_the_zip_contains_nothing_of_the_harness(tmp_path):
    lock = tmp_path / "functions.lock"
    lock.touch()
    archive = package.build(
        package.this_machine(),
        source=find_checkout().source,
        lock=lock,
        cache_dir=tmp_path / "cache",
    )
    with zipfile.ZipFile(archive) as bundle:
        names = bundle.namelist()
        code = b"".join(bundle.read(name) for name in names if name.endswith(".py"))
    assert "mocktailverse/functions/transform.py" in names
    parts = {name.split("/")[1] for name in names if name.startswith("mocktailverse/")}
    assert not parts & {*package.NOT_IN_FUNCTIONS}
    operations = {name.rpartition("/")[2] for name in names if "/operations/" in name}
    assert {name for name in operations if name.endswith(".py")} == {
        *package.OPERATIONS_IN_FUNCTIONS
    }
    assert not [name for name in names if "harness" in name]
    assert b'prefix="/dev"' not in code
