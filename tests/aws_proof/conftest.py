"""What the parts of the AWS proof share: requirements, the embedded AWS, the table at the end."""

import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aws_proof import functions_under_test, set_up
from aws_proof.functions_under_test import MACHINES, Functions
from aws_proof.recorded_events import event_of, with_objects
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


@pytest.fixture(scope="session")
def task_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked zip of the functions."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        pytest.skip("the zip holds code for Linux")
    return functions_under_test.unpack(tmp_path_factory.mktemp("task"))


@pytest.fixture(scope="session", params=[set_up.OLDEST, set_up.LATEST])
def functions(
    request: pytest.FixtureRequest,
    environment: Callable[[str], Path],
    stack: LocalStack,
    task_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    raw_record: Callable[..., dict[str, Any]],
) -> Iterator[Functions]:
    """The running functions; the catalogue has the drink 11007."""
    python = environment(request.param) / "bin" / "python"
    folder = tmp_path_factory.mktemp(request.param)
    with functions_under_test.running(stack, python, task_root, folder) as running:
        event, _ = with_objects(running, event_of("sqs_s3_object_created.json"), raw_record())
        assert running.invoke("transform", event) == ("response", {"batchItemFailures": []})
        changed = running.invoke("publish", event_of("dynamodb_stream_keys_only.json"))
        assert changed.kind == "response", changed
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
