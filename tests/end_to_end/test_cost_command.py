"""`mocktailverse cost` on the embedded AWS: what the same load would cost on AWS."""

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
    *("beyond_free", "workload", "environments", "floods", "problems", "account"),
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
def test_the_month_s_cost_is_computed_from_the_loads(cli):
    report = cli("cost", "--json").json
    assert set(report) == KEYS
    assert report["env"] == "local"
    assert report["workload"]["measured"]["records"] == 50
    assert report["workload"]["measured"]["loads"] == 2
    assert report["problems"] == []
    assert report["workload"]["write_share"] > 0
    assert report["account"] == {"free_tier": None, "billed": None}
    lines = {line["usage"]: line for line in report["lines"]}
    assert all(set(line) == LINE_KEYS for line in lines.values())
    assert lines["dynamodb_wcu"]["month"] == 4
    assert lines["lambda_requests"]["so_far"] >= 2
    share = report["workload"]["measured"]["month_share"]
    assert lines["sqs_requests"]["month"] == pytest.approx(lines["sqs_requests"]["so_far"] / share)
    assert report["usd"] == pytest.approx(sum(line["usd"] for line in lines.values()))


@pytest.mark.usefixtures("loaded")
def test_the_workload_can_be_scaled(cli):
    once, twice = (
        cli("cost", "--drinks-per-month", number, "--json").json for number in (50_000, 100_000)
    )
    assert once["workload"]["records"] == pytest.approx(50_000)
    assert once["workload"]["loads"] == pytest.approx(2_000)
    first, second = ({x["usage"]: x["month"] for x in report["lines"]} for report in (once, twice))
    assert second["s3_writes"] - first["s3_writes"] >= 2_000
    assert second["dynamodb_wcu"] == first["dynamodb_wcu"]


def test_the_text_output_says_that_the_local_stack_costs_nothing(cli):
    result = cli("cost")
    assert "not free" in result.out
    assert "costs nothing" in result.err
