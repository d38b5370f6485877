"""`mocktailverse cost` on the embedded AWS: what was loaded, as it would cost on AWS."""

import pytest

KEYS = {
    *(
        "env",
        "as_of",
        "region",
        "lines",
        "services",
        "usd_so_far",
        "usd",
        "usd_at_most",
        "cents_not_free",
    ),
    *("beyond_free", "workload", "environments", "problems", "account"),
}
LINE_KEYS = {
    *("usage", "service", "what", "unit", "so_far", "month", "free", "used_share"),
    *("usd_so_far", "usd", "price_usd", "price_per", "figure", "source", "checked"),
}


@pytest.fixture
def loaded(pipeline, drinks):
    """Two raw objects of 25 drinks each, loaded and published."""
    versions = [pipeline.put(drinks(25, 910_001 + n * 25), f"{n}.json") for n in range(2)]
    pipeline.settled(*versions)


@pytest.mark.usefixtures("loaded")
def test_the_month_is_computed_from_what_was_loaded(cli):
    told = cli("cost", "--json").json
    assert set(told) == KEYS
    assert told["env"] == "local"
    assert told["workload"]["measured"]["records"] == 50
    assert told["workload"]["measured"]["loads"] == 2
    assert told["problems"] == []
    assert told["workload"]["write_share"] > 0
    assert told["account"] == {"free_tier": None, "billed": None}
    lines = {line["usage"]: line for line in told["lines"]}
    assert all(set(line) == LINE_KEYS for line in lines.values())
    assert lines["dynamodb_wcu"]["month"] == 4
    assert lines["lambda_requests"]["so_far"] >= 2
    share = told["workload"]["measured"]["month_share"]
    assert lines["sqs_requests"]["month"] == pytest.approx(lines["sqs_requests"]["so_far"] / share)
    assert told["usd"] == pytest.approx(sum(line["usd"] for line in lines.values()))


@pytest.mark.usefixtures("loaded")
def test_the_workload_can_be_scaled(cli):
    once, twice = (
        cli("cost", "--drinks-per-month", number, "--json").json for number in (50_000, 100_000)
    )
    assert once["workload"]["records"] == pytest.approx(50_000)
    assert once["workload"]["loads"] == pytest.approx(2_000)
    first, second = ({x["usage"]: x["month"] for x in told["lines"]} for told in (once, twice))
    assert second["s3_writes"] - first["s3_writes"] >= 2_000
    assert second["dynamodb_wcu"] == first["dynamodb_wcu"]


def test_people_are_told_that_the_local_stack_costs_nothing(cli):
    answer = cli("cost")
    assert "not free" in answer.out
    assert "costs nothing" in answer.err
