"""The pipeline within its provisioned capacity, which the embedded AWS does not have.

All functions and the command line reach AWS through a proxy that throttles DynamoDB as its capacity
demands. Time is scaled, so that minutes take seconds. What has to hold: everything is loaded,
nothing dead-letters, and the API answers meanwhile.
"""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from aws_proof.capacity_proxy import CapacityProxy
from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments, stage_mapping
from mocktailverse.local import lifecycle
from mocktailverse.local.state import LocalStack, state_file, write_stack
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

TIMEOUT_S = 300
MOCKTAILVERSE = Path(sys.executable).with_name("mocktailverse")

pytestmark = [pytest.mark.aws_proof, pytest.mark.xdist_group("capacity")]


class Case(NamedTuple):
    """Objects to load into an environment, and how much of its capacity there is."""

    env: str
    objects: int
    records: int
    """Records of each object."""
    scale: int
    """A second here has the capacity of this many there, so that even a slow machine is
    throttled."""
    burst_share: float
    """The part of the burst that is left at the start: AWS does not promise it."""


FEW = Case("dev", objects=20, records=10, scale=10, burst_share=0.05)
SMALL = Case("prod", objects=30, records=20, scale=30, burst_share=1)
LARGE = Case("prod", objects=40, records=500, scale=30, burst_share=1)
"""The first sizes of docs/explanation/scale.md."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own, because all its functions reach AWS through the proxy."""
    with lifecycle.running(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
def proxy(stack: LocalStack, case: Case) -> Iterator[CapacityProxy]:
    """The proxy, through which all functions reach AWS."""
    checkout = find_checkout()
    text = checkout.template.read_text()
    environment = environments.environment(checkout.environments, case.env)
    template = Template.parse(stage_mapping.with_stage(text, case.env, environment))
    parameters = {"Stage": case.env, "Target": "aws", "ArtifactBucket": "a", "FunctionsKey": "k"}
    tables = [
        msgspec.structs.replace(
            one,
            properties={**one.properties, "TableName": stack.outputs[one.name]},
        )
        for one in template.resources(parameters)
        if one.type == "AWS::DynamoDB::Table"
    ]
    running = CapacityProxy(stack.port, tables, case.scale, case.burst_share)
    client = stack.clients().lambda_
    with running.running():
        for name in Stores(stack.clients(), stack.outputs).function_names.values():
            now = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            variables = now | {"AWS_ENDPOINT_URL": running.endpoint("client")}
            client.update_function_configuration(
                FunctionName=name, Environment={"Variables": variables}
            )
        yield running


@pytest.fixture
def state_dir(stack: LocalStack, proxy: CapacityProxy, tmp_path: Path) -> Path:
    """A state folder for commands that reach AWS through the proxy."""
    write_stack(tmp_path, msgspec.structs.replace(stack, endpoint=proxy.endpoint("client")))
    assert state_file(tmp_path).is_file()
    return tmp_path


def run(state_dir: Path, *arguments: str) -> dict[str, object]:
    command = [MOCKTAILVERSE, *arguments, "--state-dir", state_dir, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def response_time_s(stack: LocalStack) -> float:
    started = time.monotonic()
    address = stack.urls["gateway"] + "/health"
    with urllib.request.urlopen(address, timeout=30) as response:  # noqa: S310 - our own API
        assert response.status == 200
    return time.monotonic() - started


@pytest.mark.parametrize("case", [FEW, SMALL, pytest.param(LARGE, marks=pytest.mark.soak)])
def test_within_the_capacity_everything_is_loaded_and_the_api_answers(
    stack, proxy, state_dir, raw_record, proved, case
):
    run(state_dir, "rebuild")  # the API has a catalogue
    stores = Stores(stack.clients(), stack.outputs)
    number, versions = case.objects * case.records, []
    started, throttled_before = time.monotonic(), proxy.throttled
    for first in range(0, number, case.records):
        lines = [json.dumps(raw_record(20_000 + first + n)) for n in range(case.records)]
        versions.append(
            stores.bucket.put(
                f"raw/thecocktaildb/capacity/{case.env}/{first}.json",
                "\n".join(lines).encode(),
                metadata={},
                content_type="application/x-ndjson",
            )
        )
    times_s: list[float] = []

    def is_done() -> bool:
        times_s.append(response_time_s(stack))
        return stores.queue.waiting() == 0

    assert wait_until(is_done, TIMEOUT_S, poll_s=0.2)
    took_s = (time.monotonic() - started) * case.scale
    throttled_writes = proxy.throttled - throttled_before
    assert (throttled_writes == 0) is (case is SMALL)  # whose burst suffices
    assert stores.queue.dead() == 0
    loads = [stores.loads.latest(version) for version in versions]
    assert {(load.status, load.counts.read) for load in loads} == {("done", case.records)}
    run(state_dir, "rebuild")
    report = run(state_dir, "verify")
    assert report["ok"], report
    proved(
        f"capacity of {case.env}: {number} drinks are loaded within {took_s / 60:.0f} min of its"
        f" time, {throttled_writes} calls throttled, none dead-lettered; the API answers in "
        f"{statistics.median(times_s):.2f} s"
    )
