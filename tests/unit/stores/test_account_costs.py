"""The costs of an account, from the responses of botocore."""

from datetime import date
from types import SimpleNamespace

import pytest

from mocktailverse.errors import PermanentError
from mocktailverse.stores.account_costs import Billed, FreeOffer, read_bill, read_free_offers
from mocktailverse.stores.clients import Clients

# ---- the free limits


@pytest.fixture
def free_tier(stubbed):
    return stubbed("freetier")


def usage(service, actual, forecast, limit):
    return {
        "service": service,
        "usageType": "Global-Request",
        "unit": "Request",
        "actualUsageAmount": actual,
        "forecastedUsageAmount": forecast,
        "limit": limit,
    }


def test_offers_in_use_are_read_in_pages_and_sorted_fullest_first(free_tier):
    first = {"freeTierUsages": [usage("SQS", 5.0, 10.0, 100.0), usage("SNS", 0.0, 0.0, 9.0)]}
    free_tier.add_response("get_free_tier_usage", first | {"nextToken": "more"})
    free_tier.add_response(
        "get_free_tier_usage", {"freeTierUsages": [usage("Lambda", 5.0, 50.0, 60.0)]}
    )
    offers = read_free_offers(SimpleNamespace(free_tier=free_tier.client))
    assert [offer.service for offer in offers] == ["Lambda", "SQS"]
    assert offers[1] == FreeOffer(
        service="SQS", usage_type="Global-Request", unit="Request",
        actual=5, forecast=10, limit=100,
    )  # fmt: skip


def test_offers_are_sorted_by_the_share_of_the_forecast_in_the_limit(free_tier):
    usages = [usage("large", 5.0, 50.0, 1000.0), usage("small", 5.0, 10.0, 10.0)]
    free_tier.add_response("get_free_tier_usage", {"freeTierUsages": usages})
    offers = read_free_offers(SimpleNamespace(free_tier=free_tier.client))
    assert [offer.service for offer in offers] == ["small", "large"]


def test_missing_fields_are_empty_and_offers_without_a_limit_or_usage_are_skipped(free_tier):
    usages = [
        {"actualUsageAmount": 0.5, "limit": 2.0},
        {"actualUsageAmount": 5.0},
        {"actualUsageAmount": 5.0, "limit": 0.0},
        {"limit": 2.0},
    ]
    free_tier.add_response("get_free_tier_usage", {"freeTierUsages": usages})
    assert read_free_offers(SimpleNamespace(free_tier=free_tier.client)) == [
        FreeOffer(service="", usage_type="", unit="", actual=0.5, forecast=0.0, limit=2.0)
    ]


def test_a_refusal_to_read_the_free_limits_is_a_permanent_error(free_tier):
    free_tier.add_client_error("get_free_tier_usage", "AccessDeniedException", http_status_code=400)
    with pytest.raises(PermanentError, match="free limits"):
        read_free_offers(SimpleNamespace(free_tier=free_tier.client))


# ---- the bill: one request, which costs a cent


@pytest.fixture
def cost_explorer(stubbed):
    return stubbed("ce")


def group(service, amount):
    return {"Keys": [service], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}


def request_for(start, end):
    return {
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        # credits would hide the usage
        "Filter": {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}},
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
    }


def test_services_with_costs_are_sorted_most_expensive_first(cost_explorer):
    groups = [group("Amazon S3", "0.02"), group("AWS Lambda", "0"), group("Tax", "0.10")]
    cost_explorer.add_response(
        "get_cost_and_usage",
        {"ResultsByTime": [{"Groups": groups}]},
        request_for("2026-01-01", "2026-01-15"),
    )
    billed = read_bill(SimpleNamespace(cost_explorer=cost_explorer.client), date(2026, 1, 15))
    assert billed == [Billed(service="Tax", usd=0.1), Billed(service="Amazon S3", usd=0.02)]
    cost_explorer.assert_no_pending_responses()


def test_on_the_first_of_a_month_that_day_is_requested(cost_explorer):
    response = {"ResultsByTime": []}
    cost_explorer.add_response(
        "get_cost_and_usage", response, request_for("2026-01-01", "2026-01-02")
    )
    assert read_bill(SimpleNamespace(cost_explorer=cost_explorer.client), date(2026, 1, 1)) == []


def test_a_refusal_to_read_the_bill_is_a_permanent_error(cost_explorer):
    cost_explorer.add_client_error(
        "get_cost_and_usage", "AccessDeniedException", http_status_code=400
    )
    with pytest.raises(PermanentError, match="costs"):
        read_bill(SimpleNamespace(cost_explorer=cost_explorer.client), date(2026, 1, 15))


def test_a_request_is_never_sent_twice_because_each_costs_money():
    clients = Clients(region="eu-central-1", access_key_id="test", secret_access_key="test")  # noqa: S106  nothing accepts this key
    retries = clients.cost_explorer.meta.config.retries
    assert retries["total_max_attempts"] == 1
