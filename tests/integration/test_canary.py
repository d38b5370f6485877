"""The canary of deployments on a local stack: withdrawn, removed without a trace, harmless."""

import json

import pytest

from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.deployment.canary import DRINK_ID, SOURCE_ID, Canary
from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.loads.object_version import CANARY_PREFIX
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now


@pytest.fixture
def stores(clients, local_stack) -> Stores:
    return Stores(clients, local_stack.outputs)


def put(stores: Stores, key: str, source_id: str) -> None:
    record = {"idDrink": source_id, "strDrink": "Daisy", "strInstructions": "Stir."}
    body = json.dumps({"drinks": [record]}).encode()
    version = stores.bucket.put(key, body, metadata={}, content_type="application/json")
    (load,) = wait_for_loads(stores, [version], timeout_s=60)
    assert load.counts.loaded == 1


def loads_under(stores: Stores, prefix: str) -> list[str]:
    return [load.object.key for load in stores.loads.all() if load.object.key.startswith(prefix)]


def test_the_canary_is_a_withdrawn_drink_and_leaves_nothing(stores):
    put(stores, "raw/thecocktaildb/tests/beside.json", "11007")
    canary = Canary.start(stores)
    wait_for_loads(stores, canary.withdraw(), timeout_s=60)
    for text in ("first", "second"):
        wait_for_loads(stores, [canary.observe(text)], timeout_s=60)
        drink = stores.drinks.get(DRINK_ID).drink
        assert drink.instructions == {"en": text}
        assert drink.withdrawn_at is not None
        assert drink.quality == ()
    canary.remove()
    assert stores.drinks.get(DRINK_ID) is None
    assert loads_under(stores, CANARY_PREFIX) == []
    assert list(stores.bucket.versions(CANARY_PREFIX)) == []
    assert stores.drinks.get("thecocktaildb:11007") is not None
    assert loads_under(stores, "raw/thecocktaildb/tests/beside") != []


def test_a_damaged_canary_of_an_earlier_deployment_is_removed(stores):
    canary = Canary.start(stores)
    wait_for_loads(stores, canary.withdraw(), timeout_s=60)
    wait_for_loads(stores, [canary.observe("damaged")], timeout_s=60)
    stores.clients.dynamodb.update_item(
        TableName=stores.output("DrinksTable"),
        Key={"id": {"S": DRINK_ID}},
        UpdateExpression="REMOVE instructions",
    )
    with pytest.raises(PermanentError, match="cannot be read"):
        canary.is_stored("damaged")
    Canary.start(stores)
    assert stores.drinks.get(DRINK_ID) is None
    assert loads_under(stores, CANARY_PREFIX) == []


def test_another_drink_with_the_reserved_id_is_never_touched(stores):
    key = "raw/thecocktaildb/tests/taken.json"
    put(stores, key, SOURCE_ID)
    try:
        with pytest.raises(UsageError, match=r"999999999999.*reserved.*taken\.json"):
            Canary.start(stores)
        Canary(stores, now()).remove()
        assert stores.drinks.get(DRINK_ID).drink.lineage.key == key
        assert loads_under(stores, key) == [key]
    finally:
        stores.clients.dynamodb.delete_item(
            TableName=stores.output("DrinksTable"), Key={"id": {"S": DRINK_ID}}
        )
