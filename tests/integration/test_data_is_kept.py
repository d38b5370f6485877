"""Starting again never drops data: a silent part is waited for, a dead part restarts alone."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from mocktailverse.checkout import Checkout
from mocktailverse.cli import main
from mocktailverse.cli.down_command import StackContents, count_contents
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local import lifecycle, service_processes, watchdog
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
from mocktailverse.waiting import wait_until

DRINKS = 3
eventually = partial(wait_until, timeout_s=60)


@pytest.fixture(scope="module")
def options(checkout: Checkout) -> Options:
    return Options(checkout=checkout, services=True)


@pytest.fixture(scope="module")
def bare(options: Options) -> Options:
    """The embedded AWS alone."""
    return msgspec.structs.replace(options, source_url="http://127.0.0.1:9", services=False)


@pytest.fixture(scope="module")
def home(options: Options, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a stack with all its parts, in which there is data."""
    folder = tmp_path_factory.mktemp("kept") / "state"
    store_drinks(lifecycle.start(folder, options))
    yield folder
    lifecycle.stop(folder)


@pytest.fixture
def small(bare: Options, tmp_path: Path) -> Iterator[Path]:
    """The folder of a stack that a test may ruin, in which there is data."""
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


def held(home: Path) -> StackContents | None:
    stack = read_stack(home)
    return stack and count_contents(stack)


KEPT = StackContents(drinks=DRINKS, raw_objects=1)


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
    """While this lasts a process is alive, but does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


# ---- the embedded AWS


def test_an_embedded_aws_that_is_silent_for_seconds_is_waited_for(home, options):
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
    assert held(home) == KEPT


def test_an_embedded_aws_that_stays_silent_is_left_alone(home, options):
    before = pids(home)
    hurried = msgspec.structs.replace(options, response_timeout_s=0.1)
    with frozen(before[EMULATOR]):
        for begin in (lifecycle.start, in_the_foreground):
            with pytest.raises(UnreachableError, match=r"is alive.*kept.*--forget"):
                begin(home, hurried)
    assert pids(home) == before
    assert held(home) == KEPT


def in_the_foreground(home: Path, options: Options) -> None:
    with lifecycle.running(home, options):
        pass


def test_a_dead_embedded_aws_is_never_replaced_unasked(small, bare):
    kill(small, EMULATOR)
    for begin in (lifecycle.start, in_the_foreground, lifecycle.start):
        with pytest.raises(UnreachableError, match=r"has ended.*in memory.*up --forget"):
            begin(small, bare)
    assert lifecycle.status(small).state == "broken"

    assert lifecycle.stop(small)
    lifecycle.start(small, bare)
    assert held(small) == StackContents(drinks=0, raw_objects=0)


def test_a_refusal_names_the_drinks_that_the_api_still_lists(small, bare, monkeypatch):
    stack = read_stack(small)
    server = msgspec.structs.replace(stack.by_name[EMULATOR], name=SERVER)
    with_server = stack.with_process(server)
    monkeypatch.setattr("mocktailverse.local.health.get", lambda _port, _path: b'{"drinks": 74}')
    monkeypatch.setattr("mocktailverse.local.health.is_healthy", lambda *_: False)
    monkeypatch.setattr(
        "mocktailverse.local.data_guard.read_stack",
        lambda _home: with_server.with_process(dead(stack)),
    )
    with pytest.raises(UnreachableError, match=r"is lost: 74 drinks"):
        lifecycle.start(small, bare)


def dead(stack: LocalStack):
    return msgspec.structs.replace(stack.by_name[EMULATOR], started_at=0)


# ---- the other parts


@pytest.mark.parametrize("name", [SOURCE, SERVER, DASHBOARD])
def test_a_dead_part_restarts_alone_on_its_port(home, options, name):
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
    assert held(home) == KEPT


@pytest.mark.parametrize("name", [SOURCE, SERVER])
def test_a_part_without_data_that_stays_silent_is_replaced_alone(home, options, name, monkeypatch):
    monkeypatch.setattr(service_processes, "RESTART_TIMEOUT_S", 0.1)
    before = read_stack(home)
    with frozen(before.by_name[name].pid):
        after = lifecycle.start(home, options)
    assert {part for part in after.by_name if after.by_name[part] != before.by_name[part]} == {name}
    assert before.by_name[name].find() is None
    assert held(home) == KEPT


@pytest.mark.parametrize("name", [SOURCE, SERVER, DASHBOARD])
def test_a_port_that_another_program_took_is_an_error_that_keeps_the_data(home, options, name):
    before = read_stack(home)
    port = before.by_name[name].port
    kill(home, name)
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(UsageError, match=rf"(?s)Port {port} .*{name} has ended.*data is kept"),
    ):
        lifecycle.start(home, options)
    assert held(home) == KEPT
    after = lifecycle.start(home, options)
    assert after.by_name[EMULATOR] == before.by_name[EMULATOR]
    assert lifecycle.status(home).state == "running"


def test_all_parts_but_the_embedded_aws_may_die_at_once(home, options):
    before = read_stack(home)
    for name in (SOURCE, *SERVICES):
        os.kill(before.by_name[name].pid, signal.SIGKILL)
    after = lifecycle.start(home, options)
    assert after.urls == before.urls
    assert after.by_name[EMULATOR] == before.by_name[EMULATOR]
    assert lifecycle.status(home).state == "running"
    assert held(home) == KEPT


# ---- the state file


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"endpoint": "http://127.0.0.1:1"}', b"\x00" * 4096, "no embedded AWS"],
    ids=["empty", "cut", "another version", "zeros", "no embedded AWS"],
)
def test_a_damaged_state_file_is_refused_and_kills_nothing(home, options, content):
    file = home / "stack.json"
    good = file.read_bytes()
    before = read_stack(home)
    try:
        file.write_bytes(content if isinstance(content, bytes) else without_aws(before))
        for begin in (lifecycle.start, in_the_foreground):
            with pytest.raises(UsageError, match=r"stack\.json.*damaged.*down --forget"):
                begin(home, options)
    finally:
        file.write_bytes(good)
    assert all(part.find() for part in before.processes)
    assert held(home) == KEPT


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
        with pytest.raises(UnreachableError, match=r"stack\.json` is missing.*--forget"):
            lifecycle.start(home, options)
    finally:
        hidden.rename(file)
    assert all(part.find() for part in before.processes)
    assert held(home) == KEPT


# ---- what a person sees


def run(*arguments: object) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mocktailverse", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
    return int(ended.value.code or 0)


def test_down_prints_what_it_drops(small, capsys):
    assert run("down", "--state-dir", small) == 0
    assert "dropped 3 drinks, 1 raw object" in capsys.readouterr().err
    assert run("down", "--state-dir", small) == 0
    assert "nothing was running" in capsys.readouterr().err


def test_down_counts_for_scripts_as_well(small, capsys):
    assert run("down", "--json", "--forget", "--state-dir", small) == 0
    answer = msgspec.json.decode(capsys.readouterr().out)
    assert answer == {"stopped": True, "dropped": {"drinks": 3, "raw_objects": 1}}


@pytest.fixture
def questions(monkeypatch):
    """What a person on a terminal is asked, who says no to everything."""
    asked: list[str] = []

    def decline(question: str, **_options: object) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", decline)
    return asked


def test_down_asks_on_a_terminal_before_it_drops_data(small, questions, capsys):
    assert run("down", "--state-dir", small) == 2
    assert "3 drinks, 1 raw object" in questions[0]
    assert "Nothing was stopped" in capsys.readouterr().err
    assert held(small) == KEPT
    assert run("down", "--forget", "--state-dir", small) == 0
    assert len(questions) == 1


def test_down_asks_as_well_where_the_embedded_aws_is_silent(small, questions):
    with frozen(process(small, EMULATOR)):
        assert run("down", "--state-dir", small) == 2
    assert "does not respond" in questions[0]
    assert held(small) == KEPT


def test_down_does_not_ask_where_no_data_can_be_left(small, questions):
    kill(small, EMULATOR)
    assert run("down", "--state-dir", small) == 0
    assert questions == []


def test_down_stops_an_embedded_aws_that_is_silent(small, capsys):
    with frozen(process(small, EMULATOR)):
        assert run("down", "--state-dir", small) == 0
    assert "could not be counted" in capsys.readouterr().err
    assert lifecycle.status(small).state == "stopped"


# ---- the clock


@pytest.mark.parametrize("seconds", [-3600, 10, 86_400])
def test_a_clock_that_was_set_does_not_make_a_process_another_one(home, seconds):
    """As after a laptop has slept: the machine's and the process's start are reported again."""
    aws = read_stack(home).by_name[EMULATOR]
    before = msgspec.structs.replace(
        aws, started_at=aws.started_at + seconds, booted_at=aws.booted_at + seconds
    )
    assert before.find() is not None
    assert msgspec.structs.replace(aws, started_at=aws.started_at + seconds).find() is None
