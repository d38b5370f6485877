"""The account's free limits and their usage, as AWS reports them a few times a day."""

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


class FreeTier:
    """Calls GetFreeTierUsage; the credentials need `freetier:GetFreeTierUsage`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def offers(self) -> list[FreeOffer]:
        """Return the free limits with any usage, the highest forecast share first.

        Raises:
            MocktailverseError: AWS is unreachable, or the credentials lack the permission.
        """
        with translated("Reading the account's free limits"):
            client = self._clients.free_tier
            pages = client.get_paginator("get_free_tier_usage").paginate()
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
