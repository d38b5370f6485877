"""Readers who look on while the catalogue is published every second.

Of the published file and of the API: one ETag has one body, no body is torn, and no reader is given
an older state after a newer one.
"""

import hashlib
import http.client
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from . import history
from .observing import catalogue_drinks
from .playing import quiet
from .stack import Stack

ROUNDS = 8
EVERY_S = 1.0
FILE_READERS = 3
API_PATH = "/drinks?sort=name&limit=100"

FAILURES = (BotoCoreError, ClientError, OSError, http.client.HTTPException, sqlite3.Error)

Times = dict[str, int]
"""Observation time of each drink, by id."""


class Bodies:
    """All answers so far: each ETag's body, and what each reader saw last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: dict[tuple[str, str], str] = {}
        self.problems: list[str] = []
        self.answers = 0

    def seen(self, what: str, etag: str, body: bytes) -> None:
        """Note an answer."""
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            self.answers += 1
            if self._digests.setdefault((what, etag), digest) != digest:
                self.problems.append(f"{what}: two bodies under the ETag {etag}")

    def note(self, problem: str) -> None:
        """Note what is wrong."""
        with self._lock:
            self.problems.append(problem)

    @property
    def etags(self) -> int:
        """How many different answers there were."""
        return len(self._digests)


def watch(stack: Stack, seed: str) -> tuple[list[str], int, int]:
    """Publish every second while readers look on: what is wrong, publishings, answers read."""
    bodies, over = Bodies(), threading.Event()
    readers = [
        threading.Thread(target=_read, args=(read, what, bodies, over))
        for what, read in [("file", _file(stack, bodies)) for _ in range(FILE_READERS)]
        + [("api", _api(stack, bodies))]
    ]
    # What an earlier trial left has to go from the catalogue first. It would stay beside a drink
    # with the same content, which may have been seen earlier than that.
    quiet(stack)
    _publish(stack, seed, 0)
    quiet(stack)
    for reader in readers:
        reader.start()
    try:
        for number in range(1, ROUNDS + 1):
            time.sleep(EVERY_S)
            _publish(stack, seed, number)
        for problem in quiet(stack):
            bodies.note(problem)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    return bodies.problems, bodies.etags, bodies.answers


def _publish(stack: Stack, seed: str, number: int) -> None:
    """Change some drinks."""
    rng = random.Random(f"{seed} {number}")
    at = history.FIRST_SEEN_MS + number
    drinks = {drink.id: drink for drink in rng.sample(history.run_deck(seed), 30)}
    body = json.dumps([drink.fields for drink in drinks.values()]).encode()
    stack.put(f"raw/thecocktaildb/readers/{number}", body, {"observed-at": str(at)})


def _read(
    read: Callable[[], Iterator[Times]], what: str, bodies: Bodies, over: threading.Event
) -> None:
    """Look again and again; nothing may ever be older than before."""
    last: Times = {}
    try:
        for times in read():
            older = [key for key, at in last.items() if times.get(key, 0) < at]
            if older:
                bodies.note(f"{what}: older after newer: {older}")
            last = times
            if over.is_set():
                return
    except FAILURES as error:
        bodies.note(f"{what}: {error!r}")


def _file(stack: Stack, bodies: Bodies) -> Callable[[], Iterator[Times]]:
    s3, bucket = stack.client("s3"), stack.outputs["CatalogueBucket"]

    def read() -> Iterator[Times]:
        while True:
            answer = s3.get_object(Bucket=bucket, Key="catalogue.sqlite")
            body = answer["Body"].read()
            bodies.seen("file", answer["ETag"], body)
            drinks = catalogue_drinks(body) or {}
            yield {key: drink.observed_at for key, drink in drinks.items()}

    return read


def _api(stack: Stack, bodies: Bodies) -> Callable[[], Iterator[Times]]:
    gateway = urlsplit(stack.local.urls["gateway"])

    def read() -> Iterator[Times]:
        while True:
            connection = http.client.HTTPConnection(gateway.netloc, timeout=60)
            connection.request("GET", gateway.path + API_PATH)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            if answer.status != http.client.OK:
                bodies.note(f"api: {answer.status} {body[:200]!r}")
                continue
            bodies.seen("api", answer.headers["ETag"], body)
            yield {item["id"]: item["observed_at"] for item in json.loads(body)["items"]}

    return read
