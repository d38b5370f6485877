"""The limits of the cost gate: a cost at the limit passes, a higher cost is reported."""

import re

import msgspec
import pytest

from mocktailverse.cost import limits
from mocktailverse.cost.flood import flood
from mocktailverse.cost.limits import beyond_limits, together, with_all_pollers
from mocktailverse.cost.model import month, price_table, total_usd
from mocktailverse.cost.running import PROD, SMALL, STAGING, Running
from mocktailverse.cost.usage import Usage
from mocktailverse.cost.workload import reference

RUNS = {"prod": PROD, "staging": STAGING, "dev": SMALL}


def not_free(runs):
    lines = month(together(reference(runs)), price_table())
    return total_usd([line for line in lines if line.used_share is None])


def queues(runs):
    lines = month(with_all_pollers(together(reference(runs)), runs.values()), price_table())
    return total_usd(line for line in lines if line.price.usage == "sqs_requests")


def day_of_flood(runs):
    return flood(runs.values(), price_table()).usd_a_day


LIMITS = {
    "NOT_FREE_USD": (not_free, "What is not free costs"),
    "QUEUES_USD": (queues, "Requests to queues, mostly idle ones, cost"),
    "FLOOD_USD_A_DAY": (day_of_flood, "A day at the APIs' rate limits costs"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_may_be_reached_but_not_exceeded(monkeypatch, name):
    cost, start = LIMITS[name]
    usd = cost(RUNS)
    assert usd > 0
    monkeypatch.setattr(limits, name, usd)
    assert beyond_limits(RUNS, price_table()) == []
    monkeypatch.setattr(limits, name, usd - 0.01)
    (sentence,) = beyond_limits(RUNS, price_table())
    assert sentence.startswith(f"{start} {usd:.2f} USD")
    assert f"the limit is {usd - 0.01:.2f}." in sentence


def test_usage_beyond_a_free_limit_is_reported_with_the_share_of_each_stage():
    runs = {"prod": PROD, "dev": Running(wcu=8, rcu=9)}
    (sentence,) = beyond_limits(runs, price_table())
    assert sentence == (
        "DynamoDB, read capacity: 26 of 25 free RCU a month (prod 17, dev 9), 0.09 USD."
    )


def test_the_limits_are_the_documented_ones_and_all_stages_are_within_them():
    assert beyond_limits(RUNS, price_table()) == []
    assert limits.NOT_FREE_USD == 0.25
    assert limits.QUEUES_USD == 0.45
    assert limits.FLOOD_USD_A_DAY == 14


def test_a_flood_costs_only_its_calls():
    """Capacity, alarms, metrics, polls and reconciles cost the same with or without it."""
    calm = Running(
        wcu=0, rcu=0, reconciles=0, idle_polls=0, alarms=0, metrics=0, api_per_s=5, log_days=9,
        api_gb=0.5,
    )  # fmt: skip
    busy = Running(
        wcu=99, rcu=99, reconciles=99, idle_polls=99, alarms=99, metrics=99, api_per_s=5,
        log_days=9, api_gb=0.5, fetches=99, dashboards=9, backups=True,
    )  # fmt: skip
    table = price_table()
    assert flood([busy], table) == flood([calm], table)
    assert flood([calm], table).usd_a_day > 0
    assert flood([], table).usd_a_month == 0


def test_the_data_of_a_flood_and_of_the_dashboards_together_are_free():
    """81.2 GB of the APIs and 4.4 of the reference month; 100 are free."""
    more = {**RUNS, "dev": msgspec.structs.replace(SMALL, api_gb_per_day=0.76)}
    assert beyond_limits(more, price_table()) == []
    too_much = {**RUNS, "dev": msgspec.structs.replace(SMALL, api_gb_per_day=0.77)}
    (sentence,) = beyond_limits(too_much, price_table())
    assert sentence.startswith("A month at the APIs' limits sends 100.1 GB, with the dashboards;")


def test_all_stages_share_one_account():
    usages = {"a": Usage(sqs_requests=1), "b": Usage(sqs_requests=2, s3_gb=3)}
    assert together(usages) == Usage(sqs_requests=3, s3_gb=3)
    assert re.match(r"^[A-Z]", beyond_limits({"a": Running(wcu=26, rcu=1)}, price_table())[0])
