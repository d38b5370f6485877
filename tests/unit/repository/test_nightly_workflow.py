""".github/workflows/nightly.yml: pinned actions, no secret, and existing targets."""

import re
from typing import Any

import pytest
import yaml

from mocktailverse.checkout import find_checkout

ROOT = find_checkout().template.parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "nightly.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return yaml.safe_load(WORKFLOW.read_text())


def test_every_action_is_pinned_to_a_commit(workflow):
    used = [step["uses"] for step in workflow["jobs"]["suite"]["steps"] if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)


def test_it_has_read_permission_and_no_secret(workflow):
    assert "secrets." not in WORKFLOW.read_text()
    assert workflow["permissions"] == {"contents": "read"}


def test_every_suite_is_a_target_of_the_makefile(workflow):
    suites = workflow["jobs"]["suite"]["strategy"]["matrix"]["suite"]
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {suite.split()[0] for suite in suites} <= {*targets}


def test_its_variables_are_not_variables_of_the_makefile(workflow):
    """Make would use environment variables as its own variables."""
    steps = workflow["jobs"]["suite"]["steps"]
    names = {*workflow["env"], *(name for step in steps for name in step.get("env", {}))}
    makefile = (ROOT / "Makefile").read_text()
    assert {name for name in names if f"$({name})" in makefile} == set()
