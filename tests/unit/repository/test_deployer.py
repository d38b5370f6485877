"""infrastructure/deployer.yaml: GitHub Actions gets the permissions that the template needs."""

import fnmatch
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mocktailverse.checkout import find_checkout

ACCOUNT = "123456789012"
INLINE_LIMIT = 10_240
MANAGED_LIMIT = 6_144


class TemplateLoader(yaml.SafeLoader):
    """Loads `!Sub text` as text with example values, and other short forms as their arguments."""


def _resolved(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        values = {"${AWS::AccountId}": ACCOUNT, "${AWS::Partition}": "aws", "${Env}": "dev"}
        for name, value in values.items():
            text = text.replace(name, value)
        return text if suffix == "Sub" else {suffix: text}
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


TemplateLoader.add_multi_constructor("!", _resolved)


def read(path: Path) -> Any:
    return yaml.load(path.read_text(), TemplateLoader)  # noqa: S506  a SafeLoader


def actions(statement: Any) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else action


@pytest.fixture(scope="module")
def deployer() -> Any:
    return read(find_checkout().template.with_name("deployer.yaml"))


@pytest.fixture(scope="module")
def environment(deployer) -> Any:
    """Return the resources of each environment, with dev as the example."""
    return deployer["Resources"]["Fn::ForEach::Environments"][2]


@pytest.fixture(scope="module")
def boundary(environment) -> Any:
    return environment["Boundary${Env}"]["Properties"]["PolicyDocument"]


@pytest.fixture(scope="module")
def policy(environment) -> Any:
    (inline,) = environment["Role${Env}"]["Properties"]["Policies"]
    return inline["PolicyDocument"]


@pytest.fixture(scope="module")
def roles() -> dict[str, Any]:
    resources = read(find_checkout().template)["Resources"]
    return {n: r["Properties"] for n, r in resources.items() if r["Type"] == "AWS::IAM::Role"}


def test_every_environment_that_can_be_deployed_has_a_role(deployer):
    assert deployer["Resources"]["Fn::ForEach::Environments"][1] == ["dev", "staging", "prod"]


def test_no_role_needs_more_than_its_boundary_allows(roles, boundary):
    allowed = {action for statement in boundary["Statement"] for action in actions(statement)}
    for name, properties in roles.items():
        for inline in properties.get("Policies", []):
            for statement in inline["PolicyDocument"]["Statement"]:
                missing = set(actions(statement)) - allowed
                assert not missing, f"{name}: add {missing} to the boundary in deployer.yaml"


def test_no_function_may_scan_a_table(boundary):
    allowed = {action for statement in boundary["Statement"] for action in actions(statement)}
    assert "dynamodb:Scan" not in allowed


def test_a_deployment_may_build_the_catalogue_and_nothing_else_in_its_bucket(policy):
    (files,) = [s for s in policy["Statement"] if s["Sid"] == "Catalogue"]
    bucket = f"arn:aws:s3:::mocktailverse-catalogue-dev-{ACCOUNT}-us-east-1"
    for key, is_allowed in (
        ("catalogue.sqlite", True), ("catalogue-4.sqlite", True), ("exports/a.csv", False),
    ):  # fmt: skip
        assert fnmatch.fnmatch(f"{bucket}/{key}", files["Resource"]) == is_allowed


def test_every_role_of_the_template_has_the_boundary(roles):
    for name, properties in roles.items():
        assert "PermissionsBoundary" in properties, f"{name}: see the other roles"


def test_only_workflows_of_the_environment_may_assume_its_role(environment):
    (statement,) = environment["Role${Env}"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["token.actions.githubusercontent.com:sub"] == (
        "repo:${Repository}:environment:dev"
    )
    assert conditions["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_the_deploying_role_cannot_change_itself_or_its_boundary(environment, policy):
    name = environment["Role${Env}"]["Properties"]["RoleName"]
    own = [f"arn:aws:iam::{ACCOUNT}:role/{name}", f"arn:aws:iam::{ACCOUNT}:policy/boundary-x"]
    for statement in policy["Statement"]:
        if any(action.startswith("iam:") for action in actions(statement)):
            assert not [arn for arn in own if fnmatch.fnmatch(arn, statement["Resource"])]


def test_no_role_is_created_without_a_boundary_or_loses_it(policy):
    allowed = {a for s in policy["Statement"] for a in actions(s) if s["Effect"] == "Allow"}
    assert "iam:DeleteRolePermissionsBoundary" not in allowed
    for statement in policy["Statement"]:
        if {"iam:CreateRole", "iam:PutRolePolicy"} & set(actions(statement)):
            bound = statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"]
            assert bound.endswith("policy/boundary-mocktailverse-dev")


def test_no_action_has_a_wildcard(policy, boundary):
    for statement in [*policy["Statement"], *boundary["Statement"]]:
        assert not [action for action in actions(statement) if "*" in action]


def test_only_calls_without_resource_names_may_use_any_resource(policy):
    unrestricted = [s["Sid"] for s in policy["Statement"] if s["Resource"] == "*"]
    assert unrestricted == ["EventSources", "ReadWithoutNames", "StartAlarms"]
    (start,) = [s for s in policy["Statement"] if s["Sid"] == "StartAlarms"]
    assert start["Condition"] == {"StringEquals": {"cloudwatch:namespace": "mocktailverse-dev"}}


def test_the_policies_are_within_the_limits_of_iam(policy, boundary):
    def size(document: Any) -> int:
        return len(json.dumps(document, separators=(",", ":")).replace(" ", ""))

    assert (
        size(policy) + 3 * len(policy["Statement"]) < INLINE_LIMIT
    )  # the name of staging is longer
    assert size(boundary) < MANAGED_LIMIT
