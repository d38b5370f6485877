"""An attacker who has the deploying role: what it cannot do, simulated."""

import pytest

from policies.deployer import ACCOUNT, ENVIRONMENTS, deployer
from policies.simulation import Request, actions, decide

BOUNDARY = "iam:PermissionsBoundary"


def policy_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def is_allowed(env: str, action: str, arn: str, **context: str) -> bool:
    return decide(deployer(env).statements, Request(action, arn, context)) == "allowed"


def allowed_actions(env: str) -> set[str]:
    statements = deployer(env).statements
    return {a for s in statements for a in actions(s) if s["Effect"] == "Allow"}


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_call_of_iam_reaches_a_deploying_role_or_a_boundary(env):
    own = [role_arn(f"github-mocktailverse-{other}") for other in ENVIRONMENTS]
    own += [policy_arn(f"boundary-mocktailverse-{other}") for other in ENVIRONMENTS]
    context = {BOUNDARY: policy_arn(f"boundary-mocktailverse-{env}")}
    context["iam:PassedToService"] = "lambda.amazonaws.com"
    for action in allowed_actions(env):
        if action.startswith("iam:"):
            assert not [arn for arn in own if is_allowed(env, action, arn, **context)], action


@pytest.mark.parametrize("env", ENVIRONMENTS)
@pytest.mark.parametrize(
    "action", ["CreateRole", "PutRolePolicy", "DeleteRolePolicy", "PutRolePermissionsBoundary"]
)
def test_a_role_is_written_only_with_the_boundary_of_its_environment(env, action):
    role = role_arn(f"mocktailverse-x-{env}-eu-central-1")
    own, other = (policy_arn(f"boundary-mocktailverse-{name}") for name in (env, "other"))
    assert is_allowed(env, f"iam:{action}", role, **{BOUNDARY: own})
    assert not is_allowed(env, f"iam:{action}", role, **{BOUNDARY: other})
    assert not is_allowed(env, f"iam:{action}", role)
    assert "iam:DeleteRolePermissionsBoundary" not in allowed_actions(env)
