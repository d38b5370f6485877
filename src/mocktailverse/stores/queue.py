"""The queue between raw objects and the transform function, and its dead letters."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from mocktailverse.loads.load_request import DeadLetter, LoadRequest
from mocktailverse.stores.error_translation import translated

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients

HIDDEN_WHILE_MOVED_S = 60


class Queue:
    """Sends load requests and moves dead letters back."""

    def __init__(self, clients: "Clients", url: str, dead_letter_url: str = "") -> None:
        self._client = clients.sqs
        self._url = url
        self._dead_letter_url = dead_letter_url

    def send(self, request: LoadRequest, delay_s: int = 0) -> None:
        """Ask the transform function to go on with a load."""
        with translated("Sending a message"):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=msgspec.json.encode(request).decode(),
                DelaySeconds=delay_s,
            )

    def waiting(self) -> int:
        """About how many messages wait or are being worked on."""
        return self._depth(self._url)

    def dead(self) -> int:
        """About how many dead letters there are."""
        return self._depth(self._dead_letter_url)

    def visibility_timeout_ms(self) -> int:
        """Return after how many ms a message is delivered again that nobody deleted."""
        with translated("Asking for the queue's settings"):
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["VisibilityTimeout"]
            )
        return 1000 * int(answer["Attributes"]["VisibilityTimeout"])

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Receive dead letters until none is visible; each stays hidden for a minute."""
        while True:
            with translated("Receiving dead letters"):
                answer = self._client.receive_message(
                    QueueUrl=self._dead_letter_url,
                    MaxNumberOfMessages=10,
                    VisibilityTimeout=HIDDEN_WHILE_MOVED_S,
                    WaitTimeSeconds=1,  # a long poll asks all servers: empty is empty
                )
            messages = answer.get("Messages", [])
            if not messages:
                return
            for message in messages:
                yield DeadLetter(message["Body"], message["ReceiptHandle"])

    def redrive(self, letter: DeadLetter) -> None:
        """Send a dead letter to the queue again; first send, then delete, so none is lost."""
        with translated("Redriving a dead letter"):
            self._client.send_message(QueueUrl=self._url, MessageBody=letter.body)
            self._client.delete_message(
                QueueUrl=self._dead_letter_url, ReceiptHandle=letter.receipt
            )

    def _depth(self, url: str) -> int:
        with translated("Asking for the queue's length"):
            answer = self._client.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )
        return sum(int(number) for number in answer["Attributes"].values())
