"""Messages: real messages of AWS, and invalid ones."""

import json
from pathlib import Path
from urllib.parse import quote_plus

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.errors import PermanentError
from mocktailverse.loads.load_record import Checkpoint
from mocktailverse.loads.load_request import LoadRequest, load_requests
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.sources.collection import FetchRequest
from strategies.effort import examples

EVENTS = Path(__file__).parents[2] / "events"
RUN = "raw/thecocktaildb/2026/01/31/20260131T060000Z-sweep"


def event(name):
    return json.loads((EVENTS / name).read_text())


def requests_in(name):
    return [load_requests(record["body"]) for record in event(name)["Records"]]


def version(key, version_id):
    return ObjectVersion("mocktailverse-dev-data", key, version_id)


def test_a_created_object_gives_a_load_request():
    expected = LoadRequest(
        version(f"{RUN}/f-a.json", "3HL4kqtJvjVBH40Nrjfkd"), generation=1,
        checkpoint=Checkpoint(0, 0), stalled=0, tries=0, waited_for=None,
    )  # fmt: skip
    assert requests_in("sqs_s3_object_created.json") == [[expected]]


def test_several_records_give_several_load_requests_and_a_deletion_gives_none():
    messages = requests_in("sqs_s3_several_records.json")
    assert [[request.object for request in message] for message in messages] == [
        [
            version(f"{RUN}/f-a.json", "3HL4kqtJvjVBH40Nrjfkd"),
            version(f"{RUN}/f-b.json", "Vb2"),
        ],
        [version(f"{RUN}/f-c.json", "null")],
        [],
    ]


def test_keys_are_url_decoded():
    ((request,),) = requests_in("sqs_s3_encoded_key.json")
    assert request.object.key == "raw/thecocktaildb/manual upload/Piña Colada + 日本酒 100%.json"
    assert request.object.source == "thecocktaildb"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30))
def test_any_key_is_read_unchanged(key):
    stored = {"key": quote_plus(key, safe="/"), "versionId": "v"}
    record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": stored}}
    (request,) = load_requests(json.dumps({"Records": [record]}))
    assert request.object == ObjectVersion("b", key, "v")


def test_the_test_event_gives_no_load_request():
    assert requests_in("sqs_s3_test_event.json") == [[]]


def test_a_continuation_is_read_as_it_was_sent():
    ((request,),) = requests_in("sqs_continuation.json")
    assert (request.generation, request.checkpoint, request.stalled) == (
        1,
        Checkpoint(1048576, 2),
        3,
    )
    assert load_requests(msgspec.json.encode(request).decode()) == [request]


def test_a_request_needs_no_checkpoint():
    body = '{"object":{"bucket":"b","key":"k","version_id":"v"},"generation":2}'
    assert load_requests(body) == [LoadRequest(ObjectVersion("b", "k", "v"), 2)]


def test_fetch_events_are_valid_events_of_the_function():
    assert msgspec.convert(event("scheduled_fetch.json"), FetchRequest) == FetchRequest(
        strategy="sweep"
    )
    manual = msgspec.convert(event("manual_fetch.json"), FetchRequest)
    assert (manual.strategy, manual.arguments) == ("search", ("mojito",))


S3_BROKEN = [
    *('{"Records":[7]}', '{"Records":["x"]}', '{"Records":[null]}', '{"Records":[[]]}'),
    *('{"Records":[{}]}', '{"Records":[{"eventName":7}]}', '{"Records":[{"eventName":null}]}'),
    '{"Records":[{"eventName":"ObjectCreated:Put"}]}',
    '{"Records":[{"eventName":"ObjectCreated:Put","s3":null}]}',
    '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"}}}]}',
    '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":7,"object":{"key":"k"}}}]}',
    '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":7},"object":{"key":"k"}}}]}',
    '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":"k"}}]}',
    '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":[]}}]}',
    '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":7}}}]}',
]


@pytest.mark.parametrize(
    "body",
    [
        *("", " ", "x", "{", "7", "null", "[]", "{}", '"s3:TestEvent"', '{"Event":"other"}'),
        *('{"Records":null}', '{"Records":{}}', '{"Records":7}', *S3_BROKEN),
        *('{"object":{},"generation":1}', '{"object":7,"generation":1}', '{"generation":1}'),
        '{"object":{"bucket":"b","key":"k","version_id":"v"},"generation":"1"}',
        '{"object":{"bucket":"b","key":"k","version_id":null},"generation":1}',
        '{"object":{"bucket":"b","key":"k","version_id":"v"},"generation":1,"cursor":7}',
        "[" * 100_000,
        "1" * 10_000,
        '{"a":NaN}',
    ],
    ids=lambda body: body[-40:] or "empty",
)
def test_a_message_that_is_not_of_the_pipeline_is_refused(body):
    with pytest.raises(PermanentError, match="Not a message"):
        load_requests(body)


@settings(max_examples=examples(100), deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.just("ObjectCreated:"),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["Records", "Event", "eventName", "s3", "object", "bucket", "key"]),
                inner,
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_is_read_or_refused(value):
    try:
        load_requests(json.dumps(value))
    except PermanentError as error:
        assert len(str(error)) < 1000  # noqa: PT017 - not every value is refused
