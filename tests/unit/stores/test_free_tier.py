"""What AWS says of the account's free limits, as botocore hands it over."""

from types import SimpleNamespace

import pytest

from mocktailverse.errors import PermanentError
from mocktailverse.stores.free_tier import FreeOffer, FreeTier


@pytest.fixture
def aws(stubbed):
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


def test_offers_in_use_come_page_by_page_the_fullest_first(aws):
    first = {"freeTierUsages": [usage("SQS", 5.0, 10.0, 100.0), usage("SNS", 0.0, 0.0, 9.0)]}
    aws.add_response("get_free_tier_usage", first | {"nextToken": "more"})
    aws.add_response("get_free_tier_usage", {"freeTierUsages": [usage("Lambda", 5.0, 50.0, 60.0)]})
    offers = FreeTier(SimpleNamespace(free_tier=aws.client)).offers()
    assert [offer.service for offer in offers] == ["Lambda", "SQS"]
    assert offers[1] == FreeOffer(
        service="SQS", usage_type="Global-Request", unit="Request",
        actual=5, forecast=10, limit=100,
    )  # fmt: skip


def test_an_offer_is_full_by_its_forecast_in_relation_to_its_limit(aws):
    usages = [usage("large", 5.0, 50.0, 1000.0), usage("small", 5.0, 10.0, 10.0)]
    aws.add_response("get_free_tier_usage", {"freeTierUsages": usages})
    offers = FreeTier(SimpleNamespace(free_tier=aws.client)).offers()
    assert [offer.service for offer in offers] == ["small", "large"]


def test_what_aws_leaves_out_is_empty_and_offers_without_a_limit_or_usage_are_none(aws):
    usages = [
        {"actualUsageAmount": 0.5, "limit": 2.0},
        {"actualUsageAmount": 5.0},
        {"actualUsageAmount": 5.0, "limit": 0.0},
        {"limit": 2.0},
    ]
    aws.add_response("get_free_tier_usage", {"freeTierUsages": usages})
    assert FreeTier(SimpleNamespace(free_tier=aws.client)).offers() == [
        FreeOffer(service="", usage_type="", unit="", actual=0.5, forecast=0.0, limit=2.0)
    ]


def test_without_permission_there_is_one_of_our_errors(aws):
    aws.add_client_error("get_free_tier_usage", "AccessDeniedException", http_status_code=400)
    with pytest.raises(PermanentError, match="free limits"):
        FreeTier(SimpleNamespace(free_tier=aws.client)).offers()
