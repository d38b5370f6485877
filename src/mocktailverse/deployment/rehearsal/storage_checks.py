"""Assumptions about S3 and DynamoDB."""

from typing import Any

import httpx2
from botocore.exceptions import ClientError

from mocktailverse.catalogue.file_names import file_name
from mocktailverse.deployment.rehearsal.assumption import (
    REQUEST_TIMEOUT_S,
    Assumptions,
    RefutedError,
    Subject,
    require,
)
from mocktailverse.stores.error_translation import error_code, translated

_PREFIX = "state/rehearsal/"
_PRECONDITION_FAILED = 412
_FORBIDDEN = 403
_LINK_S = 60

STORAGE = Assumptions()


@STORAGE.add(
    "S3 refuses a write whose If-Match or If-None-Match does not hold, with 412.",
    "Amazon S3 User Guide, How to prevent object overwrites with conditional writes",
    emulated=True,
)
def old_etag_is_refused(subject: Subject) -> str:
    """Write an object twice under the condition that it is still the first version."""
    client, bucket = subject.stores.clients.s3, subject.stores.output("DataBucket")
    place: Any = {"Bucket": bucket, "Key": f"{_PREFIX}{subject.key}"}
    with translated("Writing under a condition"):
        first = client.put_object(**place, Body=b"1", IfNoneMatch="*")["ETag"]
        client.put_object(**place, Body=b"2", IfMatch=first)
    seen = []
    conditions: tuple[dict[str, Any], ...] = ({"IfMatch": first}, {"IfNoneMatch": "*"})
    for condition in conditions:
        try:
            client.put_object(**place, Body=b"3", **condition)
        except ClientError as error:
            seen.append(error.response["ResponseMetadata"]["HTTPStatusCode"])
        else:
            raise RefutedError(f"S3 accepted a write under {condition}, which does not hold.")
    return require(seen == [_PRECONDITION_FAILED] * 2, f"S3 answered {seen}.")


@STORAGE.add(
    "DynamoDB returns the stored item with a failed condition.",
    "Amazon DynamoDB API Reference, PutItem, ReturnValuesOnConditionCheckFailure",
    emulated=True,
)
def failed_condition_returns_item(subject: Subject) -> str:
    """Write an item twice under the condition that it does not exist."""
    client, table = subject.stores.clients.dynamodb, subject.stores.output("LoadsTable")
    item = {"object": {"S": subject.key}, "part": {"S": "condition"}, "was": {"S": "first"}}
    try:
        for _ in range(2):
            client.put_item(
                TableName=table,
                Item=item,
                ConditionExpression="attribute_not_exists(#object)",
                ExpressionAttributeNames={"#object": "object"},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
    except ClientError as error:
        if error_code(error) != "ConditionalCheckFailedException":
            raise RefutedError(f"DynamoDB answered {error}.") from error
        stored = error.response.get("Item")
        return require(stored == item, f"The error holds the stored item: {stored}.")
    raise RefutedError("DynamoDB accepted a write whose condition does not hold.")


@STORAGE.add(
    "DynamoDB stores 30.0 as 30.",
    "Amazon DynamoDB Developer Guide, Data types, Number",
    emulated=True,
)
def numbers_are_normalized(subject: Subject) -> str:
    """Write 30.0 and read it again."""
    client, table = subject.stores.clients.dynamodb, subject.stores.output("LoadsTable")
    key = {"object": {"S": subject.key}, "part": {"S": "number"}}
    with translated("Writing a number"):
        client.put_item(TableName=table, Item={**key, "amount": {"N": "30.0"}})
        stored = client.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    return require(stored["amount"] == {"N": "30"}, f"30.0 is stored as {stored['amount']['N']}.")


@STORAGE.add(
    "CloudFormation sets the time to live of loads.",
    "AWS CloudFormation Template Reference, AWS::DynamoDB::Table TimeToLiveSpecification",
    emulated=False,
)
def loads_expire(subject: Subject) -> str:
    """Read which attribute DynamoDB takes as the time at which a load is deleted."""
    with translated("Reading the time to live"):
        response = subject.stores.clients.dynamodb.describe_time_to_live(
            TableName=subject.stores.output("LoadsTable")
        )["TimeToLiveDescription"]
    state, attribute = response.get("TimeToLiveStatus"), response.get("AttributeName")
    is_on = state in ("ENABLED", "ENABLING") and attribute == "expires_at"
    return require(is_on, f"Time to live is {state} with {attribute}.")


@STORAGE.add(
    "CloudFormation sets the lifecycle rules of the bucket.",
    "AWS CloudFormation Template Reference, AWS::S3::Bucket LifecycleConfiguration",
    emulated=False,
)
def lifecycle_rules_exist(subject: Subject) -> str:
    """Read the rules that delete raw objects, listings and unfinished uploads."""
    with translated("Reading the lifecycle rules"):
        rules = subject.stores.clients.s3.get_bucket_lifecycle_configuration(
            Bucket=subject.stores.output("DataBucket")
        )["Rules"]
    names = sorted(rule["ID"] for rule in rules if rule["Status"] == "Enabled")
    expected = {"unfinished-uploads", "old-state", "listings", "raw", "rejected"}
    return require(expected <= set(names), f"Rules in force: {', '.join(names)}.")


@STORAGE.add(
    "The bucket's policy refuses requests without TLS, valid links included.",
    "Amazon S3 User Guide, Security best practices, aws:SecureTransport",
    emulated=False,
)
def plain_http_is_refused(subject: Subject) -> str:
    """Follow a valid link over TLS and without it."""
    client, bucket = subject.stores.clients.s3, subject.stores.output("DataBucket")
    key = f"{_PREFIX}{subject.key}-link"
    with translated("Writing an object"):
        client.put_object(Bucket=bucket, Key=key, Body=b"read with TLS only")
    link = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}, _LINK_S)
    with_tls = httpx2.get(link, timeout=REQUEST_TIMEOUT_S)
    without = httpx2.get(link.replace("https:", "http:", 1), timeout=REQUEST_TIMEOUT_S)
    seen = f"S3 answered {with_tls.status_code} with TLS and {without.status_code} without."
    return require(with_tls.is_success and without.status_code == _FORBIDDEN, seen)


@STORAGE.add(
    "Nobody reads the buckets without credentials.",
    "Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
    emulated=False,
)
def anonymous_reads_are_refused(subject: Subject) -> str:
    """Ask for the catalogue with credentials, so that it exists, and without them."""
    client, bucket = subject.stores.clients.s3, subject.stores.output("CatalogueBucket")
    link = client.generate_presigned_url(
        "get_object", {"Bucket": bucket, "Key": file_name()}, _LINK_S
    )
    signed = httpx2.get(link, timeout=REQUEST_TIMEOUT_S)
    # S3 answers 403 to anybody who asks for an object that does not exist.
    plain = httpx2.get(link.partition("?")[0], timeout=REQUEST_TIMEOUT_S)
    seen = f"S3 answered {signed.status_code} with credentials and {plain.status_code} without."
    return require(signed.is_success and plain.status_code == _FORBIDDEN, seen)
