"""The data that the API may send a day: what is counted, what is refused, and what is not."""

import math

import pytest
from starlette.testclient import TestClient

from mocktailverse.api.api_app import create_app
from mocktailverse.api.transfer_allowance import (
    HEAD_BYTES,
    SLICE_BYTES,
    SMALL_BYTES,
    UNREACHABLE_TTL_S,
    TransferAllowance,
)
from mocktailverse.errors import ConflictError, TransientError

DAY_S = 86_400
NOON_S = 20_000 * DAY_S + DAY_S / 2  # 2024-10-04


class Counter:
    """The counter that all processes share: a number of bytes for each day, or a failure."""

    def __init__(self, bytes_per_day=math.inf):
        self.bytes_per_day = bytes_per_day
        self.reserved = {}
        self.error = None
        self.calls = 0

    def reserve(self, day, count):
        self.calls += 1
        if self.error:
            raise self.error
        reserved = self.reserved.get(day, 0) + count
        if reserved > self.bytes_per_day:
            return False
        self.reserved[day] = reserved
        return True


class Clock:
    at = NOON_S

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def api(world, clock):
    """Return a function that creates a process of the API, with its share of a counter."""

    def create(counter):
        dependencies = world.app.state.dependencies
        allowance = TransferAllowance(counter.reserve, clock)
        app = create_app(
            type(dependencies)(
                **{f: getattr(dependencies, f) for f in dependencies.__struct_fields__}
                | {"allowance": allowance}
            )
        )
        return TestClient(app, raise_server_exceptions=False)

    return create


def test_a_slice_is_reserved_when_the_last_one_is_spent(clock):
    counter = Counter()
    allowance = TransferAllowance(counter.reserve, clock)
    assert allowance.spend(SLICE_BYTES - 1)
    assert allowance.spend(1)
    assert counter.calls == 1
    assert allowance.spend(3 * SLICE_BYTES + 1), "as many slices as it needs at once"
    assert (counter.calls, counter.reserved) == (2, {"2024-10-04": 5 * SLICE_BYTES})


@pytest.mark.parametrize("sizes", [[700_000], [SLICE_BYTES], [1, 5_999_999], [SLICE_BYTES + 1]])
def test_ten_processes_never_send_more_than_the_day_has(clock, sizes):
    """Whatever the sizes: an answer is sent only if its bytes were reserved before."""
    limit = 50_000_000
    counter = Counter(limit)
    processes = [TransferAllowance(counter.reserve, clock) for _ in range(10)]
    sent = 0
    for number in range(2_000):
        size = sizes[number % len(sizes)]
        sent += size if processes[number // len(sizes) % 10].spend(size) else 0
    assert all(process.is_used_up for process in processes)
    assert sent <= limit
    largest = math.ceil(max(sizes) / SLICE_BYTES) * SLICE_BYTES
    assert sent > limit - 11 * largest, "little of the day is lost"


def test_when_the_day_is_used_up_all_but_health_is_refused_until_midnight(api, clock):
    client = api(Counter(SLICE_BYTES))
    statuses = [client.get("/drinks?limit=100").status_code for _ in range(60)]
    assert set(statuses) == {200, 429}
    assert statuses == sorted(statuses), "no answer after the first refusal"
    for path in ("/drinks", "/export.csv", "/nothing", "/loads", "/docs", "/openapi.json"):
        response = client.get(path)
        assert response.status_code == 429
        assert int(response.headers["retry-after"]) == DAY_S / 2
        assert response.json()["error"]["code"] == "allowance_used_up"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
    assert client.get("/health").status_code == 200
    clock.at += DAY_S / 2 - 0.5
    assert client.get("/drinks").headers["retry-after"] == "1"
    clock.at += 0.5
    assert client.get("/drinks").status_code == 200


def test_what_is_sent_without_being_counted_is_small_whatever_a_client_asks(api):
    """Errors name unknown parameters, so an answer may be larger than its request."""
    counter = Counter(0)
    client = api(counter)
    plain = {"accept-encoding": "identity"}
    many = "&".join(f"a{number}" for number in range(1_500))
    for path in ("/health", "/drinks", "/export.csv", "/nothing"):
        response = client.get(f"{path}?{many}", headers=plain)
        assert (response.status_code, len(response.content) < HEAD_BYTES) == (429, True)
    counter.error = TransientError("S3 is on strike.")
    response = api(counter).get(f"/health?{many}", headers=plain)
    assert (response.status_code, len(response.content) < HEAD_BYTES) == (503, True)


def test_a_refused_request_is_not_worked_on(api, monkeypatch):
    client = api(Counter(0))
    assert client.get("/stats").status_code == 429
    monkeypatch.delattr("mocktailverse.catalogue.reader.Catalogue.statistics")
    assert client.get("/stats").status_code == 429


def test_the_bytes_that_are_sent_count_compressed_ones_included(api):
    counter = Counter()
    client = api(counter)
    for coding in ("identity", "gzip"):
        response = client.get("/drinks?limit=100", headers={"accept-encoding": coding})
        sent = int(response.headers["content-length"])
        allowance = client.app.state.dependencies.allowance
        before = allowance._left  # noqa: SLF001 - what a process holds is seen nowhere else
        client.get("/drinks?limit=100", headers={"accept-encoding": coding})
        assert (before - allowance._left) % SLICE_BYTES == sent + HEAD_BYTES  # noqa: SLF001 - seen nowhere else


def test_headers_are_not_larger_than_what_is_counted_for_them(world):
    for path in ("/drinks", "/export.csv", "/docs", "/nothing", "/loads", "/health"):
        headers = world.get(path).headers.raw
        assert sum(len(name) + len(value) + 4 for name, value in headers) < HEAD_BYTES - 300


def test_without_the_counter_large_answers_are_refused_and_small_ones_are_sent(api, clock, caplog):
    counter = Counter()
    counter.error = TransientError("S3 is on strike.")
    client = api(counter)
    response = client.get("/drinks?limit=100")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json()["error"]["code"] == "unavailable"
    assert client.get("/nothing").status_code == 404
    assert client.get("/health").status_code == 200
    assert HEAD_BYTES < SMALL_BYTES
    assert counter.calls == 1, "it is left alone for a while"
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    clock.at += UNREACHABLE_TTL_S
    counter.error = None
    assert client.get("/drinks?limit=100").status_code == 200


def test_conflicts_that_strangers_can_cause_are_no_alarm(api, caplog):
    counter = Counter()
    counter.error = ConflictError("Others were faster.")
    assert api(counter).get("/drinks?limit=100").status_code == 503
    assert [record.levelname for record in caplog.records] == ["WARNING"]
