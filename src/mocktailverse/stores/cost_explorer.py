"""Cost Explorer: the costs that AWS has billed this month, by service. A request costs 1 cent."""

from datetime import date

from msgspec import Struct

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated


class Billed(Struct, frozen=True, kw_only=True):
    """The cost of one service in this month, in USD before credits."""

    service: str
    usd: float


class CostExplorer:
    """Calls GetCostAndUsage; the credentials need `ce:GetCostAndUsage`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def billed(self, today: date) -> list[Billed]:
        """Return the account's services with a cost in this month, the most expensive first.

        It costs one cent: the services of an account fit in one response.

        Raises:
            MocktailverseError: AWS is unreachable, or the credentials lack the permission.
        """
        first = today.replace(day=1)
        # The end is exclusive; on the 1st the period would be empty.
        end = max(today, first.replace(day=2))
        with translated("Reading the account's costs"):
            response = self._clients.cost_explorer.get_cost_and_usage(
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
