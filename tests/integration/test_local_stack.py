"""The local stack's life cycle and the permissions of its roles, with stubs for the handlers."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.deployment import apply, stage_mapping
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local import deploying, health, lifecycle, tcp_ports
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.processes import Launcher
from mocktailverse.local.state import LocalStack, read_stack
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.waiting import wait_until
from worlds.processes import processes_of

MARK = "MOCKTAILVERSE_TESTS_OF_THIS_MACHINE"

DENIED = ("AccessDenied", "AccessDeniedException", "403")

# Makes the call that the event names, with the function's credentials; returns the outcome.
PROBE = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    print("probe")
    if "call" not in event:
        return {"batchItemFailures": []}
    service, operation, arguments = event["call"]
    try:
        getattr(boto3.client(service), operation)(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
"""
eventually = partial(wait_until, timeout_s=60)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The real template with stubs for the handlers, without dependencies."""
    root = tmp_path_factory.mktemp("checkout")
    functions = root / "mocktailverse" / "functions"
    functions.mkdir(parents=True)
    (functions.parent / "__init__.py").touch()
    (functions / "__init__.py").touch()
    for name in ("transform", "publish", "fetch", "reconcile"):
        (functions / f"{name}.py").write_text(PROBE)
    (root / "functions.lock").touch()
    return msgspec.structs.replace(
        find_checkout(),
        source=functions.parent,
        lock=root / "functions.lock",
        cache_dir=root / "cache",
    )


@pytest.fixture(scope="module")
def options(checkout: Checkout) -> Options:
    return Options(source_url="http://127.0.0.1:9", checkout=checkout)


@pytest.fixture(scope="module")
def probed(options: Options) -> Iterator[LocalStack]:
    with lifecycle.running(options=options) as running:
        yield running


@pytest.fixture(scope="module")
def started(
    options: Options, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, LocalStack]]:
    """The folder of a stack that outlives its starter, and the stack, on a chosen port."""
    folder = tmp_path_factory.mktemp("started") / "state"
    chosen_port_options = msgspec.structs.replace(options, port=tcp_ports.free_port())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARK, "1")
        stack_of_tests = lifecycle.start(folder, chosen_port_options)
    yield folder, stack_of_tests
    lifecycle.stop(folder)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose stack is stopped after the test."""
    folder = tmp_path / "state"
    yield folder
    lifecycle.stop(folder)


def pids(home: Path) -> set[int]:
    return {process.pid for process in processes_of(home / "tmp")}


def call(running: LocalStack, function: str, *event: object) -> object:
    response = running.clients().lambda_.invoke(
        FunctionName=running.outputs[f"{function}Function"],
        Payload=json.dumps({"call": event} if event else {}),
    )
    return json.loads(response["Payload"].read())


# ---- life cycle


def test_a_stack_starts_responds_and_stops_without_a_trace(home, options):
    steps: list[str] = []
    started = lifecycle.start(home, options, steps.append)
    assert read_stack(home) == started
    assert lifecycle.status(home).state == "running"
    assert "starting the embedded AWS" in steps
    call(started, "Fetch", "sts", "get_caller_identity", {})
    assert len(processes_of(home / "tmp")) >= 2  # the embedded AWS and a function

    assert lifecycle.stop(home) is True

    assert lifecycle.status(home).state == "stopped"
    assert read_stack(home) is None
    assert processes_of(home / "tmp") == []
    assert {path.name for path in home.iterdir()} == {"data", "emulator.log", "lock"}
    tcp_ports.require_free(started.port)
    assert lifecycle.stop(home) is False


def test_only_the_owner_can_read_the_keys(started):
    home, _ = started
    assert stat.S_IMODE((home / "stack.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_running_stack_is_reused(started, options):
    home, _ = started
    first = read_stack(home)
    steps: list[str] = []
    started_at_s = time.process_time()
    second = lifecycle.start(home, options, steps.append)
    assert second.processes == first.processes
    assert time.process_time() - started_at_s < 5
    assert steps == ["building the functions"], "nothing is started or deployed again"


def test_changed_code_is_deployed_to_the_running_stack(started, options):
    home, first = started
    handler = options.checkout.source / "functions" / "reconcile.py"
    original = handler.read_text()
    try:
        handler.write_text("def handler(event, context):\n    print('new')\n    return 'new'\n")
        second = lifecycle.start(home, options)
        assert second.processes == first.processes
        assert second.outputs == first.outputs
        assert call(second, "Reconcile") == "new"
    finally:
        handler.write_text(original)
        lifecycle.start(home, options)


def test_a_chosen_port_is_used_and_kept(started, options):
    home, first = started
    assert first.endpoint == f"http://127.0.0.1:{first.port}"
    same = msgspec.structs.replace(options, port=first.port)
    assert lifecycle.start(home, same).port == first.port
    other = msgspec.structs.replace(options, port=tcp_ports.free_port())
    with pytest.raises(UsageError, match=f"is on port {first.port} already"):
        lifecycle.start(home, other)


def test_another_source_needs_a_new_stack(started, options):
    home, _ = started
    other = msgspec.structs.replace(options, source_url="http://127.0.0.1:10")
    with pytest.raises(UsageError, match=r"fetches from http://127\.0\.0\.1:9"):
        lifecycle.start(home, other)
    other = msgspec.structs.replace(options, records=home)
    with pytest.raises(UsageError, match="serves other records"):
        lifecycle.start(home, other)


def test_a_second_stack_in_the_same_folder_is_refused(started, options):
    home, _ = started
    with pytest.raises(UsageError, match=r"runs in .* already"), lifecycle.running(home, options):
        pass
    assert lifecycle.status(home).state == "running"


def test_functions_see_nothing_of_this_machines_environment(started):
    home, first = started
    call(first, "Fetch", "sts", "get_caller_identity", {})
    for process in processes_of(home / "tmp"):
        assert MARK not in process.environ()


def test_a_crashed_stack_is_reported_and_started_again(home, options):
    first = lifecycle.start(home, options)
    call(first, "Fetch", "sts", "get_caller_identity", {})
    first_pids = pids(home)
    os.kill(first.processes[0].pid, signal.SIGKILL)
    assert eventually(lambda: lifecycle.status(home).state == "broken")
    assert lifecycle.status(home).down == ["embedded AWS"]

    second = lifecycle.start(home, options)

    assert second.processes != first.processes
    assert lifecycle.status(home).state == "running"
    assert pids(home).isdisjoint(first_pids)


def test_a_stack_of_another_version_can_be_stopped(home, options):
    lifecycle.start(home, options)
    (home / "stack.json").write_text('{"endpoint": "http://127.0.0.1:1"}')
    with pytest.raises(UsageError, match=r"stack\.json` cannot be read"):
        lifecycle.status(home)
    assert lifecycle.stop(home) is True
    assert processes_of(home / "tmp") == []
    assert lifecycle.status(home).state == "stopped"


def test_processes_that_a_stack_of_another_version_still_starts_are_stopped(home):
    """The embedded AWS starts workers until it ends."""
    (home / "tmp").mkdir(parents=True)
    (home / "stack.json").write_text('{"endpoint": "http://127.0.0.1:1"}')
    busy = home / "tmp" / "busy.py"
    busy.write_text(
        "import subprocess, sys, time\n"
        "while True:\n"
        "    if len(sys.argv) == 1:\n"
        "        subprocess.Popen([sys.executable, __file__, 'child'])\n"
        "    time.sleep(0.05)\n"
    )
    started = subprocess.Popen([sys.executable, busy], cwd=home / "tmp")
    assert eventually(lambda: len(processes_of(home / "tmp")) > 1)
    assert lifecycle.stop(home) is True
    started.wait()
    assert processes_of(home / "tmp") == []


def test_a_process_that_reads_a_file_of_the_stack_is_left_alone(home, options):
    started = lifecycle.start(home, options)
    file = home / "tmp" / f"ministack-{started.port}.pid"
    with subprocess.Popen(["tail", "-f", file], stdout=subprocess.DEVNULL) as reader:
        lifecycle.stop(home)
        assert reader.poll() is None
        reader.kill()


def test_a_pid_that_now_belongs_to_another_process_is_left_alone(home, options):
    started = lifecycle.start(home, options)
    lifecycle.stop(home)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        stale = msgspec.structs.replace(started.processes[0], pid=bystander.pid)
        stale_stack = msgspec.structs.replace(started, processes=[stale])
        (home / "stack.json").write_bytes(msgspec.json.encode(stale_stack))

        assert lifecycle.status(home).state == "broken"
        assert lifecycle.stop(home) is True

        assert bystander.poll() is None
        bystander.communicate(b"\n")
    assert read_stack(home) is None


def test_a_taken_port_is_reported_with_a_fix(home, options):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"Port {port} .* --port"):
            lifecycle.start(home, msgspec.structs.replace(options, port=port))
    assert lifecycle.status(home).state == "stopped"
    assert processes_of(home / "tmp") == []


def test_a_broken_template_leaves_nothing_behind_and_names_the_resource(home, options, tmp_path):
    broken = tmp_path / "template.yaml"
    text = options.checkout.template.read_text()
    broken.write_text(text.replace("Queue: !GetAtt Queue.Arn", "Queue: arn:aws:sqs:::nothing"))
    checkout = msgspec.structs.replace(options.checkout, template=broken)
    with pytest.raises(DeploymentError, match=r"DataBucket \(AWS::S3::Bucket\)"):
        lifecycle.start(home, msgspec.structs.replace(options, checkout=checkout))
    assert processes_of(home / "tmp") == []
    assert {path.name for path in home.iterdir()} == {"data", "emulator.log", "lock"}


def test_a_part_that_does_not_start_is_reported_with_its_log(tmp_path):
    log = tmp_path / "log"
    launcher = Launcher(tmp_path, {"missing part": log})
    process = launcher.start(
        "missing part", ["mocktailverse.no_such_module"], port=tcp_ports.free_port()
    )
    with pytest.raises(UnreachableError, match=r"(?s)missing part.*no_such_module"):
        health.wait_until_healthy(process, log, timeout_s=10)
    launcher.stop()


def test_concurrent_starts_give_one_stack(home, options, tmp_path):
    script = starter(tmp_path, options, f"lifecycle.start(Path({str(home)!r}), options)")
    starters = [subprocess.Popen([sys.executable, script]) for _ in range(2)]
    assert [process.wait() for process in starters] == [0, 0]
    assert lifecycle.status(home).state == "running"
    module = "mocktailverse.local.guarded_emulator"
    emulators = [process for process in processes_of(home / "tmp") if module in process.cmdline()]
    assert len(emulators) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_start_leaves_no_process(home, options, tmp_path, number):
    script = starter(tmp_path, options, f"lifecycle.start(Path({str(home)!r}), options)")
    starting = subprocess.Popen([sys.executable, script], stderr=subprocess.DEVNULL)
    assert eventually(lambda: processes_of(home / "tmp") != [])

    starting.send_signal(number)

    assert starting.wait() != 0
    assert eventually(lambda: processes_of(home / "tmp") == [])
    if number != signal.SIGKILL:
        assert not (home / "tmp").exists()
    assert not (home / "stack.json").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stack_in_the_foreground_ends_with_its_process(home, options, tmp_path, number):
    script = starter(
        tmp_path,
        options,
        f"with lifecycle.running(Path({str(home)!r}), options):\n"
        "    print('up', flush=True)\n"
        "    time.sleep(60)",
    )
    foreground = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with foreground:
        assert foreground.stdout is not None
        assert foreground.stdout.readline() == b"up\n"
        call(read_stack(home), "Fetch", "sts", "get_caller_identity", {})

        foreground.send_signal(number)

        assert foreground.wait() != 0
    assert eventually(lambda: processes_of(home / "tmp") == [])
    if number != signal.SIGKILL:
        assert not (home / "tmp").exists()
        assert lifecycle.status(home).state == "stopped"


def starter(tmp_path: Path, options: Options, body: str) -> str:
    """Return a script that starts a stack as the command line does."""
    checkout = ", ".join(
        f"{name}=Path({str(value)!r})"
        for name, value in msgspec.structs.asdict(options.checkout).items()
    )
    script = tmp_path / "starter.py"
    script.write_text(
        "import time\n"
        "from pathlib import Path\n"
        "from mocktailverse.checkout import Checkout\n"
        "from mocktailverse.local import lifecycle\n"
        f"options = lifecycle.Options(source_url={options.source_url!r},"
        f" checkout=Checkout({checkout}))\n"
        f"{body}\n"
    )
    return str(script)


def test_the_simulated_source_belongs_to_the_stack(local_stack):
    assert local_stack.simulates
    source = http.client.HTTPConnection(local_stack.source_url.removeprefix("http://"))
    source.request("GET", "/api/json/v1/1/lookup.php?i=1")
    assert source.getresponse().status == http.HTTPStatus.OK
    source.close()


# ---- the deployment


def test_a_raw_object_reaches_the_transform_function(probed):
    clients, outputs = probed.clients(), probed.outputs
    clients.s3.put_object(Bucket=outputs["DataBucket"], Key="raw/files/a.json", Body=b"{}")
    (mapping,) = clients.lambda_.list_event_source_mappings(
        FunctionName=outputs["TransformFunction"]
    )["EventSourceMappings"]

    def is_processed() -> bool:
        state = clients.lambda_.get_event_source_mapping(UUID=mapping["UUID"])
        return state["LastProcessingResult"].startswith("OK")

    assert eventually(is_processed)


def deploy(probed: LocalStack, checkout: Checkout, stage: str, steps: list[str]) -> dict[str, str]:
    clients = probed.clients()
    bucket = "mocktailverse-artifacts-local"
    environment = deploying.environment_of(probed, checkout)
    return apply.deploy(
        clients,
        stack_name=f"mocktailverse-{stage}",
        template=stage_mapping.with_stage(checkout.template.read_text(), "local", environment),
        parameters={
            **environment.parameters(),
            "Stage": stage,
            "Target": "local",
            "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
            "ArtifactBucket": bucket,
            "FunctionsKey": clients.s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"],
            "AwsEndpointUrl": probed.endpoint,
            "SourceUrls": f"thecocktaildb={probed.source_url}",
        },
        on_progress=steps.append,
        poll_s=0.05,
    )


def test_an_unchanged_template_is_not_deployed_again(probed, checkout):
    steps: list[str] = []
    assert deploy(probed, checkout, "local", steps) == probed.outputs
    assert steps == []


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_stages_cannot_access_each_other_s_resources(probed, checkout, stage):
    steps: list[str] = []
    neighbour = deploy(probed, checkout, stage, steps)
    assert steps[0] == f"creating stack mocktailverse-{stage}"
    assert all(neighbour[name] != value for name, value in probed.outputs.items())
    state_object = {"Bucket": neighbour["DataBucket"], "Key": "state/a"}
    assert call(probed, "Fetch", "s3", "put_object", state_object) in DENIED
    drink = {"TableName": neighbour["DrinksTable"], "Key": {"id": {"S": "a"}}}
    assert call(probed, "Transform", "dynamodb", "get_item", drink) in DENIED


def test_a_missing_zip_is_a_usage_error(probed, checkout):
    with pytest.raises(UsageError, match=r"functions/none\.zip"):
        apply.deploy(
            probed.clients(),
            stack_name="mocktailverse-local",
            template=checkout.template.read_text(),
            parameters={
                "ArtifactBucket": "mocktailverse-artifacts-local",
                "FunctionsKey": "functions/none.zip",
            },
        )


def test_a_stack_that_does_not_exist_is_reported(probed):
    with pytest.raises(UsageError, match="`mocktailverse-staging` does not exist"):
        stack.outputs(probed.clients(), "mocktailverse-staging")


def test_loads_are_kept_on_a_laptop(probed):
    ttl = probed.clients().dynamodb.describe_time_to_live(TableName=probed.outputs["LoadsTable"])
    assert ttl["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"


@pytest.mark.parametrize(
    ("function", "service", "operation", "arguments", "allowed"),
    [
        ("Transform", "s3", "list_objects_v2", {"Bucket": "{DataBucket}"}, True),
        ("Transform", "s3", "put_object", {"Bucket": "{DataBucket}", "Key": "rejected/a"}, True),
        ("Transform", "s3", "put_object", {"Bucket": "{DataBucket}", "Key": "raw/x/a"}, False),
        ("Transform", "s3", "delete_object", {"Bucket": "{DataBucket}", "Key": "raw/x/a"}, False),
        ("Transform", "s3", "get_object", {"Bucket": "{DataBucket}", "Key": "state/a"}, False),
        ("Transform", "dynamodb", "scan", {"TableName": "{DrinksTable}"}, False),
        (
            *("Transform", "dynamodb", "put_item"),
            {"TableName": "{DrinksTable}", "Item": {"id": {"S": "a"}}},
            True,
        ),
        (
            *("Transform", "sqs", "send_message"),
            {"QueueUrl": "{QueueUrl}", "MessageBody": "{{}}"},
            True,
        ),
        (
            *("Transform", "sqs", "receive_message"),
            {"QueueUrl": "{DeadLetterQueueUrl}"},
            False,
        ),
        ("Publish", "dynamodb", "scan", {"TableName": "{DrinksTable}"}, False),
        ("Publish", "dynamodb", "scan", {"TableName": "{LoadsTable}"}, False),
        (
            *("Publish", "dynamodb", "get_item"),
            {"TableName": "{DrinksTable}", "Key": {"id": {"S": "a"}}},
            False,
        ),
        (
            *("Publish", "s3", "put_object"),
            {"Bucket": "{CatalogueBucket}", "Key": "catalogue.sqlite"},
            True,
        ),
        ("Publish", "s3", "put_object", {"Bucket": "{CatalogueBucket}", "Key": "other"}, False),
        ("Publish", "s3", "list_objects_v2", {"Bucket": "{DataBucket}"}, False),
        ("Transform", "s3", "list_objects_v2", {"Bucket": "{CatalogueBucket}"}, False),
        (
            *("Fetch", "s3", "put_object"),
            {"Bucket": "{DataBucket}", "Key": "raw/thecocktaildb/a"},
            True,
        ),
        ("Fetch", "s3", "put_object", {"Bucket": "{DataBucket}", "Key": "listings/a"}, True),
        ("Fetch", "s3", "put_object", {"Bucket": "{DataBucket}", "Key": "state/a"}, True),
        ("Fetch", "s3", "put_object", {"Bucket": "{DataBucket}", "Key": "raw/other/a"}, False),
        ("Fetch", "s3", "put_object", {"Bucket": "{DataBucket}", "Key": "rejected/a"}, False),
        (
            *("Fetch", "s3", "get_object"),
            {"Bucket": "{DataBucket}", "Key": "raw/thecocktaildb/a"},
            False,
        ),
        (
            *("Fetch", "dynamodb", "get_item"),
            {"TableName": "{DrinksTable}", "Key": {"id": {"S": "a"}}},
            False,
        ),
        (
            *("Reconcile", "s3", "list_object_versions"),
            {"Bucket": "{DataBucket}", "Prefix": "raw/"},
            True,
        ),
        (
            *("Reconcile", "s3", "list_object_versions"),
            {"Bucket": "{DataBucket}", "Prefix": "state/"},
            False,
        ),
        ("Reconcile", "s3", "list_objects_v2", {"Bucket": "{DataBucket}"}, False),
        (
            *("Reconcile", "dynamodb", "query"),
            {
                "TableName": "{LoadsTable}",
                "KeyConditionExpression": "#o = :o",
                "ExpressionAttributeNames": {"#o": "object"},
                "ExpressionAttributeValues": {":o": {"S": "a"}},
            },
            True,
        ),
        (
            *("Reconcile", "dynamodb", "get_item"),
            {"TableName": "{DrinksTable}", "Key": {"id": {"S": "a"}}},
            False,
        ),
        ("Reconcile", "sqs", "receive_message", {"QueueUrl": "{QueueUrl}"}, False),
    ],
)
def test_a_function_may_do_only_its_own_work(
    probed, function, service, operation, arguments, allowed
):
    arguments = {
        name: value.format(**probed.outputs) if isinstance(value, str) else value
        for name, value in arguments.items()
    }
    outcome = call(probed, function, service, operation, arguments)
    assert (outcome == "done") if allowed else (outcome in DENIED), outcome


def test_a_missing_object_is_distinguished_from_a_forbidden_one(probed):
    bucket = probed.outputs["DataBucket"]
    missing_raw = {"Bucket": bucket, "Key": "raw/x/none"}
    assert call(probed, "Transform", "s3", "get_object", missing_raw) == "NoSuchKey"
    missing_state = {"Bucket": bucket, "Key": "state/none"}
    assert call(probed, "Fetch", "s3", "get_object", missing_state) == "NoSuchKey"
