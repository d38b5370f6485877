"""Run tests of other folders elsewhere than usual, and compare with a table of differences."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from aws_proof import set_up

PARAMETERS = re.compile(r"\[.*")


class OtherRun(NamedTuple):
    """The results of a run."""

    passed: int
    failures: dict[str, str]
    """The problems by the names of tests, without parameters."""

    def require(self, differences: Collection[str], races: Collection[str] = ()) -> None:
        """Check that exactly the tests failed that are known to; `races` may fail, too."""
        unknown = self.failures.keys() - set(differences) - set(races)
        assert not unknown, "\n".join(self.failures[test] for test in unknown)
        gone = set(differences) - self.failures.keys()
        assert not gone, f"These no longer differ; remove them from the table: {gone}"
        assert self.passed


def run_tests(
    paths: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    left_out: Collection[str] = (),
) -> OtherRun:
    """Run tests with further environment variables; `folder` gets the report."""
    report = folder / "report.xml"
    options = ["-q", "-n", "0", "-p", "no:cacheprovider", "--hypothesis-profile", "fast"]
    chosen = ["-k", f"not ({' or '.join(left_out)})"] if left_out else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *chosen, *paths],
        cwd=set_up.ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.is_file(), done.stdout + done.stderr
    passed, failures = 0, {}
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest's own
        problems = [problem.text for problem in case if problem.tag in {"failure", "error"}]
        passed += not list(case)
        if problems:
            failures[PARAMETERS.sub("", case.attrib["name"])] = "\n".join(map(str, problems))
    return OtherRun(passed, failures)
