"""The whole chain as users start it: S3, SQS, Lambda and DynamoDB, with IAM enforced."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec
import pytest

from mocktailverse.cli import main
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

Record = dict[str, Any]

SAMPLES = Path(__file__).parents[2] / "data" / "raw"
PATIENCE_S = 240.0
"""Several times what anything takes on a machine whose processors are all taken."""
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
    """A running stack seen from outside, with the handles that a hostile test needs."""

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

    # ---- raw objects in

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
        """Store a raw object whose event is lost; use it while the queue is not read."""
        version = self.put(body, part, **metadata)
        self.until(lambda: self.queue.waiting() > 0)
        self.clients.sqs.purge_queue(QueueUrl=self.outputs["QueueUrl"])
        return version

    @contextmanager
    def unread_queue(self) -> Iterator[None]:
        """While this lasts nothing on the queue is read."""
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
        """Invoke the transform function as the queue would; the bodies that are to come back."""
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
        answer = self.stores.functions.invoke(self.outputs["TransformFunction"], event)
        return [bodies[int(item["itemIdentifier"])] for item in answer["batchItemFailures"]]

    @staticmethod
    def event(version: ObjectVersion) -> str:
        """The message by which S3 tells of a new object version."""
        stored = {"key": quote_plus(version.key), "versionId": version.version_id}
        s3 = {"bucket": {"name": version.bucket}, "object": stored}
        return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": s3}]})

    @staticmethod
    def request(version: ObjectVersion, generation: int = 1) -> str:
        """The pipeline's own message that asks for a load."""
        return msgspec.json.encode(LoadRequest(version, generation)).decode()

    # ---- what came of it

    @staticmethod
    def until(condition: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Wait until a condition holds."""
        assert wait_until(condition, within_s, POLL_S), "it did not come about in time"

    def settled(self, *versions: ObjectVersion, generation: int = 1) -> list[Load]:
        """The loads of these versions, when all are done or failed."""

        def settled() -> bool:
            found = [self.loads.latest(version) for version in versions]
            return all(
                load and load.generation >= generation and load.status != "loading"
                for load in found
            )

        self.until(settled)
        return [self.load(version) for version in versions]

    def load(self, version: ObjectVersion) -> Load:
        found = self.loads.latest(version)
        assert found is not None
        return found

    def idle(self) -> None:
        """Wait until nothing is on the queue or being worked on."""
        self.until(lambda: self.queue.waiting() == 0)

    def table(self) -> dict[str, str]:
        """Every item of the drinks table, byte for byte, by id."""
        return {item["id"]["S"]: json.dumps(item, sort_keys=True) for item in self._scan("Drinks")}

    def rejected(self, version: ObjectVersion) -> list[Rejected]:
        """The rejected lines of a version's latest load."""
        segments = self.loads.segments(version, self.load(version).generation)
        keys = [segment.rejected_key for segment in segments if segment.rejected_key]
        return [line for key in keys for line in self.bucket.rejected(key)]

    def verify(self) -> VerifyReport:
        return verify_all(self.bucket, self.drinks, self.loads, self.catalogue)

    # ---- sabotage

    @contextmanager
    def function_with(self, **variables: str) -> Iterator[None]:
        """While this lasts the transform function has other environment variables."""
        with self.configured("TransformFunction", **variables):
            yield

    @contextmanager
    def configured(self, function: str, **variables: str) -> Iterator[None]:
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
        """While this lasts an unfinished message comes back after the given number of seconds."""
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
        """All that a test may change for a while: functions, mappings, queues, permissions."""
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
        """Make everything as it was after the start; what is on its way is waited for."""
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
    """One stack for many tests, replaced by a new one after a test that may have broken it."""

    def __init__(self, new_home: Callable[[], Path]) -> None:
        self._new_home = new_home
        self._running = ExitStack()
        self._pipeline: Pipeline | None = None
        self._settings: dict[str, Any] = {}

    def lend(self) -> Pipeline:
        """A stack that works, is empty and has its usual settings."""
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
        """Keep the stack for the next test, unless this one failed or left something behind.

        Restoring it instead would need to know all that a test can break, messages on their way
        and invocations under way included. A new stack takes about ten seconds.
        """
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            if failed or self._pipeline is None:
                return
            self._pipeline.idle()
            assert self._pipeline.settings() == self._settings, "The test left settings changed."
            on_failure.pop_all()

    def close(self) -> None:
        """End the stack, if there is one."""
        self._pipeline = None
        self._running.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on a test that a phase of it failed, for the fixtures that are taken down later."""
    report = yield
    item.stash[FAILED] = report.failed or item.stash.get(FAILED, False)
    return report


@pytest.fixture
def new_shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedStack]:
    """A shared stack of the test's own, not started yet."""
    shared = SharedStack(lambda: tmp_path_factory.mktemp("stack"))
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedStack]:
    """The stack of a test process."""
    shared = SharedStack(lambda: tmp_path_factory.mktemp("stack"))
    yield shared
    shared.close()


@pytest.fixture
def pipeline(request: pytest.FixtureRequest, _shared: SharedStack) -> Iterator[Pipeline]:
    """The stack, empty; one a test process, as long as no test fails."""
    yield _shared.lend()
    _shared.take_back(failed=request.node.stash.get(FAILED, False))


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample records."""
    return SAMPLES


@pytest.fixture(scope="session")
def drinks() -> Callable[..., list[Record]]:
    """Makes raw records: `drinks(3, first=910001, strGlass="Mug")`; ids count up."""

    def make(number: int = 1, first: int = 910_001, **fields: object) -> list[Record]:
        return [{**DRINK, "idDrink": str(first + n), **fields} for n in range(number)]

    return make


class Answer(NamedTuple):
    """What a command did: its exit code, what it printed, and that as JSON where it is JSON."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs `mocktailverse ...` within this process, which is faster than starting one each time."""

    def run(*arguments: object) -> Answer:
        capfd.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.argv", ["mocktailverse", *map(str, arguments)])
            with pytest.raises(SystemExit) as ended:
                main.run()
        return Answer(int(ended.value.code or 0), *capfd.readouterr())

    return run


@pytest.fixture
def cli(pipeline: Pipeline, command: Callable[..., Answer]) -> Callable[..., Answer]:
    """Runs a command on the running stack; it has to end with the given exit code."""

    def run(*arguments: object, code: int = 0) -> Answer:
        answer = command(*arguments, "--state-dir", pipeline.home)
        assert answer.code == code, answer
        return answer

    return run


@pytest.fixture
def foreground(scratch: Path) -> Callable[..., AbstractContextManager["subprocess.Popen[str]"]]:
    """Start commands that run beside the test, for as long as a `with` block lasts."""

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
