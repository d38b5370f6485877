"""The bytes that a client of S3 sends and receives."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Traffic:
    """Counts the bodies of requests and responses, without their headers."""

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0

    def send(self, request: Any, **_others: object) -> None:
        """Add a request of botocore's event `before-send`."""
        assert "Transfer-Encoding" not in request.headers, "a body of unknown length"
        self.sent += int(request.headers.get("Content-Length", 0))

    def receive(self, http_response: Any, model: Any, **_others: object) -> None:
        """Add a response of botocore's event `after-call`."""
        is_head = model.http["method"] == "HEAD"
        if not is_head and http_response.status_code not in _WITHOUT_BODY:
            self.received += int(http_response.headers["content-length"])


@contextmanager
def counted(client: Any) -> Iterator[Traffic]:
    """Count the traffic of a client of S3 within the block."""
    traffic, events = Traffic(), client.meta.events
    handlers = {"before-send.s3": traffic.send, "after-call.s3": traffic.receive}
    for event, handler in handlers.items():
        events.register(event, handler)
    try:
        yield traffic
    finally:
        for event, handler in handlers.items():
            events.unregister(event, handler)
