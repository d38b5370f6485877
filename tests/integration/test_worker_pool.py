"""The processes that run functions: a failure or an update affects no other invocation."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from mocktailverse.local import emulator, health, processes, tcp_ports
from mocktailverse.local.state import EMULATOR
from mocktailverse.stores.clients import Clients
from mocktailverse.waiting import wait_until

HANDLER = '''
import ctypes
import os
import pathlib
import signal
import time

FOLDER = pathlib.Path(os.environ["FOLDER"])


def pause(name):
    """Report that this process has reached `name`, and wait until the test removes that file."""
    (FOLDER / f"{name}-{os.getpid()}").touch()
    while (FOLDER / name).exists():
        time.sleep(0.01)


def takes(name):
    """Return whether this process is the one that removed the file `name`."""
    try:
        (FOLDER / name).unlink()
    except FileNotFoundError:
        return False
    return True


pause("starting")
if takes("killed while starting"):
    os.kill(os.getpid(), signal.SIGKILL)
if takes("fails while starting"):
    raise ValueError("the import failed")


def handle(event, context):
    pause("running")
    if event.get("end") == "exit":
        os._exit(1)
    if event.get("end") == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if event.get("end") == "crash":
        ctypes.string_at(0)
    return {"release": RELEASE, "setting": os.environ["SETTING"], "pid": os.getpid()}
'''
ROLE = "arn:aws:iam::000000000000:role/function"
WAIT_S = 120.0
POLL_S = 0.02
BUSY_PROCESSES = 4


class Function:
    """A function whose processes wait at the places that the test chooses."""

    def __init__(self, clients: Clients, folder: Path, emulator_pid: int) -> None:
        self.clients = clients
        self.folder = folder
        self.name = folder.name
        self._emulator = psutil.Process(emulator_pid)
        self._pool = ThreadPoolExecutor(16)
        self.create("one")

    def create(self, name: str) -> None:
        """Create the function with `name` as its release and its setting."""
        self.clients.lambda_.create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role=ROLE,
            Handler="index.handle",
            Code={"ZipFile": code(name)},
            Timeout=int(WAIT_S),
            Environment=self._environment(name),
        )

    def invoke(self, **event: str) -> Future[dict[str, Any]]:
        """Start an invocation; return its future result, or error, as the function returned it."""
        return self._pool.submit(self._invoke, event)

    def _invoke(self, event: dict[str, str]) -> dict[str, Any]:
        response = self.clients.lambda_.invoke(
            FunctionName=self.name, Payload=json.dumps(event).encode()
        )
        result: dict[str, Any] = json.loads(response["Payload"].read())
        return result

    def log(self) -> str:
        """Return all log lines of its processes."""
        pages = self.clients.logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{self.name}"
        )
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def invoke_many(self, number: int) -> list[Future[dict[str, Any]]]:
        return [self.invoke() for _ in range(number)]

    def reconfigure(self, setting: str) -> None:
        self.clients.lambda_.update_function_configuration(
            FunctionName=self.name, Environment=self._environment(setting)
        )

    def release(self, name: str) -> None:
        self.clients.lambda_.update_function_code(FunctionName=self.name, ZipFile=code(name))

    def _environment(self, setting: str) -> dict[str, dict[str, str]]:
        return {"Variables": {"FOLDER": str(self.folder), "SETTING": setting}}

    def stop_at(self, place: str) -> None:
        """Let processes wait at a place, until `resume`."""
        (self.folder / place).touch()

    def resume(self, place: str) -> None:
        (self.folder / place).unlink()

    def wait_for(self, place: str, number: int) -> None:
        """Wait until `number` processes have reached a place since the function was created."""
        until(lambda: len(list(self.folder.glob(f"{place}-*"))) == number)

    def processes(self) -> list[psutil.Process]:
        return [
            child
            for child in self._emulator.children()
            if child.status() != psutil.STATUS_ZOMBIE and f"-{self.name}-" in child.cmdline()[-1]
        ]

    def code_folders(self) -> list[Path]:
        temporary = Path(self._emulator.environ()["TMPDIR"])
        return list(temporary.glob(f"ministack-lambda-{self.name}-*"))

    def close(self) -> None:
        for place in ("starting", "running"):
            (self.folder / place).unlink(missing_ok=True)
        self._pool.shutdown()


def code(release: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", f"RELEASE = {release!r}\n{HANDLER}")
    return content.getvalue()


def until(condition: Callable[[], bool]) -> None:
    assert wait_until(condition, WAIT_S, POLL_S)


def field(results: list[Future[dict[str, Any]]], name: str) -> list[Any]:
    """Return a field of each result, or the whole result of a failed invocation."""
    responses = [result.result(WAIT_S) for result in results]
    return [response.get(name, response) for response in responses]


@contextmanager
def embedded_aws(home: Path) -> Iterator[tuple[Clients, processes.Process]]:
    """Yield clients of the deployer for an embedded AWS without a stack, and its process."""
    directory = home / "tmp"
    directory.mkdir()
    port, log = tcp_ports.free_port(), home / "log"
    launcher = processes.Launcher(directory, {EMULATOR: log})
    with ExitStack() as cleanup:
        cleanup.callback(processes.kill_all_from, directory)
        cleanup.callback(launcher.stop)
        process = emulator.start(launcher, port, directory / "data", directory / "code")
        health.wait_until_healthy(process, log)
        endpoint = f"http://127.0.0.1:{port}"
        key, secret = emulator.create_deployer(endpoint)
        clients = Clients(
            endpoint_url=endpoint,
            region=emulator.REGION,
            access_key_id=key,
            secret_access_key=secret,
        )
        clients.iam.create_role(RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument="{}")
        yield clients, process


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Clients, processes.Process]]:
    """The embedded AWS of these tests."""
    with embedded_aws(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture
def function(running: tuple[Clients, processes.Process], tmp_path: Path) -> Iterator[Function]:
    """A separate function for one test."""
    clients, process = running
    function = Function(clients, tmp_path, process.pid)
    yield function
    function.close()
    clients.lambda_.delete_function(FunctionName=function.name)
    until(lambda: not function.processes() and not function.code_folders())


@pytest.fixture(params=[0, BUSY_PROCESSES], ids=["quiet", "busy"])
def _load(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run the test on an idle machine, and on one with busy processors."""
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(request.param)
    ]
    yield
    for process in busy:
        process.kill()
        process.wait()


under_any_load = pytest.mark.usefixtures("_load")


@under_any_load
@pytest.mark.parametrize("update", [Function.reconfigure, Function.release])
def test_an_update_affects_no_running_invocation_and_every_later_one(function, update):
    function.stop_at("running")
    running = function.invoke_many(3)
    function.wait_for("running", 3)
    function.stop_at("starting")
    starting = function.invoke_many(4)
    function.wait_for("starting", 7)

    update(function, "two")

    function.resume("starting")
    function.resume("running")
    name = "setting" if update is Function.reconfigure else "release"
    assert field(running, name) == ["one"] * 3
    assert set(field(starting, name)) <= {"one", "two"}
    assert field(function.invoke_many(6), name) == ["two"] * 6


@under_any_load
def test_updates_during_many_invocations_fail_none_of_them(function):
    results = []
    for number in range(3):
        results += function.invoke_many(5)
        function.reconfigure(f"setting {number}")
        assert field([function.invoke()], "setting") == [f"setting {number}"]
    settings = {"one", *(f"setting {number}" for number in range(3))}
    assert set(field(results, "setting")) <= settings


@under_any_load
@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("exit", "exit status 1"),
        ("kill", "signal: killed"),
        ("crash", "signal: segmentation fault"),
    ],
)
def test_a_process_that_dies_fails_only_its_own_invocation(function, end, reason):
    function.stop_at("running")
    running = [function.invoke(end=end), *function.invoke_many(2)]
    function.wait_for("running", 3)
    function.stop_at("starting")
    starting = function.invoke_many(3)
    function.wait_for("starting", 6)

    function.resume("running")

    failed = running[0].result(WAIT_S)
    assert failed["errorMessage"].startswith(f"Runtime exited with error: {reason}")
    assert ("Fatal Python error: Segmentation fault" in function.log()) == (end == "crash")
    assert field(running[1:], "setting") == ["one"] * 2
    function.resume("starting")
    assert field(starting, "setting") == ["one"] * 3


@under_any_load
def test_a_failed_start_fails_only_its_own_invocation(function):
    function.stop_at("running")
    running = function.invoke_many(2)
    function.wait_for("running", 2)
    function.stop_at("starting")
    starting = function.invoke_many(4)
    function.wait_for("starting", 6)

    function.stop_at("fails while starting")
    function.resume("starting")
    function.wait_for("running", 5)
    function.resume("running")

    assert field(running, "setting") == ["one"] * 2
    failed = [result.result(WAIT_S) for result in starting if "pid" not in result.result(WAIT_S)]
    assert len(failed) == 1
    assert "the import failed" in failed[0]["errorMessage"]


def test_a_failed_start_leaves_idle_processes_alone(function):
    function.stop_at("running")
    results = function.invoke_many(2)
    function.wait_for("running", 2)
    function.stop_at("fails while starting")
    failed = function.invoke()
    assert "the import failed" in failed.result(WAIT_S)["errorMessage"]
    function.resume("running")
    before = set(field(results, "pid"))
    assert {process.pid for process in function.processes()} == before


def test_a_process_killed_during_its_start_is_started_again(function):
    function.stop_at("killed while starting")
    assert field([function.invoke()], "setting") == ["one"]
    function.wait_for("starting", 2)


def test_replaced_processes_and_their_folders_are_removed_after_an_update(function):
    function.stop_at("running")
    results = function.invoke_many(5)
    function.wait_for("running", 5)
    function.reconfigure("two")
    function.resume("running")
    field(results, "pid")
    assert field([function.invoke()], "setting") == ["two"]
    until(lambda: len(function.processes()) == len(function.code_folders()) == 1)


def test_nothing_is_left_of_a_function_deleted_during_an_invocation(function):
    function.stop_at("running")
    result = function.invoke()
    function.wait_for("running", 1)
    function.clients.lambda_.delete_function(FunctionName=function.name)
    function.resume("running")
    assert field([result], "setting") == ["one"]
    until(lambda: not function.processes() and not function.code_folders())
    function.create("two")
    assert field([function.invoke()], "release") == ["two"]


def test_nothing_is_left_after_a_stop_while_replaced_processes_work(tmp_path):
    folder = tmp_path / "function"
    folder.mkdir()
    with embedded_aws(tmp_path) as (clients, process):
        function = Function(clients, folder, process.pid)
        function.stop_at("running")
        results = function.invoke_many(2)
        function.wait_for("running", 2)
        function.reconfigure("two")
        assert len(function.processes()) == 2
        processes.stop(process)
        assert processes.running_from(tmp_path / "tmp") == []
        assert all(result.exception(WAIT_S) for result in results)
    function.close()
