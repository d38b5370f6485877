"""The cost gate: all environments of the template together stay within the always-free limits."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.footprint import Footprint, footprints
from mocktailverse.cost.limits import beyond_limits
from mocktailverse.cost.model import price_table
from mocktailverse.cost.running import DAYS, HOURS, events_a_month, running
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments
from mocktailverse.deployment.environments import DEPLOYED

CHECKOUT = find_checkout()
FUNCTIONS = CHECKOUT.source / "functions"
ALARM = """
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/SQS, MetricName: M, Threshold: 0}
"""
DASHBOARD = """
    Type: AWS::CloudWatch::Dashboard
    Properties: {DashboardBody: '{}'}
"""
MATH_ALARM = """
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics:
        - {Id: share, Expression: 100 * a / b}
        - {Id: a, ReturnData: false, MetricStat: {Stat: Sum, Period: 60}}
        - {Id: b, ReturnData: false, MetricStat: {Stat: Sum, Period: 60}}
"""


def problems(by_env: dict[str, Footprint]) -> list[str]:
    runs = {env: footprint.running for env, footprint in by_env.items()}
    unaccounted = [text for footprint in by_env.values() for text in footprint.unaccounted]
    return [*unaccounted, *beyond_limits(runs, price_table())]


@pytest.fixture(scope="module")
def by_env() -> dict[str, Footprint]:
    """Return the footprint of each environment of this repository."""
    template = Template.read(CHECKOUT.template)
    return footprints(template, environments.read(CHECKOUT.environments).stage_inputs(), FUNCTIONS)


@pytest.fixture
def changed(tmp_path) -> Callable[..., list[str]]:
    """Return a function that edits the template and the environments and returns the problems."""

    def check(
        *,
        template: tuple[str, str] | None = None,
        added: str = "",
        toml: tuple[str, str] | None = None,
        functions: Path = FUNCTIONS,
    ) -> list[str]:
        text = edited(CHECKOUT.template.read_text(), template)
        text = text.replace("\nResources:\n", f"\nResources:\n{added}\n", 1)
        file = tmp_path / "environments.toml"
        file.write_text(edited(CHECKOUT.environments.read_text(), toml))
        return problems(
            footprints(Template.parse(text), environments.read(file).stage_inputs(), functions)
        )

    return check


def edited(text: str, change: tuple[str, str] | None) -> str:
    if change is None:
        return text
    new, number = re.subn(change[0], change[1], text, flags=re.MULTILINE)
    assert number, f"{change[0]!r} does not occur in the text"
    return new


def resources(name: str, block: str, number: int) -> str:
    return "".join(f"\n  {name}{n}:{block}" for n in range(number))


# ---- the current template


def test_all_environments_together_stay_within_the_always_free_limits(by_env):
    assert problems(by_env) == []


def test_an_unchanged_template_has_no_problems(changed):
    assert changed() == []


@pytest.mark.parametrize("env", DEPLOYED)
def test_the_dashboard_counts_the_resources_of_the_template(by_env, env):
    assert running(env) == by_env[env].running


def test_the_gate_sees_every_environment(by_env):
    assert set(by_env) == set(DEPLOYED)
    assert [by_env[env].running.fetches for env in DEPLOYED] == [0, 0, DAYS]
    assert by_env["prod"].running.wcu > by_env["dev"].running.wcu > 0


# ---- changes that must fail


def test_one_more_write_unit_exceeds_the_limit(changed):
    (problem,) = changed(
        template=(
            r"WriteCapacityUnits: !FindInMap \[Stages, LoadsByDay, !Ref Stage\]",
            "WriteCapacityUnits: !If [IsProd, 3, 1]",
        )
    )
    assert problem.startswith("DynamoDB, write capacity: 26 of 25 free WCU")
    assert "prod 18" in problem


def test_more_units_in_the_mapping_of_one_stage_exceed_the_limit(changed):
    texts = changed(template=(r"^(    Drinks: .*prod: )12", r"\g<1>13"))
    assert [text.partition(":")[0] for text in texts] == [
        "DynamoDB, write capacity",
        "DynamoDB, read capacity",
    ]


def spare(by_env: dict[str, Footprint], what: str, free: int) -> int:
    return free - sum(getattr(footprint.running, what) for footprint in by_env.values())


def test_the_eleventh_alarm_exceeds_the_limit(changed, by_env):
    spare_count = spare(by_env, "alarms", 10)
    in_prod = ALARM.replace("Properties", "Condition: IsProd\n    Properties")
    assert changed(added=resources("More", in_prod, spare_count)) == []
    (problem,) = changed(added=resources("More", in_prod, spare_count + 1))
    assert problem.startswith("CloudWatch, alarms: 11 of 10")


def test_an_alarm_in_every_environment_counts_three_times(changed, by_env):
    spare_count = spare(by_env, "alarms", 10)
    assert changed(added=resources("More", ALARM, spare_count // 3 + 1))


def test_an_alarm_on_an_expression_counts_each_of_its_metrics(by_env):
    text = edited(
        CHECKOUT.template.read_text(), (r"^Resources:$", f"Resources:\n  Share:{MATH_ALARM}")
    )
    described = environments.read(CHECKOUT.environments)
    now = footprints(Template.parse(text), described.stage_inputs(), FUNCTIONS)
    assert now["dev"].running.alarms == by_env["dev"].running.alarms + 2


def test_the_fourth_dashboard_exceeds_the_limit(changed, by_env):
    spare_count = spare(by_env, "dashboards", 3)
    in_prod = DASHBOARD.replace("Properties", "Condition: IsProd\n    Properties")
    assert changed(added=resources("More", in_prod, spare_count)) == []
    (problem,) = changed(added=resources("More", in_prod, spare_count + 1))
    assert problem.startswith("CloudWatch, dashboards: 4 of 3")


def test_a_dashboard_in_every_environment_exceeds_the_limit(changed):
    assert changed(added=resources("More", DASHBOARD, 1))


def test_metrics_that_every_environment_emits_exceed_the_limit(changed):
    (problem,) = changed(template=(r"POWERTOOLS_METRICS_DISABLED: .*$", "UNUSED: ''"))
    assert problem.startswith("CloudWatch, custom metrics:")


def test_more_metrics_in_the_code_exceed_the_limit(changed, tmp_path):
    folder = tmp_path / "functions"
    folder.mkdir()
    calls = "".join(f'metrics.add_metric("M{n}", unit, 1)\n' for n in range(11))
    (folder / "transform.py").write_text(f"{calls}def handler(): ...\n")
    (problem,) = changed(functions=folder)
    assert problem.startswith("CloudWatch, custom metrics:")


def test_on_demand_by_default_is_reported_even_if_the_environments_override_it(changed):
    texts = changed(template=(r"Default: provisioned", "Default: on-demand"))
    assert set(texts) == {
        f"{table} is on demand: the always-free capacity does not apply to it."
        for table in ("DrinksTable", "LoadsTable")
    }


def test_an_environment_on_demand_is_reported(changed):
    assert changed(toml=('capacity = "provisioned"', 'capacity = "on-demand"'))


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::EC2::NatGateway", "{SubnetId: subnet-1}"),
        ("AWS::KMS::Key", "{}"),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "{}"),
        ("AWS::Nobody::KnowsThis", "{}"),
    ],
)
def test_a_resource_that_is_not_known_to_be_free_is_reported(changed, kind, properties):
    added = f"\n  Extra:\n    Type: {kind}\n    Properties: {properties}\n"
    texts = changed(added=added)
    assert texts
    assert set(texts) == {f"Extra is a {kind}, which is not known to be free."}


@pytest.mark.parametrize(
    ("place", "addition", "property_"),
    [
        (r"^      MemorySize: 512$", "ProvisionedConcurrencyConfig: {}", "ProvisionedConcurrency"),
        (r"^      BatchSize: 10$", "ProvisionedPollerConfig: {}", "ProvisionedPollerConfig"),
        (r"^      StreamSpecification: .*$", "SSESpecification: {}", "SSESpecification"),
    ],
)
def test_a_paid_property_is_reported(changed, place, addition, property_):
    texts = changed(template=(place, rf"\g<0>\n      {addition}"))
    assert any(property_ in text for text in texts)


def test_a_second_mapping_on_a_queue_causes_too_many_polls(changed):
    added = """
  Second:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref ApiFunction, EventSourceArn: !GetAtt DeadLetterQueue.Arn}
"""
    (polls,) = changed(added=added)
    assert polls.startswith("Requests to queues, mostly idle ones, cost 1.19 USD a month;")


def test_a_function_that_no_workload_counts_is_reported(changed):
    added = """
  MoreFunction:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.b, MemorySize: 128}
"""
    assert set(changed(added=added)) == {
        "MoreFunction is a function that no workload accounts for."
    }


def test_computing_beyond_the_free_seconds_is_reported(changed):
    """160 s of transform per sweep at 100 GB are 486,667 GB-s per month in prod alone."""
    texts = changed(template=(r"^(    TransformMb: .*prod: )1024", r"\g<1>102400"))
    assert [text.partition(":")[0] for text in texts] == ["Lambda, computing (arm64)"]


def test_sweeps_that_store_too_much_are_reported(changed):
    texts = changed(template=(r"cron\(0 4 \* \* \? \*\)", "rate(5 minutes)"))
    assert any(text.startswith("What is not free") for text in texts)


# ---- schedules


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("rate(1 hour)", HOURS),
        ("rate(5 minutes)", 12 * HOURS),
        ("rate(2 days)", DAYS / 2),
        ("cron(0 4 * * ? *)", DAYS),
        ("cron(0,30 8-17 ? * MON-FRI *)", 20 * DAYS),
        ("cron(0/15 * * * ? *)", 96 * DAYS),
        ("cron(*/20 */6 * * ? *)", 12 * DAYS),
        ("at(2026-01-01T00:00:00)", 1),
    ],
)
def test_a_schedule_is_counted_for_an_average_month(expression, times):
    assert events_a_month(expression) == pytest.approx(times)


def test_an_invalid_schedule_is_an_error():
    with pytest.raises(ValueError, match="not a schedule"):
        events_a_month("now and then")
