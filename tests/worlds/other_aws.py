"""The template's tables and buckets on another implementation of AWS than the embedded one.

The integration tests of the stores run there with MOCKTAILVERSE_STORES_ENDPOINT=http://...
`make aws-proof` does so with moto and dynalite.
"""

from typing import Any

from botocore.exceptions import ClientError

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.local.state import EMULATOR, LocalStack
from mocktailverse.stores.clients import Clients
from worlds.local_stacks import new_local_stack

PARAMETERS = {
    "Stage": "local",
    "Target": "local",
    "AWS::AccountId": "123456789012",
    "AWS::Region": "us-east-1",
    "ArtifactBucket": "artifacts",
    "FunctionsKey": "functions.zip",
}
TABLE_PROPERTIES = {
    "TableName",
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
}
ONLY_DYNAMODB = "UnknownOperationException"
"""The error of an implementation that has no other service."""


def create_stores(endpoint: str) -> LocalStack:
    """Create the tables and buckets at an address; return a stack whose outputs name them."""
    stack = new_local_stack(EMULATOR, endpoint=endpoint)
    clients = stack.clients()
    for resource in Template.read(find_checkout().template).resources(PARAMETERS):
        match resource.type:
            case "AWS::DynamoDB::Table":
                stack.outputs[resource.name] = _create_table(clients, resource.properties)
            case "AWS::S3::Bucket":
                stack.outputs[resource.name] = _create_bucket(clients, resource.properties)
    return stack


def _create_table(clients: Clients, properties: dict[str, Any]) -> str:
    settings = {name: value for name, value in properties.items() if name in TABLE_PROPERTIES}
    clients.dynamodb.create_table(**settings)
    name: str = properties["TableName"]
    clients.dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return name


def _create_bucket(clients: Clients, properties: dict[str, Any]) -> str:
    name: str = properties["BucketName"]
    try:
        clients.s3.create_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {ONLY_DYNAMODB, "400", "404"}:
            raise
        return name
    if versioning := properties.get("VersioningConfiguration"):
        clients.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
    return name
