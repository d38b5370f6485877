"""Request parameters of the stores that the embedded AWS ignores."""

from types import SimpleNamespace

import pytest

from mocktailverse.drinks.register import Register
from mocktailverse.errors import TransientError
from mocktailverse.loads.load_record import START, Counts, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores import drinks_table
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.error_translation import ThrottledError
from mocktailverse.stores.items import to_item
from mocktailverse.stores.loads_table import LoadsTable

VERSION = ObjectVersion("data", "raw/thecocktaildb/1.json", "v1")
LOAD = Load(VERSION, 1, "loading", Counts(), 0, 0, 0, None, 1, 1, None, None, 1)
ABSENT = Register("thecocktaildb:1", None, absences=(5,))
KEY = {"id": {"S": "thecocktaildb:1"}}


@pytest.fixture
def dynamodb(stubbed):
    """Return a DynamoDB client with queued responses; `requests` has the sent requests."""
    stub = stubbed("dynamodb")
    requests = []

    def record_request(params, model, **_kwargs):
        requests.append((model.name, dict(params)))

    def respond(*responses):
        for operation, response in responses:
            stub.add_response(operation, response)

    stub.client.meta.events.register("provide-client-params.dynamodb", record_request)
    return SimpleNamespace(clients=SimpleNamespace(dynamodb=stub.client), respond=respond,
                           fail=stub.add_client_error, requests=requests)  # fmt: skip


def consistent(operation, request):
    """Return whether a read is strongly consistent; a read of an index cannot be."""
    if operation == "BatchGetItem":
        return all(part.get("ConsistentRead") for part in request["RequestItems"].values())
    return request.get("ConsistentRead", False)


@pytest.mark.parametrize(
    ("operation", "response", "read"),
    [
        ("get_item", {}, lambda table: table.get("thecocktaildb:1")),
        ("batch_get_item", {"Responses": {}}, lambda table: table.many(["thecocktaildb:1"])),
        ("scan", {"Items": []}, lambda table: list(table.all())),
    ],
)
def test_the_drinks_table_is_read_consistently(dynamodb, operation, response, read):
    """Publish reads the writes before its notification; a rebuild reads everything."""
    dynamodb.respond((operation, response))
    read(DrinksTable(dynamodb.clients, "drinks"))
    assert [consistent(*request) for request in dynamodb.requests] == [True]


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ("query", lambda table: table.latest(VERSION)),
        ("query", lambda table: table.segments(VERSION, 1)),
        ("scan", lambda table: list(table.all())),
    ],
)
def test_the_loads_table_is_read_consistently(dynamodb, operation, read):
    """The worker that finishes a load sums its segments, which others may have written."""
    dynamodb.respond((operation, {"Items": []}))
    read(LoadsTable(dynamodb.clients, "loads"))
    assert [consistent(*request) for request in dynamodb.requests] == [True]


def test_unprocessed_keys_are_read_consistently(dynamodb, monkeypatch):
    monkeypatch.setattr("mocktailverse.stores.drinks_table.time.sleep", lambda _seconds: None)
    unprocessed = {"Responses": {}, "UnprocessedKeys": {"drinks": {"Keys": [KEY]}}}
    processed = {"Responses": {"drinks": [to_item(ABSENT)]}}
    dynamodb.respond(("batch_get_item", unprocessed), ("batch_get_item", processed))
    registers = DrinksTable(dynamodb.clients, "drinks").many(["thecocktaildb:1"])
    assert registers == {"thecocktaildb:1": ABSENT}
    assert [consistent(*request) for request in dynamodb.requests] == [True, True]


def test_a_scan_continues_where_the_first_page_ended(dynamodb):
    second = Register("thecocktaildb:2", None, absences=(5,))
    dynamodb.respond(
        ("scan", {"Items": [to_item(ABSENT)], "LastEvaluatedKey": KEY}),
        ("scan", {"Items": [to_item(second)]}),
    )
    assert list(DrinksTable(dynamodb.clients, "drinks").all()) == [ABSENT, second]
    starts = [request.get("ExclusiveStartKey") for _, request in dynamodb.requests]
    assert starts == [None, KEY]


def test_a_write_compares_scalars_only(dynamodb):
    """Not every implementation of DynamoDB compares lists."""
    current = Register(ABSENT.id, None, absences=(1, 3), removed_at=3)
    dynamodb.fail(
        "put_item", "ConditionalCheckFailedException", modeled_fields={"Item": to_item(current)}
    )
    dynamodb.respond(("put_item", {}))
    DrinksTable(dynamodb.clients, "drinks").write([ABSENT])
    _, (_, request) = dynamodb.requests
    values = request["ExpressionAttributeValues"]
    assert values == {":revision": to_item(current)["revision"]}
    assert request["Item"]["absences"] == {"L": [{"N": "1"}, {"N": "3"}, {"N": "5"}]}


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_loads_and_segments_of_several_pages_are_all_read(dynamodb, operation):
    dynamodb.respond(
        (operation, {"Items": [], "LastEvaluatedKey": {"object": {"S": "a"}, "part": {"S": "b"}}}),
        (operation, {"Items": []}),
    )
    table = LoadsTable(dynamodb.clients, "loads")
    assert not (table.latest(VERSION) if operation == "query" else list(table.all()))
    assert len(dynamodb.requests) == 2


def test_a_failed_condition_returns_the_stored_item(dynamodb):
    """Without the item, a repeated write could not detect that it was already applied."""
    dynamodb.respond(("put_item", {}), ("put_item", {}))
    DrinksTable(dynamodb.clients, "drinks").write([ABSENT])
    segment = Segment(0, START, START, Counts(), final=True)
    loads = LoadsTable(dynamodb.clients, "loads")
    loads.put_segment(LOAD, segment)
    dynamodb.respond(("update_item", {"Attributes": {}}))
    with pytest.raises(KeyError):  # a response without the load
        loads.acquire(LoadRequest(VERSION, 1), "me", now=1, until=2)
    options = [
        request["ReturnValuesOnConditionCheckFailure"]
        for _, request in dynamodb.requests
        if "ConditionExpression" in request
    ]
    assert options == ["ALL_OLD"] * 3


def test_a_listing_by_day_queries_the_index_and_not_the_table(dynamodb):
    dynamodb.respond(("query", {"Items": []}))
    assert LoadsTable(dynamodb.clients, "loads").page("2026-01-01", 5) == ([], None)
    ((operation, request),) = dynamodb.requests
    assert (operation, request["IndexName"]) == ("Query", "by-day")


def test_the_wait_before_each_retry_of_a_read_doubles_up_to_two_seconds(dynamodb, monkeypatch):
    waits, shares = [], []
    monkeypatch.setattr(drinks_table.time, "sleep", waits.append)
    monkeypatch.setattr(
        drinks_table.random, "uniform", lambda *share: shares.append(share) or share[1]
    )
    unprocessed = {"Responses": {}, "UnprocessedKeys": {"drinks": {"Keys": [KEY]}}}
    dynamodb.respond(*[("batch_get_item", unprocessed)] * 8)
    with pytest.raises(ThrottledError, match="1 keys unprocessed"):
        DrinksTable(dynamodb.clients, "drinks").many(["thecocktaildb:1"])
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert set(shares) == {(0.5, 1)}


def test_many_keys_are_read_by_several_requests(dynamodb):
    dynamodb.respond(*[("batch_get_item", {"Responses": {}})] * 3)
    ids = [f"thecocktaildb:{number}" for number in range(201)]
    assert DrinksTable(dynamodb.clients, "drinks").many([*ids, *ids]) == {}
    read = [request["RequestItems"]["drinks"]["Keys"] for _, request in dynamodb.requests]
    assert [len(keys) for keys in read] == [100, 100, 1]
    assert [key["id"]["S"] for keys in read for key in keys] == ids


def test_a_write_with_constant_conflicts_is_retried_ten_times(dynamodb):
    for at in range(20):
        item = to_item(Register(ABSENT.id, None, absences=(100 + at,)))
        dynamodb.fail("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": item})
    with pytest.raises(
        TransientError, match=r"^Gave up after 10 conflicting writes of drink thecocktaildb:1"
    ):
        DrinksTable(dynamodb.clients, "drinks").write([ABSENT])
    assert len(dynamodb.requests) == 11


def test_the_last_try_of_a_write_may_succeed(dynamodb):
    for at in range(10):
        item = to_item(Register(ABSENT.id, None, absences=(100 + at,)))
        dynamodb.fail("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": item})
    dynamodb.respond(("put_item", {}))
    (written,) = DrinksTable(dynamodb.clients, "drinks").write([ABSENT])
    assert written.outcome == "loaded"


def test_a_write_that_changes_nothing_is_not_retried(dynamodb):
    dynamodb.fail(
        "put_item", "ConditionalCheckFailedException", modeled_fields={"Item": to_item(ABSENT)}
    )
    (written,) = DrinksTable(dynamodb.clients, "drinks").write([ABSENT])
    assert written.outcome == "loaded"
    assert len(dynamodb.requests) == 1


def test_a_throttled_scan_is_retried_every_two_seconds(dynamodb, monkeypatch):
    waits = []
    monkeypatch.setattr(drinks_table.time, "sleep", waits.append)
    for _ in range(30):
        dynamodb.fail("scan", "ThrottlingException")
    with pytest.raises(ThrottledError, match="throttled the scan"):
        list(DrinksTable(dynamodb.clients, "drinks").all())
    assert waits == [2.0] * 30


def test_a_page_for_operators_returns_the_start_of_the_next_page(dynamodb):
    dynamodb.respond(
        ("scan", {"Items": [to_item(ABSENT)], "LastEvaluatedKey": KEY}), ("scan", {"Items": []})
    )
    table = DrinksTable(dynamodb.clients, "drinks")
    assert table.page(5) == ([ABSENT], ABSENT.id)
    assert table.page(5, ABSENT.id) == ([], None)
    (_, first), (_, second) = dynamodb.requests
    assert (first["Limit"], first.get("ExclusiveStartKey")) == (5, None)
    assert (second["Limit"], second["ExclusiveStartKey"]) == (5, KEY)
    assert table.name == first["TableName"] == "drinks"
