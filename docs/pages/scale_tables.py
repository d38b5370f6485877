"""What bounds each stage, and what it costs, from 600 to 100 million records.

Sizes are counted on the sample records, capacity and limits are those of prod's template, seconds
are those of docs/operations/performance.md, and prices those of `mocktailverse cost`.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import msgspec
from pages.cells import table
from pages.template_source import resources

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.cost_report import cost_report
from mocktailverse.cost.model import price_table
from mocktailverse.cost.running import PROD
from mocktailverse.cost.usage import (
    CATALOGUE_DRINK_BYTES,
    PUBLISH_S,
    Activity,
    Visitors,
    usage_of,
)
from mocktailverse.cost.workload import REFERENCE
from mocktailverse.formatting import amount, duration
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import PART_BYTES, InputFile
from mocktailverse.pipeline.transformation import transform
from mocktailverse.stores.items import to_item

SIZES = {"600": 600, "20,000": 20_000, "1 million": 10**6, "100 million": 10**8}
BURST_S = 300
"""Seconds of unused capacity that DynamoDB keeps for bursts."""
WRITE_BYTES, PARTITION_BYTES, PARTITION_WCU = 1024, 10 * 10**9, 1000
"""Of a write unit; and of a partition. Each partition has a shard of the stream."""
WRITE_PER_TRANSFORM = 5.5
"""CPU time of the client for a conditional write, in times of the transform of the same record, so
that the machine does not matter: docs/explanation/scale.md has the command."""
CPUS_PER_GB = 1024 / 1769
"""Lambda gives a function of 1,769 MB one vCPU."""
TMP_MB, MOST_TMP_MB = 512, 10_240
"""A function's /tmp without `EphemeralStorage` in the template, and the most that it can be."""
FILES = 2
"""Copies of the catalogue that a reader keeps."""
DAY_S = 24 * 3600
ON_DEMAND_USD = 0.625 / 10**6
"""A write request unit in us-east-1. Not in prices.toml: no environment uses it."""

_VERSION = ObjectVersion(
    "mocktailverse-data-prod-000000000000-us-east-1",
    "raw/thecocktaildb/2026/11/23/20261123T011744Z-ids/i-0001.ndjson",
    "4627352c-f344-4a41-9e94-d571add8127d",
)
_OBSERVED_AT = 1_763_860_664_917
"""Fixed, because DynamoDB counts a number's bytes without its trailing zeros."""


class RecordSizes(NamedTuple):
    """Means over the sample records."""

    raw: float
    item: float
    """Bytes as DynamoDB counts them."""
    json: float
    """Bytes as DynamoDB JSON, uncompressed."""
    write_units: float


@cache
def record_sizes() -> RecordSizes:
    """Return the sizes of the sample records and of their items."""
    file = InputFile(find_checkout().samples / "cocktails.ndjson", _OBSERVED_AT)
    registers = [result.register for result in transform(file, _VERSION)]
    items = [to_item(register) for register in registers if register]
    sizes = [sum(len(name.encode()) + _size(value) for name, value in one.items()) for one in items]
    return RecordSizes(
        file.bytes / len(registers),
        mean(sizes),
        mean(len(msgspec.json.encode({"Item": item})) for item in items),
        mean(math.ceil(size / WRITE_BYTES) for size in sizes),
    )


def _size(value: Any) -> int:  # noqa: ANN401 - an attribute value of any type
    """Return the bytes of an attribute value by the rules of DynamoDB's developer guide."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content.strip("-0.").replace(".", "")) / 2) + 1
        case "L":
            return 3 + sum(1 + _size(element) for element in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in content.items())
        case _:
            return 1


@cache
def measured(row: str) -> list[str]:
    """Return the cells after the first ones of a row of docs/operations/performance.md."""
    page = Path(__file__).parents[1] / "operations" / "performance.md"
    match = re.search(rf"^\| {re.escape(row)} \|(.*)\|$", page.read_text(), re.MULTILINE)
    if not match:
        raise ValueError(f"performance.md has no row `{row}`.")
    return [cell.strip() for cell in match[1].split("|")]


class Scale(NamedTuple):
    """A number of distinct drinks, each loaded once, with prod's settings."""

    records: int

    @property
    def write_units(self) -> float:
        return self.records * record_sizes().write_units

    @property
    def load_s(self) -> float:
        """Seconds that the table's provisioned capacity takes, after a full burst."""
        per_s = _prod("DrinksTable")["ProvisionedThroughput"]["WriteCapacityUnits"]
        return max(0.0, self.write_units / per_s - BURST_S)

    @property
    def wcu_for_a_day(self) -> float:
        return self.write_units / DAY_S

    @property
    def busy_s(self) -> float:
        """Seconds of all transform functions together, without waiting for capacity."""
        transform_s = float(measured("Mocktailverse, to DynamoDB items")[2]) / 10**6
        return (
            self.records
            * transform_s
            * (1 + WRITE_PER_TRANSFORM)
            / (PROD.transform_gb * CPUS_PER_GB)
        )

    @property
    def function_s(self) -> float:
        """Seconds that they take with as many at once as the template allows."""
        return self.busy_s / _prod("TransformRawObjects")["ScalingConfig"]["MaximumConcurrency"]

    @property
    def table_bytes(self) -> float:
        return self.records * record_sizes().item

    @property
    def shards(self) -> int:
        """The least number of partitions, and so of shards: by size, and for a load in a day."""
        by_size = self.table_bytes / PARTITION_BYTES
        return math.ceil(max(1, by_size, self.wcu_for_a_day / PARTITION_WCU))

    @property
    def publishes(self) -> int:
        return math.ceil(self.records / _prod("PublishChangedDrinks")["BatchSize"])

    @property
    def catalogue_mb(self) -> float:
        """The file, as large as the one that `make bench` writes for 100,000 drinks."""
        mib = float(measured("index built | 100,000")[1])
        return self.records / 100_000 * mib * 2**20 / 10**6

    @property
    def index_s(self) -> float:
        return self.records / 100_000 * float(measured("index built | 100,000")[0])

    @property
    def is_one_file(self) -> bool:
        """Whether a function can hold the file in /tmp, twice: see decision 0049."""
        return FILES * self.catalogue_mb < TMP_MB


def _prod(name: str) -> Mapping[str, Any]:
    return resources("prod")[name].properties


def _large(seconds: float) -> str:
    days = seconds / DAY_S
    return f"{days:,.0f} d" if days >= 2 else duration(seconds)  # noqa: PLR2004 - two days


def stages() -> str:
    """Return the table of what each stage takes at each size."""
    wcu = _prod("DrinksTable")["ProvisionedThroughput"]["WriteCapacityUnits"]
    at_once = _prod("TransformRawObjects")["ScalingConfig"]["MaximumConcurrency"]
    rows: dict[str, Callable[[Scale], str]] = {
        "raw records, MB": lambda one: amount(one.records * record_sizes().raw / 10**6),
        f"write: with prod's {wcu} units a second, after a full burst": lambda one: (
            _large(one.load_s) if one.load_s else "within the burst"
        ),
        "write: units a second to load all in a day": lambda one: amount(one.wcu_for_a_day),
        "transform: seconds of functions": lambda one: amount(one.busy_s),
        f"transform: with {at_once} functions at once": lambda one: _large(one.function_s),
        "table, GB": lambda one: amount(one.table_bytes / 10**9),
        "stream: shards at least": lambda one: f"{one.shards:,}",
        "publish: batches of change notifications": lambda one: f"{one.publishes:,}",
        f"publish: one after the other, {PUBLISH_S} s each (assumed)": lambda one: _large(
            one.publishes * PUBLISH_S
        ),
        "catalogue file, MB": lambda one: amount(one.catalogue_mb),
        f"fits into a function's /tmp of {TMP_MB} MB": lambda one: (
            "yes" if one.is_one_file else "**no**"
        ),
        "reader: CPU time of its index": lambda one: _large(one.index_s) if one.is_one_file else "",
    }
    return _by_size(rows)


def limits() -> str:
    """Return the table of the numbers at which a part reaches its limit, rounded down."""
    one = Scale(1)
    wcu = _prod("DrinksTable")["ProvisionedThroughput"]["WriteCapacityUnits"]
    at_once = _prod("TransformRawObjects")["ScalingConfig"]["MaximumConcurrency"]
    rows = {
        f"writes a day, with prod's {wcu} units a second": wcu * DAY_S / one.write_units,
        "drinks in a table with one shard (10 GB)": PARTITION_BYTES / one.table_bytes,
        f"records a day, with {at_once} functions at once": at_once * DAY_S / one.busy_s,
        f"drinks in a catalogue in a /tmp of {TMP_MB} MB, as deployed": TMP_MB
        / FILES
        / one.catalogue_mb,
        f"the same with {MOST_TMP_MB:,} MB, the most": MOST_TMP_MB / FILES / one.catalogue_mb,
    }
    return table(("limit", "number"), [(what, _rounded_down(n)) for what, n in rows.items()])


def _rounded_down(number: float) -> str:
    """Return a number with two significant digits."""
    step = 10 ** (len(str(int(number))) - 2)
    return f"{int(number) // step * step:,}"


def costs() -> str:
    """Return the table of a month in which everything is loaded once, by service."""
    reports = {size: _services(Scale(records)) for size, records in SIZES.items()}
    names = dict.fromkeys(
        name for services in reports.values() for name, usd in services.items() if round(usd, 2)
    )
    rows = [
        (name, *(f"{services.get(name, 0):,.2f}" for services in reports.values()))
        for name in names
    ]
    total = ("**together**", *(f"**{sum(one.values()):,.2f}**" for one in reports.values()))
    return table(("USD", *SIZES), [*rows, total])


def _services(one: Scale) -> dict[str, float]:
    """Return what a month costs by service; on-demand writes where a day is too short for prod's.

    Where one file ends, the catalogue and its readers are left out.
    """
    is_on_demand = one.wcu_for_a_day > PROD.wcu
    running = msgspec.structs.replace(PROD, wcu=0, rcu=0) if is_on_demand else PROD
    objects = math.ceil(one.records * record_sizes().raw / PART_BYTES)
    activity = Activity(
        loads=objects,
        objects=objects,
        records=one.records,
        bytes=one.records * record_sizes().raw,
        attempts=max(objects, math.ceil(one.busy_s / running.transform_timeout_s)),
        busy_s=one.busy_s,
        publishes=one.publishes if one.is_one_file else 0,
    )
    visitors = REFERENCE.visitors if one.is_one_file else Visitors()
    usage = usage_of(activity, running, month_share=1, drinks=one.records, visitors=visitors)
    table_gb = one.table_bytes / 10**9
    catalogue_gb = 0 if one.is_one_file else CATALOGUE_DRINK_BYTES * one.records / 10**9
    usage = msgspec.structs.replace(
        usage,
        dynamodb_gb=table_gb,
        dynamodb_backup_gb=table_gb,
        s3_gb=usage.s3_gb - catalogue_gb,
    )
    services = {
        total.service: total.usd
        for total in cost_report("prod", usage, price_table(), None).services
    }
    return {"DynamoDB, on-demand writes": one.write_units * ON_DEMAND_USD * is_on_demand} | services


def facts() -> str:
    """Return the sizes of a record in a sentence."""
    sizes = record_sizes()
    return (
        f"A sample record has {sizes.raw:,.0f} bytes. Its item has {sizes.item:,.0f} bytes as"
        f" DynamoDB counts them, takes {sizes.write_units:.1f} write units, and has"
        f" {sizes.json:,.0f} bytes as DynamoDB JSON."
    )


def _by_size(rows: Mapping[str, Callable[[Scale], str]]) -> str:
    return table(
        ("", *SIZES),
        [
            (name, *(cell(Scale(records)) for records in SIZES.values()))
            for name, cell in rows.items()
        ],
    )
