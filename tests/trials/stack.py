"""The stack under trial: deployed as always, but its functions reach AWS through the proxy."""

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import boto3
import psutil
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from mocktailverse.local import lifecycle
from mocktailverse.local.state import LocalStack
from mocktailverse.waiting import wait_until

from .case import Fault
from .proxy import Proxy
from .spoiling import Strikes

TIMEOUT_S = 6
"""Of a transform invocation, and so of a lease; 3 s of it are kept for putting work away."""

VISIBILITY_S = 8
"""After this time the message of a killed worker comes back."""

PATIENCE_S = 90.0
POLL_S = 0.1
IDLE_S = 0.5
"""A function that made no call for so long is not at work."""

LATE_S = 8.0
"""One that is cut off after 6 s has ended, or it works."""

SKEW = Path(__file__).parent / "skew"
DELETED_AT_ONCE = {"dynamodb": 25, "s3": 1000}
TABLE_KEYS = {"DrinksTable": ("id",), "LoadsTable": ("object", "part")}
DEPTHS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Version:
    """A raw object version, and the S3 event that tells of it."""

    def __init__(self, bucket: str, key: str, version_id: str) -> None:
        self.bucket, self.key, self.version_id = bucket, key, version_id

    def record(self, name: str = "ObjectCreated:Put") -> dict[str, Any]:
        """A record of an S3 event."""
        stored = {"key": quote_plus(self.key), "versionId": self.version_id}
        return {"eventName": name, "s3": {"bucket": {"name": self.bucket}, "object": stored}}


class Stack:
    """A running stack with its proxy, and the handles of a hostile test."""

    def __init__(self, local: LocalStack, proxy: Proxy) -> None:
        self.local = local
        self.outputs = local.outputs
        self.proxy = proxy
        self._configured: tuple[int, ...] | None = None
        (mapping,) = self.client("lambda").list_event_source_mappings(
            FunctionName=self.outputs["TransformFunction"]
        )["EventSourceMappings"]
        self._mapping = mapping["UUID"]
        self._require_signatures()
        self._impatient()
        self.sqs.set_queue_attributes(
            QueueUrl=self.outputs["QueueUrl"], Attributes={"VisibilityTimeout": str(VISIBILITY_S)}
        )

    def _require_signatures(self) -> None:
        """Make sure that signatures are checked behind the proxy, too, or IAM would not count."""
        forger = self.client("s3", self.proxy.endpoint("client"), secret="forged")  # noqa: S106
        try:
            forger.list_objects_v2(Bucket=self.outputs["DataBucket"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "SignatureDoesNotMatch":
                return
            raise
        raise RuntimeError("A forged signature was accepted: IAM is not enforced.")

    def client(self, service: str, endpoint: str | None = None, secret: str | None = None) -> Any:
        """A boto3 client with the deployer's key; at the embedded AWS itself by default."""
        return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal
            service,
            endpoint_url=endpoint or self.local.endpoint,
            region_name=self.local.region,
            aws_access_key_id=self.local.access_key_id,
            aws_secret_access_key=secret or self.local.secret_access_key,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 4},
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=30,
            ),
        )

    @cached_property
    def s3(self) -> Any:
        """S3 without faults."""
        return self.client("s3")

    @cached_property
    def sqs(self) -> Any:
        """SQS without faults."""
        return self.client("sqs")

    @cached_property
    def dynamodb(self) -> Any:
        """DynamoDB without faults."""
        return self.client("dynamodb")

    @cached_property
    def spoiled_s3(self) -> Any:
        """S3 as clients reach it, through the proxy."""
        return self.client("s3", self.proxy.endpoint("client"))

    @cached_property
    def spoiled_sqs(self) -> Any:
        """SQS as clients reach it, through the proxy."""
        return self.client("sqs", self.proxy.endpoint("client"))

    # ---- settings of a trial

    def configure(self, faults: Iterable[Fault], seed: str, skews_s: tuple[int, ...]) -> None:
        """Arm the faults; set the clocks of the functions' workers."""
        self.proxy.strikes = Strikes((), seed)
        if self._configured != skews_s:
            self._set_functions(skews_s)
            self._configured = skews_s
        self.proxy.strikes = Strikes(faults, seed)

    def _impatient(self) -> None:
        """Have reconcile take any object without a finished load for lost, however new it is."""
        name, client = self.outputs["ReconcileFunction"], self.client("lambda")
        now = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        variables = now | {"MOCKTAILVERSE_VISIBILITY_TIMEOUT_S": "0"}
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )

    def _set_functions(self, skews_s: tuple[int, ...]) -> None:
        client = self.client("lambda")
        skewed = {"PYTHONPATH": str(SKEW), "TRIALS_SKEWS_S": ",".join(map(str, skews_s))}
        for caller, output in (("transform", "TransformFunction"), ("publish", "PublishFunction")):
            name = self.outputs[output]
            now = client.get_function_configuration(FunctionName=name)
            variables = now["Environment"]["Variables"] | {
                "AWS_ENDPOINT_URL": self.proxy.endpoint(caller)
            }
            variables = {k: v for k, v in variables.items() if k not in skewed}
            client.update_function_configuration(
                FunctionName=name,
                Environment={"Variables": variables | (skewed if skews_s else {})},
                Timeout=TIMEOUT_S if caller == "transform" else now["Timeout"],
            )

    def set_visibility(self, seconds: int) -> None:
        """From now on an unfinished message comes back after the given number of seconds."""
        self.sqs.set_queue_attributes(
            QueueUrl=self.outputs["QueueUrl"], Attributes={"VisibilityTimeout": str(seconds)}
        )

    @contextlib.contextmanager
    def unread_queue(self) -> Iterator[None]:
        """While this lasts nothing on the queue is read."""
        client = self.client("lambda")
        client.update_event_source_mapping(UUID=self._mapping, Enabled=False)
        try:
            yield
        finally:
            client.update_event_source_mapping(UUID=self._mapping, Enabled=True)

    # ---- in

    def put(self, key: str, body: bytes, metadata: dict[str, str]) -> Version:
        """Store a raw object as a client does that insists."""
        bucket = self.outputs["DataBucket"]
        answer = insisting(
            lambda: self.spoiled_s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)
        )
        return Version(bucket, key, answer["VersionId"])

    def send(self, body: str) -> None:
        """Put a message on the queue as a client does that insists."""
        url = self.outputs["QueueUrl"]
        insisting(lambda: self.spoiled_sqs.send_message(QueueUrl=url, MessageBody=body))

    def send_events(self, *records: dict[str, Any]) -> None:
        """Put one S3 event of these records on the queue."""
        self.send(json.dumps({"Records": list(records)}))

    def reconcile(self) -> None:
        """Have lost raw objects looked for, as the schedule does."""
        self.client("lambda").invoke(FunctionName=self.outputs["ReconcileFunction"], Payload=b"{}")

    # ---- out

    def waiting(self) -> int:
        """Messages on the queue: visible, being worked on, or delayed."""
        return self._depth("QueueUrl")

    def dead(self) -> int:
        """Dead letters."""
        return self._depth("DeadLetterQueueUrl")

    def _depth(self, output: str) -> int:
        answer = self.sqs.get_queue_attributes(
            QueueUrl=self.outputs[output], AttributeNames=list(DEPTHS)
        )
        return sum(int(number) for number in answer["Attributes"].values())

    def items(self, output: str) -> list[dict[str, Any]]:
        """Every item of a table, as DynamoDB writes it."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.outputs[output], ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]

    def catalogue(self) -> bytes | None:
        """The published catalogue; None where nothing is published."""
        try:
            answer = self.s3.get_object(
                Bucket=self.outputs["CatalogueBucket"], Key="catalogue.sqlite"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        body: bytes = answer["Body"].read()
        return body

    def wait_for_late_invocations(self) -> None:
        """Wait until no function works with messages that others have finished meanwhile."""
        for caller in ("transform", "publish"):
            until(lambda caller=caller: self.proxy.idle_s(caller) > LATE_S, "late invocations")  # type: ignore[misc]

    # ---- back to the beginning

    def reset(self) -> None:
        """Empty the stack; what is on its way is waited for."""
        self.proxy.strikes = Strikes((), "")
        self.set_visibility(VISIBILITY_S)
        until(lambda: self.waiting() == 0, "the queue to be empty")
        self.sqs.purge_queue(QueueUrl=self.outputs["DeadLetterQueueUrl"])
        self._delete_objects()  # first, so that a late message finds nothing to load
        until(lambda: self.proxy.idle_s("transform") > IDLE_S, "the last invocation")
        for output, keys in TABLE_KEYS.items():
            self._empty(output, keys)

    def _delete_objects(self) -> None:
        bucket = self.outputs["DataBucket"]
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            gone = [
                {"Key": entry["Key"], "VersionId": entry["VersionId"]}
                for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            ]
            if gone:
                self.s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})

    def _empty(self, output: str, keys: tuple[str, ...]) -> None:
        table = self.outputs[output]
        requests = [
            {"DeleteRequest": {"Key": {key: item[key] for key in keys}}}
            for item in self.items(output)
        ]
        step = DELETED_AT_ONCE["dynamodb"]
        for first in range(0, len(requests), step):
            self.dynamodb.batch_write_item(RequestItems={table: requests[first : first + step]})


@contextlib.contextmanager
def running(home: Path | None = None) -> Iterator[Stack]:
    """A stack with its proxy, for as long as the block runs."""
    with lifecycle.running(home) as local:
        emulator = psutil.Process(local.processes[0].pid)
        with Proxy(local.port, lambda port: _kill(emulator, port)).running() as proxy:
            yield Stack(local, proxy)


def _kill(emulator: psutil.Process, port: int) -> bool:
    """Kill the function worker whose end of a connection has this port."""
    for worker in emulator.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(c.laddr.port == port for c in worker.net_connections(kind="tcp")):
                worker.kill()
                return True
    return False


def insisting(call: Callable[[], Any]) -> Any:
    """What a call answers, tried until it does; faults end."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return call()
        except (BotoCoreError, ClientError, ResponseParserError):
            if time.monotonic() > deadline:
                raise


def until(condition: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: it did not in time.
    """
    if not wait_until(condition, within_s, POLL_S):
        raise TimeoutError(f"Waited {within_s:.0f} s for {what}.")
