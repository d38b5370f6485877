"""The lines that each test runs, measured once per test file and cached until code changes."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import coverage
import pytest

CACHE = Path(os.environ.get("MUTATION_CACHE", f"{sys.prefix}/mutation-coverage.json"))
Lines = dict[str, list[int]]


class CoverageMap:
    """The lines that each test runs, and its processor time.

    The entry of a test file is valid until the file, a conftest.py above it, a shared strategy, or
    a source file that it runs changes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            self._files: dict[str, Any] = json.loads(CACHE.read_text())
        except (FileNotFoundError, ValueError):
            self._files = {}
        self.tests: dict[str, dict[str, Any]] = {}

    def missing(self, files: Iterable[str]) -> list[str]:
        """Return the test files to measure; the entries of the others are added to `tests`."""
        missing = []
        for file in files:
            entry = self._files.get(file)
            if entry and entry["digest"] == self._digest(file, entry["tests"]):
                self.tests.update(entry["tests"])
            else:
                missing.append(file)
        return missing

    def add(self, file: str, tests: dict[str, dict[str, Any]]) -> None:
        """Store the measurements of a test file."""
        self.tests.update(tests)
        self._files[file] = {"digest": self._digest(file, tests), "tests": tests}
        CACHE.write_text(json.dumps(self._files))

    def _digest(self, file: str, tests: dict[str, dict[str, Any]]) -> str:
        ran = {path for test in tests.values() for lines in test["lines"] for path in lines}
        digest = hashlib.sha256()
        own = self._root / file
        conftests = [folder / "conftest.py" for folder in own.parents]
        shared = sorted(self._root.glob("tests/strategies/*.py"))
        for path in (own, *conftests, *shared, *map(self._root.joinpath, sorted(ran))):
            digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()


class Recorder:
    """A pytest plugin that records the lines of the packages that each test runs.

    The lines of a fixture with a wider scope count for each test that uses the fixture, because
    each test would run it alone. Caches are cleared before each test for the same reason.
    """

    def __init__(self, root: Path, caches: list[Any]) -> None:
        self._root, self._caches = root, caches
        self._coverage = new_coverage(root)
        self._test = ""
        self._seconds: dict[str, float] = {}
        self._fixtures: dict[str, list[str]] = {}
        self.failed: list[str] = []

    def start(self) -> None:
        """Start recording."""
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Function) -> Generator[None, object, object]:
        """Record the lines of one test."""
        for cache in self._caches:
            cache.cache_clear()
        self._test = item.nodeid
        self._coverage.switch_context(item.nodeid)
        self._fixtures[item.nodeid] = item.fixturenames
        started = time.process_time()
        result = yield
        self._seconds[item.nodeid] = round(time.process_time() - started, 3)
        self._coverage.switch_context("")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, object, object]:
        """Record the lines of a fixture with a wider scope."""
        if fixturedef.scope == "function":
            return (yield)
        self._coverage.switch_context(f"fixture {fixturedef.argname}")
        try:
            return (yield)
        finally:
            self._coverage.switch_context(self._test)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record a test that fails without a fault."""
        if report.failed:
            self.failed.append(report.nodeid)

    def measured(self) -> dict[str, dict[str, Any]]:
        """Return the lines by file and the seconds of each test."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines: dict[str, Lines] = {}
        for file in data.measured_files():
            name = str(Path(file).relative_to(self._root))
            for line, contexts in data.contexts_by_lineno(file).items():
                for context in contexts:
                    lines.setdefault(context, {}).setdefault(name, []).append(line)
        return {
            test: {
                "seconds": seconds,
                "lines": [
                    lines[context]
                    for context in (test, *(f"fixture {name}" for name in self._fixtures[test]))
                    if context in lines
                ],
            }
            for test, seconds in self._seconds.items()
        }


def new_coverage(root: Path) -> coverage.Coverage:
    """Return a measurement of the packages in memory."""
    return coverage.Coverage(
        data_file=None, config_file=False, include=[f"{root}/src/mocktailverse/*"]
    )
