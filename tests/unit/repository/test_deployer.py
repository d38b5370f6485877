"""infrastructure/deployer.yaml: what a role of GitHub Actions is, and what it creates."""

import json
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from policies.deployer import ENVIRONMENTS, Deployer, deployer
from policies.simulation import actions, resources

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


def test_every_role_of_the_template_has_the_boundary(roles):
    for name, properties in roles.items():
        assert "PermissionsBoundary" in properties, f"{name}: see the other roles"


def test_only_workflows_of_the_environment_may_assume_its_role(dev):
    (statement,) = dev.role["AssumeRolePolicyDocument"]["Statement"]
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["token.actions.githubusercontent.com:sub"] == (
        "repo:OWNER/NAME:environment:dev"
    )
    assert conditions["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_no_action_has_a_wildcard(dev):
    for statement in [*dev.statements, *dev.boundary_statements]:
        assert not [action for action in actions(statement) if "*" in action]


def test_only_calls_without_resource_names_may_use_any_resource(dev):
    unrestricted = [s["Sid"] for s in dev.statements if "*" in resources(s)]
    assert unrestricted == ["EventSources", "ReadWithoutNames", "Unsubscribe"]


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_policies_are_within_the_limits_of_iam(env):
    def size(statements: Any) -> int:
        document = {"Version": "2012-10-17", "Statement": statements}
        return len(json.dumps(document, separators=(",", ":")))

    one = deployer(env, **{"AWS::Partition": "aws-us-gov"})  # the longest
    assert size(one.statements) < INLINE_LIMIT
    assert size(one.boundary_statements) < MANAGED_LIMIT
