"""The API, the harness and the dashboard as parts of a stack: start, change and end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import psutil
import pytest
from botocore.exceptions import ClientError

from mocktailverse.checkout import Checkout
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local import (
    foreground,
    health,
    lifecycle,
    service_processes,
    service_users,
    tcp_ports,
)
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import (
    DASHBOARD,
    EMULATOR,
    SERVER,
    SERVICES,
    LocalStack,
    read_stack,
    write_stack,
)
from mocktailverse.waiting import wait_until
from worlds.processes import processes_of

eventually = partial(wait_until, timeout_s=60)


@pytest.fixture(scope="module")
def options(checkout: Checkout) -> Options:
    return Options(source_url="http://127.0.0.1:9", checkout=checkout, services=True)


@pytest.fixture(scope="module")
def started(
    options: Options, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, LocalStack]]:
    home = tmp_path_factory.mktemp("started") / "state"
    stack = lifecycle.start(home, options)
    yield home, stack
    lifecycle.stop(home)


def pids(stack: LocalStack) -> dict[str, int]:
    return {name: process.pid for name, process in stack.by_name.items()}


def test_a_stack_without_a_simulated_source_does_not_mistake_a_service_for_one(started):
    home, _ = started
    stack = read_stack(home)
    assert [process.name for process in stack.processes] == [EMULATOR, SERVER, DASHBOARD]
    assert not stack.simulates
    assert stack.port == stack.by_name[EMULATOR].port


def test_every_part_listens_only_on_the_loopback(started):
    home, _ = started
    for process in read_stack(home).processes:
        os_process = process.find()
        assert os_process is not None
        listening = [c for c in os_process.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        assert {c.laddr.ip for c in listening} == {"127.0.0.1"}


def test_services_that_run_the_current_code_keep_running(started, options):
    home, _ = started
    before = read_stack(home)
    assert lifecycle.start(home, options) == before
    assert read_stack(home) == before


def test_a_start_without_services_leaves_running_services_alone(started, options):
    home, _ = started
    before = read_stack(home)
    without = msgspec.structs.replace(options, services=False)
    assert lifecycle.start(home, without).processes == before.processes


def test_changed_code_restarts_only_the_services_on_their_ports(started, options):
    home, _ = started
    changed = options.checkout.source / "dashboard" / "new.py"
    changed.unlink(missing_ok=True)
    before = lifecycle.start(home, options)
    changed.touch()
    after = lifecycle.start(home, options)
    assert pids(after)[EMULATOR] == pids(before)[EMULATOR]
    assert all(pids(after)[name] != pids(before)[name] for name in SERVICES)
    assert after.urls == before.urls
    assert after.deployed == before.deployed
    assert read_stack(home) == after


def test_a_crashed_service_is_reported_and_restarted(started, options):
    home, _ = started
    before = read_stack(home)
    os.kill(pids(before)[DASHBOARD], signal.SIGKILL)
    assert eventually(lambda: lifecycle.status(home).state == "broken")
    assert lifecycle.status(home).down == [DASHBOARD]
    after = lifecycle.start(home, options)
    assert pids(after)[EMULATOR] == pids(before)[EMULATOR]
    assert lifecycle.status(home).state == "running"


def test_services_see_nothing_of_this_machines_environment(started):
    home, _ = started
    expected = {"PATH", "LANG", "HOME", "TMPDIR"}
    for process in read_stack(home).processes:
        os_process = process.find()
        assert os_process is not None
        others = {
            name
            for name in os_process.environ()
            if name not in expected and not name.startswith(("AWS_", "MOCKTAILVERSE_"))
        }
        assert process.name == EMULATOR or not others


def test_services_are_added_to_a_stack_and_end_with_it(options, tmp_path):
    home = tmp_path / "state"
    bare = lifecycle.start(home, msgspec.structs.replace(options, services=False))
    try:
        assert set(bare.by_name) == {EMULATOR}
        assert bare.ops_key
        with_services = lifecycle.start(home, options)
        assert set(with_services.by_name) == {EMULATOR, *SERVICES}
        assert with_services.ops_key == bare.ops_key
    finally:
        lifecycle.stop(home)
    assert processes_of(home / "tmp") == []
    assert not (home / "tmp").exists()


def test_a_service_that_does_not_start_is_reported_and_leaves_nothing_behind(
    checkout, options, tmp_path
):
    home = tmp_path / "state"
    broken = msgspec.structs.replace(checkout, source=tmp_path / "mocktailverse")
    for path in checkout.source.rglob("*.py"):
        copy = broken.source / path.relative_to(checkout.source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (broken.source / "dashboard" / "app.py").unlink()
    with pytest.raises(UnreachableError, match=r"(?s)dashboard did not start.*app\.py"):
        lifecycle.start(home, msgspec.structs.replace(options, checkout=broken))
    assert processes_of(home / "tmp") == []
    assert lifecycle.status(home).state == "stopped"


def script(home: Path, options: Options, *lines: str) -> list[str]:
    """A command that runs lines of Python with the names `home` and `options`."""
    fields = msgspec.structs.asdict(options.checkout)
    checkout = ", ".join(f"{name}=Path({str(value)!r})" for name, value in fields.items())
    beginning = (
        "import os, time",
        "from pathlib import Path",
        "from mocktailverse.checkout import Checkout",
        "from mocktailverse.local import lifecycle, stack_start",
        f"home, checkout = Path({str(home)!r}), Checkout({checkout})",
        "url = 'http://127.0.0.1:9'",
        "options = lifecycle.Options(source_url=url, services=True, checkout=checkout)",
    )
    return [sys.executable, "-c", "\n".join((*beginning, *lines))]


@contextlib.contextmanager
def in_the_foreground(home: Path, options: Options) -> Iterator[subprocess.Popen[bytes]]:
    """Run a stack in the foreground of another process within the block."""
    command = script(
        home,
        options,
        "with lifecycle.running(home, options):",
        "    print('up', flush=True)",
        "    time.sleep(600)",
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as up:
        try:
            assert up.stdout is not None
            assert up.stdout.readline() == b"up\n"
            yield up
        finally:
            up.kill()
            lifecycle.stop(home)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_services_in_the_foreground_end_with_their_process(options, tmp_path, number):
    home = tmp_path / "state"
    with in_the_foreground(home, options) as up:
        assert len(processes_of(home / "tmp")) >= 3
        up.send_signal(number)
        assert up.wait() != 0
        assert eventually(lambda: processes_of(home / "tmp") == [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_services_that_another_command_restarted_end_with_the_foreground_too(
    options, tmp_path, number
):
    home = tmp_path / "state"
    with in_the_foreground(home, options) as up:
        before = read_stack(home)
        (options.checkout.source / f"changed_{number}.py").touch()
        after = lifecycle.start(home, options)
        assert all(pids(after)[name] != pids(before)[name] for name in SERVICES)
        assert lifecycle.status(home).state == "running"
        up.send_signal(number)
        assert up.wait() != 0
        assert eventually(lambda: processes_of(home / "tmp") == [])


def test_an_update_that_is_killed_blocks_no_port_of_a_stack_in_the_foreground(options, tmp_path):
    home = tmp_path / "state"
    with in_the_foreground(home, options):
        before = read_stack(home)
        (options.checkout.source / "dashboard" / "killed.py").touch()
        killed = script(
            home,
            options,
            "stack_start.write_stack = lambda *_: os.kill(os.getpid(), 9)",
            "lifecycle.start(home, options)",
        )
        assert subprocess.run(killed, check=False).returncode == -signal.SIGKILL
        assert read_stack(home) == before

        after = lifecycle.start(home, options)

        assert after.urls == before.urls
        assert lifecycle.status(home).state == "running"


def test_the_dashboard_gets_its_theme(checkout, tmp_path):
    config = tmp_path / "repository" / ".streamlit" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[theme]\n")
    themed = msgspec.structs.replace(checkout, streamlit_config=config)
    service_processes.place_streamlit_config(themed, tmp_path)
    assert (tmp_path / ".streamlit" / "config.toml").read_text() == "[theme]\n"


# ---- servers in the foreground


def serve(tmp_path: Path, module: str, port: int) -> contextlib.AbstractContextManager[object]:
    return foreground.server(
        "little server",
        [module, str(port), "--bind", "127.0.0.1"],
        port=port,
        environment={},
        folder=tmp_path,
    )


def test_a_server_in_the_foreground_responds_and_ends_with_the_block(tmp_path):
    port = tcp_ports.free_port()
    with serve(tmp_path, "http.server", port) as process:
        assert process.listens()
        assert health.get(port, "/") is not None
        foreground.require_alive(process)
    assert process.find() is None
    with pytest.raises(UnreachableError, match="little server has ended"):
        foreground.require_alive(process)


def test_a_server_that_cannot_start_is_reported(tmp_path):
    with (
        pytest.raises(UnreachableError, match="little server did not start"),
        serve(tmp_path, "mocktailverse.no_such_module", tcp_ports.free_port()),
    ):
        pass


def test_a_taken_port_of_a_server_in_the_foreground_is_reported(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match="--port"),
            serve(tmp_path, "http.server", port),
        ):
            pass


# ---- the keys of the services


def test_no_service_has_the_deployers_key(started):
    home, _ = started
    stack = read_stack(home)
    for name in SERVICES:
        assert stack.seen_by(name).secret_access_key != stack.secret_access_key
        os_process = stack.by_name[name].find()
        assert os_process is not None
        assert stack.secret_access_key not in os_process.environ().values()
        command_line = os_process.cmdline()
        if name == SERVER:
            stack_file = Path(command_line[command_line.index("--state-dir") + 1]) / "stack.json"
            assert stack.secret_access_key not in stack_file.read_text()
            assert stack_file.stat().st_mode & 0o077 == 0


def test_the_dashboard_may_store_own_recipes_and_no_other_raw_object(started):
    home, _ = started
    stack = read_stack(home)
    bucket, s3 = stack.outputs["DataBucket"], stack.seen_by(DASHBOARD).clients().s3
    s3.put_object(Bucket=bucket, Key="raw/own/probe.ndjson", Body=b'{"drinks": null}')
    for key in ("raw/thecocktaildb/probe.json", "raw/owner/probe.json", "state/own/probe", "own"):
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="raw/own/probe.ndjson")


@pytest.mark.parametrize("users_exist", [False, True])
def test_a_stack_without_service_keys_gets_them(started, options, users_exist):
    """An older version started the stack, or an upgrade from it was interrupted."""
    home, _ = started
    stack = read_stack(home)
    write_stack(home, msgspec.structs.replace(stack, service_keys={}))
    with pytest.raises(UsageError, match="mocktailverse up"):
        service_processes.dashboard_environment(read_stack(home))
    if not users_exist:
        for user in service_users.USER_NAMES.values():
            delete_user(stack, user)
    renewed = lifecycle.start(home, options)
    assert set(renewed.service_keys) == set(SERVICES)
    for service, user in service_users.USER_NAMES.items():
        (key,) = renewed.clients().iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
        assert key["AccessKeyId"] == renewed.service_keys[service].id
    assert lifecycle.status(home).state == "running"


def delete_user(stack: LocalStack, name: str) -> None:
    iam = stack.clients().iam
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    iam.delete_user(UserName=name)
