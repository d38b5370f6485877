"""What a month costs, computed by hand."""

import re
import tomllib
from collections import Counter as Count
from pathlib import Path
from typing import Any

import msgspec
import pytest

import mocktailverse.functions
from mocktailverse.cost.model import month, price_table, total_usd
from mocktailverse.cost.running import HOURS, PROD, SMALL, Running, running
from mocktailverse.cost.usage import BASIS, LEVELS, Activity, Usage, usage_of
from mocktailverse.deployment.checkout import find_checkout
from mocktailverse.drinks.ledger import Counts, Load, ObjectVersion

NOON_MS = 1_767_268_800_000
NOTHING = Running(
    wcu=0, rcu=0, reconciles=0, idle_polls=0, alarms=0, metrics=0, dashboards=0
)  # fmt: skip


def bill(**usage):
    return {line.usage: line for line in month(Usage(**usage), price_table())}


def load(**fields):
    opened = Load(
        ObjectVersion("data", "raw/thecocktaildb/a.json", "v1"),
        1, "done", Counts(read=25, loaded=25), 50_000, 1, 0, None, NOON_MS, NOON_MS,
        NOON_MS + 2_000, None, 1,
    )  # fmt: skip
    return msgspec.structs.replace(opened, **fields)


def test_a_month_without_usage_is_free():
    lines = month(Usage(), price_table())
    assert total_usd(lines) == 0
    assert all(line.used_share in (0, None) for line in lines)


def test_every_price_is_of_a_usage_and_every_usage_has_one_price():
    priced = [price.usage for price in price_table().prices]
    assert sorted(priced) == sorted(set(Usage.__struct_fields__) - {"month_share"})
    assert set(BASIS) == set(priced)
    assert set(priced) >= LEVELS


def test_up_to_the_free_limit_nothing_is_charged():
    lines = bill(
        lambda_requests=1_000_000, lambda_gb_s=400_000, dynamodb_wcu=25, dynamodb_rcu=25,
        dynamodb_gb=25, sqs_requests=1_000_000, log_gb=5, metrics=10, alarms=10, dashboards=3,
        schedules=14_000_000, transfer_gb=100,
    )  # fmt: skip
    used = {name: line for name, line in lines.items() if line.amount}
    assert len(used) == 12
    assert {line.used_share for line in used.values()} == {1.0}
    assert total_usd(list(lines.values())) == 0


@pytest.mark.parametrize(
    ("usage", "amount", "usd"),
    [
        ("lambda_requests", 3_000_000, 0.40),
        ("lambda_gb_s", 500_000, 1.33334),
        ("dynamodb_wcu", 30, 2.3725),  # 5 x 730 h x 0.00065
        ("dynamodb_rcu", 35, 0.949),  # 10 x 730 h x 0.00013
        ("dynamodb_gb", 27, 0.50),
        ("dynamodb_backup_gb", 2, 0.40),
        ("sqs_requests", 1_500_000, 0.20),
        ("s3_writes", 2_000, 0.01),
        ("s3_reads", 10_000, 0.004),
        ("s3_gb", 10, 0.23),
        ("log_gb", 7, 1.00),
        ("metrics", 12, 0.60),
        ("alarms", 13, 0.30),
        ("dashboards", 4, 3.00),
        ("schedules", 15_000_000, 1.00),
        ("api_requests", 100_000, 0.10),
        ("transfer_gb", 110, 0.90),
    ],
)
def test_beyond_the_free_limit_only_the_rest_is_charged(usage, amount, usd):
    lines = bill(**{usage: amount})
    assert lines[usage].usd == pytest.approx(usd)
    assert total_usd(list(lines.values())) == pytest.approx(usd)


def test_what_stands_is_charged_for_the_time_that_has_passed():
    half = bill(month_share=0.5, dynamodb_wcu=30, sqs_requests=1_500_000)
    assert half["dynamodb_wcu"].usd == pytest.approx(2.3725 / 2)
    assert half["sqs_requests"].usd == pytest.approx(0.20)


def test_at_this_rate_what_adds_up_grows_and_what_stands_stays():
    usage = Usage(month_share=0.25, sqs_requests=300_000, alarms=6, s3_gb=2).at_this_rate()
    assert usage == Usage(month_share=1, sqs_requests=1_200_000, alarms=6, s3_gb=2)


def test_a_load_is_counted_as_what_it_did():
    assert Activity.of([load()], 120) == Activity(
        loads=1, objects=1, records=25, bytes=50_000, attempts=1, busy_s=2, publishes=1
    )


def test_a_replay_stores_no_raw_object_again():
    done = Activity.of([load(generation=2)], 120)
    assert (done.loads, done.objects, done.bytes) == (1, 0, 0)


def test_waiting_between_attempts_is_not_computing():
    slow = load(attempts=3, finished_at=NOON_MS + 3_600_000)
    assert Activity.of([slow], 120).busy_s == 360


def test_a_load_under_way_has_only_its_attempts():
    counts = Counts()
    opened = load(status="loading", counts=counts, bytes=0, finished_at=None)
    assert Activity.of([opened], 120) == Activity(loads=1, objects=1, attempts=1)


@pytest.mark.parametrize(
    ("rejected", "read", "objects"), [(0, 25, 0), (3, 25, 1), (1, 5_000, 1), (800, 1_000, 3)]
)
def test_at_most_one_object_a_segment_holds_rejected_lines(rejected, read, objects):
    counts = Counts(read=read, loaded=read - rejected, rejected=rejected)
    assert Activity.of([load(counts=counts)], 120).rejected_objects == objects


def test_a_load_that_changes_nothing_publishes_nothing():
    unchanged = load(counts=Counts(read=25, unchanged=25))
    assert Activity.of([unchanged], 120).publishes == 0


def test_a_long_load_publishes_several_times_at_most_every_window():
    assert Activity.of([load(finished_at=NOON_MS + 12_000)], 120).publishes == 3


def test_a_month_by_hand():
    """1,000 raw objects of 50 kB, 2 s each, half a month, 10,000 drinks, nothing else runs."""
    activity = Activity.of([load()] * 1_000, 120)
    usage = usage_of(activity, NOTHING, month_share=0.5, drinks=10_000)
    assert usage == Usage(
        month_share=0.5,
        lambda_requests=2_000,  # 1,000 loads, 1,000 publishes
        lambda_gb_s=3_500,  # 1,000 x 2 s x 1 GB + 1,000 x 3 s x 0.5 GB
        dynamodb_gb=0.044,  # 11,000 items of 4 kB
        sqs_requests=3_000,
        s3_writes=2_000,  # raw objects and publishes
        s3_reads=2_000,
        s3_gb=0.11,  # 50 MB of raw objects, 60 MB of catalogue
        log_gb=0.006,
        transfer_gb=60,  # 1,000 downloads of 60 MB
    )
    lines = {line.usage: line.usd for line in month(usage, price_table())}
    charged = {name: usd for name, usd in lines.items() if usd}
    assert charged == {
        "s3_writes": pytest.approx(0.01),
        "s3_reads": pytest.approx(0.0008),
        "s3_gb": pytest.approx(0.11 * 0.023 / 2),
    }


def test_an_idle_production_costs_next_to_nothing():
    usage = usage_of(Activity(), PROD, month_share=1, drinks=600)
    assert usage.sqs_requests == 2 * 3 * 60 * HOURS
    lines = month(usage, price_table())
    assert 0 < total_usd(lines) < 0.01
    assert all((line.used_share or 0) < 1 for line in lines)


def test_all_stages_together_stay_within_the_free_capacity():
    assert PROD.wcu + 2 * SMALL.wcu <= 25
    assert PROD.rcu + 2 * SMALL.rcu <= 25


@pytest.mark.parametrize("share", [0, -1, 1.01])
def test_a_share_of_a_month_is_between_nothing_and_all(share):
    with pytest.raises(ValueError, match="share of a month"):
        usage_of(Activity(), SMALL, month_share=share, drinks=0)


@pytest.fixture(scope="module")
def template() -> str:
    return find_checkout().template.read_text()


@pytest.fixture(scope="module")
def environments() -> dict[str, Any]:
    file = find_checkout().environments
    return tomllib.loads(file.read_text())


@pytest.mark.parametrize("stage", ["local", "dev", "staging", "prod"])
def test_what_a_stage_keeps_running_is_what_its_environment_says(environments, stage):
    environment, runs = environments[stage], running(stage)
    assert runs.wcu == runs.rcu == sum(environment["capacity_units"].values())
    assert runs.transform_gb == environment["memory_mb"]["transform"] / 1024
    assert runs.backups == environment["protected"]
    assert bool(runs.fetches) == environment["fetch"]["enabled"]
    if stage != "local":  # counted as if it were on AWS
        assert bool(runs.reconciles) == environment["reconcile"]["enabled"]


def test_alarms_and_dashboards_are_the_template_s(template):
    types = Count(re.findall(r"^    Type: (\S+)$", template, re.MULTILINE))
    assert PROD.alarms == SMALL.alarms == types["AWS::CloudWatch::Alarm"]
    assert PROD.dashboards == SMALL.dashboards == types["AWS::CloudWatch::Dashboard"]


def test_metrics_are_the_functions(template):
    assert "AWS::Logs::MetricFilter" not in template
    folder = Path(mocktailverse.functions.__path__[0])
    names = {
        name
        for module in folder.glob("*.py")
        for name in re.findall(r'add_metric\(\s*"(\w+)"', module.read_text())
    }
    assert PROD.metrics == SMALL.metrics == len(names)
