"""Dead letters are processed again by their kind."""

import json
from pathlib import Path

import pytest

from mocktailverse.errors import PermanentError
from mocktailverse.loads.failed_batch import FailedBatch, failed_batch
from mocktailverse.loads.load_request import DeadLetter
from mocktailverse.pipeline.redrive import Redriven, redrive
from mocktailverse.testing.memory_stores import MemoryQueue

EVENTS = Path(__file__).parents[2] / "events"
RECORD = (EVENTS / "stream_failure_record.json").read_text()
REQUEST = (EVENTS / "sqs_continuation.json").read_text()
BATCH = FailedBatch(
    "arn:aws:dynamodb:eu-west-1:123456789012:table/mocktailverse-drinks-prod/stream/"
    "2025-11-22T12:00:00.000",
    "shardId-00000001763812345678-864758bb",
    "4421584500000000017450439091",
    "4421584500000000017450439092",
)


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue(dead=[DeadLetter(REQUEST, "1"), DeadLetter(RECORD, "2")])


def test_a_record_of_lambda_names_the_failed_batch():
    assert failed_batch(RECORD) == BATCH


@pytest.mark.parametrize("info", [7, None, {}, {"streamArn": 7}, []])
def test_a_record_of_another_shape_is_still_about_a_failed_batch(info):
    assert failed_batch(json.dumps({"DDBStreamBatchInfo": info})) == FailedBatch()


@pytest.mark.parametrize(
    "body", [REQUEST, "", "{", "7", "[]", '"DDBStreamBatchInfo"', '{"Records": []}', "[" * 100_000]
)
def test_other_messages_are_about_no_batch(body):
    assert failed_batch(body) is None


def test_the_drinks_of_a_failed_batch_are_published_and_never_sent_to_the_queue(queue):
    published = []
    assert redrive(queue, republish=published.extend) == Redriven(1, 1, 0)
    assert published == [BATCH]
    assert [letter.receipt for letter in queue.redriven] == ["1"]
    assert queue.dead == []


def test_a_failed_batch_that_cannot_be_published_stays_dead(queue):
    def fail(_: object) -> None:
        raise PermanentError("publish failed")

    with pytest.raises(PermanentError):
        redrive(queue, republish=fail)
    assert [letter.receipt for letter in queue.dead] == ["2"]


def test_without_a_publisher_a_failed_batch_is_left(queue):
    assert redrive(queue) == Redriven(1, 0, 1)
    assert [letter.receipt for letter in queue.dead] == ["2"]


def test_nothing_is_published_if_no_batch_failed(queue):
    queue.dead.pop()
    assert redrive(queue, republish=lambda _: pytest.fail("published")) == Redriven(1, 0, 0)
