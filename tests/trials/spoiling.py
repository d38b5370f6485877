"""The choice of calls that get a fault, and errors in AWS's format."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from .case import Fault

if TYPE_CHECKING:
    from .proxy import Request

_S3_OPERATIONS = {"GET": "GetObject", "PUT": "PutObject", "HEAD": "HeadObject"}
OBJECT_PATH_PARTS = 3

THROTTLES = {
    "dynamodb": (400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"),
    "sqs": (400, "com.amazonaws.sqs#RequestThrottled"),
    "s3": (503, "SlowDown"),
}
SERVER_ERRORS = {
    "dynamodb": (500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
    "sqs": (500, "com.amazonaws.sqs#InternalFailure"),
    "s3": (500, "InternalError"),
}


class Call(NamedTuple):
    """The service and the operation of a request."""

    service: str
    operation: str


class Strike:
    """One call that got a fault."""

    def __init__(self, fault: Fault, caller: str, call: Call, number: int) -> None:
        self.fault = fault
        self.caller = caller
        self.call = call
        self.number = number
        self.applied = False
        """Whether AWS executed the call and its response was lost."""
        self.killed = False

    @property
    def kind(self) -> str:
        """The kind of the fault."""
        return self.fault.kind

    def answered(self, status: int) -> None:
        """Record the status code of AWS's response, which is not forwarded."""
        self.applied = status < 300

    def __str__(self) -> str:
        """Return one line for the log."""
        service, operation = self.call
        lost = " (applied, response lost)" if self.applied else ""
        return f"{self.kind} {self.caller} {service}:{operation} #{self.number}{lost}"


class Strikes:
    """Decides for each call whether it gets a fault; equal calls in order get equal decisions."""

    def __init__(self, faults: Iterable[Fault], seed: str) -> None:
        self._faults = list(faults)
        self._seed = seed
        self._remaining = [fault.times for fault in self._faults]
        self._seen: Counter[int] = Counter()
        self._lock = threading.Lock()
        self.log: list[Strike] = []
        self.calls: Counter[tuple[str, str, str]] = Counter()

    def next(self, caller: str, request: "Request") -> Strike | None:
        """Return the fault of the next call of a caller, or None."""
        call = call_of(request)
        with self._lock:
            self.calls[caller, *call] += 1
            matching = [
                index
                for index, fault in enumerate(self._faults)
                if _matches(fault, caller, call, request) and self._strikes(index, fault)
            ]
            if not matching:
                return None
            index = matching[0]
            self._remaining[index] -= 1
            strike = Strike(self._faults[index], caller, call, self._seen[index])
            self.log.append(strike)
            return strike

    def _strikes(self, index: int, fault: Fault) -> bool:
        self._seen[index] += 1
        if not self._remaining[index]:
            return False
        if fault.rate:
            return _share(f"{self._seed}/{index}/{self._seen[index]}") < fault.rate
        return self._seen[index] >= fault.at


def call_of(request: "Request") -> Call:
    """Return the service and the operation of a signed request."""
    if target := request.header("x-amz-target"):
        service, _, operation = target.partition(".")
        return Call("sqs" if service == "AmazonSQS" else service.split("_")[0].lower(), operation)
    method, _, path = request.target.partition(" ")
    in_object = len(path.partition("?")[0].split("/", OBJECT_PATH_PARTS - 1)) == OBJECT_PATH_PARTS
    return Call("s3", _S3_OPERATIONS.get(method, method) if in_object else f"{method} bucket")


def refusal(strike: Strike) -> bytes:
    """Return the service's error for a call that it does not execute."""
    table = THROTTLES if strike.kind == "throttle" else SERVER_ERRORS
    status, code = table[strike.call.service]
    name = code.rpartition("#")[2]
    if strike.call.service == "s3":
        kind = "application/xml"
        body = (
            f"<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>{name}</Code>"
            f"<Message>Injected.</Message><RequestId>{uuid4()}</RequestId></Error>"
        )
    else:
        kind = "application/x-amz-json-1.0"
        body = json.dumps({"__type": code, "message": "Injected."})
    head = (
        f"HTTP/1.1 {status} Injected\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"x-amzn-RequestId: {uuid4()}\r\nx-amzn-query-error: {name};Sender\r\n"
        "Connection: close\r\n\r\n"
    )
    return (head + body).encode()


def _matches(fault: Fault, caller: str, call: Call, request: "Request") -> bool:
    return (
        fault.caller == caller
        and fault.service in {"", call.service}
        and fault.operation in {"", call.operation}
        and (not fault.key or fault.key in request.target)
    )


def _share(text: str) -> float:
    """Return a number from 0 to 1 that depends only on the text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7]) / 256**7
