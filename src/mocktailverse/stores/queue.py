"""The queue between raw objects and the transform function, and its dead-letter queue.

SQS delivers each message at least once. A poison message, whose every delivery fails, moves to the
dead-letter queue after the template's `maxReceiveCount`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from mocktailverse.loads.failed_batch import failed_batch
from mocktailverse.loads.load_request import DeadLetter, LoadRequest
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import MessageTypeDef

HIDDEN_WHILE_MOVED_S = 60

MOST_LOOKED_AT = 100
"""Dead letters whose kind is looked at."""


class Queue:
    """Sends load requests, and redrives dead letters."""

    def __init__(self, clients: Clients, url: str, dead_letter_url: str = "") -> None:
        self._clients = clients  # the client is created by the first call: most loads need none
        self._url = url
        self._dead_letter_url = dead_letter_url

    def send(self, request: LoadRequest, delay_s: int = 0) -> None:
        """Send a load request to the transform function."""
        with translated("Sending a message"):
            self._clients.sqs.send_message(
                QueueUrl=self._url,
                MessageBody=msgspec.json.encode(request).decode(),
                DelaySeconds=delay_s,
            )

    def waiting(self) -> int:
        """Return the approximate number of messages that wait or are being processed."""
        return self._depth(self._url)

    def dead(self) -> int:
        """Return the approximate number of dead letters."""
        return self._depth(self._dead_letter_url)

    def visibility_timeout_ms(self) -> int:
        """Return the time after which an undeleted message is delivered again."""
        with translated("Reading the queue's settings"):
            response = self._clients.sqs.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["VisibilityTimeout"]
            )
        return 1000 * int(response["Attributes"]["VisibilityTimeout"])

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Yield dead letters until none is visible; each stays hidden for a minute."""
        while True:
            with translated("Receiving dead letters"):
                messages = self._receive_dead()
            if not messages:
                return
            for message in messages:
                yield DeadLetter(message["Body"], message["ReceiptHandle"])

    def redrive(self, letter: DeadLetter) -> None:
        """Send a dead letter to the queue again.

        It is sent first and deleted then. A crash in between duplicates it, which is harmless, but
        never loses it.
        """
        with translated("Redriving a dead letter"):
            self._clients.sqs.send_message(QueueUrl=self._url, MessageBody=letter.body)
        self.discard(letter)

    def discard(self, letter: DeadLetter) -> None:
        """Delete a dead letter."""
        with translated("Deleting a dead letter"):
            self._clients.sqs.delete_message(
                QueueUrl=self._dead_letter_url, ReceiptHandle=letter.receipt
            )

    def failed_batches(self) -> int:
        """Return how many of the first 100 dead letters are about change notifications.

        They are received for that, and become visible again at once.
        """
        kinds, shown = dict[str, bool](), list[str]()
        with translated("Looking through the dead letters"):
            while len(kinds) < MOST_LOOKED_AT:
                messages = self._receive_dead()
                if not messages:
                    break
                for message in messages:
                    kinds[message["MessageId"]] = failed_batch(message["Body"]) is not None
                    shown.append(message["ReceiptHandle"])
            for receipt in shown:
                self._clients.sqs.change_message_visibility(
                    QueueUrl=self._dead_letter_url, ReceiptHandle=receipt, VisibilityTimeout=0
                )
        return sum(kinds.values())

    def _receive_dead(self) -> "list[MessageTypeDef]":
        response = self._clients.sqs.receive_message(
            QueueUrl=self._dead_letter_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HIDDEN_WHILE_MOVED_S,
            WaitTimeSeconds=1,  # long polling queries all servers, so empty means empty
        )
        return response.get("Messages", [])

    def _depth(self, url: str) -> int:
        with translated("Reading the queue's length"):
            response = self._clients.sqs.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )
        return sum(int(number) for number in response["Attributes"].values())
