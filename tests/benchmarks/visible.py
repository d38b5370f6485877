"""From a stored raw object to the API's response, on a local stack; prints JSON.

    visible.py --drinks 600 20000 100000 --rounds 20

Each round stores a raw object with a change of CHANGES drinks, spread over the catalogue, and asks
the API for each of them until it shows the change: the visible latency, in wall-clock time. The
first round is not counted. Its stages, by the records that the pipeline itself writes:

waiting     until the transform function begins: event and queue
loading     until the load is done: transform, conditional writes
publishing  until the catalogue that has the changes is sealed: change notification, batch, edit
serving     until the API responds with the last change: upload, poll, download, index

Then a publisher and a warm reader take the same changes in this process, while the stack's publish
function rests: the bytes of the bodies that they send to S3 and receive, and the publisher's CPU.
"""

import argparse
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import ours
from corpus import ndjson_lines, source_records
from seeded_stack import POLL_S, TIMEOUT_S, seeded_stack
from traffic import counted

from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.local.state import LocalStack
from mocktailverse.operations.timing import quantile
from mocktailverse.pipeline.publishing import Publisher
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now
from mocktailverse.waiting import wait_until

CHANGES = 100
BUDGET_S = 120.0
"""Time after which no further round of a size begins; the p95 of fewer rounds is their maximum."""
LEAST_ROUNDS = 5
STAGES = ("waiting", "loading", "publishing", "serving")

_API_POLL_S = 0.01

Record = dict[str, Any]
Figures = dict[str, Any]


def measure(counts: list[int], rounds: int, publishes: int, folder: Path) -> list[Figures]:
    """Return the figures for a catalogue of each size."""
    figures = []
    for count in counts:
        records = _spread_records(count)
        with seeded_stack(folder, count) as (stack, stores):
            latency = _latency(stack, stores, records, rounds)
            publish = _publish(stores, records, publishes)
        figures.append({"drinks": count, "changes": len(records), **latency, **publish})
    return figures


def _spread_records(count: int) -> list[Record]:
    """Return records of CHANGES drinks of the catalogue, at equal distances."""
    lines = ndjson_lines(source_records()[1], count)
    spread = islice(lines, 0, None, max(1, count // CHANGES))
    return [json.loads(line) for line in islice(spread, CHANGES)]


def _changed(records: list[Record], change: str) -> bytes:
    """Return the records as NDJSON, with a change in their instructions."""
    return b"".join(
        json.dumps({**record, "strInstructions": change}).encode() + b"\n" for record in records
    )


def _latency(
    stack: LocalStack, stores: Stores, records: list[Record], rounds: int
) -> dict[str, Any]:
    """Return quantiles of the visible latency, and medians of its stages."""
    ids = [f"thecocktaildb:{record['idDrink']}" for record in records]
    passages = []
    address = urlsplit(stack.urls["api"]).netloc
    with closing(http.client.HTTPConnection(address, timeout=TIMEOUT_S)) as api:
        start = time.monotonic()
        while len(passages) <= rounds:
            change = f"Change {len(passages)}."
            passages.append(_passage(stores, api, ids, _changed(records, change), change))
            if len(passages) > LEAST_ROUNDS and time.monotonic() > start + BUDGET_S:
                break
    visible = [sum(passage) for passage in passages[1:]]
    return {
        "rounds": len(visible),
        "p50_s": round(quantile(visible, 0.5), 3),
        "p95_s": round(quantile(visible, 0.95), 3),
        "worst_s": round(max(visible), 3),
        "stages_s": {
            name: round(statistics.median(passage[index] for passage in passages[1:]), 3)
            for index, name in enumerate(STAGES)
        },
    }


def _passage(
    stores: Stores, api: http.client.HTTPConnection, ids: list[str], body: bytes, change: str
) -> tuple[float, ...]:
    """Store a raw object and wait until it is visible; return the durations of STAGES, in s."""
    key = f"raw/thecocktaildb/benchmark/{change}ndjson"
    stored_at = time.time()
    # S3's own time has whole seconds: of two changes within one, either may count as the newer.
    metadata = {"observed-at": str(now())}
    version = stores.bucket.put(key, body, metadata=metadata, content_type="application/x-ndjson")
    for drink_id in ids:
        while not _shows(api, drink_id, change):
            assert time.time() < stored_at + TIMEOUT_S, "the change does not become visible"
            time.sleep(_API_POLL_S)
    visible_at = time.time()
    load = stores.loads.latest(version)
    assert load
    assert load.finished_at
    sealed_at = _get(api, "/health")["built_at"] / 1000
    times = (stored_at, load.started_at / 1000, load.finished_at / 1000, sealed_at, visible_at)
    return tuple(end - start for start, end in pairwise(times))


def _shows(api: http.client.HTTPConnection, drink_id: str, change: str) -> bool:
    return bool(_get(api, f"/drinks/{quote(drink_id)}")["instructions"].get("en") == change)


def _get(api: http.client.HTTPConnection, path: str) -> Any:
    api.request("GET", path)
    with api.getresponse() as response:
        return json.load(response)


def _publish(stores: Stores, records: list[Record], publishes: int) -> dict[str, Any]:
    """Return what a publish of the changes and a warm reader move, and the publisher's CPU time.

    The first publish and the first read, which download everything, are not counted.
    """
    _rest_publish_function(stores)
    sent, received, cpu = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        publisher = Publisher(stores.drinks, stores.catalogue, Path(folder), now_ms=now)
        reader = CatalogueCopy(stores.catalogue, Path(folder, "reader"), max_age_s=0)
        for number in range(publishes + 1):
            ids = _write(stores, _changed(records, f"Published change {number}."))
            with counted(stores.clients.s3) as traffic:
                start = time.process_time()
                published = publisher.publish(ids)
                cpu.append(time.process_time() - start)
            assert published.changed == len(records)
            sent.append(traffic.sent)
            with counted(stores.clients.s3) as traffic:
                _read(reader, published.version)
            received.append(traffic.received)
    return {
        "publishes": publishes,
        "uploaded_bytes": round(statistics.median(sent[1:])),
        "downloaded_bytes": round(statistics.median(received[1:])),
        "publish_cpu_s": round(statistics.median(cpu[1:]), 4),
    }


def _read(reader: CatalogueCopy, version: str) -> None:
    """Wait until the reader has a version: a refresh that takes long goes on in the background."""
    assert wait_until(lambda: reader.current().meta.version == version, TIMEOUT_S, POLL_S)


def _rest_publish_function(stores: Stores) -> None:
    """Stop the change notifications to the stack's own publish function, until the stack ends."""
    client, name = stores.clients.lambda_, stores.output("PublishFunction")

    def mappings() -> Iterator[dict[str, Any]]:
        listed: Any = client.list_event_source_mappings()["EventSourceMappings"]
        return (mapping for mapping in listed if name in mapping["FunctionArn"])

    for mapping in mappings():
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    assert wait_until(
        lambda: all(mapping["State"] == "Disabled" for mapping in mappings()), TIMEOUT_S, POLL_S
    )


def _write(stores: Stores, lines: bytes) -> list[str]:
    """Write changed drinks into the table, as the transform function does; return their ids."""
    raw = ours.InMemory(lines)
    raw.stored_at = now()
    registers = list(ours.registers(raw))
    results = stores.drinks.write(registers)
    assert {result and result.outcome for result in results} == {"loaded"}, results
    return [register.id for register in registers]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drinks", type=int, nargs="+", default=[600, 20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--publishes", type=int, default=5)
    parser.add_argument("--files", type=Path, help="folder that keeps the catalogues' files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = options.files or Path(scratch)
        print(json.dumps(measure(options.drinks, options.rounds, options.publishes, files)))
