"""Random faults in a local stack's life cycle: it keeps its data or reports a clear error.

`make chaos SEED=7 N=10` runs ten rounds with the seeds 7 to 16. A round's scenario is its seed
modulo the number of scenarios, so that consecutive rounds run all scenarios in turn. To repeat
round 9, run `make chaos SEED=9 N=1`.
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

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(0)]  # each command has a separate time limit

COMMAND = Path(sys.executable).with_name("mocktailverse")
SAMPLES = Path(__file__).resolve().parents[2] / "data" / "raw"
COMMAND_LIMIT_S = 240.0
DONE, FAILED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
START_UP_S = 0.5
"""Time to start the interpreter, which prints its own traceback on an earlier interrupt."""

NOBODY_UID = 65534
eventually = partial(wait_until, timeout_s=60, poll_s=0.05)


class CommandResult(NamedTuple):
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


class Sandbox:
    """A folder in which commands run, with checks that hold for every command."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.home = folder / "Zustand für alle" / "Maß"
        self.random = random.Random(seed)
        self.environment = {**os.environ, "TMPDIR": str(folder / "scratch")}
        (folder / "scratch").mkdir()

    def start(self, *arguments: object, **variables: str) -> "subprocess.Popen[str]":
        log("mocktailverse", *arguments)
        return subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env={**self.environment, **variables},
        )

    def finish(self, process: "subprocess.Popen[str]", *codes: int) -> CommandResult:
        """Wait for a command; check that it exits with one of these codes, without a traceback."""
        try:
            out, err = process.communicate(timeout=COMMAND_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            pytest.fail(f"{process.args} does not end: {process.communicate()}")
        result = CommandResult(process.returncode, out, err)
        log("  ->", result.code, err.strip()[-300:])
        assert "Traceback" not in err, err
        assert result.code in codes, result
        if "status" in process.args and result.code == UNREACHABLE:
            assert "Local stack" in out  # the state is its result, not an error
        elif result.code in (FAILED, USAGE, UNREACHABLE):
            assert err.startswith("Error: ")
        return result

    def run(
        self, *arguments: object, codes: tuple[int, ...] = (DONE,), **variables: str
    ) -> CommandResult:
        return self.finish(self.start(*arguments, **variables), *codes)

    def up(self, *arguments: object, codes: tuple[int, ...] = (DONE,)) -> CommandResult:
        return self.run("up", "--detach", *arguments, "--state-dir", self.home, codes=codes)

    def down(self) -> None:
        self.run("down", "--state-dir", self.home)

    def start_with_samples(self) -> dict[str, str]:
        """Start a stack and ingest the samples; return the drinks table."""
        self.up()
        files = [SAMPLES / "mocktails.json", SAMPLES / "winter.ndjson.gz"]
        self.run("ingest", *files, "--wait", "--state-dir", self.home)
        table = self.table()
        assert len(table) > 1
        return table

    def table(self) -> dict[str, str]:
        """Return every item of the drinks table as JSON text, by id."""
        stack = read_stack(self.home)
        assert stack is not None
        scan = stack.clients().dynamodb.get_paginator("scan")
        pages = scan.paginate(TableName=stack.outputs["DrinksTable"], ConsistentRead=True)
        items = (item for page in pages for item in page["Items"])
        return {item["id"]["S"]: json.dumps(item, sort_keys=True) for item in items}

    def processes(self) -> list[psutil.Process]:
        """Return the processes whose command line, working folder or environment has the folder."""
        return processes_of(self.folder)

    def check_clean(self) -> None:
        """Check that no process runs and that no temporary file is left."""
        assert eventually(lambda: self.processes() == [])
        assert list((self.folder / "scratch").iterdir()) == []
        assert not (self.home / "tmp").exists()


def log(*words: object) -> None:
    print(f"{time.monotonic():10.1f}", *words, flush=True)  # noqa: T201 - to explain a failure


# ---- scenarios


def parts_are_killed_and_frozen(sandbox: Sandbox) -> None:
    """Parts die or freeze before and during `up`; the next `up` has all the data."""
    table = sandbox.start_with_samples()
    for _ in range(sandbox.random.randint(1, 3)):
        stack = read_stack(sandbox.home)
        assert stack is not None
        names = sandbox.random.sample(list(stack.by_name), sandbox.random.randint(1, 2))
        frozen = [name for name in names if sandbox.random.random() < 0.5]
        killed = [name for name in names if name not in frozen]
        is_before_up = sandbox.random.random() < 0.6
        log("freeze", frozen, "kill", killed, "before" if is_before_up else "during", "up")
        if is_before_up:
            disturb(stack, frozen, killed)
        up = sandbox.start("up", "--detach", "--state-dir", sandbox.home)
        time.sleep(sandbox.random.uniform(0, 6))
        if not is_before_up:
            disturb(stack, frozen, killed)
            time.sleep(sandbox.random.uniform(0, 4))
        if sandbox.random.random() < 0.3:
            time.sleep(START_UP_S)
            number = sandbox.random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
            log("signal", number, "to up")
            up.send_signal(number)
        wake(stack, frozen)
        sandbox.finish(up, DONE, UNREACHABLE, FAILED, INTERRUPTED, 143, -9)
        sandbox.up()
        assert lifecycle.status(sandbox.home).state == "running"
        assert sandbox.table() == table
    sandbox.down()


def disturb(stack: LocalStack, frozen: list[str], killed: list[str]) -> None:
    for name in frozen + killed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(stack.by_name[name].pid, signal.SIGSTOP if name in frozen else signal.SIGKILL)


def wake(stack: LocalStack, frozen: list[str]) -> None:
    for name in frozen:
        with contextlib.suppress(ProcessLookupError):
            os.kill(stack.by_name[name].pid, signal.SIGCONT)


def processes_are_killed_during_ingest(sandbox: Sandbox) -> None:
    """What was acknowledged is there after the next `up`, in table and catalogue, and adds up."""
    possible: dict[str, set[str]] = {}  # names that each drink may have
    for number in range(sandbox.random.randint(3, 6)):
        sandbox.up()
        ids = sandbox.random.sample(range(1, 91), sandbox.random.randint(1, 60))
        records = [new_record(drink_id, number) for drink_id in ids]
        file = sandbox.folder / "records.json"
        file.write_text(json.dumps({"drinks": records}))
        ingest = sandbox.start("ingest", file, "--state-dir", sandbox.home)
        time.sleep(sandbox.random.uniform(0, 4))
        kill_some(sandbox)
        result = sandbox.finish(ingest, DONE, FAILED, UNREACHABLE)
        for record in records:
            names = possible.setdefault(f"thecocktaildb:{record['idDrink']}", {""})
            if result.code == DONE:
                names.clear()
            names.add(record["strDrink"])
        if sandbox.random.random() < 0.3:
            kill_some(sandbox)
    sandbox.up()
    verify = partial(sandbox.run, "verify", "--state-dir", sandbox.home, codes=(DONE, FAILED))
    assert eventually(lambda: verify().code == DONE)  # loads may still be under way
    table = {key: json.loads(item)["name"]["S"] for key, item in sandbox.table().items()}
    assert all(table.get(key, "") in names for key, names in possible.items())
    if not table:  # each ingest was killed before it had stored anything
        return
    export = sandbox.run("export", "--format", "ndjson", "--state-dir", sandbox.home)
    drinks = [json.loads(line) for line in export.out.splitlines()]
    assert {drink["id"]: drink["name"] for drink in drinks} == table
    sandbox.down()


def new_record(drink_id: int, number: int) -> dict[str, str]:
    return {
        "idDrink": str(drink_id),
        "strDrink": f"Drink {drink_id} of round {number}",
        "strInstructions": "Shake.",
        "strIngredient1": "Gin",
        "strMeasure1": "2 oz",
    }


def kill_some(sandbox: Sandbox) -> None:
    """Kill one to all processes of the stack, and workers of functions."""
    stack = read_stack(sandbox.home)
    assert stack is not None
    alive = [p for p in sandbox.processes() if "ingest" not in command_of(p)]
    victims = sandbox.random.sample(alive, sandbox.random.randint(min(1, len(alive)), len(alive)))
    if sandbox.random.random() < 0.5:
        victims += [p for p in alive if p.pid == stack.by_name[EMULATOR].pid]
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            log("kill", victim.pid, *victim.cmdline()[-3:])
            victim.kill()


def command_of(process: psutil.Process) -> list[str]:
    """Return a process's command line; an empty one if it has just ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


def a_demo_is_interrupted(sandbox: Sandbox) -> None:
    """One or two Ctrl-C at any time during a demo leave nothing behind."""
    for _ in range(2):
        demo = sandbox.start("demo", "--headless")
        time.sleep(START_UP_S + sandbox.random.expovariate(1 / 4))
        for _press in range(sandbox.random.randint(1, 2)):
            demo.send_signal(signal.SIGINT)
            time.sleep(sandbox.random.uniform(0, 0.3))
        sandbox.finish(demo, INTERRUPTED, DONE)
        sandbox.check_clean()


def the_disk_is_small(sandbox: Sandbox) -> None:
    """A start on a disk of any size succeeds, or reports a full disk without a long wait."""
    kib = round(2 ** sandbox.random.uniform(3, 15))
    disk = sandbox.folder / "disk"
    disk.mkdir()
    with mounted(disk, kib):
        home = ("--state-dir", disk / "state")
        started_at = time.monotonic()
        result = sandbox.run("up", "--detach", *home, codes=(DONE, UNREACHABLE))
        assert time.monotonic() - started_at < COMMAND_LIMIT_S
        assert result.code == DONE or "ran out of space" in result.err, result
        sandbox.run("down", *home)
        assert eventually(lambda: sandbox.processes() == [])


@contextlib.contextmanager
def mounted(folder: Path, kib: int) -> Iterator[None]:
    """Mount a file system of the given size in KiB at a folder within the block."""
    log("a disk of", kib, "KiB")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    if os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not allow mounting a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def commands_run_concurrently(sandbox: Sandbox) -> None:
    """Concurrent `up` and `down` give one stack or none, and leave nothing else behind."""
    running = []
    for name in sandbox.random.sample(["up", "up", "down", "status"], 3):
        arguments = ["--detach"] if name == "up" else []
        running.append(sandbox.start(name, *arguments, "--state-dir", sandbox.home))
        time.sleep(sandbox.random.uniform(0, 3))
    for process in running:
        sandbox.finish(process, DONE, *([UNREACHABLE] if "status" in process.args else []))
    module = "mocktailverse.local.guarded_emulator"
    emulators = [p for p in sandbox.processes() if module in " ".join(p.cmdline())]
    stack = read_stack(sandbox.home)
    assert len(emulators) == (stack is not None)
    sandbox.up()
    assert lifecycle.status(sandbox.home).state == "running"
    sandbox.down()


def unusual_environments(sandbox: Sandbox) -> None:
    """No locale, no home, a path with spaces and umlauts, and as root also another user."""
    c_locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    demo = ("demo", "--headless", "--json", "--state-dir", sandbox.home)
    result = sandbox.run(*demo, **c_locale)
    assert json.loads(result.out)["verify"]["ok"] is True
    assert not (sandbox.home / "stack.json").exists()
    if os.getuid() == 0:
        as_another_user(sandbox)


def as_another_user(sandbox: Sandbox) -> None:
    """A user who may not write to the checkout gets a stack, or a one-sentence error."""
    other = {"user": NOBODY_UID, "group": NOBODY_UID, "extra_groups": []}
    allowed = subprocess.run(
        ["test", "-x", Path(sys.executable).resolve()], check=False, **other
    ).returncode
    if allowed != 0:
        log("skipped: another user may not run this Python")
        return
    home = sandbox.folder / "other"
    home.mkdir()
    os.chown(home, NOBODY_UID, NOBODY_UID)
    variables = {**sandbox.environment, "HOME": str(home), "TMPDIR": str(home)}
    ended = subprocess.run(
        [COMMAND, "demo", "--headless", "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
        **other,
    )
    log("  ->", ended.returncode, ended.stderr[-300:])
    assert "Traceback" not in ended.stderr
    assert ended.returncode in (DONE, USAGE)


SCENARIOS = (
    parts_are_killed_and_frozen,
    processes_are_killed_during_ingest,
    a_demo_is_interrupted,
    the_disk_is_small,
    commands_run_concurrently,
    unusual_environments,
)


def test_a_stack_survives_chaos_or_reports_why_not(pytestconfig):
    seed, rounds = pytestconfig.option.chaos_seed, pytestconfig.option.chaos_rounds
    minutes = pytestconfig.option.chaos_minutes
    deadline = time.monotonic() + (minutes or 0) * 60
    for number in itertools.count(seed) if minutes else range(seed, seed + rounds):
        if minutes and time.monotonic() > deadline:
            break
        scenario = SCENARIOS[number % len(SCENARIOS)]
        log(f"round {number}: {scenario.__name__}; repeat: make chaos SEED={number} N=1")
        with tempfile.TemporaryDirectory(prefix="chaos ") as folder:
            sandbox = Sandbox(Path(folder), number)
            try:
                scenario(sandbox)
                sandbox.check_clean()
            except pytest.skip.Exception as skipped:
                log("skipped:", skipped)
            finally:
                kill_all(sandbox)


def kill_all(sandbox: Sandbox) -> None:
    """Kill the processes that a failed round left, frozen ones included."""
    left = sandbox.processes()
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=10)
