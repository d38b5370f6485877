"""Sample events have the form in which AWS sends them."""

import msgspec

from mocktailverse.loads.load_request import LoadRequest, load_requests
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.local.harness.samples import sample_event


def test_the_sample_message_requests_the_load_of_the_newest_object():
    version = ObjectVersion("data", "raw/thecocktaildb/a.json", "v1")
    (record,) = sample_event("transform", version, None)["Records"]
    assert load_requests(record["body"]) == [LoadRequest(version, 1)]


def test_the_sample_change_notification_names_the_drink():
    (record,) = sample_event("publish", None, "thecocktaildb:1")["Records"]
    assert record["dynamodb"]["Keys"] == {"id": {"S": "thecocktaildb:1"}}


def test_every_function_has_a_sample_even_on_an_empty_stack():
    for function in ("transform", "fetch", "publish", "api", "reconcile", "new"):
        assert msgspec.json.encode(sample_event(function, None, None)).startswith(b"{")
