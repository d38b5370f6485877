"""In-memory stores that behave like the real ones, a manual clock, raw bytes.

The tests are not a package, so they share code, classes included, as fixtures.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import msgspec
import pytest
import yaml
from botocore.stub import Stubber

from mocktailverse.checkout import find_checkout
from mocktailverse.errors import MocktailverseError
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.load import Loader
from mocktailverse.pipeline.load_run import LoadResult
from mocktailverse.testing.call_faults import BUDGET_MS, CallFaults, ManualClock
from mocktailverse.testing.memory_loads import MemoryLoads
from mocktailverse.testing.memory_stores import (
    MemoryBytes,
    MemoryCatalogueStore,
    MemoryDrinks,
    MemoryObject,
    MemoryQueue,
    MemoryRawStore,
)

NEW_IN_FORMAT_2 = {
    "drinks": (
        "unknown_because", "likely_abv_served_percent", "sugar_g_min", "sugar_g_max", "acid_g_min",
        "acid_g_max", "sugar_served_g_per_100ml_min", "sugar_served_g_per_100ml_max",
        "acid_served_g_per_100ml_min", "acid_served_g_per_100ml_max", "energy_kcal_min",
        "energy_kcal_max",
    ),
    "drink_ingredients": ("preparation", "alternatives", "optional"),
}  # fmt: skip
"""The columns that a catalogue file of format 1 does not have, by table."""

VISIBILITY_MS = 6 * BUDGET_MS
MAX_TRIES = 5


class KilledError(Exception):
    """The process is killed. Unlike an error of a store, the code cannot react to it."""


class SkewedClock(NamedTuple):
    """The clock of a worker that is ahead of all other clocks, or behind them."""

    true: ManualClock
    skew_ms: int
    ends_at: int

    @property
    def deadline(self) -> int:
        return self.ends_at + self.skew_ms

    def now(self) -> int:
        return self.true.now() + self.skew_ms

    def wait(self, seconds: float) -> None:
        self.true.wait(seconds)


@dataclass
class Message:
    """A message in the queue, the time when it becomes visible, and its number of deliveries."""

    request: LoadRequest
    visible_at: int
    received: int = 0


class World:
    """All stores of a loader, with faults injected into their calls."""

    def __init__(self, faults: CallFaults | None = None) -> None:
        self.faults = faults or CallFaults()
        self.clock = self.faults.clock
        self.raw = MemoryRawStore(self.faults)
        self.drinks = MemoryDrinks(self.faults)
        self.loads = MemoryLoads(self.faults)
        self.queue = MemoryQueue(self.faults)

    def handle(
        self,
        request: LoadRequest,
        *,
        budget_ms: int = BUDGET_MS,
        last_try: bool = False,
        skew_ms: int = 0,
    ) -> Counts | None:
        """Run one invocation with one message on a machine whose clock is ahead by `skew_ms`."""
        self.clock.deadline = self.clock.now() + budget_ms
        clock = SkewedClock(self.clock, skew_ms, self.clock.deadline)
        loader = Loader(self.raw, self.drinks, self.loads, self.queue, clock, MAX_TRIES)
        if last_try:
            request = msgspec.structs.replace(request, tries=MAX_TRIES - 1)
        progress = loader.handle(request)
        return progress.counts if isinstance(progress, LoadResult) else None

    def run(
        self,
        requests: Sequence[LoadRequest],
        choose: random.Random,
        *,
        budget_ms: int = BUDGET_MS,
        skews_ms: Sequence[int] = (0,),
    ) -> None:
        """Deliver messages in any order, repeatedly, until the queue is empty."""
        messages = [Message(request, self.clock.now()) for request in requests]
        for _ in range(2_000):
            messages += self._sent()
            if not messages:
                return
            visible = [m for m in messages if m.visible_at <= self.clock.now()]
            if not visible:
                self.clock.at = min(m.visible_at for m in messages)
                continue
            message = choose.choice(visible)
            message.visible_at = self.clock.now() + VISIBILITY_MS
            tries = message.request.tries + message.received
            request = msgspec.structs.replace(message.request, tries=tries)
            message.received += 1
            try:
                self.handle(request, budget_ms=budget_ms, skew_ms=choose.choice(skews_ms))
            except (MocktailverseError, KilledError):
                continue
            messages.remove(message)
        raise AssertionError("The queue is still not empty after 2,000 deliveries.")

    def load(self, version: ObjectVersion, generation: int = 1) -> Load:
        return self.loads.loads[version, generation]

    def rejected(self, version: ObjectVersion, generation: int = 1) -> list[Rejected]:
        """Return the rejected lines of the finished segments of a load."""
        segments = self.loads.finished(version, generation)
        keys = [segment.rejected_key for segment in segments if segment.rejected_key]
        return [line for key in keys for line in self.raw.rejected(key)]

    def _sent(self) -> list[Message]:
        now = self.clock.now()
        sent = [
            Message(request, now + 1000 * delay_s)
            for request, delay_s in zip(self.queue.sent, self.queue.delays, strict=True)
        ]
        self.queue.sent.clear()
        self.queue.delays.clear()
        return sent


@pytest.fixture(scope="session")
def new_world() -> type[World]:
    """Return the class; `new_world()` creates stores and a loader."""
    return World


@pytest.fixture(scope="session")
def new_faults() -> type[CallFaults]:
    """Return the class; `new_faults(cost_ms=5, by_call={3: ("after", error)})` injects faults."""
    return CallFaults


@pytest.fixture(scope="session")
def new_published() -> type[MemoryCatalogueStore]:
    """Return the class; `new_published()` is a bucket without a catalogue."""
    return MemoryCatalogueStore


@pytest.fixture(scope="session")
def as_format_1() -> Callable[[Path], Path]:
    """Return a function that turns a catalogue file into one that code of format 1 wrote."""
    return _as_format_1


@pytest.fixture(scope="session")
def killed() -> type[KilledError]:
    """Return the error that simulates the end of the process."""
    return KilledError


@pytest.fixture(scope="session")
def chunked() -> type[MemoryBytes]:
    """Return the class; `chunked(b"a", b"b", error=None)` is a source of bytes."""
    return MemoryBytes


@pytest.fixture(scope="session")
def raw_object() -> type[MemoryObject]:
    """Return the class; `raw_object(b"...", metadata=...)` is an opened raw object."""
    return MemoryObject


class TemplateReader(yaml.SafeLoader):
    """Reads `!Sub x` as `{"Sub": x}`."""


def _as_format_1(path: Path) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for table, columns in NEW_IN_FORMAT_2.items():
            for column in columns:
                file.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        file.execute("PRAGMA user_version = 1")
        file.execute("UPDATE meta SET value = 1 WHERE key = 'format'")
    return path


def _intrinsic(reader: TemplateReader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: reader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: reader.construct_sequence(node, deep=True)}
    return {suffix: reader.construct_mapping(node, deep=True)}


TemplateReader.add_multi_constructor("!", _intrinsic)


@pytest.fixture(scope="module")
def template_file() -> Path:
    return find_checkout().template


@pytest.fixture(scope="module")
def template(template_file: Path) -> dict[str, Any]:
    return yaml.load(template_file.read_text(), TemplateReader)  # noqa: S506  a SafeLoader


@pytest.fixture
def stubbed() -> Iterator[Callable[[str], Stubber]]:
    """Return a function that creates a stubbed botocore client: `stubbed("ce")`. No network."""
    with ExitStack() as stubs:

        def stub(service: str) -> Stubber:
            client = boto3.client(
                service,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106  no request is sent
            )
            return stubs.enter_context(Stubber(client))

        yield stub
