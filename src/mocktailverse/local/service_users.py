"""The users of the services: each may do what its pages do, and nothing else.

The dashboard has the template's own policy for it, as on AWS. Locally it may replay and redrive as
well; the API's server, which has the harness, also stores raw objects and invokes the functions.
"""

import json
from collections.abc import Iterable, Mapping

import msgspec
from botocore.exceptions import ClientError

from mocktailverse.deployment import ops_key
from mocktailverse.loads.object_version import RAW_PREFIX
from mocktailverse.local.state import DASHBOARD, SERVER, AccessKey, LocalStack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.errors import error_code

USER_NAMES = {DASHBOARD: "mocktailverse-dashboard", SERVER: "mocktailverse-server"}
BESIDES = "besides-looking"

Rights = dict[str, list[str]]
"""ARNs by action."""


def with_users(stack: LocalStack, stage: str) -> LocalStack:
    """The stack with a key for each service; users that exist get today's rights.

    A key that is known stays. It takes the deployer's credentials.
    """
    clients = stack.clients()
    acting = _acting(stack)
    rights = {DASHBOARD: acting, SERVER: acting | _harness(stack, stage)}
    keys = {}
    for service, name in USER_NAMES.items():
        _entitle(clients, name, stack.outputs["DashboardPolicy"], rights[service])
        keys[service] = stack.service_keys.get(service) or _new_key(clients, name)
    return msgspec.structs.replace(stack, service_keys=keys)


def _entitle(clients: Clients, name: str, looking: str, besides: Rights) -> None:
    """Make a user unless it exists, and give it its rights."""
    try:
        clients.iam.create_user(UserName=name)
    except ClientError as error:
        if error_code(error) != "EntityAlreadyExists":
            raise
    clients.iam.attach_user_policy(UserName=name, PolicyArn=looking)
    clients.iam.put_user_policy(
        UserName=name, PolicyName=BESIDES, PolicyDocument=_document(besides)
    )


def _new_key(clients: Clients, name: str) -> AccessKey:
    """A user's only key: one whose secret an interrupted deployment did not write down goes."""
    for lost in clients.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        clients.iam.delete_access_key(UserName=name, AccessKeyId=lost["AccessKeyId"])
    key = clients.iam.create_access_key(UserName=name)["AccessKey"]
    return AccessKey(key["AccessKeyId"], key["SecretAccessKey"])


def _acting(stack: LocalStack) -> Rights:
    """Replay and redrive: open a generation, send messages, and take dead letters."""
    queue, dead_letters = (
        _arn(stack, "sqs", stack.outputs[name].rpartition("/")[2])
        for name in ("QueueUrl", "DeadLetterQueueUrl")
    )
    return {
        "dynamodb:UpdateItem": [_arn(stack, "dynamodb", f"table/{stack.outputs['LoadsTable']}")],
        "sqs:SendMessage": [queue],
        "sqs:ReceiveMessage": [dead_letters],
        "sqs:DeleteMessage": [dead_letters],
    }


def _harness(stack: LocalStack, stage: str) -> Rights:
    """Store raw objects and follow them, invoke the functions; and read the operators' key."""
    bucket = f"arn:aws:s3:::{stack.outputs['DataBucket']}"
    raw = [f"{bucket}/{RAW_PREFIX}*"]
    return {
        "s3:PutObject": raw,
        "s3:GetObject": raw,
        "s3:GetObjectVersion": raw,
        "s3:ListBucketVersions": [bucket],
        "dynamodb:Scan": [_arn(stack, "dynamodb", f"table/{stack.outputs['DrinksTable']}")],
        "lambda:InvokeFunction": [
            _arn(stack, "lambda", f"function:{function}")
            for name, function in stack.outputs.items()
            if name.endswith("Function")
        ],
        "ssm:GetParameter": [_arn(stack, "ssm", f"parameter{ops_key.parameter_name(stage)}")],
    }


def _arn(stack: LocalStack, service: str, resource: str) -> str:
    account = stack.outputs["DashboardPolicy"].split(":")[4]
    return f"arn:aws:{service}:{stack.region}:{account}:{resource}"


def _document(rights: Mapping[str, Iterable[str]]) -> str:
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": list(resources)}
        for action, resources in rights.items()
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
