"""What CloudFormation calls for each resource of the template, by AWS's own schemas.

A resource type's schema lists the actions of its handlers and of its tags; cfn-lint ships the
schemas of all types (*CloudFormation CLI User Guide*, "Resource type definition schema":
`handlers` and `tagging`).
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cfnlint

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from policies.deployer import ACCOUNT, REGION
from policies.simulation import Request

_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
_ZIP = f"arn:aws:s3:::mocktailverse-artifacts-{ACCOUNT}-{REGION}/functions/0a.zip"

# Actions whose resource is not the one that the handler works on, by the Service Authorization
# Reference. `*`: the action supports no resource.
_OWN_ARN = {
    "billing:GetBillingViewData": f"arn:aws:billing::{ACCOUNT}:billingview/primary",
    "cloudwatch:DescribeAlarms": "*",
    "logs:DescribeIndexPolicies": "*",
    "logs:DescribeLogGroups": "*",
    "logs:DescribeResourcePolicies": "*",
    "s3:GetObject": _ZIP,
    "s3:GetObjectVersion": _ZIP,
    "sns:GetSubscriptionAttributes": "*",
    "sns:SetSubscriptionAttributes": "*",
    "sns:Unsubscribe": "*",
}

_PASSED_TO = {
    "AWS::Lambda::Function": "lambda.amazonaws.com",
    "AWS::Scheduler::Schedule": "scheduler.amazonaws.com",
}


class Need(NamedTuple):
    """A call that CloudFormation may make for a resource."""

    type: str
    resource: str
    """The logical id in the template."""
    request: Request


def needs(env: str, email: str = "") -> Iterator[Need]:
    """Yield the calls for each resource of an environment on AWS."""
    all_resources = resources(env, email)
    for name, (kind, properties) in all_resources.items():
        for action in sorted(actions_of(kind)):
            for request in _requests(kind, properties, action, all_resources):
                yield Need(kind, name, request)


@cache
def actions_of(kind: str) -> frozenset[str]:
    """Return the actions of a type's handlers, `list` excepted, and of its tags."""
    handlers = schema(kind)["handlers"]
    parts = [handlers.get(name, {}) for name in ("create", "read", "update", "delete")]
    parts.append(schema(kind).get("tagging", {}))
    return frozenset(action for part in parts for action in part.get("permissions", []))


@cache
def schema(kind: str) -> dict[str, Any]:
    """Return AWS's schema of a resource type."""
    index = json.loads((_SCHEMAS / "providers" / "us-east-1.json").read_text())
    content: dict[str, Any] = json.loads(
        (_SCHEMAS / "resources" / f"{index[kind]}.json").read_text()
    )
    return content


Resources = dict[str, tuple[str, dict[str, Any]]]


@cache
def resources(env: str, email: str) -> Resources:
    """Return type and properties by logical id, as SAM expands the template."""
    values = {
        "Stage": env,
        "Target": "aws",
        "AlarmEmail": email,
        "AWS::AccountId": ACCOUNT,
        "AWS::Region": REGION,
        "AWS::Partition": "aws",
    }
    template = Template.read(find_checkout().template)
    return {
        one.name: (one.type.replace("::Serverless::", "::Lambda::"), one.properties)
        for one in template.resources(values)
    }


def _requests(
    kind: str, properties: dict[str, Any], action: str, resources: Resources
) -> Iterator[Request]:
    if action == "iam:PassRole" and kind in _PASSED_TO:
        role = properties.get("Role") or properties["Target"]["RoleArn"]
        (arn,) = _named(role, resources)
        yield Request(action, arn, {"iam:PassedToService": _PASSED_TO[kind]})
        return
    context = {}
    if kind == "AWS::Lambda::EventSourceMapping":
        (context["lambda:FunctionArn"],) = _named(properties["FunctionName"], resources)
    if kind == "AWS::IAM::Role":
        context["iam:PermissionsBoundary"] = _boundary(properties)
    own = [_OWN_ARN[action]] if action in _OWN_ARN else arns(kind, properties, resources)
    for arn in own:
        yield Request(action, arn, context)


def _boundary(properties: dict[str, Any]) -> str:
    stage = properties["RoleName"].split("-")[2]
    return f"arn:aws:iam::{ACCOUNT}:policy/boundary-mocktailverse-{stage}"


_PLACE = f"{REGION}:{ACCOUNT}"
_APIS = f"arn:aws:apigateway:{REGION}::/apis"
_LOGS = f"arn:aws:logs:{_PLACE}:log-group:{{LogGroupName}}"
_ARNS = {
    "AWS::ApiGatewayV2::Api": [_APIS, f"{_APIS}/a1", f"arn:aws:apigateway:{REGION}::/tags/x"],
    "AWS::ApiGatewayV2::Integration": [f"{_APIS}/a1/integrations", f"{_APIS}/a1/integrations/b2"],
    "AWS::ApiGatewayV2::Route": [f"{_APIS}/a1/routes", f"{_APIS}/a1/routes/b2"],
    "AWS::ApiGatewayV2::Stage": [f"{_APIS}/a1/stages", f"{_APIS}/a1/stages/{{StageName}}"],
    "AWS::Budgets::Budget": [f"arn:aws:budgets::{ACCOUNT}:budget/{{Budget[BudgetName]}}"],
    "AWS::CloudWatch::Alarm": [f"arn:aws:cloudwatch:{_PLACE}:alarm:{{AlarmName}}"],
    "AWS::CloudWatch::Dashboard": [f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{{DashboardName}}"],
    "AWS::DynamoDB::Table": [f"arn:aws:dynamodb:{_PLACE}:table/{{TableName}}"],
    "AWS::IAM::Role": [f"arn:aws:iam::{ACCOUNT}:role/{{RoleName}}"],
    "AWS::Lambda::EventSourceMapping": [f"arn:aws:lambda:{_PLACE}:event-source-mapping:0a1b"],
    "AWS::Lambda::Function": [f"arn:aws:lambda:{_PLACE}:function:{{FunctionName}}"],
    "AWS::Logs::LogGroup": [_LOGS, f"{_LOGS}:*"],
    "AWS::S3::Bucket": ["arn:aws:s3:::{BucketName}"],
    "AWS::SNS::Topic": [f"arn:aws:sns:{_PLACE}:{{TopicName}}"],
    "AWS::SQS::Queue": [f"arn:aws:sqs:{_PLACE}:{{QueueName}}"],
    "AWS::Scheduler::Schedule": [f"arn:aws:scheduler:{_PLACE}:schedule/default/{{Name}}"],
}
"""The ARNs that the calls for a type name. IDs that AWS invents are made up."""

_BELONGS_TO = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Logs::MetricFilter": "LogGroupName",
}
"""The property that names the resource on which the calls for a type work."""


def arns(kind: str, properties: dict[str, Any], resources: Resources) -> list[str]:
    """Return the ARNs that the calls for a resource name."""
    if kind in _BELONGS_TO:
        return _named(properties[_BELONGS_TO[kind]], resources)
    return [arn.format_map(properties) for arn in _ARNS[kind]]


def _named(value: Any, resources: Resources) -> list[str]:
    """Return the ARNs of the resources to which a property refers."""
    if isinstance(value, list):
        return [arn for one in value for arn in _named(one, resources)]
    # `{"Ref": "X"}`, `{"Fn::GetAtt": "X.Arn"}`, or a text with the latter: `${X.Arn}`
    text = value if isinstance(value, str) else next(iter(value.values()))
    name = text.strip("${}").partition(".")[0]
    kind, properties = resources[name]
    alias = f":{properties['Name']}" if kind == "AWS::Lambda::Alias" else ""
    return [arn + alias for arn in arns(kind, properties, resources)]
