"""What `mocktailverse drill` prints."""

import subprocess

import pytest
from typer.testing import CliRunner

from mocktailverse.cli import drill_command
from mocktailverse.cli.main import app
from mocktailverse.errors import TransientError
from mocktailverse.operations.drills import drill
from mocktailverse.operations.drills.drill import DrillFinding, DrillReport, Ran
from mocktailverse.operations.drills.drill_stack import DrillStack

NOON_MS = 1_767_268_800_000


def report(*commands: Ran, observed=({"datapoints": [1.0], "missing": 0},) * 3) -> DrillReport:
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
def told(monkeypatch):
    """Exit code and all output of the command, for a report."""

    def run(made: DrillReport) -> tuple[int, str]:
        monkeypatch.setattr(drill_command, "run", lambda *_: made)
        answer = CliRunner().invoke(app, ["drill", "no-load"], terminal_width=200)
        return answer.exit_code, answer.output

    return run


def test_a_drill_that_went_well_tells_what_was_seen_and_done(told):
    code, output = told(
        report(
            Ran("mocktailverse deploy --env prod", None),
            Ran("mocktailverse fetch sweep --env prod", 0),
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
    assert "deploy --env prod: skipped, works on AWS only" in words
    assert "ok: the alarm rang, and the repair worked" in words


def test_a_repair_that_fails_is_told_with_its_reason(told):
    code, output = told(report(Ran("mocktailverse redrive --env prod", 3, "Error: no queue.")))
    assert code == 1
    words = " ".join(output.split())
    assert "redrive --env prod: exit code 3" in words
    assert "Error: no queue." in words
    assert "NOT ok" in words


def test_a_command_that_fails_is_kept_with_what_it_said(tmp_path):
    ran = drill._run(["verify"], DrillStack(None, tmp_path))  # type: ignore[arg-type]  # noqa: SLF001  needs no stack
    assert ran.exit_code == 3
    assert "No local stack runs" in (ran.problem or "")


def test_a_command_that_does_not_end_is_told(tmp_path, monkeypatch):
    def never(*arguments, timeout, **_options):
        raise subprocess.TimeoutExpired(arguments, timeout)

    monkeypatch.setattr(subprocess, "run", never)
    with pytest.raises(TransientError, match="`mocktailverse verify` did not end within 120 s"):
        drill._run(["verify"], DrillStack(None, tmp_path))  # type: ignore[arg-type]  # noqa: SLF001  as above
