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


def test_without_permission_there_is_one_of_our_errors(aws):
    aws.add_client_error("get_free_tier_usage", "AccessDeniedException", http_status_code=400)
    with pytest.raises(PermanentError, match="free limits"):
        FreeTier(SimpleNamespace(free_tier=aws.client)).offers()
