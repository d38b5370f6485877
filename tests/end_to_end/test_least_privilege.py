"""The actions that the deployed transform role may not do, tried with its credentials."""

import io
import json
import zipfile

import pytest

PROBE = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    print("probe")
    try:
        getattr(boto3.client(event["service"]), event["operation"])(**event["arguments"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
"""

DENIED = {"AccessDenied", "AccessDeniedException", "403"}


@pytest.fixture
def as_transform(pipeline):
    """Return a function that calls AWS with the transform function's role.

    It returns `done`, or the error code.
    """
    lambda_, name = pipeline.clients.lambda_, "probe"
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("probe.py", PROBE)
    transform_function = lambda_.get_function_configuration(
        FunctionName=pipeline.outputs["TransformFunction"]
    )
    lambda_.create_function(
        FunctionName=name,
        Runtime=transform_function["Runtime"],
        Role=transform_function["Role"],
        Handler="probe.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=15,
        Environment={"Variables": {"AWS_ENDPOINT_URL": pipeline.stack.endpoint}},
    )

    def call(service, operation, **arguments):
        event = {"service": service, "operation": operation, "arguments": arguments}
        response = lambda_.invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(response["Payload"].read())

    yield call
    lambda_.delete_function(FunctionName=name)


def test_the_transform_role_may_use_only_its_own_resources(pipeline, drinks, as_transform):
    bucket = pipeline.outputs["DataBucket"]
    raw = pipeline.put(drinks())
    pipeline.settled(raw)
    for key in ("listings/a.json", "state/a.json"):
        pipeline.bucket.put(key, b"{}", metadata={}, content_type="application/json")
    queue, dead = pipeline.outputs["QueueUrl"], pipeline.outputs["DeadLetterQueueUrl"]
    tables = {name: pipeline.outputs[f"{name}Table"] for name in ("Drinks", "Loads")}

    assert as_transform("s3", "get_object", Bucket=bucket, Key=raw.key) == "done"
    assert as_transform("s3", "put_object", Bucket=bucket, Key="rejected/a") == "done"

    forbidden = [
        ("s3", "get_object", {"Bucket": bucket, "Key": "listings/a.json"}),
        ("s3", "get_object", {"Bucket": bucket, "Key": "state/a.json"}),
        ("s3", "get_object", {"Bucket": bucket, "Key": "rejected/a"}),
        ("s3", "put_object", {"Bucket": bucket, "Key": raw.key}),
        ("s3", "put_object", {"Bucket": bucket, "Key": "listings/b.json"}),
        ("s3", "delete_object", {"Bucket": bucket, "Key": raw.key}),
        ("dynamodb", "scan", {"TableName": tables["Drinks"]}),
        ("dynamodb", "scan", {"TableName": tables["Loads"]}),
        ("dynamodb", "delete_table", {"TableName": tables["Drinks"]}),
        (
            "dynamodb",
            "delete_item",
            {"TableName": tables["Drinks"], "Key": {"id": {"S": "thecocktaildb:910001"}}},
        ),
        ("sqs", "send_message", {"QueueUrl": dead, "MessageBody": "{}"}),
        ("sqs", "purge_queue", {"QueueUrl": queue}),
        ("lambda", "list_functions", {}),
        ("iam", "list_roles", {}),
    ]
    outcomes = {
        (service, operation, str(arguments)): as_transform(service, operation, **arguments)
        for service, operation, arguments in forbidden
    }
    assert {call: outcome for call, outcome in outcomes.items() if outcome not in DENIED} == {}
    assert len(pipeline.table()) == 1
