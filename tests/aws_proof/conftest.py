"""What the parts of the AWS proof share: requirements, the embedded AWS, the table at the end."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aws_proof import set_up
from mocktailverse.local import lifecycle
from mocktailverse.local.state import LocalStack

REQUIRES_ALL = os.environ.get("MOCKTAILVERSE_PROOF_REQUIRES") == "all"
MISSING = {
    set_up.TOOLS: "the Python tools are not installed",
    set_up.NODE: "no Node",
    set_up.LATEST: "no Python 3.13",
    set_up.OLDEST: "no Python 3.13",
}
OUTCOMES = ("proved", "differs", "skipped")


@pytest.fixture
def proved(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return a function that adds a line to the table at the end: what a test has proved."""
    return lambda line: record_property("proved", line)


@pytest.fixture
def differs(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return a function that adds a line to the table at the end: a known difference."""
    return lambda line: record_property("differs", line)


@pytest.fixture(scope="session")
def environment() -> Callable[[str], Path]:
    """Return a function that returns the folder of an environment of `set_up`.

    It skips the test without it, or fails it where nothing may be skipped.
    """

    def folder(name: str) -> Path:
        if not set_up.is_ready(name):
            (pytest.fail if REQUIRES_ALL else pytest.skip)(f"{MISSING[name]}; run make aws-proof")
        return set_up.HOME / name

    return folder


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The embedded AWS with the deployed stack, and IAM enforced."""
    with lifecycle.running(tmp_path_factory.mktemp("stack")) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was proved, what differs, and what was skipped."""
    lines: dict[str, list[str]] = {outcome: [] for outcome in OUTCOMES}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, line in report.user_properties:
                    if name in lines:
                        lines[name].append(str(line))
    for report in terminalreporter.stats.get("skipped", []):
        lines["skipped"].append(f"{report.nodeid}: {report.longrepr[2]}")
    for report in terminalreporter.stats.get("xfailed", []):
        lines["differs"].append(f"{report.nodeid}: {report.wasxfail}")
    terminalreporter.section("AWS proof")
    for outcome, texts in lines.items():
        for text in sorted(set(texts)):
            terminalreporter.line(f"{outcome:8} {text}")
