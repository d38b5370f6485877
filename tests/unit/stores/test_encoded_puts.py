"""PutItem sends what botocore itself would send, and handles responses as botocore does."""

import json

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from mocktailverse.stores.clients import Clients

CREDENTIALS = {"region": "eu-west-1", "access_key_id": "a", "secret_access_key": "b"}
ITEM = {
    "id": {"S": "thecocktaildb:1"},
    "name": {"S": "Piña “Colada” \U0001f379 \x1f"},
    "least": {"N": "1.5"},
    "alcoholic": {"NULL": True},
    "key": {"B": b"\x00\xff"},
    "tags": {"L": [{"S": "sweet"}, {"M": {"optional": {"BOOL": False}}}]},
}
REQUEST = {
    "TableName": "drinks",
    "Item": ITEM,
    "ReturnValues": "ALL_OLD",
    "ConditionExpression": "attribute_not_exists(id) OR version < :version",
    "ExpressionAttributeValues": {":version": {"S": "2"}},
}


class ResponseBody:
    def __init__(self, data):
        self._data = data

    def stream(self, **_options):
        return [self._data]


def answering(client, *responses):
    """Let the client get these pairs of status and JSON; return the list of its requests."""
    requests, left = [], list(responses)

    def answer(request, **_event):
        requests.append(request)
        status, content = left.pop(0)
        return AWSResponse(request.url, status, {}, ResponseBody(json.dumps(content).encode()))

    client.meta.events.register("before-send.dynamodb", answer)
    return requests


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    return Clients(**CREDENTIALS).dynamodb


def test_the_request_is_the_one_that_botocore_serializes(client):
    plain = boto3.Session("a", "b", region_name="eu-west-1").client(
        "dynamodb", config=Config(parameter_validation=False)
    )
    theirs, ours = answering(plain, (200, {})), answering(client, (200, {}))
    plain.put_item(**REQUEST)
    client.put_item(**REQUEST)
    assert json.loads(ours[0].body) == json.loads(theirs[0].body)
    assert ours[0].url == theirs[0].url
    signed = {"Content-Type", "Host", "X-Amz-Target"} & set(theirs[0].headers)
    assert signed
    assert {name: ours[0].headers[name] for name in signed} == {
        name: theirs[0].headers[name] for name in signed
    }
    assert int(ours[0].headers["Content-Length"]) == len(ours[0].body)


def test_the_parameters_of_the_caller_stay_as_they_are(client):
    answering(client, (200, {}))
    request = dict(REQUEST)
    client.put_item(**request)
    assert request == REQUEST


def test_a_retry_sends_the_same_body(client):
    requests = answering(client, (500, {}), (200, {"Attributes": ITEM["tags"]["L"][1]["M"]}))
    assert client.put_item(**REQUEST)["Attributes"] == {"optional": {"BOOL": False}}
    assert requests[0].body == requests[1].body


def test_a_refused_condition_returns_the_current_item(client):
    error = {"__type": "com.amazonaws#ConditionalCheckFailedException", "Item": {"id": {"S": "x"}}}
    answering(client, (400, error))
    with pytest.raises(ClientError) as raised:
        client.put_item(**REQUEST)
    assert raised.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert raised.value.response["Item"] == {"id": {"S": "x"}}


def test_other_operations_keep_their_parameters(client):
    requests = answering(client, (200, {}))
    client.get_item(TableName="drinks", Key={"id": {"S": "x"}})
    assert json.loads(requests[0].body) == {"TableName": "drinks", "Key": {"id": {"S": "x"}}}
