"""Client CPU of a conditional write, compared with boto3's batch_writer; prints JSON.

Every request is answered inside the process by botocore's `before-send` event, so that only the
client's own work counts: item, body, endpoint, signature, response. Retries are on, as in use.
batch_writer is the yardstick: it writes 25 items in a request, but without conditions.
"""

import argparse
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import ours
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from corpus import ndjson_lines, source_records
from paired import cpu_seconds, paired

from mocktailverse.drinks.register import Register
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.items import to_item, value_of

KEYS = {"region": "eu-west-1", "access_key_id": "benchmark", "secret_access_key": "benchmark"}
TABLE = "drinks"
RESPONSE = b'{"UnprocessedItems":{}}'
"""A response to PutItem and to BatchWriteItem; without `Attributes` there was no item before."""


class _Body:
    """The body of a response, as urllib3 gives it to botocore."""

    def stream(self, **_options: object) -> list[bytes]:
        return [RESPONSE]


def _answer(request: AWSRequest, **_event: object) -> AWSResponse:
    return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, _Body())


def _answered(client: Any) -> Any:
    client.meta.events.register("before-send.dynamodb", _answer)
    return client


def _clients() -> Clients:
    clients = Clients(**KEYS)
    _answered(clients.dynamodb)
    return clients


def _batch_writer(registers: list[Register]) -> Callable[[], object]:
    session = boto3.Session("benchmark", "benchmark", region_name=KEYS["region"])
    table = session.resource("dynamodb").Table(TABLE)
    _answered(table.meta.client)
    items = [_decimals({k: value_of(v) for k, v in to_item(r).items()}) for r in registers]

    def write() -> None:
        with table.batch_writer() as batch:
            for item in items:
                batch.put_item(item)

    return write


def _decimals(value: Any) -> Any:
    """Return plain Python with decimals instead of floats, which boto3 does not accept."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_decimals(element) for element in value]
    if isinstance(value, dict):
        return {name: _decimals(element) for name, element in value.items()}
    return value


def _plain_put_item(registers: list[Register]) -> Callable[[], object]:
    """Return writes under the same condition, whose items botocore serializes."""
    session = boto3.Session("benchmark", "benchmark", region_name=KEYS["region"])
    client = _answered(session.client("dynamodb", config=Config(parameter_validation=False)))
    return _writes(DrinksTable(_Holder(client), TABLE), registers)  # type: ignore[arg-type]  # it needs one client


class _Holder:
    def __init__(self, client: object) -> None:
        self.dynamodb = client


def _writes(table: DrinksTable, registers: list[Register]) -> Callable[[], object]:
    return lambda: [table.write([register]) for register in registers]


def measure(records_file: Path | None, count: int, rounds: int) -> dict[str, Any]:
    """Return the figures for writes of `count` drinks, each from its register on."""
    description, records = source_records(records_file)
    data = b"".join(ndjson_lines(records, count))
    registers = list(ours.registers(ours.InMemory(data)))
    writers = {
        "boto3 Table.batch_writer, no condition": _batch_writer(registers),
        "botocore put_item, conditional": _plain_put_item(registers),
        "Mocktailverse, conditional": _writes(DrinksTable(_clients(), TABLE), registers),
    }
    cases = {name: lambda write=write: cpu_seconds(write) for name, write in writers.items()}
    figures = [figure._asdict() for figure in paired(cases, rounds)]
    return {"drinks": count, "varied_from": description, "writes": figures}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(json.dumps(measure(options.records, options.count, options.rounds)))
