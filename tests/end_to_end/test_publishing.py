"""A raw object is published soon, and a damaged catalogue is repaired."""

import json
import sqlite3
import time
from contextlib import closing

import pytest

from mocktailverse.catalogue.file_names import file_name
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import CatalogueError, MissingError

SOON_S = 5
ATTEMPTS = 6
"""The fastest attempt counts: other work on the machine slows some, a slow pipeline all."""


@pytest.fixture
def published_drinks(pipeline, tmp_path):
    """Return a function that returns the published drinks by id."""
    path = tmp_path / "catalogue.sqlite"

    def read():
        try:
            pipeline.catalogue.download(path)
        except MissingError:
            return {}
        with closing(Catalogue(path)) as catalogue:
            return {drink.id: drink for drink in catalogue.all_drinks()}

    return read


def test_a_file_is_soon_published(pipeline, cli, drinks, published_drinks, tmp_path):
    warm = pipeline.put(drinks(1, 940_000))
    pipeline.settled(warm)
    pipeline.until(lambda: "thecocktaildb:940000" in published_drinks())
    times: list[float] = []
    while len(times) < ATTEMPTS and min(times, default=SOON_S) >= SOON_S:
        file = tmp_path / f"{len(times)}.json"
        file.write_text(json.dumps(drinks(20, 940_100 + 20 * len(times))))
        started = time.monotonic()
        cli("ingest", file)
        pipeline.until(lambda: len(published_drinks()) == 1 + 20 * (1 + len(times)))
        times.append(time.monotonic() - started)
    assert min(times) < SOON_S
    assert pipeline.verify().ok


def test_the_catalogue_contains_the_drinks_of_the_table(pipeline, cli, samples, published_drinks):
    cli("ingest", samples / "cocktails.ndjson", samples / "mocktails.json", "--wait")
    pipeline.until(lambda: len(published_drinks()) > 0)
    assert pipeline.verify().ok
    table = {register.id: register.drink for register in pipeline.drinks.all()}
    assert published_drinks() == table


def test_a_drink_deleted_from_the_table_is_deleted_from_the_catalogue(
    pipeline, drinks, published_drinks
):
    pipeline.settled(pipeline.put(drinks(2, 941_000)))
    pipeline.until(lambda: len(published_drinks()) == 2)
    pipeline.empty_table("Drinks")
    pipeline.until(lambda: published_drinks() == {})


def test_rebuild_restores_a_deleted_catalogue(pipeline, cli, drinks, published_drinks):
    pipeline.settled(pipeline.put(drinks(3, 942_000)))
    pipeline.until(lambda: len(published_drinks()) == 3)
    pipeline.stores.catalogue_files.delete(pipeline.catalogue.name)
    assert published_drinks() == {}
    result = cli("rebuild", "--json").json
    assert (result["changed"], result["drinks"], result["rebuilt"]) == (3, 3, True)
    assert len(published_drinks()) == 3
    assert "3 drinks published" in cli("rebuild").err
    assert cli("verify", "--json").json["ok"]


def test_the_stream_keeps_changes_until_a_deleted_catalogue_is_rebuilt(
    pipeline, cli, drinks, published_drinks
):
    pipeline.settled(pipeline.put(drinks(3, 943_000)))
    pipeline.until(lambda: len(published_drinks()) == 3)
    pipeline.stores.catalogue_files.delete(pipeline.catalogue.name)
    pipeline.settled(pipeline.put(drinks(1, 943_100), "other"))
    pipeline.until(lambda: "mocktailverse rebuild --env local" in publish_log(pipeline))
    assert published_drinks() == {}
    cli("rebuild")
    pipeline.settled(pipeline.put(drinks(1, 943_200), "another"))
    pipeline.until(lambda: len(published_drinks()) == 5)
    assert pipeline.verify().ok


def publish_log(pipeline):
    log = pipeline.stores.function_log("PublishFunction")
    return " ".join(line.message for line in log.lines_if_any(0, "invocation failed"))


def test_verify_reports_a_tampered_catalogue_and_rebuild_repairs_it(
    pipeline, cli, drinks, published_drinks, tmp_path
):
    pipeline.settled(pipeline.put(drinks(3, 944_000)))
    pipeline.until(lambda: len(published_drinks()) == 3)
    path = tmp_path / "tampered"
    state = pipeline.catalogue.download(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = value || '-tampered' WHERE key = 'version'")
        connection.execute("UPDATE drinks SET name = 'Other' WHERE id LIKE '%944000'")
        connection.execute("UPDATE drinks SET content_hash = '' WHERE id LIKE '%944001'")
        connection.execute("DELETE FROM drinks WHERE id LIKE '%944002'")
    pipeline.catalogue.upload(path, replacing=state.etag)
    report = cli("verify", "--json", code=1).json
    assert sorted(report["stale"]) == ["thecocktaildb:944000", "thecocktaildb:944001"]
    assert (report["lost"], report["extra"]) == (["thecocktaildb:944002"], [])
    assert all("catalogue" in difference["problem"] for difference in report["differences"])
    cli("rebuild")
    assert cli("verify", "--json").json["ok"]


def test_a_catalogue_of_an_earlier_format_is_read_until_a_rebuild_replaces_it(
    pipeline, cli, drinks, published_drinks, tmp_path
):
    pipeline.settled(pipeline.put(drinks(2, 946_000)))
    pipeline.until(lambda: len(published_drinks()) == 2)
    path = tmp_path / "earlier"
    pipeline.catalogue.download(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE drinks DROP COLUMN unknown_because")
        connection.execute("ALTER TABLE drink_ingredients DROP COLUMN alternatives")
        connection.execute("PRAGMA user_version = 1")
    pipeline.stores.catalogue_files.delete(pipeline.catalogue.name)
    bucket = pipeline.stores.output("CatalogueBucket")
    body = path.read_bytes()
    pipeline.clients.s3.put_object(Bucket=bucket, Key=file_name(1), Body=body)
    assert len(cli("export", "--format", "ndjson").out.splitlines()) == 2
    assert cli("verify", "--json").json["ok"]
    with pytest.raises(CatalogueError):
        published_drinks()
    pipeline.settled(pipeline.put(drinks(1, 946_100), "other"))
    assert len(cli("export", "--format", "ndjson").out.splitlines()) == 2
    cli("rebuild")
    pipeline.until(lambda: len(published_drinks()) == 3)
    assert pipeline.verify().ok


def test_a_failing_publish_function_loses_nothing(pipeline, drinks, published_drinks):
    with pipeline.configured("PublishFunction", MOCKTAILVERSE_CATALOGUE_BUCKET="none-such"):
        pipeline.settled(pipeline.put(drinks(3, 945_000)))
    pipeline.until(lambda: len(published_drinks()) == 3)
    assert pipeline.verify().ok


def test_a_stack_without_a_catalogue_is_reported(pipeline, cli):
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
