"""From a raw object to the file that people read: published soon, repaired when damaged."""

import json
import sqlite3
import time
from contextlib import closing

import pytest

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import MissingError

SOON_S = 5
ATTEMPTS = 6
"""Of which the fastest counts: other work on the machine slows some, a slow pipeline slows all."""


@pytest.fixture
def shown(pipeline, tmp_path):
    """The published drinks by id, as they are now."""
    path = tmp_path / "catalogue.sqlite"

    def read():
        try:
            pipeline.catalogue.download(path)
        except MissingError:
            return {}
        with closing(Catalogue(path)) as catalogue:
            return {drink.id: drink for drink in catalogue.all_drinks()}

    return read


def test_a_file_is_in_the_catalogue_soon(pipeline, cli, drinks, shown, tmp_path):
    warm = pipeline.put(drinks(1, 940_000))
    pipeline.settled(warm)
    pipeline.until(lambda: "thecocktaildb:940000" in shown())
    times: list[float] = []
    while len(times) < ATTEMPTS and min(times, default=SOON_S) >= SOON_S:
        file = tmp_path / f"{len(times)}.json"
        file.write_text(json.dumps(drinks(20, 940_100 + 20 * len(times))))
        began = time.monotonic()
        cli("ingest", file)
        pipeline.until(lambda: len(shown()) == 1 + 20 * (1 + len(times)))
        times.append(time.monotonic() - began)
    assert min(times) < SOON_S
    assert pipeline.verify().ok


def test_the_catalogue_shows_what_the_table_holds(pipeline, cli, samples, shown):
    cli("ingest", samples / "cocktails.ndjson", samples / "mocktails.json", "--wait")
    pipeline.until(lambda: len(shown()) > 0)
    assert pipeline.verify().ok
    table = {register.id: register.drink for register in pipeline.drinks.all()}
    assert shown() == table


def test_a_drink_deleted_from_the_table_leaves_the_catalogue(pipeline, drinks, shown):
    pipeline.settled(pipeline.put(drinks(2, 941_000)))
    pipeline.until(lambda: len(shown()) == 2)
    pipeline.empty_table("Drinks")
    pipeline.until(lambda: shown() == {})


def test_rebuild_brings_a_deleted_catalogue_back(pipeline, cli, drinks, shown):
    pipeline.settled(pipeline.put(drinks(3, 942_000)))
    pipeline.until(lambda: len(shown()) == 3)
    pipeline.clients.s3.delete_object(Bucket=pipeline.catalogue.bucket, Key=pipeline.catalogue.key)
    assert shown() == {}
    answer = cli("rebuild", "--json").json
    assert (answer["changed"], answer["drinks"], answer["rebuilt"]) == (3, 3, True)
    assert len(shown()) == 3
    assert "3 drinks published" in cli("rebuild").err
    assert cli("verify", "--json").json["ok"]


def test_the_next_doorbell_brings_a_deleted_catalogue_back(pipeline, drinks, shown):
    pipeline.settled(pipeline.put(drinks(3, 943_000)))
    pipeline.until(lambda: len(shown()) == 3)
    pipeline.clients.s3.delete_object(Bucket=pipeline.catalogue.bucket, Key=pipeline.catalogue.key)
    pipeline.settled(pipeline.put(drinks(1, 943_100), "other"))
    pipeline.until(lambda: len(shown()) == 4)


def test_verify_finds_a_tampered_catalogue_and_rebuild_mends_it(
    pipeline, cli, drinks, shown, tmp_path
):
    pipeline.settled(pipeline.put(drinks(3, 944_000)))
    pipeline.until(lambda: len(shown()) == 3)
    path = tmp_path / "tampered"
    etag = pipeline.catalogue.download(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE drinks SET name = 'Other' WHERE id LIKE '%944000'")
        connection.execute("UPDATE drinks SET content_hash = '' WHERE id LIKE '%944001'")
        connection.execute("DELETE FROM drinks WHERE id LIKE '%944002'")
    pipeline.catalogue.upload(path, replacing=etag)
    report = cli("verify", "--json", code=1).json
    assert sorted(report["stale"]) == ["thecocktaildb:944000", "thecocktaildb:944001"]
    assert (report["lost"], report["extra"]) == (["thecocktaildb:944002"], [])
    assert all("catalogue" in difference["problem"] for difference in report["differences"])
    cli("rebuild")
    assert cli("verify", "--json").json["ok"]


def test_a_publisher_that_fails_loses_nothing(pipeline, drinks, shown):
    with pipeline.configured("PublishFunction", MOCKTAILVERSE_CATALOGUE_BUCKET="none-such"):
        pipeline.settled(pipeline.put(drinks(3, 945_000)))
    pipeline.until(lambda: len(shown()) == 3)
    assert pipeline.verify().ok


def test_a_stack_without_a_catalogue_is_told(pipeline, cli):
    stack = pipeline.home / "stack.json"
    before = stack.read_text()
    state = json.loads(before)
    del state["outputs"]["CatalogueBucket"]
    stack.write_text(json.dumps(state))
    try:
        assert "has no output `CatalogueBucket`" in cli("verify", code=2).err
        assert "has no output `CatalogueBucket`" in cli("rebuild", code=2).err
    finally:
        stack.write_text(before)
