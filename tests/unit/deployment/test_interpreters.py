"""The Python that compiles the bytecode: found if it runs, skipped if it does not."""

import sys
from pathlib import Path

import pytest

from mocktailverse.deployment import interpreters

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION = "9.7.1"


def script(path: Path, version: str | None) -> Path:
    """Write a fake Python that prints a version, or fails like a shim without a version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n" if version else "#!/bin/sh\nexit 127\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only_on_path(monkeypatch, tmp_path):
    """Set a PATH without a Python; return the folder on it that a test can fill."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    return folder


def test_this_python_is_found_first():
    assert interpreters.find(HERE) == interpreters.running()


def test_a_python_on_the_path_is_found(only_on_path):
    python = script(only_on_path / "python9.7", VERSION)
    assert interpreters.find("9.7") == interpreters.Interpreter(str(python), VERSION)


def test_a_python_of_another_version_is_skipped(only_on_path):
    script(only_on_path / "python9.7", "9.8.0")
    assert interpreters.find("9.7") is None


def test_a_shim_that_does_not_run_leads_to_the_installed_version(monkeypatch, tmp_path):
    shim = script(tmp_path / "shims" / "python9.7", None)
    python = script(tmp_path / "versions" / VERSION / "bin" / "python9.7", VERSION)
    monkeypatch.setenv("PATH", f"{shim.parent}:/bin:/usr/bin")
    assert interpreters.find("9.7") == interpreters.Interpreter(str(python), VERSION)


@pytest.mark.usefixtures("only_on_path")
def test_a_missing_python_is_not_found():
    assert interpreters.find("9.7") is None
