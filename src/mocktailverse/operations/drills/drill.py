"""A drill (game day): cause a failure, see its alarm fire, fix it by the runbook, see it clear."""

import json
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.model import month, price_table, total_usd
from mocktailverse.cost.template import Template
from mocktailverse.cost.usage import Usage
from mocktailverse.errors import TransientError, UsageError
from mocktailverse.operations.drills import faults
from mocktailverse.operations.drills.alarm_evaluation import evaluate
from mocktailverse.operations.drills.drill_stack import DrillStack, records
from mocktailverse.stores.alarms import read_alarm
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

EMULATED = (
    "The embedded AWS has no platform metrics and does not evaluate alarms: the deployed alarm's"
    " definition was evaluated here on the observed values."
)
BUDGET_EMULATED = (
    "The embedded AWS has no budgets: the template's limit was compared with the cost of the"
    " observed capacity by the price table."
)
PRODUCTION = {"Stage": "prod", "Target": "aws"}
PER_COMMAND_S = 120

FIX = re.compile(r"^## Fix\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAM = "mocktailverse"

Fault = Callable[[DrillStack], AbstractContextManager[None]]
OnProgress = Callable[[str], None]
StartStack = Callable[[Path, Path, OnProgress], AbstractContextManager[Stores]]


class DrillFinding(Struct, frozen=True):
    """An alarm at one stage of a drill; `at` is the time it was evaluated for, in ms."""

    stage: str
    at: int
    rings: bool
    observed: Any


class CommandRun(Struct, frozen=True):
    """A command of the runbook; `exit_code` is None if it was skipped."""

    command: str
    exit_code: int | None
    problem: str | None = None


class Drill(Struct, frozen=True):
    """A failure to practise; its name is also the alarm's and the runbook's."""

    name: str
    provokes: str
    fault: Fault


class DrillReport(Struct, frozen=True, kw_only=True):
    """The result of a drill."""

    drill: str
    runbook: str
    definition: Any
    emulated: str
    findings: list[DrillFinding]
    commands: list[CommandRun]
    fired: bool
    repaired: bool
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the alarm fired during the failure, and only then."""
        return self.fired and self.repaired


DRILLS = {
    drill.name: drill
    for drill in (
        Drill("dead-letters", "messages that fail five times", faults.unloadable_objects),
        Drill("function-errors", "a function that fails", faults.failing_function),
        Drill("no-load", "sweeps that store nothing for 36 hours", faults.failing_sweeps),
        Drill(
            "rejected-share", "a source with half of its records broken", faults.records_without_ids
        ),
        Drill("publish-lag", "a catalogue that stays behind", faults.unpublished_drinks),
        Drill("budget", "a table that costs too much", faults.expensive_table),
    )
}


def run(
    drill: Drill, start_stack: StartStack, on_progress: OnProgress = lambda _step: None
) -> DrillReport:
    """Run a drill on a local stack of its own, which is removed afterwards.

    `start_stack` runs a stack in a folder, with a file of records as its simulated source.

    Raises:
        MocktailverseError: the stack did not start, or the failure did not occur.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mocktailverse-drill-") as folder:
        given = Path(folder, "records.json")
        given.write_text(json.dumps({"drinks": records()}))
        state_dir = Path(folder, "stack")
        with start_stack(state_dir, given, on_progress) as stores:
            stack = DrillStack(stores, state_dir)
            check_of = _budget_check if drill.name == "budget" else _alarm_check
            return _carry_out(drill, stack, check_of(drill, stack), on_progress, began)


class AlarmCheck(Struct, frozen=True):
    """Evaluates a drill's alarm over one whole window that begins at a time in ms."""

    definition: Any
    emulated: str
    check: Callable[[str, int], DrillFinding]


def _carry_out(
    drill: Drill, stack: DrillStack, alarm: AlarmCheck, on_progress: OnProgress, began: float
) -> DrillReport:
    on_progress("loading drinks while all is well")
    well_at = now()
    stack.sweep()
    stack.load(records(), "well")
    stack.settle()
    findings = [alarm.check("while all is well", well_at)]
    on_progress(f"provoking {drill.provokes}")
    broken_at = now()
    with drill.fault(stack):
        findings.append(alarm.check("while it fails", broken_at))
    on_progress("fixing it by the runbook")
    fixed_at = now()
    commands = [_run(command, stack) for command in repair_commands(drill.name)]
    stack.settle()
    findings.append(alarm.check("after the repair", fixed_at))
    well, failing, after = (finding.rings for finding in findings)
    return DrillReport(
        drill=drill.name,
        runbook=f"docs/runbooks/{drill.name}.md",
        definition=alarm.definition,
        emulated=alarm.emulated,
        findings=findings,
        commands=commands,
        fired=failing and not well,
        repaired=not after and not any(ran.exit_code for ran in commands),
        seconds=round(time.monotonic() - began, 1),
    )


def _alarm_check(drill: Drill, stack: DrillStack) -> AlarmCheck:
    alarm = read_alarm(stack.stores.clients, f"mocktailverse-{drill.name}-local")

    def check(stage: str, since: int) -> DrillFinding:
        verdict = evaluate(alarm, stack.observe(since), since + alarm.window_ms)
        present = [datapoint for datapoint in verdict.datapoints if datapoint is not None]
        missing = len(verdict.datapoints) - len(present)
        observed = {"datapoints": present, "missing": missing}
        return DrillFinding(stage, verdict.at, verdict.rings, observed)

    return AlarmCheck(msgspec.to_builtins(alarm), EMULATED, check)


def _budget_check(_drill: Drill, stack: DrillStack) -> AlarmCheck:
    prod = {**PRODUCTION, "AWS::Region": stack.stores.clients.region}
    resources = Template.read(find_checkout().template).resources(prod)
    (budget,) = (
        resource.properties for resource in resources if resource.type == "AWS::Budgets::Budget"
    )
    limit = float(budget["Budget"]["BudgetLimit"]["Amount"])
    (percent,) = (
        float(one["Notification"]["Threshold"])
        for one in budget["NotificationsWithSubscribers"]
        if one["Notification"]["NotificationType"] == "ACTUAL"
    )

    def check(stage: str, since: int) -> DrillFinding:
        read, write = stack.capacity()
        usage = Usage(dynamodb_rcu=read, dynamodb_wcu=write)
        usd = round(total_usd(month(usage, price_table())), 2)
        return DrillFinding(stage, since, usd > limit * percent / 100, {"usd_a_month": usd})

    definition = {"name": budget["Budget"]["BudgetName"], "usd_a_month": limit, "percent": percent}
    return AlarmCheck(definition, BUDGET_EMULATED, check)


def repair_commands(name: str) -> list[list[str]]:
    """Return the arguments of `mocktailverse` in a runbook's "Fix"; UsageError if it has none."""
    page = find_checkout().template.parents[1] / "docs" / "runbooks" / f"{name}.md"
    section = FIX.search(page.read_text()) if page.is_file() else None
    if section is None:
        raise UsageError(f"{page} does not exist, or has no section `Fix`.")
    lines = [line for block in BLOCK.findall(section[1]) for line in block.splitlines()]
    words = [shlex.split(line, comments=True) for line in lines]
    return [rest for program, *rest in filter(None, words) if program == PROGRAM]


def on_this_machine(command: list[str], home: str) -> list[str]:
    """Return the command for the stack of a drill, in place of `--env prod`."""
    at = command.index("--env") if "--env" in command else len(command)
    return [*command[:at], *command[at + 2 :], "--state-dir", home]


def _run(command: list[str], stack: DrillStack) -> CommandRun:
    """Run a command of the runbook on the drill's stack, as an operator would."""
    shown = " ".join([PROGRAM, *command])
    if command[0] == "deploy":  # deployment is for AWS; the end of the fault replaces it
        return CommandRun(shown, None)
    arguments = on_this_machine(command, str(stack.state_dir))
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "mocktailverse.cli", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            timeout=PER_COMMAND_S,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise TransientError(f"`{shown}` did not end within {PER_COMMAND_S} s.") from error
    problem = done.stderr.strip() if done.returncode else None
    return CommandRun(shown, done.returncode, problem)
