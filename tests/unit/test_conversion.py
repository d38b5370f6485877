"""Types are inspected before threads decode them: two threads at once would crash the process."""

import json
import subprocess
import sys

import msgspec

from mocktailverse.drinks.register import Earlier, Register
from mocktailverse.loads.load_keys import load_key
from mocktailverse.loads.load_record import START, Counts, Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.stores.items import to_item
from mocktailverse.stores.load_items import to_segment_item

CONCURRENT_CALLS = """
import faulthandler
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

faulthandler.enable()
given = json.load(sys.stdin)
{prepare}
barrier = Barrier(8)
sys.setswitchinterval(1e-6)


def call(_):
    barrier.wait()
    {call}


with ThreadPoolExecutor(8) as pool:
    list(pool.map(call, range(8)))
"""
"""Make the first call of a function in eight threads at once; the threads switch very often."""

TRIES = 5
"""If types are not inspected beforehand, each try crashes with a probability of at least 0.4."""

VERSION = ObjectVersion("data", "raw/a.json", "1")
LOAD = Load(
    VERSION, generation=1, status="loading", counts=Counts(), bytes=0, attempts=1, requeues=0,
    requeued_at=None, active_at=0, started_at=0, finished_at=None, error=None, transform_version=1,
)  # fmt: skip


def load_item():
    names = ("object", "part")
    key = {name: {"S": part} for name, part in zip(names, load_key(VERSION, 1), strict=True)}
    numbers = {name: {"N": "1"} for name in ("generation", "started_at", "transform_version")}
    texts = {name: {"S": getattr(VERSION, name)} for name in ("bucket", "key", "version_id")}
    return {**key, **texts, **numbers, "status": {"S": "done"}}


def run_concurrently(prepare, call, given):
    script = CONCURRENT_CALLS.format(prepare=prepare, call=call)
    return subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )


def check_concurrent_calls(prepare, call, given):
    for _ in range(TRIES):
        process = run_concurrently(prepare, call, given)
        assert (process.returncode, process.stderr) == (0, "")


def test_threads_can_decode_a_drink_at_once(new_drink):
    drink = new_drink("7", "Spritz", ["Prosecco"])
    register = Register(drink.id, drink, "a:b:c", (Earlier(1, "d:e:f", "Other"),))
    check_concurrent_calls(
        "from mocktailverse.stores.items import from_item", "from_item(given)", to_item(register)
    )


def test_threads_can_decode_a_load_at_once():
    check_concurrent_calls(
        "from mocktailverse.stores.load_items import load_of", "load_of(given)", load_item()
    )


def test_threads_can_decode_a_segment_at_once():
    item = to_segment_item(LOAD, Segment(1, START, START, Counts(), final=True))
    check_concurrent_calls(
        "from mocktailverse.stores.load_items import segment_of", "segment_of(given)", item
    )


def test_threads_can_decode_a_rejected_line_at_once():
    line = Rejected("not_json", "$", "It is not valid JSON.", 1, "x", VERSION)
    check_concurrent_calls(
        "from mocktailverse.stores.data_bucket import DataBucket\n"
        "bucket = SimpleNamespace(get=lambda key: given.encode())",
        "DataBucket.rejected(bucket, 'key')",
        msgspec.json.encode(line).decode(),
    )
