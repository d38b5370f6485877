"""The publish handler in this process, and concurrent invocations of its function."""

import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.drinks.register import Register
from mocktailverse.errors import CatalogueError, PermanentError
from mocktailverse.functions import publish
from mocktailverse.local.emulator import ROOT_KEY
from mocktailverse.operations.rebuild import rebuild_catalogue
from mocktailverse.stores.catalogue_objects import CatalogueObjects
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.functions import Functions

NUMBERS = count(1)
EVENT = json.loads(
    (Path(__file__).parents[1] / "events" / "dynamodb_stream_keys_only.json").read_text()
)


def change_notifications(*ids):
    """Return the event of a batch of change notifications from just now."""
    (record, *_) = EVENT["Records"]
    records = [
        {
            **record,
            "dynamodb": {
                **record["dynamodb"],
                "Keys": {"id": {"S": drink_id}},
                "ApproximateCreationDateTime": time.time(),
            },
        }
        for drink_id in ids
    ]
    return {"Records": records}


@pytest.fixture
def table(clients):
    """A drinks table without a stream, so that only the test publishes from it."""
    name = f"publish-{next(NUMBERS)}"
    clients.dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return DrinksTable(clients, name)


@pytest.fixture
def catalogue(clients, local_stack, table, monkeypatch):
    """The handler's environment, with a separate bucket."""
    clients.s3.create_bucket(Bucket=table.name)
    environment = {
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_DEFAULT_REGION": local_stack.region,
        "AWS_ENDPOINT_URL": local_stack.endpoint,
        "MOCKTAILVERSE_CATALOGUE_BUCKET": table.name,
        "MOCKTAILVERSE_DRINKS_TABLE": table.name,
        "MOCKTAILVERSE_STAGE": "dev",
        "POWERTOOLS_SERVICE_NAME": "tests",
        "POWERTOOLS_METRICS_NAMESPACE": "tests",
    }
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    publish._runtime.cache_clear()  # noqa: SLF001 - as in a new process
    yield Stores(clients, {"CatalogueBucket": table.name, "DrinksTable": table.name}).catalogue
    publish._runtime.cache_clear()  # noqa: SLF001 - leaves no clients of this test


def put(table, *drinks):
    table.write([Register(drink.id, drink, "a:b:c") for drink in drinks])


def build(clients, table):
    """Build the catalogue of a table, as a new environment gets one."""
    rebuild_catalogue(Stores(clients, {"CatalogueBucket": table.name, "DrinksTable": table.name}))


def names(catalogue, path):
    """Return the names in the published file, by id."""
    catalogue.download(path)
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT id, name FROM drinks"))


def test_a_stream_event_is_published(
    table, clients, catalogue, new_drink, tmp_path, caplog, capsys
):
    build(clients, table)
    put(table, new_drink("11007", "Margarita"), new_drink("11009", "Fizz"))
    first = publish.handler(change_notifications("thecocktaildb:11009"), None)
    assert (first["changed"], first["drinks"]) == (1, 1)
    put(table, new_drink("11007", "Daisy", observed_at=1_800_000_000_000))
    second = publish.handler(
        change_notifications("thecocktaildb:11007", "thecocktaildb:11007"), None
    )
    assert (second["rebuilt"], second["changed"], second["removed"]) == (False, 1, 0)
    third = publish.handler(EVENT, None)
    assert (third["changed"], third["drinks"]) == (0, 2)
    assert names(catalogue, tmp_path / "c") == {
        "thecocktaildb:11007": "Daisy",
        "thecocktaildb:11009": "Fizz",
    }
    assert [line.message for line in caplog.records] == ["published"] * 3
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    lags = [metric["PublishLagMs"][0] for metric in metrics]
    assert len(lags) == 3
    assert 0 <= lags[1] < 10_000
    assert lags[2] > 1_000_000


def test_without_a_catalogue_the_handler_raises_until_it_is_rebuilt(
    table, clients, catalogue, new_drink, tmp_path
):
    """The stream keeps the batch. The function never scans: it has no right to."""
    put(table, new_drink("11007", "Margarita"), new_drink("11009", "Fizz"))
    for _ in range(2):
        with pytest.raises(CatalogueError, match="mocktailverse rebuild --env dev"):
            publish.handler(EVENT, None)
    assert catalogue.etag() is None
    build(clients, table)
    assert publish.handler(EVENT, None)["changed"] == 0
    assert len(names(catalogue, tmp_path / "c")) == 2


@pytest.mark.usefixtures("catalogue")
def test_a_failed_publish_raises_and_emits_its_lag(table, clients, new_drink, capsys):
    put(table, new_drink("11007", "Margarita"))
    clients.s3.delete_bucket(Bucket=table.name)
    with pytest.raises(PermanentError, match="NoSuchBucket"):
        publish.handler(EVENT, None)
    (metrics,) = [line for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert json.loads(metrics)["PublishLagMs"][0] > 1_000_000


def test_concurrent_functions_publish_everything(clients, local_stack, new_drink, tmp_path):
    outputs = local_stack.outputs
    table = DrinksTable(clients, outputs["DrinksTable"])
    catalogue = PublishedCatalogue(CatalogueObjects(clients, outputs["CatalogueBucket"]))
    drinks = [new_drink(f"77000{number}", f"Mix {number}") for number in range(3)]
    put(table, *drinks)
    with ThreadPoolExecutor(3) as pool:
        invoke = Functions(clients).invoke
        reports = list(
            pool.map(
                lambda drink: invoke(outputs["PublishFunction"], change_notifications(drink.id)),
                drinks,
            )
        )
    published_names = names(catalogue, tmp_path / "c")
    assert {drink.id: drink.name for drink in drinks}.items() <= published_names.items()
    assert all(report["drinks"] >= 1 for report in reports)
