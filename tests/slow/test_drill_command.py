"""The output of `mocktailverse drill`."""

import subprocess
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from mocktailverse.cli import drill_command
from mocktailverse.cli.main import app
from mocktailverse.errors import TransientError
from mocktailverse.operations.drills import drill
from mocktailverse.operations.drills.drill import CommandRun, DrillFinding, DrillReport
from mocktailverse.operations.drills.drill_stack import DrillStack

NOON_MS = 1_767_268_800_000


def report(
    *commands: CommandRun, observed=({"datapoints": [1.0], "missing": 0},) * 3
) -> DrillReport:
    stages = ("while all is well", "while it fails", "after the repair")
    rings = (False, True, False)
    return DrillReport(
        drill="no-load",
        runbook="docs/runbooks/no-load.md",
        definition={"name": "mocktailverse-no-load-local"},
        emulated="Emulated.",
        findings=[
            DrillFinding(stage, NOON_MS, ring, seen)
            for stage, ring, seen in zip(stages, rings, observed, strict=True)
        ],
        commands=list(commands),
        fired=True,
        repaired=not any(ran.exit_code for ran in commands),
        seconds=1.5,
    )


@pytest.fixture
def run_drill(monkeypatch):
    """Run the command with a report; return exit code and output."""

    def run(drill_report: DrillReport) -> tuple[int, str]:
        monkeypatch.setattr(drill_command, "run", lambda *_: drill_report)
        result = CliRunner().invoke(app, ["drill", "no-load"], terminal_width=200)
        return result.exit_code, result.output

    return run


def test_a_successful_drill_prints_observations_and_commands(run_drill):
    code, output = run_drill(
        report(
            CommandRun("mocktailverse deploy --env prod", None),
            CommandRun("mocktailverse fetch sweep --env prod", 0),
            observed=(
                {"datapoints": [2481.5], "missing": 35},
                {"datapoints": [], "missing": 36},
                {"usd_a_month": 36.5},
            ),
        )
    )
    assert code == 0
    words = " ".join(output.split())
    assert "2481.5 (35 of 36 periods without data)" in words
    assert "nothing (36 of 36 periods without data)" in words
    assert "36.50 USD a month" in words
    assert "2026-01-01 12:00:00" in words
    assert "on the drill's own stack instead of prod" in words
    assert "deploy --env prod: skipped: it deploys to AWS, and the end of" in words
    assert "ok: the alarm fired, and the repair worked" in words


def test_a_failed_repair_is_printed_with_its_reason(run_drill):
    code, output = run_drill(
        report(CommandRun("mocktailverse redrive --env prod", 3, "Error: no queue."))
    )
    assert code == 1
    words = " ".join(output.split())
    assert "redrive --env prod: exit code 3" in words
    assert "Error: no queue." in words
    assert "NOT ok" in words


def test_a_failed_command_is_recorded_with_its_message(tmp_path):
    ran = drill._run(["verify"], DrillStack(None, tmp_path))  # noqa: SLF001  needs no stack
    assert ran.exit_code == 3
    assert "No local stack runs" in (ran.problem or "")


def test_the_budget_is_named_with_the_region():
    clients = SimpleNamespace(region="eu-west-1")
    stack = DrillStack(SimpleNamespace(clients=clients), None)
    budget = drill._budget_check(drill.DRILLS["budget"], stack)  # noqa: SLF001  needs no stack
    assert budget.definition["name"] == "mocktailverse-prod-eu-west-1"


def test_a_command_that_does_not_end_is_an_error(tmp_path, monkeypatch):
    def time_out(*arguments, timeout, **_options):
        raise subprocess.TimeoutExpired(arguments, timeout)

    monkeypatch.setattr(subprocess, "run", time_out)
    with pytest.raises(TransientError, match="`mocktailverse verify` did not end within 120 s"):
        drill._run(["verify"], DrillStack(None, tmp_path))  # noqa: SLF001  fails before it needs a stack
