"""Plays a case on a stack, and waits until the stack is quiet."""

import json
import time
from contextlib import ExitStack

from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.replay import replay
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue

from .case import Case, Drink, Event, RawFile
from .history import FIRST_SEEN_MS
from .observing import SEGMENT_MARK, catalogue_drinks, table_drinks
from .oracle import Hashes
from .stack import POLL_S, VISIBILITY_S, Stack, Version, until
from .writing import write

STUCK_AFTER_S = 2 * VISIBILITY_S + 20.0
"""The bound of the pipeline, plus time for the start of a function on a busy machine."""

QUIET_TIMEOUT_S = 300.0
FUNCTIONS = ("transform", "publish")

ORPHANED_AFTER_S = 3.0
"""Time after which an open load without a message is a problem."""

POISON_VISIBILITY_S = 1
TEST_EVENT = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "any"})
NO_MESSAGES = ("not ours", "{", '{"Records": 3}', '{"Records": [{"eventName": 7}]}')


class Player:
    """Plays one case."""

    def __init__(self, stack: Stack, case: Case) -> None:
        self._stack = stack
        self._case = case
        self._stored: dict[str, Version] = {}
        self._poisoned = 0

    def play(self) -> list[str]:
        """Play all events and wait until the stack is quiet; return the problems."""
        case, stack = self._case, self._stack
        stack.configure(case.faults, case.seed, case.skews_s)
        puts = [event for event in case.events if event.kind == "put"]
        others = [event for event in case.events if event.kind != "put"]
        with ExitStack() as reading:
            if case.held:
                reading.enter_context(stack.unread_queue())
            for event in puts:
                self._play(event)
            if case.held:
                self._drop_events()
            while others and others[0].kind != "settle":
                self._play(others.pop(0))
        for event in others:
            self._play(event)
        return self._rest()

    def _play(self, event: Event) -> None:
        time.sleep(event.pause_ms / 1000)
        versions = [self._stored[name] for name in event.objects if name in self._stored]
        match event.kind:
            case "put":
                for name in event.objects:
                    self._stored[name] = self._put(self._case.file(name))
            case "replay":
                self._replay(versions)
            case "reconcile":
                self._stack.reconcile()
            case "settle":
                self._quiet()
            case _:
                self._send(event, versions)

    def _send(self, event: Event, versions: list[Version]) -> None:
        stack = self._stack
        match event.kind:
            case "message":
                stack.send_events(*(version.record() for version in versions))
            case "removed_event":
                stack.send_events(*(v.record("ObjectRemoved:Delete") for v in versions))
            case "ghost":
                gone = [Version(v.bucket, v.key, "no-such-version") for v in versions]
                stack.send_events(*(version.record() for version in gone))
            case "test_event":
                stack.send(TEST_EVENT)
            case "poison":
                stack.send(NO_MESSAGES[self._poisoned % len(NO_MESSAGES)])
                self._poisoned += 1

    def _put(self, file: RawFile) -> Version:
        metadata = {} if file.observed_at is None else {"observed-at": file.observed_at}
        return self._stack.put(file.key, write(file).body, metadata)

    def _drop_events(self) -> None:
        """Drop S3's own events, but send those of versions whose responses were lost."""
        stack = self._stack
        until(lambda: stack.waiting() >= len(self._stored), "S3's events")
        stack.sqs.purge_queue(QueueUrl=stack.outputs["QueueUrl"])
        known_ids = {version.version_id for version in self._stored.values()}
        bucket = stack.outputs["DataBucket"]
        for page in stack.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for entry in page.get("Versions", ()):
                if entry["Key"].startswith("raw/") and entry["VersionId"] not in known_ids:
                    version = Version(bucket, entry["Key"], entry["VersionId"])
                    stack.send_events(version.record())

    def _replay(self, versions: list[Version]) -> None:
        stack = self._stack
        clients = stack.local.clients()
        replay(
            [ObjectVersion(v.bucket, v.key, v.version_id) for v in versions],
            LoadsTable(clients, stack.outputs["LoadsTable"]),
            Queue(clients, stack.outputs["QueueUrl"]),
            now=time.time_ns() // 1_000_000,
        )

    def _rest(self) -> list[str]:
        if self._poisoned:
            problems = self._quiet(but=self._poisoned)
            self._stack.set_visibility(POISON_VISIBILITY_S)
            return problems or self._quiet()
        return self._quiet()

    def _quiet(self, but: int = 0) -> list[str]:
        return quiet(self._stack, but, folder=f"/{self._case.seed}/")


def quiet(stack: Stack, but: int = 0, folder: str = "") -> list[str]:
    """Wait until nothing is in flight except `but` messages; return the reason if it never is.

    It waits as long as functions make calls; they pause for at most a visibility timeout. Only
    loads of objects in the folder count: if a function starts so late that its message was already
    redelivered and the trial has ended, it opens a load during the next trial.
    """
    started_at_s = time.monotonic()
    orphaned_since: float | None = None
    while True:
        reason = _unrest(stack, but, folder)
        now = time.monotonic()
        if reason is None:
            return []
        orphaned_since = (orphaned_since or now) if reason.startswith(ORPHANED) else None
        if orphaned_since and now - orphaned_since > ORPHANED_AFTER_S:
            return [reason]
        idle_s = min(now - started_at_s, *(stack.proxy.idle_s(name) for name in FUNCTIONS))
        if idle_s > STUCK_AFTER_S or now - started_at_s > QUIET_TIMEOUT_S:
            return [
                f"not quiet after {now - started_at_s:.0f} s, {idle_s:.0f} s of them idle: {reason}"
            ]
        time.sleep(POLL_S)


ORPHANED = "a load is open, and no message is left to finish it"


def _unrest(stack: Stack, but: int, folder: str) -> str | None:
    waiting = stack.waiting()
    if waiting > but:
        return f"{waiting} messages on the queue"
    for load in stack.items("LoadsTable"):
        if (
            SEGMENT_MARK not in load["part"]["S"]
            and load["status"]["S"] == "loading"
            and folder in load["key"]["S"]
        ):
            return f"a load is open: {load}" if but else f"{ORPHANED}: {load}"
    shown = catalogue_drinks(stack.catalogue()) or {}
    table = table_drinks(stack)
    if {key: drink.shown for key, drink in shown.items()} != {
        key: drink.shown for key, drink in table.items()
    }:
        return "the catalogue differs from the table"
    return None


def calibrate(stack: Stack, drinks: list[Drink]) -> Hashes:
    """Return the content hash of each drink, which the stack computes for the drink alone."""
    hashes: Hashes = {}
    for number, variant in enumerate(sorted({drink.variant for drink in drinks})):
        shown = [drink for drink in drinks if drink.variant == variant]
        body = json.dumps([drink.fields for drink in shown]).encode()
        at = FIRST_SEEN_MS + number
        stack.put(f"raw/thecocktaildb/calibration/{number}", body, {"observed-at": str(at)})
        expected = {drink.id: at for drink in shown}
        until(lambda expected=expected: expected.items() <= _times(stack).items(), "a calibration")
        table = table_drinks(stack)
        hashes |= {f"{drink.id}/{variant}": table[drink.id].content_hash for drink in shown}
    return hashes


def _times(stack: Stack) -> dict[str, int]:
    return {key: drink.observed_at for key, drink in table_drinks(stack).items()}
