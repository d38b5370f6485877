"""What AWS has billed, as botocore hands it over: one request, which costs a cent."""

from datetime import date
from types import SimpleNamespace

import pytest

from mocktailverse.errors import PermanentError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.cost_explorer import Billed, CostExplorer


@pytest.fixture
def aws(stubbed):
    return stubbed("ce")


def group(service, amount):
    return {"Keys": [service], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}


def asked(start, end):
    return {
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        # credits would hide what is used
        "Filter": {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}},
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
    }


def test_services_that_cost_anything_come_the_dearest_first(aws):
    groups = [group("Amazon S3", "0.02"), group("AWS Lambda", "0"), group("Tax", "0.10")]
    aws.add_response(
        "get_cost_and_usage",
        {"ResultsByTime": [{"Groups": groups}]},
        asked("2026-01-01", "2026-01-15"),
    )
    billed = CostExplorer(SimpleNamespace(cost_explorer=aws.client)).billed(date(2026, 1, 15))
    assert billed == [Billed(service="Tax", usd=0.1), Billed(service="Amazon S3", usd=0.02)]
    aws.assert_no_pending_responses()


def test_on_the_first_of_a_month_the_day_itself_is_asked_for(aws):
    answer = {"ResultsByTime": []}
    aws.add_response("get_cost_and_usage", answer, asked("2026-01-01", "2026-01-02"))
    assert CostExplorer(SimpleNamespace(cost_explorer=aws.client)).billed(date(2026, 1, 1)) == []


def test_without_permission_there_is_one_of_our_errors(aws):
    aws.add_client_error("get_cost_and_usage", "AccessDeniedException", http_status_code=400)
    with pytest.raises(PermanentError, match="costs"):
        CostExplorer(SimpleNamespace(cost_explorer=aws.client)).billed(date(2026, 1, 15))


def test_a_request_is_never_sent_twice_for_each_costs():
    clients = Clients(region="eu-central-1", access_key_id="test", secret_access_key="test")  # noqa: S106  as above
    retries = clients.cost_explorer.meta.config.retries
    assert retries["total_max_attempts"] == 1
