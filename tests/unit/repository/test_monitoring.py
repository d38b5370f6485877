"""Alarms, metrics, the CloudWatch dashboard and the runbooks are consistent."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cli.main import whole_command
from mocktailverse.cost.footprint import footprints
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments
from mocktailverse.operations.drills.drill import DRILLS, on_this_machine, repair_commands

ROOT = Path(__file__).parents[3]
RUNBOOKS = ROOT / "docs" / "runbooks"
STAGES = ("dev", "staging", "prod")
SECTIONS = ["Diagnose", "Fix", "Verify"]
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def resources(stage: str, target: str = "aws") -> dict[str, list[dict[str, Any]]]:
    """Return the properties of the resources of a stage by type."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    template = Template.read(find_checkout().template)
    for resource in template.resources({"Stage": stage, "Target": target}):
        by_type.setdefault(resource.type, []).append(resource.properties)
    return by_type


def alarms(stage: str, target: str = "aws") -> list[dict[str, Any]]:
    return resources(stage, target)["AWS::CloudWatch::Alarm"]


def names(stage: str, target: str = "aws") -> set[str]:
    """Return the short names of a stage's alarms: `dead-letters`, not the name with the stage."""
    names_of_alarms = {
        re.sub(rf"^mocktailverse-|-{stage}$", "", a["AlarmName"]) for a in alarms(stage, target)
    }
    budgets = resources(stage, target).get("AWS::Budgets::Budget", [])
    return names_of_alarms | {"budget" for _ in budgets}


def running(stage: str) -> Any:
    checkout = find_checkout()
    by_env = footprints(
        Template.read(checkout.template),
        environments.read(checkout.environments).stage_inputs(),
        checkout.source / "functions",
    )
    return by_env[stage].running


# ---- budgets


@pytest.mark.parametrize(("stage", "number"), [("prod", 6), ("staging", 2), ("dev", 2)])
def test_a_stage_has_this_number_of_alarms_and_metrics(stage, number):
    assert len(names(stage)) == number
    assert running(stage).metrics == number


def test_an_account_stays_within_the_free_limits():
    assert sum(running(stage).alarms for stage in STAGES) <= 10
    assert sum(running(stage).metrics for stage in STAGES) <= 10
    assert sum(running(stage).dashboards for stage in STAGES) <= 3


def test_every_stage_has_alarms_for_dead_letters_and_functions():
    for stage in STAGES:
        assert {"dead-letters", "function-errors"} <= names(stage)


def test_the_local_stack_has_every_alarm_except_the_budget():
    assert names("local", "local") == names("prod") - {"budget"}


def test_no_alarm_needs_metric_math():
    """An expression counts each of its metrics, and the embedded AWS refuses it."""
    assert not [alarm for alarm in alarms("prod") if "Metrics" in alarm]


# ---- alarms and their metrics


@pytest.mark.aws_gate
@pytest.mark.parametrize("stage", STAGES)
def test_cloudwatch_accepts_the_time_that_an_alarm_covers(stage):
    """At most seven days, and one day with a period below an hour (`PutMetricAlarm`)."""
    for alarm in alarms(stage):
        covered = alarm["Period"] * alarm["EvaluationPeriods"]
        assert covered <= (86_400 if alarm["Period"] < 3_600 else 604_800), alarm["AlarmName"]
        assert alarm["Period"] in {10, 20, 30} or alarm["Period"] % 60 == 0


def test_every_alarm_names_its_runbook_and_sends_a_notification():
    for alarm in alarms("prod"):
        name = alarm["AlarmName"].removeprefix("mocktailverse-").removesuffix("-prod")
        assert alarm["AlarmDescription"].strip().endswith(f"docs/runbooks/{name}.md")
        assert (RUNBOOKS / f"{name}.md").is_file()
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def emitted() -> set[str]:
    code = "".join(path.read_text() for path in (find_checkout().source / "functions").glob("*.py"))
    return set(re.findall(r'add_metric\(\s*"(\w+)"', code))


def filtered() -> set[str]:
    return {
        transformation["MetricName"]
        for metric_filter in resources("prod")["AWS::Logs::MetricFilter"]
        for transformation in metric_filter["MetricTransformations"]
    }


def test_alarms_and_the_dashboard_use_existing_metrics():
    existing = emitted() | filtered()
    watched = {a["MetricName"] for a in alarms("prod") if a["Namespace"] == "mocktailverse-prod"}
    assert watched <= existing
    (dashboard,) = resources("prod")["AWS::CloudWatch::Dashboard"]
    body = dashboard["DashboardBody"]
    shown = set(re.findall(r'"([A-Z]\w+)","service"', body))
    shown |= set(re.findall(r'\["\.","([A-Z]\w+)","\.","\."', body)) & existing
    assert {"RecordsFetched", "PublishLagMs", "RecordsRead"} <= shown <= existing


def test_the_dashboard_is_json():
    (dashboard,) = resources("prod")["AWS::CloudWatch::Dashboard"]
    body = dashboard["DashboardBody"]
    text = body if isinstance(body, str) else body["Fn::Sub"]
    widgets = json.loads(text)["widgets"]
    assert [w["type"] for w in widgets[:2]] == ["text", "alarm"]
    assert len(widgets[1]["properties"]["alarms"]) == len(alarms("prod"))
    assert not [w for w in widgets if {"x", "y"} & set(w)]  # CloudWatch fills its 24 columns
    assert {24 % w["width"] for w in widgets} == {0}


def test_the_log_of_every_function_is_searched_for_failures():
    filters = resources("prod")["AWS::Logs::MetricFilter"]
    functions = resources("prod")["AWS::Serverless::Function"]
    assert len(filters) == len(functions)
    assert all(function["LoggingConfig"] == {"LogFormat": "JSON"} for function in functions)
    for metric_filter in filters:
        assert {
            transformation["MetricName"]
            for transformation in metric_filter["MetricTransformations"]
        } == {"FunctionErrors"}


# ---- runbooks and drills


def test_alarms_drills_and_runbooks_match():
    pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
    assert names("prod") == set(DRILLS) == pages


@pytest.mark.parametrize("name", DRILLS)
def test_a_runbook_has_all_sections(name):
    page = (RUNBOOKS / f"{name}.md").read_text()
    assert "**Alarm**" in page
    assert "**What users notice**" in page
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == SECTIONS


def commands(page: str) -> list[str]:
    lines = [line for block in BLOCK.findall(page) for line in block.splitlines()]
    inline = re.findall(r"`(mocktailverse [^`]+)`", page)
    return [line for line in lines if line.startswith("mocktailverse ")] + inline


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_every_command_of_a_runbook_is_valid(page):
    lines = commands(page.read_text())
    assert lines
    group: Any = whole_command()
    for line in lines:
        _, name, *arguments = shlex.split(line, comments=True)
        group.commands[name].make_context(name, arguments)


@pytest.mark.parametrize("name", DRILLS)
def test_a_drill_runs_the_repair_commands_of_its_runbook(name):
    for command in repair_commands(name):
        assert command[-2:] == ["--env", "prod"]
        assert on_this_machine(command, "/h")[-2:] == ["--state-dir", "/h"]
        assert "--env" not in on_this_machine(command, "/h")
