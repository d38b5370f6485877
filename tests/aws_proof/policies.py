"""The policies of both templates: the rights of the stack's roles, and of the deploying roles."""

import json
from collections.abc import Iterator
from typing import Any

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.local.emulator import REGION
from mocktailverse.stores.clients import Clients

BOUNDARY = "boundary-mocktailverse-"


def of_the_stack(clients: Clients) -> dict[str, dict[str, Any]]:
    """Return the policies of the deployed roles and the stack's own ones, by name."""
    documents = {}
    for role in clients.iam.list_roles()["Roles"]:
        for name in clients.iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            policy = clients.iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)
            documents[role["RoleName"]] = policy["PolicyDocument"]
    for policy in clients.iam.list_policies(Scope="Local")["Policies"]:
        version = clients.iam.get_policy_version(
            PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"]
        )
        documents[policy["PolicyName"]] = version["PolicyVersion"]["Document"]
    return documents


def of_the_deployer(account: str, env: str) -> dict[str, dict[str, Any]]:
    """Return the policies of deployer.yaml for an environment, by name."""
    text = find_checkout().template.with_name("deployer.yaml").read_text()
    filled = json.dumps(Template.parse(text).document)
    for name, value in {
        "Env": env,
        "AWS::Partition": "aws",
        "AWS::AccountId": account,
        "AWS::Region": REGION,
    }.items():
        filled = filled.replace(f"${{{name}}}", value)
    return dict(_named_documents(json.loads(filled, object_hook=_resolved)))


def boundary(account: str, env: str) -> dict[str, Any]:
    """Return the permissions boundary of an environment's roles."""
    (document,) = [
        policy
        for name, policy in of_the_deployer(account, env).items()
        if name.startswith(BOUNDARY)
    ]
    return document


def _resolved(node: dict[str, Any]) -> Any:
    """Return a text without its function, and of a choice its first part."""
    if "Fn::If" in node:
        return node["Fn::If"][1]
    return node.get("Fn::Sub", node)


def _named_documents(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for part in node:
            yield from _named_documents(part)
    elif isinstance(node, dict):
        name = node.get("ManagedPolicyName") or node.get("PolicyName")
        if name and "PolicyDocument" in node:
            yield name, node["PolicyDocument"]
        for part in node.values():
            yield from _named_documents(part)
