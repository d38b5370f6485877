"""The data browser: canned queries and search work, and copies are refreshed during reads."""

import asyncio
import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from datasette.app import Datasette

from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.errors import MissingError
from mocktailverse.loads.load_record import END, START, Counts, Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.local.browser import databases, datasette
from mocktailverse.local.browser.databases import CATALOGUE, LOADS, Copies
from mocktailverse.pipeline.decode import RAW_TEXT_LIMIT

METADATA = yaml.safe_load(datasette.METADATA.read_text(encoding="utf-8"))
QUERIES = [
    (database, name)
    for database, about in METADATA["databases"].items()
    for name in about["queries"]
]
PARAMETERS = {"q": "lime", "name": "rum"}
STARTED = 1_700_000_000_000
VERSION = ObjectVersion("data", "raw/thecocktaildb/a.json", "v1")


class PublishedFile:
    """A fake published catalogue."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.etag = 1
        self.downloads = 0

    def download(
        self, path: Path, *, unless: str | None = None, **_: object
    ) -> CatalogueState | None:
        if self.path is None:
            raise MissingError("No catalogue is published.")
        if unless == str(self.etag):
            return None
        self.downloads += 1
        shutil.copyfile(self.path, path)
        return CatalogueState(str(self.etag))


class TodaysLoads:
    """A fake loads table and bucket with the loads of today and their rejected lines."""

    def __init__(self, *loads: Load) -> None:
        self.loads = list(loads)

    def page(self, day, limit, _after=None):
        today = datetime.now(UTC).date().isoformat()
        return (self.loads[:limit] if day == today else []), None

    def segments(self, version, _generation):
        return [Segment(0, START, END, Counts(1, rejected=1), final=True, rejected_key=version.key)]

    def rejected(self, key):
        version = ObjectVersion("data", key, "v1")
        return [Rejected("id_invalid", "$.idDrink", "no id", 0, {"idDrink": "<b>"}, version)]


def load(name: str, *, rejected: int = 0, generation: int = 1, status="done") -> Load:
    counts = Counts(read=2 + rejected, loaded=2, rejected=rejected)
    version = ObjectVersion("data", f"raw/thecocktaildb/{name}", "v1")
    finished = STARTED + 1500 if status == "done" else None
    return Load(
        version, generation, status, counts, 10, 1, 0, None, STARTED, STARTED, finished, None, 1
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, catalogue_path):
    """Return a folder with copies of the sample catalogue and of three loads."""
    copies = tmp_path_factory.mktemp("copies")
    todays_loads = TodaysLoads(
        load("a.json", rejected=1), load("b.json"), load("c.json", status="loading")
    )
    Copies(PublishedFile(catalogue_path), todays_loads, todays_loads, copies).refresh()
    return copies


@pytest.fixture(scope="module")
def get(folder):
    """Return a function that sends a request to Datasette, configured as for `browse`."""
    served = Datasette(
        [str(folder / CATALOGUE), str(folder / LOADS)],
        metadata=METADATA,
        # On a slow machine, too, a huge value meets the limit of its size before that of its time.
        settings={"num_sql_threads": 1, "sql_time_limit_ms": 60_000},
        plugins_dir=str(datasette.PLUGINS),
    )

    def send(path: str, /, headers: dict[str, str] | None = None, **parameters: str):
        async def request():
            return await served.client.get(f"{path}?{urlencode(parameters)}", headers=headers or {})

        return asyncio.run(request())

    return send


@pytest.mark.parametrize(("database", "query"), QUERIES, ids=lambda name: name)
def test_every_canned_query_returns_rows(get, database, query):
    params = METADATA["databases"][database]["queries"][query].get("params", [])
    values = {name: PARAMETERS[name] for name in params}
    response = get(f"/{database}/{query}.json", _shape="array", **values)
    assert response.status_code == 200, response.text
    assert response.json()
    assert get(f"/{database}/{query}", **values).status_code == 200


@pytest.mark.parametrize(
    "hostile", ["", '"', '""', " ", "lime AND", "name:", "*", "(", "'; DROP TABLE drinks"]
)
def test_any_search_text_is_accepted(get, hostile):
    assert get("/catalogue/search.json", _shape="array", q=hostile).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost:8001", "localhost"])
def test_requests_for_this_machine_are_accepted(get, host):
    assert get("/catalogue.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/catalogue.json", "/-/versions.json", "/-/static/app.css"])
@pytest.mark.parametrize("host", ["evil.example:8001", "localhost.evil.example", "", "[::1]"])
def test_another_host_name_for_this_machine_is_refused(get, path, host):
    response = get(path, headers={"Host": host})
    assert response.status_code == 421
    assert response.text.startswith("The data browser responds to")


def test_a_page_of_another_site_may_link_here(get):
    assert get("/catalogue", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_the_search_box_of_the_drinks_works(get):
    hits = get("/catalogue/drinks.json", _search="lime", _shape="array").json()
    everything = get("/catalogue/drinks.json", _shape="array", _size="max").json()
    assert 0 < len(hits) < len(everything)


def test_drinks_are_counted_by_their_facets(get):
    facets = get("/catalogue/drinks.json").json()["facet_results"]
    assert set(facets) == {"category", "alcoholic", "glass", "method", "certainty"}


def test_the_metadata_describes_existing_columns(folder):
    for database, about in METADATA["databases"].items():
        connection = sqlite3.connect(folder / f"{database}.sqlite")
        for table, metadata in about["tables"].items():
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            assert columns >= set(metadata.get("columns", {})), table
            assert columns >= set(metadata.get("facets", [])), table
        connection.close()


def test_a_rejected_record_is_stored_as_text_with_its_load(folder):
    connection = sqlite3.connect(folder / LOADS)
    rows = connection.execute(
        "SELECT key, code, raw, started_at, duration_ms FROM rejected JOIN loads USING (load)"
    ).fetchall()
    connection.close()
    ((key, code, raw, started_at, duration_ms),) = rows
    assert (key, code) == ("raw/thecocktaildb/a.json", "id_invalid")
    assert "<b>" in raw
    assert (started_at, duration_ms) == ("2023-11-14 22:13:20.000", 1500)


def test_the_catalogue_is_empty_before_the_first_publication(tmp_path):
    todays_loads = TodaysLoads()
    Copies(PublishedFile(None), todays_loads, todays_loads, tmp_path).refresh()
    connection = sqlite3.connect(tmp_path / CATALOGUE)
    assert connection.execute("SELECT count(*) FROM drinks").fetchone() == (0,)
    connection.close()


def test_readers_with_open_files_see_a_new_catalogue_and_new_loads(tmp_path, new_drink):
    source, todays_loads = PublishedFile(None), TodaysLoads(load("a.json"))
    copies = Copies(source, todays_loads, todays_loads, tmp_path)
    copies.refresh()
    catalogue, loads = (sqlite3.connect(tmp_path / name) for name in (CATALOGUE, LOADS))
    assert catalogue.execute("SELECT count(*) FROM drinks").fetchone() == (0,)
    assert loads.execute("SELECT count(*) FROM loads").fetchone() == (1,)

    source.path = tmp_path / "published.sqlite"
    with CatalogueWriter.create(source.path) as writer:
        writer.put([new_drink("1")])
        writer.seal(version="1-00000000", built_at=1, table="t")
    todays_loads.loads.append(load("b.json"))
    copies.refresh()

    assert catalogue.execute("SELECT count(*) FROM drinks").fetchone() == (1,)
    assert loads.execute("SELECT count(*) FROM loads").fetchone() == (2,)
    copies.refresh()
    assert source.downloads == 1
    catalogue.close()
    loads.close()


def test_the_loads_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "MAX_LOADS", 2)
    monkeypatch.setattr(databases, "MAX_REJECTED", 1)
    todays_loads = TodaysLoads(*(load(f"{n}.json", rejected=1) for n in range(4)))
    Copies(PublishedFile(None), todays_loads, todays_loads, tmp_path).refresh()
    connection = sqlite3.connect(tmp_path / LOADS)
    assert connection.execute("SELECT count(*) FROM loads").fetchone() == (2,)
    assert connection.execute("SELECT count(*) FROM rejected").fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(randomblob(400000000))",
        "SELECT length(replace(hex(zeroblob(200000)), '0', hex(zeroblob(1000))))",
        "SELECT length(group_concat(hex(zeroblob(200000)))) FROM drinks, drinks AS more",
        "SELECT name LIKE replace(hex(zeroblob(300)), '0', '%a') FROM drinks",
    ],
)
def test_a_query_cannot_create_a_huge_value(get, sql):
    response = get("/catalogue.json", sql=sql)
    assert response.status_code == 400
    assert "too big" in response.text or "too complex" in response.text


def test_the_largest_rejected_records_can_be_read(tmp_path, catalogue_path, monkeypatch):
    nested: object = list(range(30_000))
    for _ in range(150):
        nested = [nested]
    texts = [nested, "\x01" * RAW_TEXT_LIMIT]
    lines = [Rejected("wrong_type", "$", "no", n, raw, VERSION) for n, raw in enumerate(texts)]
    loads = TodaysLoads(load("a.json", rejected=2))
    monkeypatch.setattr(loads, "rejected", lambda _key: lines)
    Copies(PublishedFile(catalogue_path), loads, loads, tmp_path).refresh()
    served = Datasette([str(tmp_path / LOADS)], plugins_dir=str(datasette.PLUGINS))
    response = asyncio.run(served.client.get("/loads/rejected.json?_shape=array"))
    assert [json.loads(row["raw"]) for row in response.json()] == texts
