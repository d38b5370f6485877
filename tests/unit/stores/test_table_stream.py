"""Reading a batch of change notifications again from the table's stream."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.errors import MissingError
from mocktailverse.loads.failed_batch import FailedBatch
from mocktailverse.stores.table_stream import TableStream

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/drinks/stream/2025-11-22T12:00:00.000"
FIRST = 10**21 - 2
"""With fewer digits than the last one: sequence numbers are compared as numbers."""

BATCH = FailedBatch(ARN, "shardId-00000001763812345678-864758bb", str(FIRST), str(FIRST + 2))


def page(*after: int, following: str | None = None) -> dict[str, Any]:
    records = [
        {"dynamodb": {"Keys": {"id": {"S": f"a:{n % 2}"}}, "SequenceNumber": str(FIRST + n)}}
        for n in after
    ]
    return {"Records": records} | ({"NextShardIterator": following} if following else {})


@pytest.fixture
def streams(stubbed):
    stub = stubbed("dynamodbstreams")
    stub.add_response(
        "get_shard_iterator",
        {"ShardIterator": "first"},
        {
            "StreamArn": BATCH.stream_arn,
            "ShardId": BATCH.shard_id,
            "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "SequenceNumber": str(FIRST),
        },
    )
    return stub


def changed_ids(stub: Any, batch: FailedBatch = BATCH) -> list[str]:
    clients: Any = SimpleNamespace(dynamodb_streams=stub.client)
    return TableStream(clients).changed_ids(batch)


@pytest.mark.parametrize(
    "pages",
    [
        [page(0, 1, 2, 3, 5)],
        [page(following="n"), page(0, following="n"), page(1, 2, following="n")],
        [page(0, 1, following="n"), page(3, following="n")],
        [page(0, 1)],  # the shard is closed
    ],
)
def test_the_records_of_the_batch_are_read_and_no_others(streams, pages):
    for number, one in enumerate(pages):
        streams.add_response("get_records", one, {"ShardIterator": "n" if number else "first"})
    assert changed_ids(streams) == ["a:0", "a:1"]
    streams.assert_no_pending_responses()


@pytest.mark.parametrize("code", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_a_batch_that_the_stream_no_longer_has_is_missing(stubbed, code):
    stub = stubbed("dynamodbstreams")
    stub.add_client_error("get_shard_iterator", code)
    with pytest.raises(MissingError):
        changed_ids(stub)


@pytest.mark.parametrize(
    "batch",
    [
        FailedBatch(),
        FailedBatch(ARN, "shardId-0", "1", "2"),  # shorter than the SDK accepts
        FailedBatch(ARN, BATCH.shard_id, BATCH.start_sequence_number, "-1"),
        FailedBatch(ARN, BATCH.shard_id, BATCH.start_sequence_number, "5"),  # before its start
    ],
)
def test_a_batch_that_is_not_described_as_documented_is_missing(stubbed, batch):
    stub = stubbed("dynamodbstreams")
    stub.deactivate()  # the SDK examines the parameters before it sends anything
    with pytest.raises(MissingError, match="not described as documented"):
        changed_ids(stub, batch)
