"""In-memory stores that behave as the real ones promise, a clock moved by hand, raw bytes.

Tests are no package: what they share comes as fixtures, classes included.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import msgspec
import pytest
import yaml
from botocore.stub import Stubber

from mocktailverse.checkout import find_checkout
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.normalize import TRANSFORM_VERSION
from mocktailverse.drinks.register import Register, WriteResult, merge, write_result
from mocktailverse.errors import ConflictError, MissingError, MocktailverseError
from mocktailverse.loads.load import Counts, Lease, Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.loads.request import LoadRequest
from mocktailverse.pipeline.load import Loader, Progress
from mocktailverse.stores.load_items import WORKER_DIED

NOON_MS = 1_767_268_800_000  # 2026-01-01 12:00:00 UTC
BUDGET_MS = 60_000
VISIBILITY_MS = 6 * BUDGET_MS
MAX_TRIES = 5


class KilledError(Exception):
    """The process dies: nothing in it can react, unlike to an error of a store."""


class Chunks:
    """Bytes handed out in pieces, from any offset; afterwards perhaps an error."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self.pieces = pieces
        self.error = error

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for piece in self.pieces:
            if start < len(piece):
                yield piece[start:]
            start = max(0, start - len(piece))
        if self.error:
            raise self.error


class FakeObject(Chunks):
    """An opened raw object."""

    def __init__(
        self,
        body: bytes,
        *,
        stored_at: int = NOON_MS,
        metadata: Mapping[str, str] | None = None,
        chunk: int = 1024,
        error: Exception | None = None,
    ) -> None:
        super().__init__(*(body[i : i + chunk] for i in range(0, len(body), chunk)), error=error)
        self.bytes = len(body)
        self.stored_at = stored_at
        self.metadata = metadata or {}


@dataclass
class FakeClock:
    """Stands still until it is moved; waiting moves it."""

    at: int = NOON_MS
    deadline: int = NOON_MS + BUDGET_MS

    def now(self) -> int:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += round(seconds * 1000)

    def move(self, milliseconds: int) -> None:
        self.at += milliseconds


class SkewedClock(NamedTuple):
    """The clock of a worker whose machine is ahead of all others, or behind them."""

    true: FakeClock
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
class Weather:
    """What goes wrong with the calls of all stores, and how long each takes.

    `faults` maps the number of a call, from 1, to an error that it raises `before` or `after` its
    work is done; `throttles` says of each write of a drink, in order, whether it is refused.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    cost_ms: int = 0
    faults: dict[int, tuple[str, Exception]] = field(default_factory=dict)
    throttles: list[bool] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def call(self, name: str, work: Callable[[], Any]) -> Any:
        self.calls.append(name)
        self.clock.move(self.cost_ms)
        when, error = self.faults.get(len(self.calls), ("", None))
        if error and when == "before":
            raise error
        answer = work()
        if error:
            raise error
        return answer

    def throttled(self) -> bool:
        return self.throttles.pop(0) if self.throttles else False


class FakeDrinks:
    """The drinks table: registers merged by id."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.table: dict[str, Register] = {}
        self.writes: list[str] = []

    def write(self, registers: Sequence[Register]) -> list[WriteResult | None]:
        assert len({register.id for register in registers}) == len(registers)
        return self.weather.call("drinks.write", lambda: [self._write(r) for r in registers])

    def all(self) -> Iterator[Register]:
        return iter(list(self.table.values()))

    def many(self, ids: Iterable[str]) -> dict[str, Register]:
        return {drink_id: self.table[drink_id] for drink_id in ids if drink_id in self.table}

    def _write(self, register: Register) -> WriteResult | None:
        if self.weather.throttled():
            return None
        drink_id = register.id
        current = self.table.get(drink_id)
        self.table[drink_id] = merge(current, register)
        self.writes.append(drink_id)
        return write_result(current, register)


class FakeLoads:
    """The loads table: loads with leases, and their segments, each written once."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.loads: dict[tuple[ObjectVersion, int], Load] = {}
        self.leases: dict[tuple[ObjectVersion, int], Lease] = {}
        self.parts: dict[tuple[ObjectVersion, int, int], Segment] = {}

    def fail_in_advance(self, version: ObjectVersion, generation: int, *, now: int) -> None:
        def work() -> None:
            if self._open((version, generation), now).status != "done":
                failed = {"status": "failed", "error": WORKER_DIED, "finished_at": now}
                self._change((version, generation), **failed)

        self.weather.call("loads.fail_in_advance", work)

    def acquire(
        self, request: LoadRequest, owner: str, *, now: int, until: int
    ) -> Load | Lease | None:
        def work() -> Load | Lease | None:
            key = request.object, request.generation
            lease = self.leases.get(key)
            load = self._open(key, now)
            if load.status == "done":
                return None
            if lease and lease.until >= now and lease.owner != request.waited_for:
                return lease
            self.leases[key] = Lease(owner, until, until - now)
            return self._change(key, active_at=now, attempts=load.attempts + 1)

        return self.weather.call("loads.acquire", work)

    def release(self, load: Load, owner: str, error: str) -> None:
        self.weather.call("loads.release", lambda: self._give_back(load, owner, error=error))

    def continued(self, load: Load, owner: str) -> None:
        opened = {"status": "loading", "error": None, "finished_at": None}

        def work() -> None:
            stored = self.loads[load.object, load.generation]
            if stored.finished_at is None or stored.finished_at <= stored.active_at:
                self._give_back(load, owner, **opened)

        self.weather.call("loads.continued", work)

    def finish(
        self,
        load: Load,
        counts: Counts,
        drift: Sequence[Drift],
        *,
        size: int,
        stored_at: int,
        now: int,
    ) -> None:
        def work() -> None:
            key = load.object, load.generation
            self.leases.pop(key, None)
            self._change(
                key,
                status="done",
                counts=counts,
                drift=tuple(drift),
                bytes=size,
                stored_at=stored_at,
                finished_at=now,
                error=None,
            )

        self.weather.call("loads.finish", work)

    def fail(self, version: ObjectVersion, generation: int, error: str, *, now: int) -> None:
        def work() -> None:
            key = version, generation
            if self._open(key, now).status != "done":
                self.leases.pop(key, None)
                self._change(key, status="failed", error=error, finished_at=now)

        self.weather.call("loads.fail", work)

    def requeued(self, version: ObjectVersion, generation: int, *, now: int) -> Load | None:
        key = version, generation
        load = self._open(key, now)
        if load.status == "done":
            return None
        return self._change(key, requeued_at=now, requeues=load.requeues + 1)

    def open_generation(self, version: ObjectVersion, *, now: int) -> int:
        latest = self.latest(version)
        generation = latest.generation + 1 if latest else 1
        self._open((version, generation), now)
        return generation

    def put_segment(self, load: Load, segment: Segment) -> Segment:
        key = (load.object, load.generation, segment.number)
        return self.weather.call("loads.put_segment", lambda: self.parts.setdefault(key, segment))

    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]:
        return self.weather.call("loads.segments", lambda: self.finished(version, generation))

    def finished(self, version: ObjectVersion, generation: int) -> list[Segment]:
        """The segments as they are, whatever the weather."""
        keys = sorted(key for key in self.parts if key[:2] == (version, generation))
        return [self.parts[key] for key in keys]

    def latest(self, version: ObjectVersion) -> Load | None:
        found = [load for load in self.loads.values() if load.object == version]
        return max(found, key=lambda load: load.generation, default=None)

    def all(self) -> Iterator[Load]:
        return iter(list(self.loads.values()))

    def _give_back(self, load: Load, owner: str, **fields: Any) -> None:
        key = load.object, load.generation
        if key in self.leases and self.leases[key].owner == owner:
            del self.leases[key]
            self._change(key, **fields)

    def _open(self, key: tuple[ObjectVersion, int], now: int) -> Load:
        version, generation = key
        opened = Load(
            version, generation, "loading", Counts(), 0, 0, 0, None, now, now, None, None,
            TRANSFORM_VERSION,
        )  # fmt: skip
        return self.loads.setdefault(key, opened)

    def _change(self, key: tuple[ObjectVersion, int], **fields: Any) -> Load:
        self.loads[key] = msgspec.structs.replace(self.loads[key], **fields)
        return self.loads[key]


class FakeCatalogue:
    """The published file: replaced under a condition; `uploads` keeps every one."""

    def __init__(self) -> None:
        self.uploads: list[bytes] = []
        self.body: bytes | None = None
        self.downloads = 0

    def etag(self) -> str | None:
        return None if self.body is None else hashlib.sha256(self.body).hexdigest()

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        if self.body is None:
            raise MissingError("nothing is published")
        etag = self.etag()
        if etag == unless:
            return None
        self.downloads += 1
        path.write_bytes(self.body)
        return etag

    def upload(self, path: Path, *, replacing: str | None) -> str:
        if replacing != self.etag():
            raise ConflictError("something else is published")
        self.body = path.read_bytes()
        self.uploads.append(self.body)
        return hashlib.sha256(self.body).hexdigest()


class Stored(NamedTuple):
    """A listed raw object version."""

    version: ObjectVersion
    stored_at: int


class FakeRaw:
    """The data bucket: raw objects, and rejected lines as the bytes that S3 would hold."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.objects: dict[ObjectVersion, FakeObject] = {}
        self.rejected_objects: dict[str, bytes] = {}

    def add(
        self,
        body: bytes,
        key: str = "raw/thecocktaildb/2026/01/01/run/part.ndjson",
        version_id: str = "v1",
        **options: Any,
    ) -> ObjectVersion:
        version = ObjectVersion("data", key, version_id)
        self.objects[version] = FakeObject(body, **options)
        return version

    def open(self, version: ObjectVersion) -> FakeObject:
        def work() -> FakeObject:
            if version not in self.objects:
                raise MissingError(f"no {version.key}")
            return self.objects[version]

        return self.weather.call("raw.open", work)

    def put_rejected(self, load_id: str, segment: str, lines: list[Rejected]) -> str:
        def work() -> str:
            key = f"rejected/{load_id}/{segment}.ndjson"
            body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
            self.rejected_objects[key] = body
            return key

        return self.weather.call("raw.put_rejected", work)

    def rejected(self, key: str) -> list[Rejected]:
        lines = self.rejected_objects[key].splitlines()
        return [msgspec.json.decode(line, type=Rejected) for line in lines]

    def versions(self) -> Iterator[Stored]:
        for version in sorted(self.objects):
            yield Stored(version, self.objects[version].stored_at)


class FakeQueue:
    """Records what is sent."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.sent: list[LoadRequest] = []
        self.delays: list[int] = []

    def send(self, request: LoadRequest, delay_s: int = 0) -> None:
        def work() -> None:
            self.sent.append(request)
            self.delays.append(delay_s)

        self.weather.call("queue.send", work)


@dataclass
class Message:
    """A message on the queue: when it can be received, and how often it was."""

    request: LoadRequest
    visible_at: int
    received: int = 0


class World:
    """All stores around a loader, in one weather."""

    def __init__(self, weather: Weather | None = None) -> None:
        self.weather = weather or Weather()
        self.clock = self.weather.clock
        self.raw = FakeRaw(self.weather)
        self.drinks = FakeDrinks(self.weather)
        self.loads = FakeLoads(self.weather)
        self.queue = FakeQueue(self.weather)

    def handle(
        self,
        request: LoadRequest,
        *,
        budget_ms: int = BUDGET_MS,
        last_try: bool = False,
        skew_ms: int = 0,
    ) -> Counts | None:
        """One invocation with one message, on a machine whose clock is ahead by `skew_ms`."""
        self.clock.deadline = self.clock.now() + budget_ms
        clock = SkewedClock(self.clock, skew_ms, self.clock.deadline)
        loader = Loader(self.raw, self.drinks, self.loads, self.queue, clock, MAX_TRIES)
        if last_try:
            request = msgspec.structs.replace(request, tries=MAX_TRIES - 1)
        progress = loader.handle(request)
        return progress.counts if isinstance(progress, Progress) else None

    def run(
        self,
        requests: Sequence[LoadRequest],
        choose: random.Random,
        *,
        budget_ms: int = BUDGET_MS,
        skews_ms: Sequence[int] = (0,),
    ) -> None:
        """Deliver messages in any order, again and again, until the queue is empty."""
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
        raise AssertionError("The queue never gets empty.")

    def load(self, version: ObjectVersion, generation: int = 1) -> Load:
        return self.loads.loads[version, generation]

    def rejected(self, version: ObjectVersion, generation: int = 1) -> list[Rejected]:
        """The rejected lines that the finished segments of a load name."""
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
    """The class: `new_world()` makes stores and a loader."""
    return World


@pytest.fixture(scope="session")
def new_weather() -> type[Weather]:
    """The class: `new_weather(cost_ms=5, faults={3: ("after", error)}, throttles=[True])`."""
    return Weather


@pytest.fixture(scope="session")
def new_published() -> type[FakeCatalogue]:
    """The class: `new_published()` is a bucket without a catalogue."""
    return FakeCatalogue


@pytest.fixture(scope="session")
def killed() -> type[KilledError]:
    """An error that stands for the end of the process."""
    return KilledError


@pytest.fixture(scope="session")
def chunked() -> type[Chunks]:
    """The class: `chunked(b"a", b"b", error=None)` is a source of bytes."""
    return Chunks


@pytest.fixture(scope="session")
def raw_object() -> type[FakeObject]:
    """The class: `raw_object(b"...", stored_at=..., metadata=...)` is an opened raw object."""
    return FakeObject


class TemplateReader(yaml.SafeLoader):
    """Reads `!Sub x` as `{"Sub": x}`."""


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
    """Makes botocore's client of a service answer as told, and ask nobody: `stubbed("ce")`."""
    with ExitStack() as stubs:

        def stub(service: str) -> Stubber:
            client = boto3.client(
                service,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106  nobody is asked
            )
            return stubs.enter_context(Stubber(client))

        yield stub
