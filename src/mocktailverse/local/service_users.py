"""IAM users of the services, with least privilege: each may do what its pages do.

Both have the policy of infrastructure/dashboard_access.yaml, as a hosted dashboard has. Locally the
dashboard may replay and redrive as well, and store own recipes; the API with the harness also
stores raw objects and invokes the functions.
"""

import json
from pathlib import Path

import msgspec
from botocore.exceptions import ClientError

from mocktailverse.cost.template import Template
from mocktailverse.loads.object_version import RAW_PREFIX
from mocktailverse.local.state import DASHBOARD, SERVER, AccessKey, LocalStack
from mocktailverse.sources import owned_source
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code
from mocktailverse.stores.ops_key import parameter_name

USER_NAMES = {DASHBOARD: "mocktailverse-dashboard", SERVER: "mocktailverse-server"}
READ_POLICY = "looking"
LOCAL_POLICY = "besides-looking"
"""Names of the inline policies with the rights to read, and with those beyond."""

Rights = dict[str, list[str]]
"""ARNs by action."""


def with_users(stack: LocalStack, template: Path, stage: str) -> LocalStack:
    """Return the stack with credentials for each service; existing users get the current rights.

    `template` is the one of the dashboard's rights. Credentials that the stack has are kept. This
    requires the deployer's credentials.
    """
    clients = stack.clients()
    read_policy = dashboard_policy(stack, template, stage)
    repair = _repair_rights(stack)
    rights = {
        DASHBOARD: repair | _own_recipe_rights(stack),
        SERVER: repair | _harness_rights(stack, stage),
    }
    keys = {}
    for service, name in USER_NAMES.items():
        _grant(clients, name, read_policy, rights[service])
        keys[service] = stack.service_keys.get(service) or _new_key(clients, name)
    return msgspec.structs.replace(stack, service_keys=keys)


def dashboard_policy(stack: LocalStack, template: Path, stage: str) -> str:
    """Return the policy document in the template of the dashboard's rights, for a local stack."""
    values = {
        "Stage": stage,
        "AWS::AccountId": _account(stack),
        "AWS::Partition": "aws",
        "AWS::Region": stack.region,
    }
    resources = Template.read(template).resources(values)
    (policy,) = [one for one in resources if one.type == "AWS::IAM::ManagedPolicy"]
    return json.dumps(policy.properties["PolicyDocument"])


def _grant(clients: Clients, name: str, read_policy: str, rights: Rights) -> None:
    """Create a user unless it exists, and grant it a policy and further rights."""
    try:
        clients.iam.create_user(UserName=name)
    except ClientError as error:
        if error_code(error) != "EntityAlreadyExists":
            raise
    clients.iam.put_user_policy(UserName=name, PolicyName=READ_POLICY, PolicyDocument=read_policy)
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resources}
        for action, resources in rights.items()
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    clients.iam.put_user_policy(UserName=name, PolicyName=LOCAL_POLICY, PolicyDocument=document)


def _new_key(clients: Clients, name: str) -> AccessKey:
    """Return a user's only key; keys whose secret was lost in an interrupted start are deleted."""
    for lost in clients.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        clients.iam.delete_access_key(UserName=name, AccessKeyId=lost["AccessKeyId"])
    key = clients.iam.create_access_key(UserName=name)["AccessKey"]
    return AccessKey(key["AccessKeyId"], key["SecretAccessKey"])


def _repair_rights(stack: LocalStack) -> Rights:
    """Rights to replay and redrive: open a generation, send messages, take dead letters."""
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


def _own_recipe_rights(stack: LocalStack) -> Rights:
    """Rights to store own recipes and their removals, and nothing else among the raw objects."""
    bucket = stack.outputs["DataBucket"]
    return {"s3:PutObject": [f"arn:aws:s3:::{bucket}/{RAW_PREFIX}{owned_source().name}/*"]}


def _harness_rights(stack: LocalStack, stage: str) -> Rights:
    """Rights to store raw objects, trace them, invoke functions, and read the operations' key."""
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
        "ssm:GetParameter": [_arn(stack, "ssm", f"parameter{parameter_name(stage)}")],
    }


def _arn(stack: LocalStack, service: str, resource: str) -> str:
    return f"arn:aws:{service}:{stack.region}:{_account(stack)}:{resource}"


def _account(stack: LocalStack) -> str:
    return stack.outputs["QueueUrl"].split("/")[-2]
