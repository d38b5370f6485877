"""A drill: break it, see its alarm ring, repair it by the runbook, see the alarm end."""

import json
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

from mocktailverse.cost.model import month, price_table, total_usd
from mocktailverse.cost.usage import Usage
from mocktailverse.deployment.checkout import find_checkout
from mocktailverse.deployment.template import Template
from mocktailverse.errors import TransientError
from mocktailverse.local import lifecycle
from mocktailverse.local.drills import faults
from mocktailverse.local.drills.bench import Bench, records
from mocktailverse.local.drills.evaluation import evaluate
from mocktailverse.local.drills.runbook import on_this_machine, repair_commands
from mocktailverse.pipeline.moments import now
from mocktailverse.stores.alarms import read_alarm

EMULATED = (
    "The embedded AWS has no platform metrics and never looks at an alarm by itself: this is the"
    " deployed alarm's definition, evaluated here on what was observed."
)
BUDGET_EMULATED = (
    "The embedded AWS knows no budgets: this is the template's limit, compared with what the"
    " observed capacity costs by the price table."
)
PRODUCTION = {"Stage": "prod", "Target": "aws"}
PER_COMMAND_S = 120

Fault = Callable[[Bench], AbstractContextManager[None]]
OnProgress = Callable[[str], None]


class Finding(Struct, frozen=True):
    """An alarm at one stage of a drill; `at` is the time in ms that it was evaluated for."""

    stage: str
    at: int
    rings: bool
    observed: Any


class Ran(Struct, frozen=True):
    """A command of the runbook; `exit_code` is None where it only works on AWS.

    `problem` is what it said where it failed.
    """

    command: str
    exit_code: int | None
    problem: str | None = None


class Drill(Struct, frozen=True):
    """A failure to practise; its name is the alarm's and the runbook's, too."""

    name: str
    provokes: str
    fault: Fault


class DrillReport(Struct, frozen=True, kw_only=True):
    """What a drill showed."""

    drill: str
    runbook: str
    definition: Any
    emulated: str
    findings: list[Finding]
    commands: list[Ran]
    fired: bool
    repaired: bool
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the alarm rang when it had to, and only then."""
        return self.fired and self.repaired


DRILLS = {
    drill.name: drill
    for drill in (
        Drill("dead-letters", "messages that fail five times", faults.unloadable_objects),
        Drill("function-errors", "a function that fails", faults.failing_function),
        Drill("no-load", "sweeps that store nothing for 36 hours", faults.no_raw_objects),
        Drill("rejected-share", "records of which half are bad", faults.records_without_ids),
        Drill("publish-lag", "a catalogue that stays behind", faults.unpublished_drinks),
        Drill("budget", "a table that costs too much", faults.dear_table),
    )
}


def run(drill: Drill, on_progress: OnProgress = lambda _step: None) -> DrillReport:
    """Run a drill on a local stack of its own, which is gone afterwards.

    Raises:
        MocktailverseError: the stack did not start, or the failure did not come about.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mocktailverse-drill-") as folder:
        given = Path(folder, "records.json")
        given.write_text(json.dumps({"drinks": records()}))
        home = Path(folder, "stack")
        options = lifecycle.Options(records=given)
        with lifecycle.running(home, options, on_progress) as stack:
            bench = Bench(stack, home)
            judge = _budget_judge if drill.name == "budget" else _alarm_judge
            return _carry_out(drill, bench, judge(drill, bench), on_progress, began)


class Judge(Struct, frozen=True):
    """How a drill's alarm is judged over one whole window that begins at a time in ms."""

    definition: Any
    emulated: str
    judge: Callable[[str, int], Finding]


def _carry_out(
    drill: Drill, bench: Bench, judge: Judge, on_progress: OnProgress, began: float
) -> DrillReport:
    on_progress("loading drinks while all is well")
    well_at = now()
    bench.load(records(), "well")
    bench.settle()
    findings = [judge.judge("while all is well", well_at)]
    on_progress(f"provoking {drill.provokes}")
    broken_at = now()
    with drill.fault(bench):
        findings.append(judge.judge("while it fails", broken_at))
    on_progress("repairing, as the runbook says")
    mended_at = now()
    commands = [_run(command, bench) for command in repair_commands(drill.name)]
    bench.settle()
    findings.append(judge.judge("after the repair", mended_at))
    well, failing, after = (finding.rings for finding in findings)
    return DrillReport(
        drill=drill.name,
        runbook=f"docs/runbooks/{drill.name}.md",
        definition=judge.definition,
        emulated=judge.emulated,
        findings=findings,
        commands=commands,
        fired=failing and not well,
        repaired=not after and not any(ran.exit_code for ran in commands),
        seconds=round(time.monotonic() - began, 1),
    )


def _alarm_judge(drill: Drill, bench: Bench) -> Judge:
    alarm = read_alarm(bench.clients, f"mocktailverse-{drill.name}-local")

    def judge(stage: str, since: int) -> Finding:
        verdict = evaluate(alarm, bench.observe(since), since + alarm.window_ms)
        known = [datapoint for datapoint in verdict.datapoints if datapoint is not None]
        missing = len(verdict.datapoints) - len(known)
        observed = {"datapoints": known, "missing": missing}
        return Finding(stage, verdict.at, verdict.rings, observed)

    return Judge(msgspec.to_builtins(alarm), EMULATED, judge)


def _budget_judge(_drill: Drill, bench: Bench) -> Judge:
    resources = Template.read(find_checkout().template).resources(PRODUCTION)
    (budget,) = (found.properties for found in resources if found.type == "AWS::Budgets::Budget")
    limit = float(budget["Budget"]["BudgetLimit"]["Amount"])
    (percent,) = (
        float(found["Notification"]["Threshold"])
        for found in budget["NotificationsWithSubscribers"]
        if found["Notification"]["NotificationType"] == "ACTUAL"
    )

    def judge(stage: str, since: int) -> Finding:
        read, write = bench.capacity()
        usage = Usage(dynamodb_rcu=read, dynamodb_wcu=write)
        usd = round(total_usd(month(usage, price_table())), 2)
        return Finding(stage, since, usd > limit * percent / 100, {"usd_a_month": usd})

    definition = {"name": "mocktailverse-prod", "usd_a_month": limit, "percent": percent}
    return Judge(definition, BUDGET_EMULATED, judge)


def _run(command: list[str], bench: Bench) -> Ran:
    """Run a command of the runbook on the drill's stack, as an operator would.

    Raises:
        TransientError: it does not end.
    """
    shown = " ".join(["mocktailverse", *command])
    if command[0] == "deploy":  # only AWS is deployed to; the fault's end stands for it
        return Ran(shown, None)
    arguments = on_this_machine(command, str(bench.home))
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
    said = done.stderr.strip() if done.returncode else None
    return Ran(shown, done.returncode, said)
