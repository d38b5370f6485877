"""infrastructure/deployer.yaml: what a role of GitHub Actions is, and what it creates."""

import json
import re
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from policies.deployer import ACCOUNT, ENVIRONMENTS, Deployer, deployer
from policies.simulation import Request, actions, decide, matches, resources

INLINE_LIMIT = 10_240
"""Characters without spaces of all inline policies of a role (IAM User Guide, quotas)."""
MANAGED_LIMIT = 6_144


@pytest.fixture(scope="module")
def dev() -> Deployer:
    return deployer("dev")


@pytest.fixture(scope="module")
def roles() -> dict[str, Any]:
    resources = Template.read(find_checkout().template).document["Resources"]
    return {n: r["Properties"] for n, r in resources.items() if r["Type"] == "AWS::IAM::Role"}


def test_every_environment_that_can_be_deployed_has_a_role():
    document = Template.read(find_checkout().template.with_name("deployer.yaml")).document
    _, environments, _ = document["Resources"]["Fn::ForEach::Environments"]
    assert tuple(environments) == ENVIRONMENTS


def test_no_role_needs_more_than_its_boundary_allows(roles, dev):
    allowed = {action for statement in dev.boundary_statements for action in actions(statement)}
    for name, properties in roles.items():
        for inline in properties.get("Policies", []):
            for statement in inline["PolicyDocument"]["Statement"]:
                missing = set(actions(statement)) - allowed
                assert not missing, f"{name}: add {missing} to the boundary in deployer.yaml"


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_boundary_lets_schedules_start_what_serves_and_no_other_version(env):
    boundary = deployer(env).boundary_statements
    function = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:mocktailverse-fetch-{env}"
    for alias, decision in ((":live", "allowed"), (":2", "not allowed"), (":other", "not allowed")):
        request = Request("lambda:InvokeFunction", function + alias)
        assert decide(boundary, request) == decision


def test_no_function_may_scan_a_table(dev):
    allowed = {action for statement in dev.boundary_statements for action in actions(statement)}
    assert "dynamodb:Scan" not in allowed


def test_a_deployment_may_build_the_catalogue_and_nothing_else_in_its_bucket(dev):
    (files,) = [s for s in dev.statements if s["Sid"] == "Catalogue"]
    bucket = f"arn:aws:s3:::mocktailverse-catalogue-dev-{ACCOUNT}-us-east-1"
    for key, is_allowed in (
        ("catalogue.sqlite", True), ("catalogue-4.json", True), ("catalogue-4/1.sqlite", True),
        ("exports/a.csv", False),
    ):  # fmt: skip
        assert matches(files["Resource"], f"{bucket}/{key}") == is_allowed


def test_every_role_of_the_template_has_the_boundary(roles):
    for name, properties in roles.items():
        assert "PermissionsBoundary" in properties, f"{name}: see the other roles"


NAMES = "Some-Owner/some_repo.2"
IDS = "Some-Owner@123456/some_repo.2@789012"


@pytest.mark.parametrize("repository", [NAMES, IDS])
@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_a_role_is_assumed_by_the_subject_of_its_environment_and_by_no_other(env, repository):
    (statement,) = deployer(env, Repository=repository).role["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:{repository}:environment:{env}",
        }
    }


@pytest.mark.parametrize(
    ("repository", "accepted"),
    [
        (NAMES, True),
        (IDS, True),
        ("Some-Owner@123456/some_repo", False),  # a subject has both IDs, or none
        ("Some-Owner/some_repo@789012", False),
        (f"repo:{IDS}", False),  # the trust policy adds it
        ("Some-Owner/*", False),
        ("*@1/*@2", False),
        ("Some-Owner/some_repo:environment:dev", False),
        ("Some-Owner", False),
        ("null", False),  # what jq prints for a missing field
        ("Some-Owner@x/some_repo@y", False),
        ("", False),
    ],
)
def test_the_repository_is_one_repository_in_one_of_github_s_two_forms(repository, accepted):
    document = Template.read(find_checkout().template.with_name("deployer.yaml")).document
    pattern = document["Parameters"]["Repository"]["AllowedPattern"]
    assert (re.fullmatch(pattern, repository) is not None) is accepted


def test_no_action_has_a_wildcard(dev):
    for statement in [*dev.statements, *dev.boundary_statements]:
        assert not [action for action in actions(statement) if "*" in action]


def test_only_calls_without_resource_names_may_use_any_resource(dev):
    unrestricted = [s["Sid"] for s in dev.statements if "*" in resources(s)]
    assert unrestricted == ["EventSources", "ReadWithoutNames", "Unsubscribe", "StartAlarms"]
    (start,) = [s for s in dev.statements if s["Sid"] == "StartAlarms"]
    assert start["Condition"] == {"StringEquals": {"cloudwatch:namespace": "mocktailverse-dev"}}


@pytest.mark.aws_gate
@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_policies_are_within_the_limits_of_iam(env):
    def size(statements: Any) -> int:
        document = {"Version": "2012-10-17", "Statement": statements}
        return len(json.dumps(document, separators=(",", ":")))

    one = deployer(env, **{"AWS::Partition": "aws-us-gov"})  # the longest
    assert size(one.inline_statements) < INLINE_LIMIT
    assert size(one.stores["PolicyDocument"]["Statement"]) < MANAGED_LIMIT
    assert size(one.boundary_statements) < MANAGED_LIMIT
