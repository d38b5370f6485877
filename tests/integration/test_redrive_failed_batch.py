"""A dead letter about change notifications: what Lambda sends on AWS after six hours of failures.

The embedded AWS does not give up on batches, so the tests send its record.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.cli.redrive_command import republish
from mocktailverse.drinks.register import Register
from mocktailverse.errors import MissingError
from mocktailverse.pipeline.redrive import Redriven, redrive
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

RECORD = json.loads(
    (Path(__file__).parents[1] / "events" / "stream_failure_record.json").read_text()
)
DRINK_ID = "thecocktaildb:970001"


@pytest.fixture
def stores(local_stack, clients) -> Stores:
    return Stores(clients, local_stack.outputs)


def last_change(stores: Stores) -> dict[str, Any]:
    """Return Lambda's description of a batch with the last change of the table."""
    streams, table = stores.clients.dynamodb_streams, stores.outputs["DrinksTable"]
    arn = stores.clients.dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    numbers: list[str] = []
    while records := (page := streams.get_records(ShardIterator=iterator))["Records"]:
        numbers += [record["dynamodb"]["SequenceNumber"] for record in records]
        iterator = page["NextShardIterator"]
    place = {"startSequenceNumber": numbers[-1], "endSequenceNumber": numbers[-1]}
    return {"streamArn": arn, "shardId": shard["ShardId"], **place}


def published(stores: Stores, path: Path) -> bool:
    """Return whether the published catalogue has the drink."""
    try:
        stores.catalogue.download(path)
    except MissingError:
        return False
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT 1 FROM drinks WHERE id = ?", (DRINK_ID,))
        return rows.fetchone() is not None


@pytest.mark.parametrize("is_in_stream", [True, False])
def test_a_drink_that_was_not_published_is_published_by_redrive(
    stores, new_drink, tmp_path, is_in_stream
):
    path = tmp_path / "catalogue.sqlite"
    drink = new_drink("970001", "Lost", observed_at=1_800_000_000_000 + is_in_stream)
    stores.drinks.write([Register(DRINK_ID, drink, "a:b:c")])
    assert wait_until(lambda: published(stores, path), 120, 0.2)
    etag = stores.catalogue.etag()
    with CatalogueWriter.open(path) as writer:  # as if it had never been published
        writer.remove([DRINK_ID])
        writer.seal(version=f"lost-{is_in_stream}", built_at=1, table=stores.drinks.name)
    stores.catalogue.upload(path, replacing=etag)
    assert not published(stores, path)

    info = RECORD["DDBStreamBatchInfo"] | (last_change(stores) if is_in_stream else {})
    body = json.dumps({**RECORD, "DDBStreamBatchInfo": info})
    stores.clients.sqs.send_message(QueueUrl=stores.outputs["DeadLetterQueueUrl"], MessageBody=body)
    assert (stores.queue.dead(), stores.queue.failed_batches()) == (1, 1)

    done = redrive(stores.queue, republish=lambda batches: republish(stores, batches))
    assert done == Redriven(0, 1, 0)
    assert published(stores, path)
    assert (stores.queue.dead(), stores.queue.waiting()) == (0, 0)
