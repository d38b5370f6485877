"""What a deployment from GitHub may do, and what it cannot give away, asked of the embedded AWS.

The embedded AWS has no identity providers and no `Fn::ForEach`, so the policies of
infrastructure/deployer.yaml are filled in here, for dev, and given to a user and to a role. Nor
does it know the condition `iam:PermissionsBoundary`: tests/unit/repository/test_deployer.py holds
that it is there.
"""

import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from mocktailverse.checkout import find_checkout
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack

NOBODYS_URL = "http://127.0.0.1:9"
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
GIVES_ITS_CREDENTIALS = """
import os

def handler(event, context):
    print("probe")
    return [os.environ[name] for name in event]
"""
VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

Ask = Callable[..., str]


class Loader(yaml.SafeLoader):
    """Reads the template with dev's values filled in."""


def _filled_in(loader: Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        for name, value in {"AWS::Partition": "aws", "AWS::AccountId": ACCOUNT, "Env": ENV}.items():
            text = text.replace(f"${{{name}}}", value)
        return text if suffix == "Sub" else {suffix: text}
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", _filled_in)


@pytest.fixture(scope="module")
def made_for_dev() -> Any:
    text = find_checkout().template.with_name("deployer.yaml").read_text()
    template = yaml.load(text, Loader)  # noqa: S506  a SafeLoader
    return template["Resources"]["Fn::ForEach::Environments"][2]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    home = tmp_path_factory.mktemp("stack")
    with lifecycle.running(home, Options(source_url=NOBODYS_URL)) as running:
        yield running


def asker(stack: LocalStack, *credentials: str) -> Ask:
    """Makes a call with credentials: "done", or the error's code."""
    session = boto3.Session(*credentials, region_name=stack.region)

    def ask(service: str, operation: str, **arguments: Any) -> str:
        client = session.client(service, endpoint_url=stack.endpoint)
        try:
            getattr(client, operation)(**arguments)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "done"

    return ask


@pytest.fixture(scope="module")
def deploying(stack, made_for_dev) -> Ask:
    """Asks with the rights of the role that GitHub takes."""
    iam = stack.clients().iam
    boundary = made_for_dev["Boundary${Env}"]["Properties"]
    iam.create_policy(
        PolicyName=boundary["ManagedPolicyName"],
        PolicyDocument=json.dumps(boundary["PolicyDocument"]),
    )
    (policy,) = made_for_dev["Role${Env}"]["Properties"]["Policies"]
    iam.create_user(UserName="github")
    iam.put_user_policy(
        UserName="github",
        PolicyName="deploy",
        PolicyDocument=json.dumps(policy["PolicyDocument"]),
    )
    key = iam.create_access_key(UserName="github")["AccessKey"]
    return asker(stack, key["AccessKeyId"], key["SecretAccessKey"])


def role(name: str, **more: str) -> dict[str, str]:
    return {"RoleName": name, "AssumeRolePolicyDocument": TRUST, **more}


def table(name: str) -> dict[str, Any]:
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def test_a_deployment_makes_and_removes_what_is_its_environment_s(deploying):
    name = f"mocktailverse-probe-{ENV}"
    assert deploying("dynamodb", "create_table", **table(name)) == "done"
    assert deploying("dynamodb", "delete_table", TableName=name) == "done"
    assert deploying("sqs", "create_queue", QueueName=name) == "done"
    bucket = f"mocktailverse-probe-{ENV}-{ACCOUNT}"
    assert deploying("s3", "create_bucket", Bucket=bucket) == "done"
    assert deploying("s3", "delete_bucket", Bucket=bucket) == "done"


@pytest.mark.parametrize("stage", ["prod", "staging", "local"])
def test_a_deployment_cannot_touch_another_environment(deploying, stage):
    name = f"mocktailverse-drinks-{stage}"
    bucket = f"mocktailverse-data-{stage}-{ACCOUNT}"
    parameter = {"Name": f"/mocktailverse/{stage}/ops-key", "Value": "a", "Type": "SecureString"}
    answers = {
        "table": deploying("dynamodb", "delete_table", TableName=name),
        "make table": deploying("dynamodb", "create_table", **table(f"{name}x")),
        "item": deploying("dynamodb", "get_item", TableName=name, Key={"id": {"S": "a"}}),
        "bucket": deploying("s3", "create_bucket", Bucket=bucket + "x"),
        "key": deploying("ssm", "put_parameter", **parameter),
        "stack": deploying("cloudformation", "delete_stack", StackName=f"mocktailverse-{stage}"),
    }
    assert {what: answer for what, answer in answers.items() if answer not in DENIED} == {}


def test_a_deployment_cannot_change_its_own_role_or_boundary(deploying):
    own = {"RoleName": f"github-mocktailverse-{ENV}", "PolicyName": "deploy"}
    assert deploying("iam", "put_role_policy", **own, PolicyDocument=EVERYTHING) in DENIED
    wider = {"PolicyArn": BOUNDARY, "PolicyDocument": EVERYTHING, "SetAsDefault": True}
    assert deploying("iam", "create_policy_version", **wider) in DENIED
    assert deploying("iam", "delete_policy", PolicyArn=BOUNDARY) in DENIED
    user = {"UserName": "github", "PolicyName": "deploy"}
    assert deploying("iam", "put_user_policy", **user, PolicyDocument=EVERYTHING) in DENIED


def test_a_role_that_is_given_everything_stays_within_its_boundary(stack, deploying):
    name = f"mocktailverse-all-{ENV}"
    iam = stack.clients().iam  # the administrator's
    iam.create_role(**role(name, PermissionsBoundary=BOUNDARY))
    inline = {"RoleName": name, "PolicyName": "all", "PolicyDocument": EVERYTHING}
    iam.put_role_policy(**inline)
    own = {"TableName": f"mocktailverse-own-{ENV}"}
    assert deploying("dynamodb", "create_table", **table(own["TableName"])) == "done"

    ask = with_role(stack, name)

    assert ask("dynamodb", "scan", **own) == "done"
    theirs = {"TableName": stack.outputs["DrinksTable"]}
    assert ask("dynamodb", "scan", **theirs) in DENIED
    assert ask("dynamodb", "delete_table", **own) in DENIED
    assert ask("iam", "list_roles") in DENIED
    assert ask("iam", "create_role", **role("mocktailverse-more-dev")) in DENIED
    assert ask("s3", "list_buckets") in DENIED
    parameter = "/mocktailverse/local/ops-key"
    assert ask("ssm", "get_parameter", Name=parameter, WithDecryption=True) in DENIED


def with_role(stack: LocalStack, name: str) -> Ask:
    """Asks with the credentials that a function with this role gets."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("probe.py", GIVES_ITS_CREDENTIALS)
    lambda_ = stack.clients().lambda_
    lambda_.create_function(
        FunctionName="probe",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        Handler="probe.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=15,
    )
    answer = lambda_.invoke(FunctionName="probe", Payload=json.dumps(VARIABLES))
    lambda_.delete_function(FunctionName="probe")
    return asker(stack, *json.loads(answer["Payload"].read()))
