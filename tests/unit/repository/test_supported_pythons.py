"""All files name the same supported Python versions."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from mocktailverse.checkout import find_checkout

TEMPLATE = find_checkout().template
ROOT = TEMPLATE.parents[1]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pythons(project) -> list[str]:
    """Return the versions of the classifiers, oldest first."""
    prefix = "Programming Language :: Python :: "
    return [text.removeprefix(prefix) for text in project["classifiers"] if prefix in text]


def test_pip_accepts_exactly_the_versions_of_the_classifiers(project, pythons):
    oldest, newest = pythons[0], pythons[-1]
    after = f"3.{int(newest.partition('.')[2]) + 1}"
    assert project["requires-python"] == f">={oldest},<{after}"
    assert pythons == [f"3.{minor}" for minor in range(11, 11 + len(pythons))]


def test_make_accepts_them(pythons):
    makefile = (ROOT / "Makefile").read_text()
    first, last = (version.replace(".", ", ") for version in (pythons[0], pythons[-1]))
    assert f"({first}) <= sys.version_info[:2] <= ({last})" in makefile
    versions = re.search(r"for python in (.*) python3;", makefile)
    assert versions
    assert {*versions[1].split()} == {f"python{version}" for version in pythons}


def test_functions_may_run_on_each_version(pythons):
    block = re.search(r"^  Runtime:.*\n(?:    .*\n)+", TEMPLATE.read_text(), re.MULTILINE)
    assert block
    parameter = yaml.safe_load(block[0])["Runtime"]
    assert parameter["AllowedValues"] == [f"python{version}" for version in pythons]


def test_a_pull_request_is_tested_on_the_oldest_and_newest_version(pythons):
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions == [pythons[0], pythons[-1]]
