"""Readers that poll while the catalogue is published every second.

For the published file and the API: one ETag has one body, no body is torn, and no reader gets an
older state after a newer one.
"""

import hashlib
import http.client
import json
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from mocktailverse.errors import MocktailverseError

from . import history
from .observing import catalogue_drinks
from .playing import quiet
from .stack import Stack

ROUNDS = 8
PUBLISH_INTERVAL_S = 1.0
FILE_READERS = 3
API_PATH = "/drinks?sort=name&limit=100"

FAILURES = (MocktailverseError, OSError, http.client.HTTPException, sqlite3.Error)

Times = dict[str, int]
"""Observation time of each drink, by id."""


class Bodies:
    """All responses so far, with a digest of each ETag's body."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: dict[tuple[str, str], str] = {}
        self.problems: list[str] = []
        self.responses = 0

    def add(self, name: str, etag: str, body: bytes) -> None:
        """Add a response."""
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            self.responses += 1
            if self._digests.setdefault((name, etag), digest) != digest:
                self.problems.append(f"{name}: two bodies under the ETag {etag}")

    def add_problem(self, problem: str) -> None:
        """Add a problem."""
        with self._lock:
            self.problems.append(problem)

    @property
    def etags(self) -> int:
        """The number of different responses."""
        return len(self._digests)


def watch(stack: Stack, seed: str) -> tuple[list[str], int, int]:
    """Publish every second while readers poll; return problems, publishes and responses read."""
    bodies, over = Bodies(), threading.Event()
    readers = [
        threading.Thread(target=_read, args=(read, name, bodies, over))
        for name, read in [("file", _file(stack, bodies)) for _ in range(FILE_READERS)]
        + [("api", _api(stack, bodies))]
    ]
    # First remove the drinks of an earlier trial from the catalogue. Otherwise a drink with the
    # same content could keep its earlier observation time.
    quiet(stack)
    _publish(stack, seed, 0)
    quiet(stack)
    for reader in readers:
        reader.start()
    try:
        for number in range(1, ROUNDS + 1):
            time.sleep(PUBLISH_INTERVAL_S)
            _publish(stack, seed, number)
        for problem in quiet(stack):
            bodies.add_problem(problem)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    return bodies.problems, bodies.etags, bodies.responses


def _publish(stack: Stack, seed: str, number: int) -> None:
    """Change some drinks."""
    rng = random.Random(f"{seed} {number}")
    at = history.FIRST_SEEN_MS + number
    drinks = {drink.id: drink for drink in rng.sample(history.run_deck(seed), 30)}
    body = json.dumps([drink.fields for drink in drinks.values()]).encode()
    stack.put(f"raw/thecocktaildb/readers/{number}", body, {"observed-at": str(at)})


def _read(
    read: Callable[[], Iterator[Times]], name: str, bodies: Bodies, over: threading.Event
) -> None:
    """Poll until `over` is set; no drink may be older than before."""
    last: Times = {}
    try:
        for times in read():
            older = [key for key, at in last.items() if times.get(key, 0) < at]
            if older:
                bodies.add_problem(f"{name}: older after newer: {older}")
            last = times
            if over.is_set():
                return
    except FAILURES as error:
        bodies.add_problem(f"{name}: {error!r}")


def _file(stack: Stack, bodies: Bodies) -> Callable[[], Iterator[Times]]:
    """Read the published file alternately as a whole, and by what a copy of the last one lacks."""
    published = stack.published()

    def read() -> Iterator[Times]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "published")
            for number in count():
                if number % 2:
                    path.unlink()
                state = published.download(path)
                assert state is not None
                drinks = catalogue_drinks(path.read_bytes()) or {}
                content = json.dumps([repr(drinks[key]) for key in sorted(drinks)])
                bodies.add("file", state.etag, content.encode())
                yield {key: drink.observed_at for key, drink in drinks.items()}

    return read


def _api(stack: Stack, bodies: Bodies) -> Callable[[], Iterator[Times]]:
    gateway = urlsplit(stack.local.urls["gateway"])

    def read() -> Iterator[Times]:
        while True:
            connection = http.client.HTTPConnection(gateway.netloc, timeout=60)
            connection.request("GET", gateway.path + API_PATH)
            response = connection.getresponse()
            body = response.read()
            connection.close()
            if response.status != http.client.OK:
                bodies.add_problem(f"api: {response.status} {body[:200]!r}")
                continue
            bodies.add("api", response.headers["ETag"], body)
            yield {item["id"]: item["observed_at"] for item in json.loads(body)["items"]}

    return read
