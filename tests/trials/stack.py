"""The stack under trial: a usual deployment whose functions reach AWS through the proxy."""

import contextlib
import json
import tempfile
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

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.errors import MissingError
from mocktailverse.local import lifecycle
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

from .case import Fault
from .proxy import Proxy
from .spoiling import Strikes

TIMEOUT_S = 6
"""Of a transform invocation, and so of a lease; 3 s of it are reserved for saving work."""

VISIBILITY_S = 8
"""After this time the message of a killed worker is delivered again."""

WAIT_TIMEOUT_S = 90.0
POLL_S = 0.1
IDLE_S = 0.5
"""A function that made no call for this time is idle."""

LATE_S = 8.0
"""After this time a function has ended, because its invocations take at most 6 s."""

SKEW = Path(__file__).parent / "skew"
MAX_BATCH = {"dynamodb": 25, "s3": 1000}
TABLE_KEYS = {"DrinksTable": ("id",), "LoadsTable": ("object", "part")}
DEPTHS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Version:
    """A raw object version, and the S3 event of its creation."""

    def __init__(self, bucket: str, key: str, version_id: str) -> None:
        self.bucket, self.key, self.version_id = bucket, key, version_id

    def record(self, name: str = "ObjectCreated:Put") -> dict[str, Any]:
        """Return a record of an S3 event."""
        stored = {"key": quote_plus(self.key), "versionId": self.version_id}
        return {"eventName": name, "s3": {"bucket": {"name": self.bucket}, "object": stored}}


class Stack:
    """A running stack with its proxy, and methods to disturb it."""

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
        self._make_reconcile_immediate()
        self.sqs.set_queue_attributes(
            QueueUrl=self.outputs["QueueUrl"], Attributes={"VisibilityTimeout": str(VISIBILITY_S)}
        )

    def _require_signatures(self) -> None:
        """Check that signatures are verified behind the proxy, so that IAM is enforced."""
        forger = self.client("s3", self.proxy.endpoint("client"), secret="forged")  # noqa: S106 - wrong on purpose
        try:
            forger.list_objects_v2(Bucket=self.outputs["DataBucket"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "SignatureDoesNotMatch":
                return
            raise
        raise RuntimeError("A forged signature was accepted: IAM is not enforced.")

    def client(self, service: str, endpoint: str | None = None, secret: str | None = None) -> Any:
        """Return a boto3 client with the deployer's key; by default without the proxy."""
        return boto3.client(
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
    def proxied_s3(self) -> Any:
        """S3 as clients reach it, through the proxy."""
        return self.client("s3", self.proxy.endpoint("client"))

    @cached_property
    def proxied_sqs(self) -> Any:
        """SQS as clients reach it, through the proxy."""
        return self.client("sqs", self.proxy.endpoint("client"))

    # ---- settings of a trial

    def configure(self, faults: Iterable[Fault], seed: str, skews_s: tuple[int, ...]) -> None:
        """Set the faults, and the clocks of the functions' workers."""
        self.proxy.strikes = Strikes((), seed)
        if self._configured != skews_s:
            self._set_functions(skews_s)
            self._configured = skews_s
        self.proxy.strikes = Strikes(faults, seed)

    def _make_reconcile_immediate(self) -> None:
        """Let reconcile treat any object without a finished load as lost, even a new one."""
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
        """Set the time after which an unfinished message is delivered again."""
        self.sqs.set_queue_attributes(
            QueueUrl=self.outputs["QueueUrl"], Attributes={"VisibilityTimeout": str(seconds)}
        )

    @contextlib.contextmanager
    def unread_queue(self) -> Iterator[None]:
        """Stop reading the queue within the block."""
        client = self.client("lambda")
        client.update_event_source_mapping(UUID=self._mapping, Enabled=False)
        try:
            yield
        finally:
            client.update_event_source_mapping(UUID=self._mapping, Enabled=True)

    # ---- input

    def put(self, key: str, body: bytes, metadata: dict[str, str]) -> Version:
        """Store a raw object as a client does that retries."""
        bucket = self.outputs["DataBucket"]
        response = retried(
            lambda: self.proxied_s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)
        )
        return Version(bucket, key, response["VersionId"])

    def send(self, body: str) -> None:
        """Put a message on the queue as a client does that retries."""
        url = self.outputs["QueueUrl"]
        retried(lambda: self.proxied_sqs.send_message(QueueUrl=url, MessageBody=body))

    def send_events(self, *records: dict[str, Any]) -> None:
        """Put one S3 event of these records on the queue."""
        self.send(json.dumps({"Records": list(records)}))

    def reconcile(self) -> None:
        """Re-queue lost raw objects, as the schedule does."""
        self.client("lambda").invoke(FunctionName=self.outputs["ReconcileFunction"], Payload=b"{}")

    # ---- output

    def waiting(self) -> int:
        """Return the number of messages on the queue: visible, in flight or delayed."""
        return self._depth("QueueUrl")

    def dead(self) -> int:
        """Return the number of dead letters."""
        return self._depth("DeadLetterQueueUrl")

    def _depth(self, output: str) -> int:
        response = self.sqs.get_queue_attributes(
            QueueUrl=self.outputs[output], AttributeNames=list(DEPTHS)
        )
        return sum(int(number) for number in response["Attributes"].values())

    def items(self, output: str) -> list[dict[str, Any]]:
        """Return every item of a table in DynamoDB's format."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.outputs[output], ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]

    def published(self) -> PublishedCatalogue:
        """Return the published catalogue as readers use it, without faults."""
        return Stores(self.local.clients(), self.outputs).catalogue

    def catalogue(self) -> bytes | None:
        """Return the published catalogue, or None."""
        with tempfile.TemporaryDirectory() as folder, contextlib.suppress(MissingError):
            self.published().download(Path(folder, "published"))
            return Path(folder, "published").read_bytes()
        return None

    def wait_for_late_invocations(self) -> None:
        """Wait until no function processes messages that other invocations have finished."""
        for caller in ("transform", "publish"):
            until(lambda caller=caller: self.proxy.idle_s(caller) > LATE_S, "late invocations")

    # ---- reset

    def reset(self) -> None:
        """Wait until the stack is idle, then empty it."""
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
            versions = [
                {"Key": entry["Key"], "VersionId": entry["VersionId"]}
                for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            ]
            if versions:
                self.s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})

    def _empty(self, output: str, keys: tuple[str, ...]) -> None:
        table = self.outputs[output]
        requests = [
            {"DeleteRequest": {"Key": {key: item[key] for key in keys}}}
            for item in self.items(output)
        ]
        step = MAX_BATCH["dynamodb"]
        for first in range(0, len(requests), step):
            self.dynamodb.batch_write_item(RequestItems={table: requests[first : first + step]})


@contextlib.contextmanager
def running(home: Path | None = None) -> Iterator[Stack]:
    """Run a stack with its proxy within the block."""
    with lifecycle.running(home) as local:
        emulator = psutil.Process(local.processes[0].pid)
        with Proxy(local.port, lambda port: _kill(emulator, port)).running() as proxy:
            yield Stack(local, proxy)


def _kill(emulator: psutil.Process, port: int) -> bool:
    """Kill the function worker with this port at its end of a connection."""
    for worker in emulator.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(c.laddr.port == port for c in worker.net_connections(kind="tcp")):
                worker.kill()
                return True
    return False


def retried(call: Callable[[], Any]) -> Any:
    """Retry a call until it succeeds, because faults end; return its result."""
    deadline = time.monotonic() + WAIT_TIMEOUT_S
    while True:
        try:
            return call()
        except (BotoCoreError, ClientError, ResponseParserError):
            if time.monotonic() > deadline:
                raise


def until(condition: Callable[[], bool], what: str, within_s: float = WAIT_TIMEOUT_S) -> None:
    """Wait until a condition is true.

    Raises:
        TimeoutError: it was not true in time.
    """
    if not wait_until(condition, within_s, POLL_S):
        raise TimeoutError(f"Timed out after {within_s:.0f} s waiting for {what}.")
