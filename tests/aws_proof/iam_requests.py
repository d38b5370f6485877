"""Recorded calls of boto3 as the requests that IAM decides: action, resource, context.

Source: AWS's "Service Authorization Reference"; for S3 also "Required permissions for Amazon S3 API
operations".
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aws_proof.functions_under_test import RecordedCall

ACTIONS = {
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "ListObjects"): "s3:ListBucket",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "ListObjectVersions"): "s3:ListBucketVersions",
    ("sqs", "SendMessageBatch"): "sqs:SendMessage",
}
"""Actions whose names differ from the operation's."""

VERSIONED = {"s3:GetObject", "s3:DeleteObject"}
"""Actions with another name for one version of an object."""


class IamRequest(NamedTuple):
    """What IAM decides."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


class Account(NamedTuple):
    """The account and region of the calls."""

    region: str
    number: str

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.number}:{name}"


def iam_requests(call: RecordedCall, account: Account) -> Iterator[IamRequest]:
    """Yield what IAM decides for a call.

    Raises:
        ValueError: this module does not know what the call acts on.
    """
    action = ACTIONS.get((call.service, call.operation), f"{call.service}:{call.operation}")
    given = call.parameters
    match call.service:
        case "s3":
            if action in VERSIONED and "VersionId" in given:
                action += "Version"
            key = f"/{given['Key']}" if "Key" in given else ""
            prefix = (("s3:prefix", given.get("Prefix", "")),) if "List" in action else ()
            yield IamRequest(action, f"arn:aws:s3:::{given['Bucket']}{key}", prefix)
        case "dynamodb":
            for table in _tables(given):
                yield IamRequest(action, account.arn("dynamodb", f"table/{table}"))
        case "sqs":
            queue = urlsplit(given["QueueUrl"]).path.rpartition("/")[2]
            yield IamRequest(action, account.arn("sqs", queue))
        case "ssm":
            yield IamRequest(action, account.arn("ssm", f"parameter{given['Name']}"))
        case _:
            raise ValueError(f"Teach {__name__} what this call acts on: {call}")


def _tables(given: dict[str, Any]) -> list[str]:
    if "RequestItems" in given:
        return list(given["RequestItems"])
    index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
    return [given["TableName"] + index]
