"""The canary: a real drink with a reserved id, from a raw object to the API, and away again.

Its id is the default source's largest possible one, which no drink of it has. Nothing else than
the canary is ever removed: its raw objects have a prefix of their own, and its item is deleted only
on the condition that it was made from them.

People never see it in lists, searches, statistics or exports, because it is withdrawn before it
exists: two absences, a day apart, are loaded before the drink, and an observation of the drink
before both. Only `GET /drinks/{id}` returns it.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.drinks.register import WITHDRAWAL_MS
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_keys import load_key, object_key
from mocktailverse.loads.load_request import FIRST_GENERATION
from mocktailverse.loads.object_version import CANARY_PREFIX, DEFAULT_SOURCE, ObjectVersion
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import ignored, translated
from mocktailverse.times import now
from mocktailverse.waiting import wait_until

SOURCE_ID = "999999999999"
DRINK_ID = f"{DEFAULT_SOURCE}:{SOURCE_ID}"
"""The drink's id; the default source counts its drinks, and has about 700."""

_HOUR_MS = 3_600_000
_SETTLING_S, _SETTLING_POLL_S = 30.0, 0.5
_SLOTS = range(1, 16)
_TEXTS = (
    *("strDrinkAlternate", "strTags", "strVideo", "strIBA", "strInstructionsES"),
    *("strInstructionsDE", "strInstructionsFR", "strInstructionsIT", "strInstructionsZH-HANS"),
    *("strInstructionsZH-HANT", "strDrinkThumb", "strImageSource", "strImageAttribution"),
    *("strCreativeCommonsConfirmed", "dateModified"),
    *(f"strIngredient{slot}" for slot in _SLOTS),
    *(f"strMeasure{slot}" for slot in _SLOTS),
)
"""The fields that a record of the source has besides; all of them, as a missing one is drift."""


class Canary(Struct, frozen=True):
    """The canary of one deployment."""

    stores: Stores
    started_at: int
    """In ms since 1970 UTC."""

    @classmethod
    def start(cls, stores: Stores) -> "Canary":
        """Return a canary; UsageError if its id belongs to another drink."""
        register = stores.drinks.get(DRINK_ID)
        key = register.drink.lineage.key if register and register.drink else CANARY_PREFIX
        if not key.startswith(CANARY_PREFIX):
            raise UsageError(
                f"The id `{DRINK_ID}` is reserved for the check of a deployment, but `{key}` has a"
                " drink of this id. Delete that raw object and the drink, then deploy again."
            )
        return cls(stores, now())

    def withdraw(self) -> list[ObjectVersion]:
        """Store the two absences, and return their object versions; load them before the drink."""
        absent = {"idDrink": SOURCE_ID, "absent": True}
        first = self.started_at - WITHDRAWAL_MS - _HOUR_MS
        return [self._put(absent, observed_at) for observed_at in (first, self.started_at)]

    def observe(self, text: str) -> ObjectVersion:
        """Store the drink with a text as its instructions; a later one replaces it."""
        record = {
            "idDrink": SOURCE_ID,
            "strDrink": "Release check",
            "strCategory": "Other / Unknown",
            "strAlcoholic": "Non alcoholic",
            "strGlass": "Highball glass",
            "strInstructions": text,
            **dict.fromkeys(_TEXTS),
            "strIngredient1": "Water",
            "strMeasure1": "10 cl",
        }
        # Earlier than both absences, and later than the drink observed before.
        elapsed_ms = now() - self.started_at
        return self._put(record, self.started_at - 2 * WITHDRAWAL_MS + elapsed_ms)

    def is_stored(self, text: str) -> bool:
        """Return whether the drinks table has the drink with a text as its instructions."""
        register = self.stores.drinks.get(DRINK_ID)
        drink = register.drink if register else None
        return drink is not None and text in drink.instructions.values()

    def remove(self) -> None:
        """Delete its raw objects, load records and item; then the stream removes it for readers.

        Canaries of earlier deployments go with it.
        """
        versions = [stored.version for stored in self.stores.bucket.versions(CANARY_PREFIX)]
        # A load that is still running would write after the removal.
        wait_until(lambda: all(map(self._is_settled, versions)), _SETTLING_S, _SETTLING_POLL_S)
        clients = self.stores.clients
        with translated("Removing the canary"):
            # Raw objects first: a late message finds nothing to load, and is acknowledged.
            for version in versions:
                clients.s3.delete_object(
                    Bucket=version.bucket, Key=version.key, VersionId=version.version_id
                )
            with ignored("ConditionalCheckFailedException"):
                clients.dynamodb.delete_item(
                    TableName=self.stores.output("DrinksTable"),
                    Key={"id": {"S": DRINK_ID}},
                    ConditionExpression=(
                        "attribute_not_exists(lineage) OR begins_with(lineage.#key, :prefix)"
                    ),
                    ExpressionAttributeNames={"#key": "key"},
                    ExpressionAttributeValues={":prefix": {"S": CANARY_PREFIX}},
                )
            for version in versions:
                self._delete_loads(version)

    def _is_settled(self, version: ObjectVersion) -> bool:
        """Return whether the code that serves has finished its load, and no load is running."""
        states = {
            item["part"]["S"]: item.get("status", {}).get("S") for item in self._load_items(version)
        }
        _, first = load_key(version, FIRST_GENERATION)
        return first in states and "loading" not in states.values()

    def _delete_loads(self, version: ObjectVersion) -> None:
        client, table = self.stores.clients.dynamodb, self.stores.output("LoadsTable")
        for item in self._load_items(version):
            key = {"object": item["object"], "part": item["part"]}
            client.delete_item(TableName=table, Key=key)

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

    def _put(self, record: dict[str, Any], observed_at: int) -> ObjectVersion:
        return self.stores.bucket.put(
            f"{CANARY_PREFIX}{now()}.json",
            msgspec.json.encode({"drinks": [record]}),
            metadata={"observed-at": str(observed_at)},
            content_type="application/json",
        )
