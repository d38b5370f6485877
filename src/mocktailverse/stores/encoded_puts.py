"""Request bodies of DynamoDB's PutItem, encoded in one pass.

botocore serializes an item attribute by attribute, which takes most of a write's CPU time. But the
parameters of PutItem, as JSON, are its request body already (bytes in base64 as well). So two of
botocore's public events exchange the body: `before-parameter-build` encodes the parameters and
leaves none to serialize, and `before-call` puts the body into the request. Callers, endpoint,
signature, retries and errors stay as they are.
"""

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

_BODY = "mocktailverse.body"
"""The key of the encoded body in the context of a call, which both events get."""


def encode_puts(client: "DynamoDBClient") -> None:
    """Encode the bodies of this client's PutItem calls here; it must not validate parameters."""
    client.meta.events.register("before-parameter-build.dynamodb.PutItem", _encode)
    client.meta.events.register("before-call.dynamodb.PutItem", _put_in)


def _encode(params: dict[str, Any], context: dict[str, Any], **_event: object) -> None:
    context[_BODY] = msgspec.json.encode(params)
    table = params["TableName"]  # the endpoint may depend on it
    params.clear()
    params["TableName"] = table


def _put_in(params: dict[str, Any], context: dict[str, Any], **_event: object) -> None:
    params["body"] = context[_BODY]
