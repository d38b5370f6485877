"""The whole pipeline as users start it: S3, SQS, Lambda and DynamoDB, with IAM enforced."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import msgspec
import pytest

from mocktailverse.loads.load_record import Load
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.local import lifecycle
from mocktailverse.local.state import LocalStack
from mocktailverse.pipeline.verify import VerifyReport
from mocktailverse.pipeline.verify_catalogue import verify_all
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until
from worlds.commands import CommandResult, command

__all__ = ["command"]  # a fixture

Record = dict[str, Any]

SAMPLES = Path(__file__).parents[2] / "data" / "raw"
TIMEOUT_S = 240.0
"""Several times longer than any wait takes on a fully loaded machine."""
POLL_S = 0.03
BATCH_WRITE = 25


DRINK: Record = {
    "strDrink": "Spritz",
    "strCategory": "Cocktail",
    "strGlass": "Wine glass",
    "strAlcoholic": "Alcoholic",
    "strInstructions": "Build over ice.",
    "strIngredient1": "Prosecco",
    "strMeasure1": "3 oz",
    "strIngredient2": "Soda water",
    "strMeasure2": "1 oz",
}


class Pipeline:
    """A running stack as seen from outside, with methods to disturb it."""

    def __init__(self, stack: LocalStack, home: Path) -> None:
        self.stack = stack
        self.home = home
        self.outputs = stack.outputs
        self.clients = stack.clients()
        self.stores = Stores(self.clients, stack.outputs)
        self.bucket = self.stores.bucket
        self.drinks = self.stores.drinks
        self.loads = self.stores.loads
        self.catalogue = self.stores.catalogue
        self.queue = self.stores.queue
        (mapping,) = self.clients.lambda_.list_event_source_mappings(
            FunctionName=self.outputs["TransformFunction"]
        )["EventSourceMappings"]
        self._mapping = mapping["UUID"]

    # ---- raw objects and messages

    def put(
        self, body: bytes | list[Record], part: str = "part.json", **metadata: object
    ) -> ObjectVersion:
        """Store a raw object; a list of records becomes an envelope.

        Metadata names are written with underscores: `observed_at=1000`.
        """
        content = body if isinstance(body, bytes) else envelope(body)
        key = part if part.startswith("raw/") else f"raw/thecocktaildb/tests/{part}"
        headers = {name.replace("_", "-"): str(value) for name, value in metadata.items()}
        return self.bucket.put(key, content, metadata=headers, content_type="application/json")

    def hold(self, body: bytes | list[Record], part: str, **metadata: object) -> ObjectVersion:
        """Store a raw object and drop its event; use it within `unread_queue`."""
        version = self.put(body, part, **metadata)
        self.until(lambda: self.queue.waiting() > 0)
        self.clients.sqs.purge_queue(QueueUrl=self.outputs["QueueUrl"])
        return version

    @contextmanager
    def unread_queue(self) -> Iterator[None]:
        """Stop reading the queue within the block."""
        self._read_queue(on=False)
        try:
            yield
        finally:
            self._read_queue(on=True)

    def _read_queue(self, *, on: bool) -> None:
        self.clients.lambda_.update_event_source_mapping(UUID=self._mapping, Enabled=on)

    def send(self, *bodies: str) -> None:
        """Put messages on the queue."""
        for body in bodies:
            self.clients.sqs.send_message(QueueUrl=self.outputs["QueueUrl"], MessageBody=body)

    def deliver(self, *bodies: str, receive_count: int = 1) -> list[str]:
        """Invoke the transform function as the queue would; return the unprocessed bodies."""
        arn = "arn:aws:sqs:us-east-1:000000000000:mocktailverse-raw-local"
        records = [
            {
                "messageId": str(number),
                "receiptHandle": str(number),
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(receive_count)},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
        event = {"Records": records}
        response = self.stores.functions.invoke(self.outputs["TransformFunction"], event)
        return [bodies[int(item["itemIdentifier"])] for item in response["batchItemFailures"]]

    @staticmethod
    def event(version: ObjectVersion) -> str:
        """Return the message that S3 sends for a new object version."""
        stored = {"key": quote_plus(version.key), "versionId": version.version_id}
        s3 = {"bucket": {"name": version.bucket}, "object": stored}
        return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": s3}]})

    @staticmethod
    def request(version: ObjectVersion, generation: int = 1) -> str:
        """Return the pipeline's own message that requests a load."""
        return msgspec.json.encode(LoadRequest(version, generation)).decode()

    # ---- results

    @staticmethod
    def until(condition: Callable[[], bool], within_s: float = TIMEOUT_S) -> None:
        """Wait until a condition is true; fail once the time is up."""
        assert wait_until(condition, within_s, POLL_S), f"timed out after {within_s} s"

    def settled(self, *versions: ObjectVersion, generation: int = 1) -> list[Load]:
        """Wait until the loads of these versions are done or failed; return them."""

        def are_settled() -> bool:
            loads = [self.loads.latest(version) for version in versions]
            return all(
                load and load.generation >= generation and load.status != "loading"
                for load in loads
            )

        self.until(are_settled)
        return [self.load(version) for version in versions]

    def load(self, version: ObjectVersion) -> Load:
        """Return the latest load of a version, which must exist."""
        load = self.loads.latest(version)
        assert load is not None
        return load

    def idle(self) -> None:
        """Wait until no message is on the queue or in flight."""
        self.until(lambda: self.queue.waiting() == 0)

    def table(self) -> dict[str, str]:
        """Return every item of the drinks table as JSON text, by id."""
        return {item["id"]["S"]: json.dumps(item, sort_keys=True) for item in self._scan("Drinks")}

    def rejected(self, version: ObjectVersion) -> list[Rejected]:
        """Return the rejected lines of a version's latest load."""
        segments = self.loads.segments(version, self.load(version).generation)
        keys = [segment.rejected_key for segment in segments if segment.rejected_key]
        return [line for key in keys for line in self.bucket.rejected(key)]

    def verify(self) -> VerifyReport:
        return verify_all(self.bucket, self.drinks, self.loads, self.catalogue)

    # ---- faults

    @contextmanager
    def function_with(self, **variables: str) -> Iterator[None]:
        """Change environment variables of the transform function within the block."""
        with self.configured("TransformFunction", **variables):
            yield

    @contextmanager
    def configured(self, function: str, **variables: str) -> Iterator[None]:
        """Change environment variables of a function, by its output name, within the block."""
        name, client = self.outputs[function], self.clients.lambda_
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        changed = {"Variables": {**before, **variables}}
        client.update_function_configuration(FunctionName=name, Environment=changed)
        try:
            yield
        finally:
            client.update_function_configuration(
                FunctionName=name, Environment={"Variables": before}
            )

    @contextmanager
    def visibility_timeout(self, seconds: int) -> Iterator[None]:
        """Change the queue's visibility timeout within the block."""
        client, url = self.clients.sqs, self.outputs["QueueUrl"]
        name = "VisibilityTimeout"
        before = client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
        client.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})
        try:
            yield
        finally:
            client.set_queue_attributes(QueueUrl=url, Attributes={name: before[name]})

    def empty_table(self, name: str) -> None:
        """Delete every item of `Drinks` or `Loads`."""
        keys = ("id",) if name == "Drinks" else ("object", "part")
        table = self.outputs[f"{name}Table"]
        requests: list[Any] = [
            {"DeleteRequest": {"Key": {key: item[key] for key in keys}}}
            for item in self._scan(name)
        ]
        for first in range(0, len(requests), BATCH_WRITE):
            chunk = requests[first : first + BATCH_WRITE]
            self.clients.dynamodb.batch_write_item(RequestItems={table: chunk})

    def settings(self) -> dict[str, Any]:
        """Return the settings that tests change: functions, mappings, queues, permissions."""
        functions = self.clients.lambda_.list_functions()["Functions"]
        mappings = self.clients.lambda_.list_event_source_mappings()["EventSourceMappings"]
        roles = self.clients.iam.list_roles()["Roles"]
        urls = [self.outputs["QueueUrl"], self.outputs["DeadLetterQueueUrl"]]
        return {
            "functions": {
                function["FunctionName"]: {
                    field: function.get(field)
                    for field in ("Environment", "Timeout", "MemorySize", "Role", "CodeSha256")
                }
                for function in functions
            },
            "mappings": {mapping["UUID"]: mapping["State"] for mapping in mappings},
            "queues": {
                url: self.clients.sqs.get_queue_attributes(
                    QueueUrl=url, AttributeNames=["VisibilityTimeout", "RedrivePolicy", "Policy"]
                )["Attributes"]
                for url in urls
            },
            "permissions": {
                role["RoleName"]: self.clients.iam.list_role_policies(RoleName=role["RoleName"])[
                    "PolicyNames"
                ]
                for role in roles
            },
        }

    def reset(self) -> None:
        """Wait until the stack is idle, then empty its queues, tables and bucket."""
        self.idle()
        self.clients.sqs.purge_queue(QueueUrl=self.outputs["DeadLetterQueueUrl"])
        self.empty_table("Drinks")
        self.empty_table("Loads")
        name = self.outputs["DataBucket"]
        for stored in list(self.bucket.versions("")):
            version = stored.version
            self.clients.s3.delete_object(
                Bucket=name, Key=version.key, VersionId=version.version_id
            )

    def _scan(self, name: str) -> Iterator[Any]:
        pages = self.clients.dynamodb.get_paginator("scan").paginate(
            TableName=self.outputs[f"{name}Table"], ConsistentRead=True
        )
        return (item for page in pages for item in page["Items"])


def envelope(records: list[Record]) -> bytes:
    return json.dumps({"drinks": records}).encode()


class SharedStack:
    """One stack for many tests; a new one replaces it after a test that may have broken it."""

    def __init__(self, new_home: Callable[[], Path]) -> None:
        self._new_home = new_home
        self._running = ExitStack()
        self._pipeline: Pipeline | None = None
        self._settings: dict[str, Any] = {}

    def lend(self) -> Pipeline:
        """Return a working, empty stack with its usual settings."""
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            if self._pipeline is None:
                home = self._new_home()
                stack = self._running.enter_context(lifecycle.running(home))
                self._pipeline = Pipeline(stack, home)
                self._settings = self._pipeline.settings()
            self._pipeline.reset()
            on_failure.pop_all()
        return self._pipeline

    def take_back(self, *, failed: bool) -> None:
        """Keep the stack for the next test, unless this one failed or left a change behind.

        A changed stack is not restored: a test can break anything, messages in flight and running
        invocations included. A new stack takes about ten seconds.
        """
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            if failed or self._pipeline is None:
                return
            self._pipeline.idle()
            assert self._pipeline.settings() == self._settings, "The test left settings changed."
            on_failure.pop_all()

    def close(self) -> None:
        """Stop the stack, if it runs."""
        self._pipeline = None
        self._running.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record on a test whether one of its phases failed, for the teardown of its fixtures."""
    report = yield
    item.stash[FAILED] = report.failed or item.stash.get(FAILED, False)
    return report


@pytest.fixture
def new_shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedStack]:
    """A separate shared stack for one test, not started yet."""
    shared = SharedStack(lambda: tmp_path_factory.mktemp("stack"))
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedStack]:
    """The shared stack of one test process."""
    shared = SharedStack(lambda: tmp_path_factory.mktemp("stack"))
    yield shared
    shared.close()


@pytest.fixture
def pipeline(request: pytest.FixtureRequest, _shared: SharedStack) -> Iterator[Pipeline]:
    """The empty stack; a test process keeps one as long as no test fails."""
    yield _shared.lend()
    _shared.take_back(failed=request.node.stash.get(FAILED, False))


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample records."""
    return SAMPLES


@pytest.fixture(scope="session")
def drinks() -> Callable[..., list[Record]]:
    """Return a function that makes raw records with consecutive ids.

    Example: `drinks(3, first=910001, strGlass="Mug")`.
    """

    def make(number: int = 1, first: int = 910_001, **fields: object) -> list[Record]:
        return [{**DRINK, "idDrink": str(first + n), **fields} for n in range(number)]

    return make


@pytest.fixture
def cli(pipeline: Pipeline, command: Callable[..., CommandResult]) -> Callable[..., CommandResult]:
    """Return a function that runs a command on the stack and checks its exit code."""

    def run(*arguments: object, code: int = 0) -> CommandResult:
        result = command(*arguments, "--state-dir", pipeline.home)
        assert result.code == code, result
        return result

    return run


@pytest.fixture
def foreground(scratch: Path) -> Callable[..., AbstractContextManager["subprocess.Popen[str]"]]:
    """Return a context manager that runs a command in the background within its block."""

    @contextmanager
    def run(*arguments: object) -> Iterator["subprocess.Popen[str]"]:
        with subprocess.Popen(
            [Path(sys.executable).with_name("mocktailverse"), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(scratch)},
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return run
