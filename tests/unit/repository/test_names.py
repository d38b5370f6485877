"""Names: stages and regions share an account, and no name is longer than AWS allows."""

from typing import NamedTuple

import botocore.session
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Resource, Template

ACCOUNT = "123456789012"
STAGES = ("local", "dev", "staging", "prod")


class Name(NamedTuple):
    """Which property of a type is its name, and AWS's limit of its length."""

    property: str
    limit: int
    is_global: bool = False
    """Whether the name must be unique among all regions of an account, or of the world."""


NAMES = {
    "AWS::S3::Bucket": Name("BucketName", 63, is_global=True),
    "AWS::IAM::Role": Name("RoleName", 64, is_global=True),
    "AWS::Budgets::Budget": Name("BudgetName", 100, is_global=True),
    "AWS::CloudWatch::Dashboard": Name("DashboardName", 255, is_global=True),
    "AWS::CloudWatch::Alarm": Name("AlarmName", 255),
    "AWS::DynamoDB::Table": Name("TableName", 255),
    "AWS::Logs::LogGroup": Name("LogGroupName", 512),
    "AWS::SNS::Topic": Name("TopicName", 256),
    "AWS::SQS::Queue": Name("QueueName", 80),
    "AWS::Scheduler::Schedule": Name("Name", 64),
    "AWS::Serverless::Function": Name("FunctionName", 64),
    "AWS::ApiGatewayV2::Api": Name("Name", 128),
}
NAMELESS = {
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::Logs::MetricFilter",
    "AWS::Lambda::EventSourceMapping",
    "AWS::SNS::Subscription",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Alias",  # its name is unique within its function
}


def longest_region() -> str:
    session = botocore.session.get_session()
    regions = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("dynamodb", partition)
    }
    assert {"us-gov-west-1", "ap-southeast-1"} <= regions
    return max(regions, key=len)


def named(stage: str, region: str) -> dict[str, tuple[str, Name]]:
    """Return the names of a stage by logical id, each with its kind."""
    values = {
        "AWS::AccountId": ACCOUNT,
        "AWS::Region": region,
        "Stage": stage,
        "Target": "local" if stage == "local" else "aws",
    }
    resources = Template.read(find_checkout().template).resources(values)
    return {r.name: (name_of(r), NAMES[r.type]) for r in resources if r.type not in NAMELESS}


def name_of(resource: Resource) -> str:
    properties = resource.properties.get("Budget", resource.properties)
    name: str = properties[NAMES[resource.type].property]
    return name


@pytest.mark.parametrize("stage", STAGES)
def test_every_name_contains_the_stage(stage):
    for resource, (name, _) in named(stage, "eu-central-1").items():
        assert stage in name.split("-"), resource


@pytest.mark.parametrize("stage", STAGES)
def test_two_regions_of_an_account_share_no_global_name(stage):
    here, there = (named(stage, region) for region in ("eu-central-1", "us-east-1"))
    for resource, (name, kind) in here.items():
        is_shared = name == there[resource][0]
        assert is_shared is not kind.is_global, f"{resource}: {name}"


@pytest.mark.parametrize("stage", STAGES)
def test_no_name_is_longer_than_aws_allows_in_any_region(stage):
    for resource, (name, kind) in named(stage, longest_region()).items():
        assert "$" not in name, resource
        assert len(name) <= kind.limit, f"{resource}: {name} has {len(name)} characters"
