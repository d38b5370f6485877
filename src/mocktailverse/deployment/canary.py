"""The canary: a real drink with a reserved id, from a raw object to the API, and away again.

It is a drink of the default source with an id that no other has. Nothing else than the canary is
ever removed: its raw objects have a prefix of their own, and its item is deleted only
on the condition that it was made from them.

People never see it in lists, searches, statistics or exports, because it is withdrawn before it
exists: two absences, a day apart, are loaded before the drink, and an observation of the drink
before both. Only `GET /drinks/{id}` returns it.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.drinks.register import WITHDRAWAL_MS, Register
from mocktailverse.errors import MocktailverseError, PermanentError, UsageError
from mocktailverse.loads.load_keys import load_key, object_key
from mocktailverse.loads.load_request import FIRST_GENERATION
from mocktailverse.loads.object_version import CANARY_PREFIX, DEFAULT_SOURCE, ObjectVersion
from mocktailverse.sources import require_source
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import ignored, translated
from mocktailverse.times import now
from mocktailverse.waiting import wait_until

_RECORDS = require_source(DEFAULT_SOURCE).canary
SOURCE_ID = _RECORDS.id
DRINK_ID = f"{DEFAULT_SOURCE}:{SOURCE_ID}"
"""The drink's id."""

_HOUR_MS = 3_600_000
_SETTLING_S, _SETTLING_POLL_S = 30.0, 0.5


class Canary(Struct, frozen=True):
    """The canary of one deployment."""

    stores: Stores
    started_at: int
    """In ms since 1970 UTC."""

    @classmethod
    def start(cls, stores: Stores) -> "Canary":
        """Return a canary; UsageError if its id belongs to another drink.

        An item that a faulty release has left, and that nothing can read, is deleted.
        """
        canary = cls(stores, now())
        try:
            register = _stored(stores)
        except PermanentError:
            canary.remove()  # only its own item; another drink's stays, and the check fails
            return canary
        key = register.drink.lineage.key if register and register.drink else CANARY_PREFIX
        if not key.startswith(CANARY_PREFIX):
            raise UsageError(
                f"The id `{DRINK_ID}` is reserved for the check of a deployment, but `{key}` has a"
                " drink of this id. Delete that raw object and the drink, then deploy again."
            )
        return canary

    def withdraw(self) -> list[ObjectVersion]:
        """Store the two absences, and return their object versions; load them before the drink."""
        absent, first = _RECORDS.absence(), self.started_at - WITHDRAWAL_MS - _HOUR_MS
        return [self._put(absent, observed_at) for observed_at in (first, self.started_at)]

    def observe(self, text: str) -> ObjectVersion:
        """Store the drink with a text as its instructions; a later one replaces it."""
        # Earlier than both absences, and later than the drink observed before.
        elapsed_ms = now() - self.started_at
        return self._put(_RECORDS.drink(text), self.started_at - 2 * WITHDRAWAL_MS + elapsed_ms)

    def is_loaded(self, version: ObjectVersion, generation: int = FIRST_GENERATION) -> bool:
        """Return whether a load of a version is done; PermanentError if it failed."""
        load = self.stores.loads.latest(version)
        if load is None or load.generation < generation or load.status == "loading":
            return False
        if load.status == "failed" or load.counts.rejected or not load.counts.read:
            reason = load.error or "its record was not accepted"
            raise PermanentError(f"transform: the canary's load failed: {reason} ({load.load_id})")
        return True

    def abandon(self) -> None:
        """Remove what is left, or leave it to the next deployment if that fails."""
        with suppress(MocktailverseError):
            self.remove()

    def is_stored(self, text: str) -> bool:
        """Return whether the drinks table has the drink with a text as its instructions.

        PermanentError if what transform has written cannot be read.
        """
        register = _stored(self.stores)
        return shows(msgspec.json.encode(register and register.drink).decode(), text)

    def remove(self) -> None:
        """Delete its raw objects, load records and item; then the stream removes it for readers.

        Canaries of earlier deployments go with it.
        """
        versions = [stored.version for stored in self.stores.bucket.versions(CANARY_PREFIX)]
        # A load that is still running would write after the removal.
        wait_until(lambda: all(map(self._is_settled, versions)), _SETTLING_S, _SETTLING_POLL_S)
        s3, client = self.stores.clients.s3, self.stores.clients.dynamodb
        with translated("Removing the canary"):
            # Raw objects first: a late message finds nothing to load, and is acknowledged.
            for version in versions:
                s3.delete_object(
                    Bucket=version.bucket, Key=version.key, VersionId=version.version_id
                )
            with ignored("ConditionalCheckFailedException"):
                client.delete_item(
                    TableName=self.stores.output("DrinksTable"),
                    Key={"id": {"S": DRINK_ID}},
                    ConditionExpression=(
                        "attribute_not_exists(lineage) OR begins_with(lineage.#key, :prefix)"
                    ),
                    ExpressionAttributeNames={"#key": "key"},
                    ExpressionAttributeValues={":prefix": {"S": CANARY_PREFIX}},
                )
            for item in chain.from_iterable(map(self._load_items, versions)):
                client.delete_item(
                    TableName=self.stores.output("LoadsTable"),
                    Key={"object": item["object"], "part": item["part"]},
                )

    def _is_settled(self, version: ObjectVersion) -> bool:
        """Return whether the code that serves has finished its load, and no load is running."""
        states = {
            item["part"]["S"]: item.get("status", {}).get("S") for item in self._load_items(version)
        }
        _, first = load_key(version, FIRST_GENERATION)
        return first in states and "loading" not in states.values()

    def _load_items(self, version: ObjectVersion) -> Iterator[dict[str, Any]]:
        pages = self.stores.clients.dynamodb.get_paginator("query").paginate(
            TableName=self.stores.output("LoadsTable"),
            KeyConditionExpression="#object = :object",
            ExpressionAttributeNames={"#object": "object"},
            ExpressionAttributeValues={":object": {"S": object_key(version)}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def _put(self, body: bytes, observed_at: int) -> ObjectVersion:
        return self.stores.bucket.put(
            f"{CANARY_PREFIX}{now()}.json",
            body,
            metadata={"observed-at": str(observed_at)},
            content_type="application/json",
        )


def shows(body: str, text: str) -> bool:
    """Return whether JSON has the drink's fields as received, with a text as its instructions."""
    return all(part in body for part in (text, *_RECORDS.texts))


def _stored(stores: Stores) -> Register | None:
    """Return what the drinks table has of the canary; PermanentError if it cannot be read."""
    try:
        return stores.drinks.get(DRINK_ID)
    except (msgspec.ValidationError, LookupError, TypeError, ValueError) as error:
        raise PermanentError(
            f"transform: the canary's item in the drinks table cannot be read: {error}"
        ) from error
