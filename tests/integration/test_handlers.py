"""The Lambda handlers in this process, against the embedded AWS, with injected faults.

microburst is a proxy between the handlers and the embedded AWS; its errors have AWS's format. It
changes the host that requests are signed for, so the handlers run as root here. The end-to-end
tests show that their roles suffice.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any, NamedTuple

import pytest

from mocktailverse.errors import TransientError, UsageError
from mocktailverse.functions import fetch, reconcile, transform
from mocktailverse.functions.failure_log import FAILED
from mocktailverse.functions.invocation_clock import InvocationClock
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.object_version import DEFAULT_SOURCE, ObjectVersion
from mocktailverse.local import tcp_ports
from mocktailverse.local.emulator import ROOT_KEY
from mocktailverse.local.state import LocalStack
from mocktailverse.pipeline import load_run as load_stage
from mocktailverse.settings import FetchSettings
from mocktailverse.sources.thecocktaildb.collector import open_client
from mocktailverse.stores.clients import UNATTENDED, Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue

NUMBERS = count(1)
IDS = count(70_000_000, 10_000)
"""First ids of the tests; the drinks table is shared, so no test may use another one's ids."""

ATTEMPTS = 4
"""The maximum number of times that botocore sends a request."""


class FaultProxy(NamedTuple):
    """The fault proxy microburst: it injects faults into the calls that it forwards."""

    url: str

    def responds(self) -> bool:
        try:
            self._call("GET", "health")
        except urllib.error.URLError:
            return False
        return True

    def inject(self, service: str, operation: str, **fault: object) -> None:
        """Inject a fault into an operation from now on; the default is an error 500."""
        fault = fault or {"error": {"code": "InternalError", "status": 500}}
        self._call("PATCH", "rules", [{"service": service, "operation": operation, **fault}])

    def remove_faults(self) -> None:
        self._call("POST", "rules", [])

    def fault_count(self) -> int:
        """Return and reset the number of injected faults."""
        fired = len(self._call("GET", "fired"))
        self._call("DELETE", "fired")
        return fired

    def _call(self, method: str, resource: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - our own proxy
            f"{self.url}/_microburst/{resource}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - our own proxy
            return json.loads(response.read())


@pytest.fixture(scope="module")
def _proxy(local_stack: LocalStack) -> Iterator[FaultProxy]:
    port = tcp_ports.free_port()
    command = [sys.executable, "-m", "microburst", "--upstream", local_stack.endpoint]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        proxy = FaultProxy(f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + 60
        while not proxy.responds():
            assert running.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        root(proxy.url).s3.list_buckets()  # the first call takes seconds: it loads botocore's data
        yield proxy
        running.terminate()


@pytest.fixture
def proxy(_proxy: FaultProxy) -> Iterator[FaultProxy]:
    yield _proxy
    _proxy.remove_faults()
    _proxy.fault_count()


def root(endpoint: str) -> Clients:
    return Clients(
        endpoint_url=endpoint,
        region="us-east-1",
        access_key_id=ROOT_KEY,
        secret_access_key=ROOT_KEY,
        timeouts=UNATTENDED._replace(read_s=60),
    )


class Context:
    """Lambda's context object, with 15 s left."""

    function_name = "transform"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:transform"
    aws_request_id = "1"

    def get_remaining_time_in_millis(self) -> int:
        return 15_000


class World(NamedTuple):
    """The stores of one test, accessed without the proxy."""

    bucket: DataBucket
    drinks: DrinksTable
    loads: LoadsTable
    queue: Queue
    queue_url: str
    clients: Clients

    def put(self, body: bytes, name: str = "a.json") -> ObjectVersion:
        return self.bucket.put(
            f"raw/thecocktaildb/{name}",
            body,
            metadata={"observed-at": "1000"},
            content_type="application/json",
        )

    def continuations(self) -> list[str]:
        """Receive and return the messages that were sent to the queue."""
        response = self.clients.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [message["Body"] for message in response.get("Messages", [])]


@pytest.fixture
def world(
    clients: Clients, local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The handlers' environment, with a bucket and a queue that nothing else uses.

    The bucket has no versions: the embedded AWS serves ranges only of such objects, and through
    the proxy only a range shows the size of an object.
    """
    name = f"handlers-{next(NUMBERS)}"
    clients.s3.create_bucket(Bucket=name)
    queue_url = clients.sqs.create_queue(QueueName=name)["QueueUrl"]
    outputs = local_stack.outputs
    environment = {
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_DEFAULT_REGION": local_stack.region,
        "AWS_ENDPOINT_URL": local_stack.endpoint,
        "MOCKTAILVERSE_DATA_BUCKET": name,
        "MOCKTAILVERSE_DRINKS_TABLE": outputs["DrinksTable"],
        "MOCKTAILVERSE_LOADS_TABLE": outputs["LoadsTable"],
        "MOCKTAILVERSE_QUEUE_URL": queue_url,
        "MOCKTAILVERSE_MAX_RECEIVE_COUNT": "5",
        "MOCKTAILVERSE_VISIBILITY_TIMEOUT_S": "0",
        "MOCKTAILVERSE_SOURCE_URLS": f"thecocktaildb={local_stack.source_url}",
        "MOCKTAILVERSE_SOURCE_REQUESTS_PER_S": "100",
        "POWERTOOLS_SERVICE_NAME": "tests",
        "POWERTOOLS_METRICS_NAMESPACE": "tests",
    }
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    yield World(
        DataBucket(clients, name),
        DrinksTable(clients, outputs["DrinksTable"]),
        LoadsTable(clients, outputs["LoadsTable"]),
        Queue(clients, queue_url),
        queue_url,
        clients,
    )
    clients.sqs.delete_queue(QueueUrl=queue_url)
    clear_runtimes()


def clear_runtimes() -> None:
    """Let the handlers create their runtimes again, as in a new process."""
    if open_client.cache_info().currsize:  # a process's end closes it
        open_client(fetch.access_to(DEFAULT_SOURCE, FetchSettings.read())).close()
        open_client.cache_clear()
    for handler in (transform, reconcile, fetch):
        handler._runtime.cache_clear()  # noqa: SLF001 - as in a new process


@pytest.fixture
def behind_proxy(
    world: World, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> tuple[World, FaultProxy]:
    """The handlers' world through the proxy, without botocore's pauses."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    return world, proxy


def records(number: int = 3) -> list[dict[str, Any]]:
    first = next(IDS)
    return [
        {
            "idDrink": str(first + n),
            "strDrink": "Spritz",
            "strInstructions": "Stir.",
            "strIngredient1": "Prosecco",
            "strMeasure1": "3 oz",
        }
        for n in range(number)
    ]


def envelope(drinks: list[dict[str, Any]]) -> bytes:
    return json.dumps({"drinks": drinks}).encode()


def event(version: ObjectVersion) -> str:
    stored = {"key": version.key, "versionId": version.version_id}
    s3 = {"bucket": {"name": version.bucket}, "object": stored}
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": s3}]})


def deliver(*bodies: str, receive_count: int = 1) -> list[str]:
    """Pass messages to the transform handler; return the bodies that it could not process."""
    batch = [
        {
            "messageId": str(number),
            "receiptHandle": "",
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(receive_count)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:raw",
            "awsRegion": "us-east-1",
        }
        for number, body in enumerate(bodies)
    ]
    response = transform.handler({"Records": batch}, Context())
    return [bodies[int(item["itemIdentifier"])] for item in response["batchItemFailures"]]


# ---- transform


def test_the_messages_of_a_batch_are_processed_one_by_one(world, caplog, capsys):
    versions = [world.put(envelope(records()), f"{n}.json") for n in range(3)]
    messages = [event(version) for version in versions]
    assert deliver(messages[0], "not ours", messages[1], '{"Event": "s3:TestEvent"}') == [
        "not ours"
    ]
    assert [world.loads.latest(version) is not None for version in versions] == [True, True, False]
    assert [line.read for line in caplog.records if line.message == "loaded"] == [3, 3]
    (failure,) = [line for line in caplog.records if line.message == "message comes back"]
    assert "Not a message of this pipeline" in str(failure.exc_info)
    (metrics,) = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    values = json.loads(metrics)
    assert sum(values["RecordsRead"]) == 6
    assert values["RejectedPercent"] == [0, 0]


class EndedError(BaseException):
    """The end of the process, to which its code cannot react."""


@pytest.mark.parametrize("one_message", [False, True])
def test_a_worker_that_dies_on_the_last_attempt_leaves_all_loads_of_its_batch_failed(
    world, monkeypatch, one_message
):
    versions = [world.put(envelope(records()), f"{n}.json") for n in range(3)]
    messages = [event(version) for version in versions]
    if one_message:
        lines = [line for message in messages for line in json.loads(message)["Records"]]
        messages = [json.dumps({"Records": lines})]

    def end(_bucket, _version):
        raise EndedError

    with monkeypatch.context() as dying:
        dying.setattr(DataBucket, "open", end)
        with pytest.raises(EndedError):
            deliver("not ours", *messages, receive_count=5)
    statuses = [world.loads.latest(version).status for version in versions]
    assert statuses == ["loading", "failed", "failed"], "the first is leased to the dead worker"


def test_without_metrics_a_load_is_only_logged(world, caplog, capsys, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    assert deliver(event(world.put(envelope(records())))) == []
    assert "loaded" in [line.message for line in caplog.records]
    assert '"_aws"' not in capsys.readouterr().out
    *_, metrics = transform._runtime()  # noqa: SLF001 - they would be printed at 100
    assert metrics.metric_set == {}


def test_the_share_of_rejected_records_is_measured(world, capsys):
    body = envelope([*records(), {"idDrink": None}])
    assert deliver(event(world.put(body))) == []
    (metrics,) = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert json.loads(metrics)["RejectedPercent"] == [25]


def test_a_repeated_delivery_emits_no_metrics(world, caplog, capsys):
    version = world.put(envelope(records()))
    deliver(event(version))
    capsys.readouterr()
    caplog.clear()
    assert deliver(event(version)) == []
    assert [line.message for line in caplog.records] == ["nothing to do"]
    assert '"_aws"' not in capsys.readouterr().out


def test_a_missing_setting_is_reported(world, monkeypatch):
    monkeypatch.delenv("MOCKTAILVERSE_DRINKS_TABLE")
    with pytest.raises(UsageError, match="MOCKTAILVERSE_DRINKS_TABLE"):
        deliver(event(world.put(b"{}")))


READ_FAULTS = {
    "a body cut in the middle": {"response": {"abort_frac": 0.5}},
    "a body that ends too early": {"response": {"truncate_frac": 0.5}},
    "a connection that is reset": {"reset": True},
    "an internal error": {"error": {"code": "InternalError", "status": 500}},
    "slow down": {"error": {"code": "SlowDown", "status": 503}},
}


@pytest.mark.parametrize("fault", READ_FAULTS.values(), ids=READ_FAULTS)
def test_the_message_of_an_unreadable_object_returns_and_the_next_delivery_loads_it(
    behind_proxy, fault
):
    world, proxy = behind_proxy
    message = event(version := world.put(envelope(records())))
    proxy.inject("s3", "GetObject", **fault)
    assert deliver(message) == [message]
    assert proxy.fault_count() > 0
    load = world.loads.latest(version)
    assert (load.status, bool(load.error)) == ("loading", True)
    proxy.remove_faults()
    assert deliver(message) == []
    load = world.loads.latest(version)
    assert (load.status, load.counts, load.attempts) == ("done", Counts(3, 3), 2)


@pytest.mark.parametrize("passed_calls", range(2), ids="call {}".format)
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("dynamodb", "UpdateItem"),
        ("dynamodb", "PutItem"),
        ("dynamodb", "Query"),
        ("s3", "PutObject"),
    ],
)
def test_after_any_failed_call_the_next_deliveries_give_the_same_result(
    behind_proxy, service, operation, passed_calls
):
    world, proxy = behind_proxy
    drinks = records(4)
    message = event(version := world.put(envelope([*drinks, {"idDrink": None}])))
    proxy.inject(
        service,
        operation,
        sequence={"pass": passed_calls, "fail": ATTEMPTS},
        times=ATTEMPTS,
        **ERROR,
    )
    deliveries = 0
    while deliver(message):
        deliveries += 1
        assert deliveries <= ATTEMPTS
    proxy.remove_faults()
    assert deliver(message) == []

    load = world.loads.latest(version)
    assert (load.status, load.counts) == ("done", Counts(5, 4, rejected=1))
    (segment,) = world.loads.segments(version, 1)
    assert [line.code for line in world.bucket.rejected(segment.rejected_key)] == ["id_missing"]
    for drink in drinks:
        register = world.drinks.get(f"thecocktaildb:{drink['idDrink']}")
        assert register.drink.lineage.version_id == version.version_id


ERROR = {"error": {"code": "InternalServerError", "status": 500}}
THROTTLE = {"error": {"code": "ProvisionedThroughputExceededException"}}


def test_a_load_waits_for_throttling_that_passes(behind_proxy):
    world, proxy = behind_proxy
    message = event(version := world.put(envelope(records(8))))
    proxy.inject("dynamodb", "PutItem", times=10 * ATTEMPTS, **THROTTLE)
    assert deliver(message) == []
    assert proxy.fault_count() == 10 * ATTEMPTS
    assert world.loads.latest(version).counts == Counts(8, 8)
    assert world.continuations() == []


def use_up_the_time(clock: InvocationClock, _seconds: float) -> None:
    """Move the deadline to now, so that the invocation saves its work on any machine."""
    clock.deadline = clock.now()


def test_lasting_throttling_is_not_a_failure_but_a_later_message(behind_proxy, monkeypatch):
    world, proxy = behind_proxy
    monkeypatch.setattr(InvocationClock, "wait", use_up_the_time)
    message = event(version := world.put(envelope(records(8))))
    proxy.inject("dynamodb", "PutItem", **THROTTLE)
    assert deliver(message, receive_count=5) == []
    load = world.loads.latest(version)
    assert (load.status, load.error) == ("loading", None)
    assert world.queue.waiting() == 1
    proxy.remove_faults()

    world.clients.sqs.purge_queue(QueueUrl=world.queue_url)
    assert deliver(event(version)) == []  # any message continues the load

    assert world.loads.latest(version).counts == Counts(8, 8)


def test_a_fault_on_the_last_attempt_marks_the_load_failed(behind_proxy):
    world, proxy = behind_proxy
    message = event(version := world.put(envelope(records())))
    proxy.inject("s3", "GetObject", response={"abort_frac": 0.5})
    assert deliver(message, receive_count=5) == [message]
    assert world.loads.latest(version).status == "failed"
    proxy.remove_faults()
    assert deliver(message) == []
    assert world.loads.latest(version).status == "done"


def test_a_load_that_runs_out_of_time_continues_in_a_new_message(world, monkeypatch):
    drinks = records(1_000)
    body = b"\n".join(json.dumps(drink).encode() for drink in drinks)
    version = world.put(body, "long.ndjson")
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _self: 3_800)
    monkeypatch.setattr(load_stage, "STALLED_LIMIT", 1_000)  # a busy machine may need many
    assert deliver(event(version)) == []
    messages = 1
    # On a busy machine a message may have no time left even to open the load.
    while (load := world.loads.latest(version)) is None or load.status == "loading":
        if pending := world.continuations():  # a stalled one is delayed
            assert deliver(*pending) == []
            messages += 1
    assert messages > 1
    assert (load.status, load.counts) == ("done", Counts(1_000, 1_000))
    segments = world.loads.segments(version, 1)
    assert sum(segment.counts.read for segment in segments) == 1_000
    for before, after in pairwise(segments):
        assert before.after == after.start


# ---- reconcile and fetch


def test_reconcile_requeues_objects_without_a_load(world, caplog):
    version = world.put(envelope(records()))
    response = reconcile.handler({}, Context())
    assert (response["requeued"], response["failed"]) == ([version.key], [])
    assert [line.message for line in caplog.records] == ["reconciled"]
    assert deliver(*world.continuations()) == []
    assert world.loads.latest(version).status == "done"
    assert reconcile.handler({}, Context())["requeued"] == []


def test_reconcile_reports_a_failure_if_an_object_is_never_loaded(world, caplog):
    version = world.put(envelope(records()))
    for _ in range(3):
        assert reconcile.handler({}, Context())["requeued"] == [version.key]
    assert not [line for line in caplog.records if line.levelname == "ERROR"]
    assert reconcile.handler({}, Context())["failed"] == [version.key]
    (failure,) = [line for line in caplog.records if line.levelname == "ERROR"]
    assert (failure.message, failure.failed) == (FAILED, [version.key])


def fetched_metrics(output: str) -> list[float]:
    lines = [json.loads(line) for line in output.splitlines() if '"_aws"' in line]
    return [value for line in lines for value in line["RecordsFetched"]]


@pytest.mark.parametrize("event", [{}, {"source": "thecocktaildb"}, {"strategy": "sweep"}])
@pytest.mark.usefixtures("world")
def test_a_sweep_says_how_many_records_it_stored(capsys, event):
    report = fetch.handler(event, Context())
    assert report["records"] > 0
    assert fetched_metrics(capsys.readouterr().out) == [report["records"]]


@pytest.mark.parametrize(
    "event",
    [{"strategy": "search", "arguments": ["a"]}, {"strategy": "sweep", "max_requests": 3}],
)
@pytest.mark.usefixtures("world")
def test_a_fetch_of_something_else_does_not_count_as_a_sweep(capsys, event):
    assert fetch.handler(event, Context())["records"] > 0
    assert fetched_metrics(capsys.readouterr().out) == []


@pytest.mark.usefixtures("world")
def test_a_sweep_of_an_unreachable_source_does_not_count(capsys, monkeypatch):
    monkeypatch.setenv("MOCKTAILVERSE_SOURCE_URLS", "thecocktaildb=http://127.0.0.1:9")
    assert fetch.handler({"source": "thecocktaildb"}, Context())["records"] == 0
    assert fetched_metrics(capsys.readouterr().out) == []


@pytest.mark.usefixtures("world")
def test_fetch_refuses_an_unknown_strategy():
    with pytest.raises(UsageError, match="Unknown strategy"):
        fetch.handler({"strategy": "everything"}, Context())


def test_a_fetch_whose_store_fails_is_repeated_completely(behind_proxy):
    world, proxy = behind_proxy
    proxy.inject("s3", "PutObject")
    search = {"strategy": "search", "arguments": ["a"]}
    with pytest.raises(TransientError, match="Storing raw/"):
        fetch.handler(search, Context())
    proxy.remove_faults()
    report = fetch.handler(search, Context())
    assert report["done"] is True
    assert len(list(world.bucket.versions("raw/"))) == len(report["objects"])
