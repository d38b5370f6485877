"""What AWS has billed this month, service by service; asking costs 1 cent a request."""

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from mocktailverse.stores.error_translation import translated

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients


class Billed(Struct, frozen=True, kw_only=True):
    """What a service of the account has cost since the month began, in USD, before credits."""

    service: str
    usd: float


class CostExplorer:
    """Asks GetCostAndUsage; the credentials need `ce:GetCostAndUsage`."""

    def __init__(self, clients: "Clients") -> None:
        self._clients = clients

    def billed(self, today: date) -> list[Billed]:
        """The account's services that cost anything this month, the dearest first.

        It is one request, and so one cent: the services of an account fit in one answer.

        Raises:
            MocktailverseError: AWS does not answer, or the credentials may not read it.
        """
        first = today.replace(day=1)
        # The end is exclusive, and on the 1st there is no day yet.
        end = max(today, first.replace(day=2))
        with translated("Reading the account's costs"):
            answer = self._clients.cost_explorer.get_cost_and_usage(
                TimePeriod={"Start": first.isoformat(), "End": end.isoformat()},
                Granularity="MONTHLY",
                Metrics=["UnblendedCost"],
                Filter={"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}},
                GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
            )
        found = [
            Billed(service=group["Keys"][0], usd=float(group["Metrics"]["UnblendedCost"]["Amount"]))
            for period in answer["ResultsByTime"]
            for group in period["Groups"]
        ]
        return sorted((one for one in found if one.usd), key=lambda one: -one.usd)
