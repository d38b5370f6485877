"""The queue against SQS: requests, delays, depth, dead letters and redrive."""

import json
import os
from itertools import count

import pytest

from mocktailverse.errors import MissingError
from mocktailverse.loads.load_record import Checkpoint
from mocktailverse.loads.load_request import LoadRequest, load_requests
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.queue import DeadLetter, Queue

NUMBERS = count(1)
REQUEST = LoadRequest(
    ObjectVersion("data", "raw/thecocktaildb/é \n.json", "v1"), 3, Checkpoint(500, 2)
)


@pytest.fixture
def urls(clients):
    """A queue and its dead-letter queue, which nothing reads."""
    name = f"tests-{os.getpid()}-{next(NUMBERS)}"
    dead = clients.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    url = clients.sqs.create_queue(QueueName=name)["QueueUrl"]
    yield url, dead
    clients.sqs.delete_queue(QueueUrl=url)
    clients.sqs.delete_queue(QueueUrl=dead)


@pytest.fixture
def queue(clients, urls):
    return Queue(clients, *urls)


def receive(clients, url):
    """Return the bodies of all visible messages."""
    bodies = []
    while messages := clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        bodies += [message["Body"] for message in messages]
    return bodies


def test_a_request_is_received_as_it_was_sent(queue, clients, urls):
    queue.send(REQUEST)
    (body,) = receive(clients, urls[0])
    assert load_requests(body) == [REQUEST]


def test_a_delayed_request_is_invisible(queue, clients, urls):
    queue.send(REQUEST, delay_s=900)
    assert receive(clients, urls[0]) == []
    assert queue.waiting() == 1


def test_visible_delayed_and_received_messages_all_count_as_waiting(queue, clients, urls):
    assert (queue.waiting(), queue.dead()) == (0, 0)
    queue.send(REQUEST)
    queue.send(REQUEST, delay_s=900)
    assert queue.waiting() == 2
    assert len(receive(clients, urls[0])) == 1
    assert queue.waiting() == 2


def test_a_redrive_moves_all_dead_letters_back(queue, clients, urls):
    bodies = [json.dumps({"letter": number}) for number in range(23)]
    for body in bodies:
        clients.sqs.send_message(QueueUrl=urls[1], MessageBody=body)
    assert queue.dead() == 23
    for letter in queue.dead_letters():
        queue.redrive(letter)
    assert queue.dead() == 0
    assert sorted(receive(clients, urls[0])) == sorted(bodies)


def test_dead_letters_are_counted_by_kind_and_stay_visible(queue, clients, urls):
    record = json.dumps({"DDBStreamBatchInfo": {}})
    for body in [record, *(str(number) for number in range(11)), record]:
        clients.sqs.send_message(QueueUrl=urls[1], MessageBody=body)
    assert queue.failed_batches() == 2
    assert len(receive(clients, urls[1])) == 13


def test_an_empty_dead_letter_queue_has_no_letters(queue):
    assert list(queue.dead_letters()) == []


def test_a_received_letter_is_hidden_but_not_deleted(queue, clients, urls):
    clients.sqs.send_message(QueueUrl=urls[1], MessageBody="a")
    assert [letter.body for letter in queue.dead_letters()] == ["a"]
    assert list(queue.dead_letters()) == []
    assert queue.dead() == 1


def test_a_letter_is_deleted_only_after_it_was_sent(clients, urls):
    clients.sqs.send_message(QueueUrl=urls[1], MessageBody="a")
    missing = Queue(clients, urls[0] + "-not-there", urls[1])
    (letter,) = missing.dead_letters()
    assert isinstance(letter, DeadLetter)
    with pytest.raises(MissingError):
        missing.redrive(letter)
    assert missing.dead() == 1
