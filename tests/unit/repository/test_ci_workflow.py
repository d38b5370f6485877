"""`ci.yml`: pull requests run the same checks as a maintainer, with read permission only."""

import re
from typing import Any

import pytest
import yaml

from mocktailverse.checkout import find_checkout

ROOT = find_checkout().template.parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
GATE = re.compile(r"pytest\.mark\.aws_gate\b")
ON = True
"""YAML reads the key `on` as the boolean True."""


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    return yaml.safe_load(WORKFLOW.read_text())


@pytest.fixture(scope="module")
def job(workflow) -> dict[str, Any]:
    (job,) = workflow["jobs"].values()
    return job


def test_it_runs_for_pull_requests_and_on_main(workflow):
    assert workflow[ON] == {"pull_request": None, "push": {"branches": ["main"]}}


def test_every_action_is_pinned_to_a_commit(job):
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)


def test_a_pull_request_gets_no_secret_no_write_permission_and_no_token(workflow, job):
    """Its code is untrusted; `pull_request_target` would give it the repository's permissions."""
    assert "secrets." not in WORKFLOW.read_text()
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in job
    checkout = job["steps"][0]
    assert checkout["uses"].startswith("actions/checkout@")
    assert checkout["with"] == {"persist-credentials": False}


def test_it_runs_the_same_command_as_a_developer(job):
    (run,) = [step["run"] for step in job["steps"] if "run" in step]
    assert (ROOT / run).is_file()
    assert "make test-browser" in (ROOT / run).read_text()


def test_nothing_of_the_aws_proof_is_skipped(job):
    """Without the setting, parts whose tools are missing are skipped."""
    (run,) = [step["run"] for step in job["steps"] if "run" in step]
    assert "\nMOCKTAILVERSE_PROOF_REQUIRES=all make aws-proof\n" in (ROOT / run).read_text()


def test_the_aws_proof_includes_the_gates_among_the_other_tests():
    makefile = (ROOT / "Makefile").read_text()
    (paths,) = re.findall(r"^proof := (.*)$", makefile, re.MULTILINE)
    assert '$(bin)/pytest $(proof) -m "(aws_proof or aws_gate) and not soak" ' in makefile
    included = [path for one in paths.split() for path in (ROOT / one, *(ROOT / one).glob("*.py"))]
    gates = [path for path in ROOT.glob("tests/**/test_*.py") if GATE.search(path.read_text())]
    assert {path.name for path in gates} == {
        *("test_create_only_values.py", "test_deployer.py", "test_deployer_actions.py"),
        *("test_monitoring.py", "test_releases.py", "test_template.py"),
    }
    assert set(gates) <= set(included)


@pytest.mark.parametrize(
    "tool",
    [
        *("ruff format --check .", "ruff check .", "mypy", "lint-imports", "cfn-lint"),
        *("zizmor --offline", "checkov --config-file", "detect-secrets-hook"),
        *("python .ci/check_words.py", "$(audit)"),
    ],
)
def test_make_check_runs_each_checker(tool):
    """The workflows are checked by zizmor only there: a missing line would go unnoticed."""
    makefile = (ROOT / "Makefile").read_text()
    (recipe,) = re.findall(r"^check:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert re.search(rf"(^|[ /(]){re.escape(tool)}", recipe, re.MULTILINE)


def test_the_workflows_are_checked_by_zizmor_as_strictly_as_it_can():
    makefile = (ROOT / "Makefile").read_text()
    (line,) = re.findall(r"^\t\$\(bin\)/zizmor (.*)$", makefile, re.MULTILINE)
    assert line.endswith(" .github/workflows")
    assert "--persona pedantic" in line


def test_make_uses_the_python_of_the_job(job):
    """The PATH of the runner has other versions, which the Makefile would prefer."""
    assert job["steps"][-1]["env"] == {"PYTHON": "python${{ matrix.python }}"}
    assert re.search(r"^PYTHON \?= ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_a_new_push_to_main_does_not_cancel_the_previous_run(workflow):
    cancel_condition = workflow["concurrency"]["cancel-in-progress"]
    assert cancel_condition == "${{ github.event_name == 'pull_request' }}"
