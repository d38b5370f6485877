"""Data outlives every process: a start waits for a silent part, and restarts a dead one."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import psutil
import pytest
from botocore.exceptions import ClientError

from mocktailverse.checkout import Checkout
from mocktailverse.cli.down_command import StackContents, count_contents
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local import lifecycle, service_processes, watchdog
from mocktailverse.local.data_files import DataFiles
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import (
    DASHBOARD,
    EMULATOR,
    SERVER,
    SERVICES,
    SOURCE,
    LocalStack,
    read_stack,
)
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until
from worlds.commands import run

DRINKS = 3
eventually = partial(wait_until, timeout_s=60)


@pytest.fixture(scope="module")
def options(checkout: Checkout) -> Options:
    return Options(checkout=checkout, services=True)


@pytest.fixture(scope="module")
def bare(options: Options) -> Options:
    """Options of a stack with the embedded AWS only."""
    return msgspec.structs.replace(options, source_url="http://127.0.0.1:9", services=False)


@pytest.fixture(scope="module")
def home(options: Options, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a stack with all its parts, which holds data."""
    folder = tmp_path_factory.mktemp("kept") / "state"
    store_drinks(lifecycle.start(folder, options))
    yield folder
    lifecycle.stop(folder)


@pytest.fixture
def disposable(bare: Options, tmp_path: Path) -> Iterator[Path]:
    """The folder of a stack that holds data and that a test may break."""
    folder = tmp_path / "state"
    store_drinks(lifecycle.start(folder, bare))
    yield folder
    lifecycle.stop(folder)


def store_drinks(stack: LocalStack) -> None:
    clients = stack.clients()
    for number in range(DRINKS):
        clients.dynamodb.put_item(
            TableName=stack.outputs["DrinksTable"], Item={"id": {"S": str(number)}}
        )
    clients.s3.put_object(Bucket=stack.outputs["DataBucket"], Key="raw/own/a.json", Body=b"{}")


def contents(home: Path) -> StackContents | None:
    stack = read_stack(home)
    return stack and count_contents(stack)


ALL_CONTENTS = StackContents(drinks=DRINKS, raw_objects=1)


def process(home: Path, name: str) -> int:
    stack = read_stack(home)
    assert stack is not None
    return stack.by_name[name].pid


def pids(home: Path) -> dict[str, int]:
    stack = read_stack(home)
    assert stack is not None
    return {part.name: part.pid for part in stack.processes}


def kill(home: Path, name: str) -> None:
    os.kill(process(home, name), signal.SIGKILL)
    assert eventually(lambda: name in lifecycle.status(home).down)


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process within the block, without ending it."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


# ---- the embedded AWS


def test_a_start_waits_for_an_embedded_aws_that_is_silent_for_seconds(home, options):
    before = pids(home)
    texts: list[str] = []

    def wake(text: str) -> None:
        texts.append(text)
        if text.startswith("waiting"):
            os.kill(before[EMULATOR], signal.SIGCONT)

    with frozen(before[EMULATOR]):
        lifecycle.start(home, options, wake)
    assert any("waiting for the embedded AWS" in text for text in texts)
    assert pids(home) == before
    assert contents(home) == ALL_CONTENTS


def test_an_embedded_aws_that_stays_silent_is_not_replaced(home, options):
    before = pids(home)
    impatient_options = msgspec.structs.replace(options, response_timeout_s=0.1)
    with frozen(before[EMULATOR]):
        for start in (lifecycle.start, in_the_foreground):
            with pytest.raises(UnreachableError, match=r"is alive.*Nothing was changed.*is kept"):
                start(home, impatient_options)
    assert pids(home) == before
    assert contents(home) == ALL_CONTENTS


def in_the_foreground(home: Path, options: Options) -> None:
    with lifecycle.running(home, options):
        pass


def test_a_dead_embedded_aws_starts_again_with_its_data(disposable, bare):
    kill(disposable, EMULATOR)
    assert lifecycle.status(disposable).state == "broken"
    notices: list[str] = []
    lifecycle.start(disposable, bare, on_notice=notices.append)
    assert contents(disposable) == ALL_CONTENTS
    assert any(notice.startswith("restored") for notice in notices)


def test_a_stopped_stack_starts_again_with_its_data(disposable, bare):
    assert lifecycle.stop(disposable)
    with lifecycle.running(disposable, bare):
        assert contents(disposable) == ALL_CONTENTS
    assert lifecycle.stop(disposable, forget=True) is False
    lifecycle.start(disposable, bare)
    assert contents(disposable) == StackContents(drinks=0, raw_objects=0)


def test_data_from_before_names_contained_the_region_is_loaded_again(disposable, bare):
    lifecycle.stop(disposable)
    for name in ("raw.sqlite", "derived.sqlite"):
        with contextlib.closing(sqlite3.connect(disposable / "data" / name)) as file, file:
            file.execute("UPDATE objects SET bucket = replace(bucket, '-us-east-1', '')")
            file.execute("PRAGMA user_version = 1")
    notices: list[str] = []
    stack = lifecycle.start(disposable, bare, on_notice=notices.append)
    assert content(stack, "DataBucket", "raw/own/a.json")[0] == b"{}"
    assert "earlier format 1" in notices[0]
    assert "all raw objects are loaded again" in notices[0]
    assert "1 unfinished load continued" in notices[1]


def test_new_code_that_would_replace_data_of_a_running_stack_is_refused(disposable, bare, tmp_path):
    template = tmp_path / "template.yaml"
    text = bare.checkout.template.read_text()
    name = "BucketName: !Sub mocktailverse-"
    template.write_text(text.replace(f"{name}data-", f"{name}records-"))
    checkout = msgspec.structs.replace(bare.checkout, template=template)
    with pytest.raises(
        UsageError, match=r"could replace DataBucket of .*Nothing was changed.*down"
    ):
        lifecycle.start(disposable, msgspec.structs.replace(bare, checkout=checkout))
    assert contents(disposable) == ALL_CONTENTS
    assert lifecycle.status(disposable).state == "running"


def test_versions_metadata_and_times_are_the_same_after_a_crash(disposable, bare):
    stack = read_stack(disposable)
    clients, names = stack.clients(), stack.outputs
    for body in (b"1", b"2"):
        clients.s3.put_object(
            Bucket=names["DataBucket"],
            Key="raw/own/b.json",
            Body=body,
            Metadata={"observed-at": "5"},
            ContentType="text/csv",
        )
    for key in ("raw/own/a.json", "raw/own/c.json"):
        clients.s3.put_object(Bucket=names["DataBucket"], Key=key, Body=b"{}")
        clients.s3.delete_object(Bucket=names["DataBucket"], Key=key)
    newest = clients.s3.list_object_versions(Bucket=names["DataBucket"], Prefix="raw/own/c")
    clients.s3.delete_object(  # the marker, so that the object is there again
        Bucket=names["DataBucket"],
        Key="raw/own/c.json",
        VersionId=newest["DeleteMarkers"][0]["VersionId"],
    )
    for body in (b"old", b"new"):
        clients.s3.put_object(Bucket=names["CatalogueBucket"], Key="catalogue.sqlite", Body=body)
    clients.dynamodb.delete_item(TableName=names["DrinksTable"], Key={"id": {"S": "0"}})
    before = everything(stack)
    assert before["raw/own/b.json"] == (b"2", "text/csv", {"observed-at": "5"})

    kill(disposable, EMULATOR)
    assert everything(lifecycle.start(disposable, bare)) == before


def everything(stack: LocalStack) -> dict[str, object]:
    """Return the stack's versions, delete markers, current objects and drinks."""
    clients, names = stack.clients(), stack.outputs
    listing = clients.s3.list_object_versions(Bucket=names["DataBucket"], Prefix="raw/own/")
    state: dict[str, object] = {
        "versions": sorted(map(str, listing["Versions"])),
        "markers": sorted(map(str, listing["DeleteMarkers"])),
        "items": clients.dynamodb.scan(TableName=names["DrinksTable"])["Items"],
        "catalogue": content(stack, "CatalogueBucket", "catalogue.sqlite"),
    }
    for entry in clients.s3.list_objects_v2(Bucket=names["DataBucket"], Prefix="raw/own/")[
        "Contents"
    ]:
        state[entry["Key"]] = content(stack, "DataBucket", entry["Key"])
    return state


def content(stack: LocalStack, bucket: str, key: str) -> tuple[bytes, str, dict[str, str]]:
    response = stack.clients().s3.get_object(Bucket=stack.outputs[bucket], Key=key)
    return response["Body"].read(), response["ContentType"], response["Metadata"]


def test_what_cannot_be_written_is_refused_and_not_announced(disposable, bare):
    stack = read_stack(disposable)
    clients, names = stack.clients(), stack.outputs
    raw = {"Bucket": names["DataBucket"], "Body": bytes(2**20)}
    before = everything_in(stack)
    with largest_file(process(disposable, EMULATOR), 2**16):
        with pytest.raises(ClientError, match=r"InsufficientStorage.*cannot be read or written"):
            clients.s3.put_object(**raw, Key="raw/own/big.json")
        with pytest.raises(ClientError, match="cannot be read or written"):
            clients.dynamodb.put_item(
                TableName=names["DrinksTable"],
                Item={"id": {"S": "9"}, "text": {"S": "x" * 300_000}},
            )
    with (
        largest_file(process(disposable, EMULATOR), 1),
        pytest.raises(ClientError, match="cannot be read or written"),
    ):
        clients.s3.delete_object(Bucket=names["DataBucket"], Key=before[0])
    assert everything_in(stack) == before
    clients.s3.put_object(**raw, Key="raw/own/big.json")
    kill(disposable, EMULATOR)
    stack = lifecycle.start(disposable, bare)
    assert "raw/own/big.json" in everything_in(stack)
    assert content(stack, "DataBucket", "raw/own/big.json")[0] == bytes(2**20)


def everything_in(stack: LocalStack) -> list[str]:
    pages = stack.clients().s3.list_object_versions(Bucket=stack.outputs["DataBucket"])
    assert "DeleteMarkers" not in pages
    return [entry["Key"] for entry in pages["Versions"]]


@contextlib.contextmanager
def largest_file(pid: int, size: int) -> Iterator[None]:
    """Let a process write no file beyond a size within the block, as on a full disk."""
    emulator = psutil.Process(pid)
    unlimited = emulator.rlimit(psutil.RLIMIT_FSIZE)
    emulator.rlimit(psutil.RLIMIT_FSIZE, (size, unlimited[1]))
    try:
        yield
    finally:
        emulator.rlimit(psutil.RLIMIT_FSIZE, unlimited)


def test_a_scheduled_run_that_was_missed_is_made_up_for_once(disposable, bare):
    lifecycle.stop(disposable)
    name = json.dumps(["000000000000", "us-east-1", "default/mocktailverse-reconcile-local"])
    name = name.replace(", ", ",")
    with contextlib.closing(DataFiles(disposable / "data")) as files:
        files.write_runs({name: time.time() - 3600})
    stack = lifecycle.start(disposable, bare)
    log = Stores(stack.clients(), stack.outputs).function_log("ReconcileFunction")
    assert eventually(lambda: log.lines_if_any(0, "START"), poll_s=0.5)
    lifecycle.stop(disposable)
    with contextlib.closing(DataFiles(disposable / "data")) as files:
        assert files.runs()[name] > time.time() - 600


# ---- the other parts


@pytest.mark.parametrize("name", [SOURCE, SERVER, DASHBOARD])
def test_only_a_dead_part_restarts_on_its_port(home, options, name):
    before = read_stack(home)
    kill(home, name)
    after = lifecycle.start(home, options)
    changed = {part for part in after.by_name if after.by_name[part] != before.by_name[part]}
    assert changed == {name}
    assert after.by_name[name].port == before.by_name[name].port
    assert after.source_url == before.source_url
    assert list(after.by_name) == list(before.by_name)
    assert read_stack(home) == after
    assert lifecycle.status(home).state == "running"
    assert contents(home) == ALL_CONTENTS


@pytest.mark.parametrize("name", [SOURCE, SERVER])
def test_only_a_part_without_data_that_stays_silent_is_replaced(home, options, name, monkeypatch):
    monkeypatch.setattr(service_processes, "RESTART_TIMEOUT_S", 0.1)
    before = read_stack(home)
    with frozen(before.by_name[name].pid):
        after = lifecycle.start(home, options)
    assert {part for part in after.by_name if after.by_name[part] != before.by_name[part]} == {name}
    assert before.by_name[name].find() is None
    assert contents(home) == ALL_CONTENTS


@pytest.mark.parametrize("name", [SOURCE, SERVER, DASHBOARD])
def test_a_port_taken_by_another_program_is_an_error_that_keeps_the_data(home, options, name):
    before = read_stack(home)
    port = before.by_name[name].port
    kill(home, name)
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(UsageError, match=rf"(?s)Port {port} .*{name} has ended.*data is kept"),
    ):
        lifecycle.start(home, options)
    assert contents(home) == ALL_CONTENTS
    after = lifecycle.start(home, options)
    assert after.by_name[EMULATOR] == before.by_name[EMULATOR]
    assert lifecycle.status(home).state == "running"


def test_all_parts_except_the_embedded_aws_may_die_at_the_same_time(home, options):
    before = read_stack(home)
    for name in (SOURCE, *SERVICES):
        os.kill(before.by_name[name].pid, signal.SIGKILL)
    after = lifecycle.start(home, options)
    assert after.urls == before.urls
    assert after.by_name[EMULATOR] == before.by_name[EMULATOR]
    assert lifecycle.status(home).state == "running"
    assert contents(home) == ALL_CONTENTS


# ---- the state file


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"endpoint": "http://127.0.0.1:1"}', b"\x00" * 4096, "no embedded AWS"],
    ids=["empty", "cut", "another version", "zeros", "no embedded AWS"],
)
def test_a_damaged_state_file_is_refused_and_stops_nothing(home, options, content):
    file = home / "stack.json"
    good = file.read_bytes()
    before = read_stack(home)
    try:
        file.write_bytes(content if isinstance(content, bytes) else without_aws(before))
        for start in (lifecycle.start, in_the_foreground):
            with pytest.raises(UsageError, match=r"stack\.json.*damaged.*data is kept"):
                start(home, options)
    finally:
        file.write_bytes(good)
    assert all(part.find() for part in before.processes)
    assert contents(home) == ALL_CONTENTS


def without_aws(stack: LocalStack) -> bytes:
    fields = msgspec.to_builtins(stack)
    others = [part for part in fields["processes"] if part["name"] != EMULATOR]
    return msgspec.json.encode(fields | {"processes": others})


def test_a_missing_state_file_is_refused_while_the_stack_is_alive(home, options, monkeypatch):
    monkeypatch.setattr(watchdog, "GRACE_S", -1)
    before = read_stack(home)
    file = home / "stack.json"
    hidden = file.rename(home / "hidden.json")
    try:
        with pytest.raises(UnreachableError, match=r"stack\.json` is missing.*Nothing was changed"):
            lifecycle.start(home, options)
    finally:
        hidden.rename(file)
    assert all(part.find() for part in before.processes)
    assert contents(home) == ALL_CONTENTS


# ---- the down command


def test_down_prints_what_it_keeps(disposable, capsys):
    assert run("down", "--state-dir", disposable) == 0
    assert "3 drinks, 1 raw object are kept on disk" in capsys.readouterr().err
    assert run("down", "--state-dir", disposable) == 0
    assert "nothing was running" in capsys.readouterr().err


def test_down_prints_as_json_what_it_deletes(disposable, capsys):
    assert run("down", "--json", "--forget", "--yes", "--state-dir", disposable) == 0
    result = msgspec.json.decode(capsys.readouterr().out)
    assert result == {"stopped": True, "dropped": {"drinks": 3, "raw_objects": 1}}
    assert not (disposable / "data").exists()


def test_data_is_not_deleted_where_nobody_can_be_asked(disposable, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    for command in (["down", "--forget"], ["down", "--forget", "--json"], ["up", "--forget"]):
        assert run(*command, "--state-dir", disposable) == 2
        assert "Add --yes" in capsys.readouterr().err
    assert contents(disposable) == ALL_CONTENTS


@pytest.fixture
def questions(monkeypatch):
    """The questions that a terminal shows; the answer to each is no."""
    questions_asked: list[str] = []

    def decline(question: str, **_options: object) -> bool:
        questions_asked.append(question)
        return False

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", decline)
    return questions_asked


def test_data_is_deleted_only_after_a_question_on_a_terminal(disposable, questions, capsys):
    for command in (["down", "--forget"], ["up", "--forget", "--detach"]):
        assert run(*command, "--state-dir", disposable) == 2
        assert "3 drinks, 1 raw object" in questions.pop()
        assert "Nothing was stopped" in capsys.readouterr().err
    assert contents(disposable) == ALL_CONTENTS
    assert run("down", "--forget", "--yes", "--state-dir", disposable) == 0
    assert questions == []


def test_a_silent_embedded_aws_is_stopped_without_a_question(disposable, bare, questions):
    with frozen(process(disposable, EMULATOR)):
        assert run("down", "--state-dir", disposable) == 0
    assert questions == []
    assert lifecycle.status(disposable).state == "stopped"
    lifecycle.start(disposable, bare)
    assert contents(disposable) == ALL_CONTENTS


# ---- the clock


@pytest.mark.parametrize("seconds", [-3600, 10, 86_400])
def test_a_process_is_recognized_after_the_clock_was_set(home, seconds):
    """After a laptop has slept, the start times of the machine and the process are both shifted."""
    aws = read_stack(home).by_name[EMULATOR]
    before = msgspec.structs.replace(
        aws, started_at=aws.started_at + seconds, booted_at=aws.booted_at + seconds
    )
    assert before.find() is not None
    assert msgspec.structs.replace(aws, started_at=aws.started_at + seconds).find() is None
