"""infrastructure/dashboard_access.yaml: its user reads what the dashboard shows, and no more."""

import re
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from policies.deployer import ACCOUNT, REGION
from policies.handlers import arns, resources
from policies.simulation import actions
from policies.simulation import resources as named_in

STAGES = ("dev", "staging", "prod")


def access(stage: str) -> dict[str, dict[str, Any]]:
    values = {"Stage": stage, "AWS::AccountId": ACCOUNT, "AWS::Region": REGION}
    template = Template.read(find_checkout().dashboard_access)
    everything = template.resources({**values, "AWS::Partition": "aws"})
    return {resource.type: resource.properties for resource in everything}


def statements(stage: str) -> list[dict[str, Any]]:
    document = access(stage)["AWS::IAM::ManagedPolicy"]["PolicyDocument"]
    return list(document["Statement"])


def test_the_dashboard_may_only_read():
    assert {s["Effect"] for s in statements("prod")} == {"Allow"}
    assert {action for s in statements("prod") for action in actions(s)} == {
        *("s3:GetObject", "s3:ListBucket", "dynamodb:Query", "dynamodb:GetItem"),
        *("dynamodb:BatchGetItem", "sqs:GetQueueAttributes"),
    }


@pytest.mark.parametrize("stage", STAGES)
def test_it_names_resources_of_the_template_in_its_environment(stage):
    stack = resources(stage, "")
    exact = {arn for one in stack.values() for arn in arns(*one, stack)}
    below = re.compile(r"(/catalogue\*|/rejected/\*|/index/by-day)$|(?<=-drinks)\*|(?<=-loads)\*")
    for statement in statements(stage):
        assert {below.sub("", arn) for arn in named_in(statement)} <= exact


def test_the_boundary_of_the_user_is_its_policy():
    user = access("prod")["AWS::IAM::User"]
    assert user["PermissionsBoundary"] == {"Ref": "DashboardPolicy"}
    assert user["ManagedPolicyArns"] == [{"Ref": "DashboardPolicy"}]
    assert not {"Policies", "Groups", "LoginProfile"} & user.keys()


def test_no_stack_of_a_deployment_has_a_policy_or_a_user_of_its_own():
    for stage in STAGES:
        types = {kind for kind, _ in resources(stage, "").values()}
        assert not types & {"AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Policy"}


def test_git_ignores_the_files_with_secrets_that_the_guide_makes():
    root = find_checkout().template.parents[1]
    guide = (root / "docs" / "how-to" / "host-the-dashboard.md").read_text()
    ignored = (root / ".gitignore").read_text().splitlines()
    for name in ("dashboard.env", ".venv-dashboard/", ".streamlit/secrets.toml"):
        assert name.rstrip("/").removeprefix(".streamlit/") in guide
        assert name in ignored
