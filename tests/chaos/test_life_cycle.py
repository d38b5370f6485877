"""Random faults in the life of a local stack: its data is kept, or the refusal is clear.

`make chaos SEED=7 N=10` runs ten rounds with the seeds 7 to 16. A round's scenario is its seed
modulo the number of scenarios, so that as many rounds as scenarios run each once. To repeat round
9, run `make chaos SEED=9 N=1`.
"""

import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from mocktailverse.local import lifecycle
from mocktailverse.local.state import EMULATOR, LocalStack, read_stack
from mocktailverse.waiting import wait_until
from worlds.processes import processes_of

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(0)]  # each command has a limit of its own

COMMAND = Path(sys.executable).with_name("mocktailverse")
SAMPLES = Path(__file__).resolve().parents[2] / "data" / "raw"
COMMAND_LIMIT_S = 240.0
DONE, FAILED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
START_UP_S = 0.5
"""An interpreter that is still starting ends on an interrupt as interpreters do."""

NOBODY = 65534
eventually = partial(wait_until, timeout_s=60, poll_s=0.05)


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Stage:
    """A folder in which commands run, and what may be said of each of them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.home = folder / "Zustand für alle" / "Maß"
        self.chance = random.Random(seed)  # noqa: S311 - not for secrets
        self.surroundings = {**os.environ, "TMPDIR": str(folder / "scratch")}
        (folder / "scratch").mkdir()

    def begin(self, *arguments: object, **surroundings: str) -> "subprocess.Popen[str]":
        note("mocktailverse", *arguments)
        return subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env={**self.surroundings, **surroundings},
        )

    def end(self, process: "subprocess.Popen[str]", *codes: int) -> Ended:
        """Wait for a command; it ends with one of these codes and never with a traceback."""
        try:
            out, err = process.communicate(timeout=COMMAND_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            pytest.fail(f"{process.args} does not end: {process.communicate()}")
        ended = Ended(process.returncode, out, err)
        note("  ->", ended.code, err.strip()[-300:])
        assert "Traceback" not in err, err
        assert ended.code in codes, ended
        if "status" in process.args and ended.code == UNREACHABLE:
            assert "Local stack" in out  # the state is its result, not an error
        elif ended.code in (FAILED, USAGE, UNREACHABLE):
            assert err.startswith("Error: ")
        return ended

    def run(self, *arguments: object, codes: tuple[int, ...] = (DONE,), **variables: str) -> Ended:
        return self.end(self.begin(*arguments, **variables), *codes)

    def up(self, *arguments: object, codes: tuple[int, ...] = (DONE,)) -> Ended:
        return self.run("up", "--detach", *arguments, "--state-dir", self.home, codes=codes)

    def down(self) -> None:
        self.run("down", "--state-dir", self.home)

    def filled(self) -> dict[str, str]:
        """Start a stack and ingest the samples; the drinks table."""
        self.up()
        files = [SAMPLES / "mocktails.json", SAMPLES / "winter.ndjson.gz"]
        self.run("ingest", *files, "--wait", "--state-dir", self.home)
        table = self.table()
        assert len(table) > 1
        return table

    def table(self) -> dict[str, str]:
        """Every item of the drinks table, by id."""
        stack = read_stack(self.home)
        assert stack is not None
        pages = stack.clients().dynamodb.get_paginator("scan")
        found = pages.paginate(TableName=stack.outputs["DrinksTable"], ConsistentRead=True)
        items = (item for page in found for item in page["Items"])
        return {item["id"]["S"]: json.dumps(item, sort_keys=True) for item in items}

    def processes(self) -> list[psutil.Process]:
        """Processes that know the folder: by command line, working folder or environment."""
        return processes_of(self.folder)

    def is_left_clean(self) -> None:
        """Nothing runs, and nothing temporary is left."""
        assert eventually(lambda: self.processes() == [])
        assert list((self.folder / "scratch").iterdir()) == []
        assert not (self.home / "tmp").exists()


def note(*words: object) -> None:
    print(f"{time.monotonic():10.1f}", *words, flush=True)  # noqa: T201 - what a failure needs


# ---- scenarios


def parts_are_killed_and_frozen(stage: Stage) -> None:
    """Parts die or freeze before and during `up`; then the data is there, or `up` refuses."""
    table = stage.filled()
    for _ in range(stage.chance.randint(1, 3)):
        stack = read_stack(stage.home)
        assert stack is not None
        names = stage.chance.sample(list(stack.by_name), stage.chance.randint(1, 2))
        frozen = [name for name in names if stage.chance.random() < 0.5]
        killed = [name for name in names if name not in frozen]
        early = stage.chance.random() < 0.6
        note("freeze", frozen, "kill", killed, "before" if early else "during", "up")
        if early:
            strike(stack, frozen, killed)
        up = stage.begin("up", "--detach", "--state-dir", stage.home)
        time.sleep(stage.chance.uniform(0, 6))
        if not early:
            strike(stack, frozen, killed)
            time.sleep(stage.chance.uniform(0, 4))
        if stage.chance.random() < 0.3:
            time.sleep(START_UP_S)
            number = stage.chance.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
            note("signal", number, "to up")
            up.send_signal(number)
        wake(stack, frozen)
        stage.end(up, DONE, UNREACHABLE, FAILED, INTERRUPTED, 143, -9)
        if EMULATOR in killed:
            refusal = stage.up(codes=(UNREACHABLE,))
            assert "has ended" in refusal.err
            assert "mocktailverse up --forget" in refusal.err
            stage.up("--forget")
            assert stage.table() == {}
            break
        stage.up()
        assert lifecycle.status(stage.home).state == "running"
        assert stage.table() == table
    stage.down()


def strike(stack: LocalStack, frozen: list[str], killed: list[str]) -> None:
    for name in frozen + killed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(stack.by_name[name].pid, signal.SIGSTOP if name in frozen else signal.SIGKILL)


def wake(stack: LocalStack, frozen: list[str]) -> None:
    for name in frozen:
        with contextlib.suppress(ProcessLookupError):
            os.kill(stack.by_name[name].pid, signal.SIGCONT)


def a_demo_is_interrupted(stage: Stage) -> None:
    """Ctrl-C, also pressed twice, at any moment of a demo leaves nothing."""
    for _ in range(2):
        demo = stage.begin("demo", "--headless")
        time.sleep(START_UP_S + stage.chance.expovariate(1 / 4))
        for _press in range(stage.chance.randint(1, 2)):
            demo.send_signal(signal.SIGINT)
            time.sleep(stage.chance.uniform(0, 0.3))
        stage.end(demo, INTERRUPTED, DONE)
        stage.is_left_clean()


def the_disk_is_small(stage: Stage) -> None:
    """A start on a disk of any size works or names the disk; it does not wait for long."""
    kib = round(2 ** stage.chance.uniform(3, 15))
    disk = stage.folder / "disk"
    disk.mkdir()
    with mounted(disk, kib):
        home = ("--state-dir", disk / "state")
        began = time.monotonic()
        ended = stage.run("up", "--detach", *home, codes=(DONE, UNREACHABLE))
        assert time.monotonic() - began < COMMAND_LIMIT_S
        assert ended.code == DONE or "ran out of space" in ended.err, ended
        stage.run("down", *home)
        assert eventually(lambda: stage.processes() == [])


@contextlib.contextmanager
def mounted(folder: Path, kib: int) -> Iterator[None]:
    """A file system of the given size in KiB at a folder."""
    note("a disk of", kib, "KiB")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    if os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small disk takes root")
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def commands_run_at_once(stage: Stage) -> None:
    """`up` and `down` in any order give one stack or none, and no debris."""
    running = []
    for name in stage.chance.sample(["up", "up", "down", "status"], 3):
        arguments = ["--detach"] if name == "up" else []
        running.append(stage.begin(name, *arguments, "--state-dir", stage.home))
        time.sleep(stage.chance.uniform(0, 3))
    for process in running:
        stage.end(process, DONE, *([UNREACHABLE] if "status" in process.args else []))
    module = "mocktailverse.local.guarded_emulator"
    emulators = [p for p in stage.processes() if module in " ".join(p.cmdline())]
    stack = read_stack(stage.home)
    assert len(emulators) == (stack is not None)
    stage.up()
    assert lifecycle.status(stage.home).state == "running"
    stage.down()


def surroundings_are_strange(stage: Stage) -> None:
    """No locale, no home, a path with spaces and umlauts, and another user where we are root."""
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    demo = ("demo", "--headless", "--json", "--state-dir", stage.home)
    ended = stage.run(*demo, **plain)
    assert json.loads(ended.out)["verify"]["ok"] is True
    assert not (stage.home / "stack.json").exists()
    if os.getuid() == 0:
        as_another_user(stage)


def as_another_user(stage: Stage) -> None:
    """A user who may not write to the checkout gets a stack, or one sentence."""
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    allowed = subprocess.run(
        ["test", "-x", Path(sys.executable).resolve()], check=False, **other
    ).returncode
    if allowed != 0:
        note("another user may not run this Python; left out")
        return
    home = stage.folder / "other"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    variables = {**stage.surroundings, "HOME": str(home), "TMPDIR": str(home)}
    ended = subprocess.run(
        [COMMAND, "demo", "--headless", "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
        **other,
    )
    note("  ->", ended.returncode, ended.stderr[-300:])
    assert "Traceback" not in ended.stderr
    assert ended.returncode in (DONE, USAGE)


SCENARIOS = (
    parts_are_killed_and_frozen,
    a_demo_is_interrupted,
    the_disk_is_small,
    commands_run_at_once,
    surroundings_are_strange,
)


def test_a_stack_survives_chaos_or_says_why_not(pytestconfig):
    seed, rounds = pytestconfig.option.chaos_seed, pytestconfig.option.chaos_rounds
    minutes = pytestconfig.option.chaos_minutes
    deadline = time.monotonic() + (minutes or 0) * 60
    for number in itertools.count(seed) if minutes else range(seed, seed + rounds):
        if minutes and time.monotonic() > deadline:
            break
        scenario = SCENARIOS[number % len(SCENARIOS)]
        note(f"round {number}: {scenario.__name__}; repeat: make chaos SEED={number} N=1")
        with tempfile.TemporaryDirectory(prefix="chaos ") as folder:
            stage = Stage(Path(folder), number)
            try:
                scenario(stage)
                stage.is_left_clean()
            except pytest.skip.Exception as skipped:
                note("left out:", skipped)
            finally:
                end_all(stage)


def end_all(stage: Stage) -> None:
    """End what a failed round left, frozen processes included."""
    left = stage.processes()
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=10)
