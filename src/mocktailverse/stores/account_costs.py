"""AWS's reports on an account's costs: its free limits with their usage, and its bill.

Both functions raise a MocktailverseError if AWS is unreachable or the credentials lack the right.
"""

from datetime import date

from msgspec import Struct

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated


class FreeOffer(Struct, frozen=True, kw_only=True):
    """A free limit of the account, with the usage of this month and AWS's forecast."""

    service: str
    usage_type: str
    unit: str
    actual: float
    forecast: float
    limit: float


class Billed(Struct, frozen=True, kw_only=True):
    """The cost of one service in this month, in USD before credits."""

    service: str
    usd: float


def read_free_offers(clients: Clients) -> list[FreeOffer]:
    """Return the free limits with any usage, the highest forecast share first.

    AWS updates them a few times a day. The credentials need `freetier:GetFreeTierUsage`.
    """
    with translated("Reading the account's free limits"):
        pages = clients.free_tier.get_paginator("get_free_tier_usage").paginate()
        entries = [entry for page in pages for entry in page["freeTierUsages"]]
    offers = [
        FreeOffer(
            service=entry.get("service", ""),
            usage_type=entry.get("usageType", ""),
            unit=entry.get("unit", ""),
            actual=entry["actualUsageAmount"],
            forecast=entry.get("forecastedUsageAmount", 0.0),
            limit=entry["limit"],
        )
        for entry in entries
        if entry.get("actualUsageAmount") and entry.get("limit")
    ]
    return sorted(offers, key=lambda offer: -offer.forecast / offer.limit)


def read_bill(clients: Clients, today: date) -> list[Billed]:
    """Return the account's services with a cost in this month, the most expensive first.

    Cost Explorer takes one cent: the services of an account fit in one response. The credentials
    need `ce:GetCostAndUsage`.
    """
    first = today.replace(day=1)
    # The end is exclusive; on the 1st the period would be empty.
    end = max(today, first.replace(day=2))
    with translated("Reading the account's costs"):
        response = clients.cost_explorer.get_cost_and_usage(
            TimePeriod={"Start": first.isoformat(), "End": end.isoformat()},
            Granularity="MONTHLY",
            Metrics=["UnblendedCost"],
            Filter={"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}},
            GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
        )
    costs = [
        Billed(service=group["Keys"][0], usd=float(group["Metrics"]["UnblendedCost"]["Amount"]))
        for period in response["ResultsByTime"]
        for group in period["Groups"]
    ]
    return sorted((cost for cost in costs if cost.usd), key=lambda cost: -cost.usd)
