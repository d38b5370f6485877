"""The permissions of a deployment from GitHub, and their limits, tried on the embedded AWS.

The embedded AWS has no identity providers and no `Fn::ForEach`, so the policies of
infrastructure/deployer.yaml are filled in here, for dev, and given to a user and to a role. It
does not support the condition `iam:PermissionsBoundary` either:
tests/unit/repository/test_deployer.py checks that the policy contains it.
"""

import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack
from policies.deployer import deployer

CLOSED_PORT_URL = "http://127.0.0.1:9"
ACCOUNT = "000000000000"
ENV = "dev"
DENIED = {"AccessDenied", "AccessDeniedException", "403", "AuthorizationError"}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary-mocktailverse-{ENV}"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
EVERYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)
CREDENTIALS_HANDLER = """
import os

def handler(event, context):
    print("probe")
    return [os.environ[name] for name in event]
"""
VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

CallAws = Callable[..., str]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    home = tmp_path_factory.mktemp("stack")
    with lifecycle.running(home, Options(source_url=CLOSED_PORT_URL)) as running:
        yield running


def caller(stack: LocalStack, *credentials: str) -> CallAws:
    """Return a function that calls AWS with these credentials.

    It returns `done`, or the error code.
    """
    session = boto3.Session(*credentials, region_name=stack.region)

    def call(service: str, operation: str, **arguments: Any) -> str:
        client = session.client(service, endpoint_url=stack.endpoint)
        try:
            getattr(client, operation)(**arguments)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "done"

    return call


@pytest.fixture(scope="module")
def deploying(stack) -> CallAws:
    """Return a function that calls AWS with the permissions of the role that GitHub assumes."""
    iam = stack.clients().iam
    dev = deployer(ENV, ACCOUNT)
    iam.create_policy(
        PolicyName=dev.boundary["ManagedPolicyName"],
        PolicyDocument=json.dumps(dev.boundary["PolicyDocument"]),
    )
    iam.create_user(UserName="github")
    iam.put_user_policy(
        UserName="github",
        PolicyName="deploy",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": dev.statements}),
    )
    key = iam.create_access_key(UserName="github")["AccessKey"]
    return caller(stack, key["AccessKeyId"], key["SecretAccessKey"])


def role(name: str, **more: str) -> dict[str, str]:
    return {"RoleName": name, "AssumeRolePolicyDocument": TRUST, **more}


def table(name: str) -> dict[str, Any]:
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def test_a_deployment_creates_and_deletes_the_resources_of_its_environment(stack, deploying):
    name = f"mocktailverse-probe-{ENV}"
    assert deploying("dynamodb", "create_table", **table(name)) == "done"
    assert deploying("dynamodb", "delete_table", TableName=name) == "done"
    assert deploying("sqs", "create_queue", QueueName=name) == "done"
    bucket = f"mocktailverse-probe-{ENV}-{ACCOUNT}-{stack.region}"
    assert deploying("s3", "create_bucket", Bucket=bucket) == "done"
    assert deploying("s3", "delete_bucket", Bucket=bucket) == "done"


@pytest.mark.parametrize("stage", ["prod", "staging", "local"])
def test_a_deployment_cannot_touch_another_environment(deploying, stage):
    name = f"mocktailverse-drinks-{stage}"
    bucket = f"mocktailverse-data-{stage}-{ACCOUNT}-us-east-1"
    parameter = {"Name": f"/mocktailverse/{stage}/ops-key", "Value": "a", "Type": "SecureString"}
    outcomes = {
        "table": deploying("dynamodb", "delete_table", TableName=name),
        "create table": deploying("dynamodb", "create_table", **table(f"{name}x")),
        "item": deploying("dynamodb", "get_item", TableName=name, Key={"id": {"S": "a"}}),
        "bucket": deploying("s3", "create_bucket", Bucket=bucket + "x"),
        "key": deploying("ssm", "put_parameter", **parameter),
        "stack": deploying("cloudformation", "delete_stack", StackName=f"mocktailverse-{stage}"),
    }
    assert {name: outcome for name, outcome in outcomes.items() if outcome not in DENIED} == {}


def test_a_deployment_cannot_change_its_own_role_or_boundary(deploying):
    own = {"RoleName": f"github-mocktailverse-{ENV}", "PolicyName": "deploy"}
    assert deploying("iam", "put_role_policy", **own, PolicyDocument=EVERYTHING) in DENIED
    wider = {"PolicyArn": BOUNDARY, "PolicyDocument": EVERYTHING, "SetAsDefault": True}
    assert deploying("iam", "create_policy_version", **wider) in DENIED
    assert deploying("iam", "delete_policy", PolicyArn=BOUNDARY) in DENIED
    user = {"UserName": "github", "PolicyName": "deploy"}
    assert deploying("iam", "put_user_policy", **user, PolicyDocument=EVERYTHING) in DENIED


def test_a_deployment_writes_no_policy_and_no_trust_of_others(stack, deploying):
    iam = stack.clients().iam  # the administrator's
    name = f"mocktailverse-dashboard-{ENV}-{stack.region}"
    arn = iam.create_policy(PolicyName=name, PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    iam.create_role(**role(name, PermissionsBoundary=BOUNDARY))
    version = {"PolicyArn": arn, "PolicyDocument": EVERYTHING, "SetAsDefault": True}
    own = {"PolicyName": f"mocktailverse-own-{ENV}-{stack.region}", "PolicyDocument": EVERYTHING}
    outcomes = {
        "new version": deploying("iam", "create_policy_version", **version),
        "new policy": deploying("iam", "create_policy", **own),
        "attach": deploying("iam", "attach_role_policy", RoleName=name, PolicyArn=arn),
        "trust": deploying("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=TRUST),
        "key": deploying("iam", "create_access_key", UserName="github"),
    }
    assert {name: outcome for name, outcome in outcomes.items() if outcome not in DENIED} == {}


def test_a_deployment_changes_nothing_of_the_bucket_that_environments_share(stack, deploying):
    bucket = f"mocktailverse-artifacts-{ACCOUNT}-{stack.region}"
    stack.clients().s3.create_bucket(Bucket=bucket)
    off = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Suspended"}}
    assert deploying("s3", "put_bucket_versioning", **off) in DENIED
    assert deploying("s3", "put_bucket_policy", Bucket=bucket, Policy=EVERYTHING) in DENIED
    assert deploying("s3", "delete_bucket", Bucket=bucket) in DENIED
    assert deploying("s3", "list_objects_v2", Bucket=bucket) == "done"


def test_a_role_that_allows_everything_stays_within_its_boundary(stack, deploying):
    name = f"mocktailverse-all-{ENV}-{stack.region}"
    iam = stack.clients().iam  # the administrator's
    iam.create_role(**role(name, PermissionsBoundary=BOUNDARY))
    inline = {"RoleName": name, "PolicyName": "all", "PolicyDocument": EVERYTHING}
    iam.put_role_policy(**inline)
    own = {"TableName": f"mocktailverse-own-{ENV}"}
    assert deploying("dynamodb", "create_table", **table(own["TableName"])) == "done"

    call = with_role(stack, name)

    assert call("dynamodb", "get_item", **own, Key={"id": {"S": "a"}}) == "done"
    assert call("dynamodb", "scan", **own) in DENIED
    other = {"TableName": stack.outputs["DrinksTable"], "Key": {"id": {"S": "a"}}}
    assert call("dynamodb", "get_item", **other) in DENIED
    assert call("dynamodb", "delete_table", **own) in DENIED
    assert call("iam", "list_roles") in DENIED
    assert call("iam", "create_role", **role("mocktailverse-more-dev-us-east-1")) in DENIED
    assert call("s3", "list_buckets") in DENIED
    parameter = "/mocktailverse/local/ops-key"
    assert call("ssm", "get_parameter", Name=parameter, WithDecryption=True) in DENIED


def with_role(stack: LocalStack, name: str) -> CallAws:
    """Return a function that calls AWS with the credentials of a function with this role."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("probe.py", CREDENTIALS_HANDLER)
    lambda_ = stack.clients().lambda_
    lambda_.create_function(
        FunctionName="probe",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        Handler="probe.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=15,
    )
    response = lambda_.invoke(FunctionName="probe", Payload=json.dumps(VARIABLES))
    lambda_.delete_function(FunctionName="probe")
    return caller(stack, *json.loads(response["Payload"].read()))
