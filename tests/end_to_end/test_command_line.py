"""The command line as users and scripts run it: exit codes, processes, signals."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import psutil
import pytest

from worlds.processes import processes_of

COMMAND = Path(sys.executable).with_name("mocktailverse")
SAMPLE_DRINKS = 172


@pytest.fixture
def scratch(tmp_path):
    """A folder for temporary files; the command must leave it empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def run(*arguments, scratch):
    """Run a command until it ends."""
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(scratch)},
    )


def test_the_demo_loads_all_records_and_leaves_nothing_behind(scratch):
    ended = run("demo", "--headless", "--json", scratch=scratch)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert result["verify"]["ok"] is True
    totals = result["totals"]
    assert set(totals) == {"read", "loaded", "unchanged", "stale", "rejected"}
    assert totals["read"] == sum(totals.values()) - totals["read"]
    assert totals["loaded"] >= SAMPLE_DRINKS
    assert totals["rejected"] > 0
    assert result["dead_letters"] == 0
    assert list(scratch.iterdir()) == []
    assert processes_of(scratch) == []


def test_a_stack_runs_until_it_is_stopped(tmp_path, scratch, samples, command):
    home = tmp_path / "home"
    state = ("--state-dir", home)
    ended = run("up", "--detach", *state, "--json", scratch=scratch)
    assert ended.returncode == 0, ended.stderr
    up = json.loads(ended.stdout)
    try:
        assert up["endpoint"].startswith("http://127.0.0.1:")
        assert {"DataBucket", "QueueUrl", "DrinksTable", "LoadsTable"} <= set(up["outputs"])
        assert set(up["urls"]) == {"dashboard", "api", "docs", "harness", "gateway"}
        for name, path in (("dashboard", ""), ("docs", ""), ("harness", ""), ("api", "/stats")):
            assert httpx2.get(up["urls"][name] + path).status_code in {200, 503}, name
        loads = httpx2.get(f"{up['urls']['api']}/loads", headers={"x-api-key": up["ops_key"]})
        assert loads.is_success
        assert command("up", "--detach", *state, "--json").json["processes"] == up["processes"]
        shown = command("status", *state).out
        for process in up["processes"]:
            assert process["name"] in shown
            assert f"http://127.0.0.1:{process['port']}" in shown
        assert up["urls"]["harness"] in shown
        status = command("status", *state, "--json")
        assert status.json["urls"] == up["urls"]
        assert (status.code, status.json["state"], status.json["down"]) == (0, "running", [])
        assert status.json["dead_letters"] == 0

        assert command("ingest", samples / "winter.ndjson.gz", "--wait", *state).code == 0
        assert command("verify", *state).code == 0

        for name in ("up", "demo"):
            result = command(name, *state)
            assert (result.code, "already" in result.err) == (2, True)
        assert command("up", "--detach", "--port", 1, *state).code == 2

        emulator = psutil.Process(up["processes"][0]["pid"])
        emulator.kill()
        psutil.wait_procs([emulator], timeout=60)
        status = command("status", *state, "--json")
        assert (status.code, status.json["state"]) == (3, "broken")
        assert status.json["down"] == ["embedded AWS"]
        result = command("verify", *state)
        assert (result.code, result.out) == (3, "")
        again = command("up", "--detach", "--json", *state)
        assert "Restored 14 drinks from 1 raw object" in again.err
        assert again.json["urls"] | {"gateway": ""} == up["urls"] | {"gateway": ""}
        assert command("verify", *state).code == 0
        assert command("down", *state, "--json").json == {"stopped": True}
        result = command("demo", *state)
        assert (result.code, "would mix" in result.err) == (2, True)
        assert command("up", "--detach", "--json", *state).code == 0
    finally:
        ended = run("down", *state, "--json", scratch=scratch)
    assert json.loads(ended.stdout) == {"stopped": True}
    assert command("down", *state, "--json").json == {"stopped": False}
    assert command("status", *state).code == 3
    assert processes_of(home) == []
    assert not (home / "tmp").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stack_in_the_foreground_leaves_nothing_behind_when_it_stops(
    tmp_path, scratch, foreground, number
):
    home = tmp_path / "home"
    with foreground("up", "--state-dir", home) as up:
        assert up.stderr is not None
        assert any("Running. Press Ctrl-C to stop; the data is kept." in line for line in up.stderr)
        assert len(processes_of(home)) >= 5
        up.send_signal(number)
        _, error = up.communicate(timeout=120)
    assert up.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert "Traceback" not in error
    assert processes_of(home) == []
    assert list(scratch.iterdir()) == []
    logs = {f"{part}.log" for part in ("emulator", "source", "server", "dashboard")}
    assert {path.name for path in home.iterdir()} == {*logs, "lock", "data", "ports.json"}


def test_an_interrupted_demo_leaves_nothing_behind(scratch, foreground):
    with foreground("demo", "--headless") as demo:
        while not any(scratch.glob("mocktailverse-*/tmp/*")):
            assert demo.poll() is None
        demo.send_signal(signal.SIGINT)
        _, error = demo.communicate(timeout=120)
    assert demo.returncode == 130
    assert "Traceback" not in error
    assert processes_of(scratch) == []
    assert list(scratch.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 4 MiB, which is too small for the functions' code."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not allow mounting a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_reported_without_waiting(small_disk, scratch):
    home = small_disk / "home"
    ended = run("up", "--detach", "--state-dir", home, scratch=scratch)
    assert ended.returncode == 3
    assert f"The disk that holds `{home}` ran out of space" in ended.stderr
    assert "--state-dir" in ended.stderr
    assert processes_of(home) == []
    assert not (home / "stack.json").exists()


# ---- usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("ingest", "{sample}"),
        ("fetch",),
        ("verify",),
        ("loads", "--json"),
        ("rejected",),
        ("drinks", "list"),
        ("replay", "--all"),
        ("redrive",),
        ("reconcile",),
    ],
    ids=" ".join,
)
def test_without_a_stack_the_error_names_the_command_that_starts_one(
    command, tmp_path, samples, arguments
):
    sample = str(samples / "winter.ndjson.gz")
    result = command(*(a.format(sample=sample) for a in arguments), "--state-dir", tmp_path)
    assert result.code == 3
    assert "Traceback" not in result.err
    if arguments != ("status",):
        assert result.out == ""
        assert "mocktailverse up" in result.err


@pytest.mark.parametrize("name", ["up", "demo"])
def test_a_port_in_use_is_reported_with_a_fix(command, tmp_path, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = command(name, "--port", port, "--state-dir", tmp_path / "home")
    assert result.code == 2
    assert f"Port {port}" in result.err
    assert "--port" in result.err
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("up", "--port", "0"),
        ("up", "--port", "70000"),
        ("up", "--env", "prod"),
        ("demo", "--env", "dev"),
        ("down", "--env", "prod"),
        ("verify", "--nonsense"),
        ("loads", "--env", "local", "--limit"),
        ("transform",),
        ("transform", "no-such-file.json"),
        ("transform", "."),
    ],
    ids=" ".join,
)
def test_wrong_usage_of_the_command_line_exits_with_2(command, arguments):
    result = command(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err


def test_a_missing_records_file_is_wrong_usage(command, tmp_path):
    result = command(
        "up", "--detach", "--records", tmp_path / "none", "--state-dir", tmp_path / "h"
    )
    assert result.code == 2
    assert "--records" in result.err
    assert processes_of(tmp_path) == []


def test_a_state_folder_that_is_a_file_is_wrong_usage(command, tmp_path):
    file = tmp_path / "file"
    file.touch()
    for arguments in (("up", "--detach"), ("status",), ("loads",)):
        result = command(*arguments, "--state-dir", file)
        assert result.code in {2, 3}
        assert "Traceback" not in result.err


def test_a_reader_that_stops_early_is_not_an_error(tmp_path, samples):
    pipe = f"'{COMMAND}' transform '{samples / 'mocktails.json'}' | head -1"
    ended = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {pipe}"], capture_output=True, check=False, cwd=tmp_path
    )
    assert ended.returncode == 0
    assert b"Traceback" not in ended.stderr
