"""Rebuilds with the capacity of prod and dev, metered: they leave publish what it needs."""

from math import ceil
from types import SimpleNamespace

import pytest

from mocktailverse.stores.drinks_table import PACED_PAGE, DrinksTable
from mocktailverse.stores.read_pace import BURST_S, SHARE, ReadPace

MEAN_ITEM_BYTES = 1_838
"""As measured with TheCocktailDB's drinks."""
UNIT_BYTES = 4_096
PROD_UNITS = 12
DEV_UNITS = 2


class Meter:
    """A table's read capacity as DynamoDB meters it: units a second, and 300 s of unused ones."""

    def __init__(self, units_per_s):
        self.rate = units_per_s
        self.left = units_per_s * BURST_S
        self.at = 0.0
        self.lowest = self.left

    def consume(self, units, now):
        self.left = min(self.rate * BURST_S, self.left + (now - self.at) * self.rate) - units
        self.at = now
        self.lowest = min(self.lowest, self.left)


class MeteredDynamoDB:
    """Serves a scan of drinks; meanwhile publish reads at `published_per_s` units a second."""

    def __init__(self, drinks, units_per_s, published_per_s):
        self.meter = Meter(units_per_s)
        self.now = 0.0
        self.drinks = drinks
        self.published_per_s = published_per_s
        self.units = 0.0

    def wait(self, seconds):
        for _ in range(ceil(seconds)):
            self.now += seconds / ceil(seconds)
            self.meter.consume(self.published_per_s * seconds / ceil(seconds), self.now)

    def scan(self, *, Limit, ExclusiveStartKey=0, ConsistentRead, **_options):  # noqa: N803 - boto3's
        assert ConsistentRead
        count = min(Limit, self.drinks - ExclusiveStartKey)
        units = ceil(count * MEAN_ITEM_BYTES / UNIT_BYTES)
        self.units += units
        self.meter.consume(units, self.now)
        item = {"id": {"S": "a:1"}, "absences": {"L": [{"N": "1"}]}}
        page = {"Items": [item] * count, "ConsumedCapacity": {"CapacityUnits": units}}
        last = ExclusiveStartKey + count
        return page if last == self.drinks else {**page, "LastEvaluatedKey": last}


def scanned(drinks, units_per_s, published_per_s):
    """Scan a table; return DynamoDB after it."""
    dynamodb = MeteredDynamoDB(drinks, units_per_s, published_per_s)
    pace = ReadPace(units_per_s, clock=lambda: dynamodb.now, wait=dynamodb.wait)
    table = DrinksTable(SimpleNamespace(dynamodb=dynamodb), "drinks")
    assert sum(1 for _ in table.all(pace.spend)) == drinks
    return dynamodb


@pytest.mark.parametrize(
    ("units_per_s", "drinks", "minutes"),
    [(PROD_UNITS, 20_000, 22), (PROD_UNITS, 700, 0), (DEV_UNITS, 617, 0), (DEV_UNITS, 20_000, 155)],
)
def test_a_scan_takes_the_time_of_the_documentation_and_never_meets_a_throttle(
    units_per_s, drinks, minutes
):
    """The transform writes as fast as the table takes it, and publish reads each drink again.

    A drink of 1.8 KiB takes two write units and one read unit: half of as many read units.
    """
    dynamodb = scanned(drinks, units_per_s, published_per_s=units_per_s / 2)
    assert dynamodb.meter.lowest >= 0
    assert round(dynamodb.now / 60) == minutes
    share = SHARE * units_per_s
    expected_s = max(0.0, dynamodb.units / share - BURST_S)
    assert dynamodb.now == pytest.approx(expected_s, abs=1)


def test_a_scan_at_full_speed_would_be_throttled_which_the_meter_notices():
    dynamodb = MeteredDynamoDB(20_000, PROD_UNITS, PROD_UNITS / 2)
    table = DrinksTable(SimpleNamespace(dynamodb=dynamodb), "drinks")
    assert sum(1 for _ in table.all(lambda _units: dynamodb.wait(0.01))) == 20_000
    assert dynamodb.meter.lowest < 0


def test_a_page_is_small_so_that_the_share_is_kept_from_second_to_second():
    assert PACED_PAGE * MEAN_ITEM_BYTES / UNIT_BYTES / (SHARE * PROD_UNITS) < 2


def test_unused_units_are_collected_up_to_the_burst():
    clock, waits = [0.0], []
    pace = ReadPace(10, clock=lambda: clock[0], wait=waits.append)
    pace.spend(SHARE * 10 * BURST_S)
    assert waits == []
    pace.spend(5)
    assert waits == [1.0]
    clock[0] = 10_000
    pace.spend(SHARE * 10 * BURST_S + 10)
    assert waits == [1.0, 2.0]
