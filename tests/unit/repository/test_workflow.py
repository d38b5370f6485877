""".github/workflows/deploy.yml: no stored secret, pinned actions, existing commands."""

import re
from typing import Any

import pytest
import yaml

from mocktailverse.checkout import find_checkout
from mocktailverse.cli.commands import PANELS
from mocktailverse.deployment.environments import DEPLOYED

ROOT = find_checkout().template.parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "deploy.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return yaml.safe_load(WORKFLOW.read_text())


@pytest.fixture(scope="module")
def jobs(workflow) -> dict[str, Any]:
    return workflow["jobs"]


def test_every_action_is_pinned_to_a_commit(jobs):
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)


def test_no_secret_is_stored(workflow):
    assert "secrets." not in WORKFLOW.read_text()
    assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("env", DEPLOYED)
def test_each_environment_is_deployed_by_its_own_role_after_the_tests(jobs, env):
    job = jobs[env]
    assert job["environment"] == env
    attests = {} if env == "prod" else {"attestations": "write"}
    assert job["permissions"] == {"contents": "read", "id-token": "write", **attests}
    assert job["needs"] == ("staging" if env == "prod" else "test")
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert any(f"mocktailverse deploy --env {env}" in command for command in commands)


@pytest.mark.parametrize("env", DEPLOYED)
def test_the_variables_of_an_environment_are_read_only_in_steps(workflow, jobs, env):
    """Variables of a GitHub environment do not exist before its job starts."""
    outside_steps = [workflow.get("env", {}), jobs[env].get("env", {}), workflow["concurrency"]]
    assert "vars." not in str(outside_steps)
    given = jobs[env]["steps"][-1]["env"]
    assert given["MOCKTAILVERSE_PERMISSIONS_BOUNDARY"] == "${{ vars.PERMISSIONS_BOUNDARY }}"


@pytest.mark.parametrize("env", ["dev", "staging"])
def test_the_zip_that_is_deployed_is_the_one_whose_origin_and_content_are_attested(jobs, env):
    build, provenance, content, _, deploy = jobs[env]["steps"][-5:]
    assert build["run"].split()[1:] == [
        *("package", "-o", "functions.zip", "--sbom", "functions.cdx.json")
    ]
    assert provenance["uses"].startswith("actions/attest-build-provenance@")
    assert provenance["with"] == {"subject-path": "functions.zip"}
    assert content["uses"].startswith("actions/attest@")
    assert content["with"] == {"subject-path": "functions.zip", "sbom-path": "functions.cdx.json"}
    assert deploy["run"].endswith("--zip functions.zip")


def test_a_tag_waits_for_the_previous_one(workflow):
    """Otherwise prod might get a newer zip than the approved one."""
    group = workflow["concurrency"]
    assert group == {"group": "deploy-${{ github.ref_type }}", "cancel-in-progress": False}


def test_prod_gets_the_zip_of_staging_and_asks_for_confirmation(jobs):
    command = jobs["prod"]["steps"][-1]["run"]
    assert "--from staging" in command
    assert "--yes" not in command


def test_its_commands_exist(jobs):
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    commands = {name for commands in PANELS.values() for name in commands}
    makefile = (ROOT / "Makefile").read_text()
    for line in runs:
        if line.startswith("make "):
            assert re.search(rf"^{line.removeprefix('make ')}:", makefile, re.MULTILINE)
        else:
            assert line.split()[1] in commands
