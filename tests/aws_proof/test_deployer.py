"""The deploying roles, decided by an independent IAM engine: it agrees with our simulation."""

import pytest

from aws_proof import set_up
from aws_proof.iam_engine import decisions
from policies.deployer import ACCOUNT, ENVIRONMENTS, deployer
from policies.handlers import needs
from policies.own_uses import own_uses
from policies.simulation import Request, decide

pytestmark = pytest.mark.aws_proof
WORDS = {"Allowed": "allowed", "ImplicitlyDenied": "not allowed", "ExplicitlyDenied": "denied"}
IAM = f"arn:aws:iam::{ACCOUNT}:"


def attacks(env: str) -> list[Request]:
    """Return calls that would give a role more: each must be refused."""
    names = [
        f"{IAM}policy/mocktailverse-dashboard-{env}-eu-central-1",
        f"{IAM}policy/boundary-mocktailverse-{env}",
        f"{IAM}role/mocktailverse-transform-{env}-eu-central-1",
        f"{IAM}role/github-mocktailverse-{env}",
        f"{IAM}user/mocktailverse-dashboard-{env}-eu-central-1",
    ]
    kinds = {
        "policy": ["CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"],
        "role": [
            *("UpdateAssumeRolePolicy", "AttachRolePolicy", "DeleteRolePermissionsBoundary"),
            "PutRolePolicy",
        ],
        "user": ["AttachUserPolicy", "CreateAccessKey", "PutUserPolicy"],
    }
    data = f"arn:aws:s3:::mocktailverse-data-prod-{ACCOUNT}-eu-central-1"
    bucket = f"arn:aws:s3:::mocktailverse-artifacts-{ACCOUNT}-eu-central-1"
    drinks, loads = (
        f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/mocktailverse-{name}-{env}"
        for name in ("drinks", "loads")
    )
    raw = f"mocktailverse-data-{env}-{ACCOUNT}-eu-central-1/raw/thecocktaildb/lookup/1.json"
    passing = {"iam:PassedToService": "ec2.amazonaws.com"}
    return [
        *(
            Request(f"iam:{action}", name)
            for name in names
            for kind, actions in kinds.items()
            for action in actions
            if f":{kind}/" in name
        ),
        Request("iam:PassRole", f"{IAM}role/mocktailverse-x-{env}-eu-central-1", passing),
        Request(
            "iam:PassRole", f"{IAM}role/admin", {"iam:PassedToService": "lambda.amazonaws.com"}
        ),
        *(Request(f"s3:{a}", data) for a in ("PutLifecycleConfiguration", "PutBucketPolicy")),
        *(Request(f"s3:{a}", data) for a in ("PutBucketVersioning", "DeleteBucket")),
        *(Request(f"s3:{a}", bucket) for a in ("PutBucketPolicy", "PutBucketVersioning")),
        Request("s3:PutObject", f"{bucket}/functions/0a.zip"),
        Request("s3:PutObject", f"{bucket}/templates/0a.yaml"),
        *(Request(f"dynamodb:{a}", drinks) for a in ("DeleteItem", "GetItem")),
        Request("dynamodb:DeleteItem", drinks, {"dynamodb:LeadingKeys": ["thecocktaildb:11007"]}),
        Request("dynamodb:DeleteItem", loads, {"dynamodb:LeadingKeys": [f"v1/{raw}"]}),
        Request("s3:DeleteObjectVersion", f"arn:aws:s3:::{raw}"),
    ]


def requests_of(env: str) -> list[Request]:
    """Return the calls of all environments' deployments, and attacks."""
    calls = [need.request for other in ENVIRONMENTS for need in needs(other, "a@example.org")]
    calls += [use.request for other in ENVIRONMENTS for use in own_uses(other)]
    # The engine takes the end of a log group's ARN for a wildcard, and not for a name.
    calls = [one for one in calls if not one.arn.endswith(":*")]
    return [*calls, *attacks(env)]


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_an_independent_engine_decides_as_our_simulation(env, environment, proved):
    modules = environment(set_up.NODE) / "node_modules"
    statements = deployer(env).statements
    requests = requests_of(env)
    simulations = [
        {
            "request": {
                "action": request.action,
                "principal": f"{IAM}role/github-mocktailverse-{env}",
                "resource": {"resource": request.arn, "accountId": ACCOUNT},
                "contextVariables": dict(request.context),
            },
            "identityPolicies": [
                {"name": "deploy", "policy": {"Version": "2012-10-17", "Statement": statements}}
            ],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }
        for request in requests
    ]
    # It has no model of API Gateway's ARNs, and not every action of AWS's schemas.
    decided = [
        (request, WORDS[word])
        for request, word in zip(requests, decisions(simulations, modules), strict=True)
        if not word.startswith("invalid")
    ]
    assert not [one for one in decided if decide(statements, one[0]) != one[1]]
    refused = [request for request, word in decided if word != "allowed"]
    assert not [one for one in attacks(env) if one not in refused]
    allowed = len(decided) - len(refused)
    assert allowed > 200
    proved(f"deploying role of {env}: {allowed} calls allowed, {len(refused)} refused")
