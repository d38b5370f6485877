"""Routes for operators (the key, loads, rejected records), and the exports."""

import csv
import io
import json
import sqlite3

import pytest

from mocktailverse.api.load_routes import RejectedPosition, rejected_cursors
from mocktailverse.api.ops_key_cache import ABSENCE_TTL_S, KEY_TTL_S, OpsKeyCache
from mocktailverse.catalogue.exports.formats import export_csv, export_ndjson
from mocktailverse.catalogue.writer import CatalogueWriter

PATHS = ["/loads", "/rejected"]


@pytest.mark.parametrize("path", PATHS)
def test_a_request_without_the_right_key_is_refused(world, path, ops_key):
    for wrong in (None, "", "x", ops_key[:-1], ops_key + "x", "\N{SNOWMAN}"):
        response = world.get(path, key=wrong)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "key_required")
        assert response.headers["www-authenticate"]
        assert response.headers["cache-control"] == "no-store"
    assert world.ops(path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_the_key_is_checked_before_the_parameters(world, path):
    assert world.get(f"{path}?limit=0&x=1").status_code == 401


@pytest.mark.parametrize("missing", [None, ""])
def test_where_no_key_is_configured_the_error_says_how_to_create_one(world, missing):
    world.ops_key = missing
    for key in (None, "", "x"):
        response = world.get("/loads", key=key)
        assert (response.status_code, response.json()["error"]["code"]) == (503, "no_ops_key")
        assert "OpsKeyParameter" in response.json()["error"]["message"]


def test_the_key_is_read_when_it_is_first_needed_and_after_its_ttl():
    now, stored, reads = [0.0], [None], []

    def read():
        reads.append(now[0])
        return stored[0]

    key = OpsKeyCache(read, lambda: now[0])
    assert reads == []
    assert (key(), key(), len(reads)) == (None, None, 1)
    stored[0] = "a"
    now[0] += ABSENCE_TTL_S
    assert (key(), key(), len(reads)) == ("a", "a", 2)
    stored[0] = "b"
    now[0] += KEY_TTL_S - 1
    assert key() == "a"
    now[0] += 1
    assert (key(), len(reads)) == ("b", 3)


# ---- loads


def test_loads_are_listed_newest_first_in_pages(world, ops_key):
    for n in range(7):
        world.load_store.add(f"today-{n}")
    world.load_store.add("yesterday", days_ago=1)
    world.load_store.add("long ago", days_ago=8)
    pages = list(world.pages("/loads?limit=3", key=ops_key))
    keys = [load["key"].rpartition("/")[2] for page in pages for load in page]
    assert keys == [*(f"today-{n}" for n in range(6, -1, -1)), "yesterday"]
    assert [len(page) for page in pages][:2] == [3, 3]
    longer = [load for page in world.pages("/loads?days=9", key=ops_key) for load in page]
    assert len(longer) == 9


def test_a_load_shows_its_object_and_its_counts_flat(world):
    load = world.load_store.add("a", rejected=3)
    (item,) = world.ops("/loads").json()["items"]
    assert item["load"] == load.object.load_id(1)
    assert (item["bucket"], item["version_id"]) == ("data", "v1")
    assert (item["read"], item["loaded"], item["rejected"]) == (5, 2, 3)
    assert (item["status"], item["duration_ms"]) == ("done", 1500)


def test_loads_can_be_filtered_by_status(world):
    world.load_store.add("a")
    world.load_store.add("b", status="failed")
    (item,) = world.ops("/loads?status=failed").json()["items"]
    assert item["key"].endswith("/b")
    assert world.ops("/loads?status=lost").status_code == 422


@pytest.mark.parametrize("path", ["/loads", "/rejected"])
@pytest.mark.parametrize("cursor", ["abc", "1-2", "x" * 100])
def test_a_damaged_cursor_is_refused(world, path, cursor):
    response = world.ops(f"{path}?cursor={cursor}")
    assert response.status_code == 422
    assert response.json()["error"]["details"][0]["parameter"] == "cursor"


# ---- rejected


@pytest.mark.parametrize(
    "position",
    [
        (-1, f"{'0' * 24}-0001", 1),
        (10**15, f"{'0' * 24}-0001", 1),
        (1, f"{'0' * 23}-0001", 1),
        (1, f"{'0' * 24}-0001\n", 1),
        (1, f"{'0' * 24}-001", 1),
        (1, f"{'0' * 24}-0001", -1),
        (1, f"{'0' * 24}-0001", 10**9),
    ],
)
def test_a_cursor_with_a_position_out_of_bounds_is_refused(world, position):
    for allowed in [(0, f"{'0' * 24}-0001", 0), (10**15 - 1, f"{'f' * 24}-{'9' * 9}", 10**9 - 1)]:
        cursor = rejected_cursors.encode(RejectedPosition(*allowed))
        assert world.ops(f"/rejected?cursor={cursor}").status_code == 200
    cursor = rejected_cursors.encode(RejectedPosition(*position))
    response = world.ops(f"/rejected?cursor={cursor}")
    assert response.status_code == 422
    (problem,) = response.json()["error"]["details"]
    assert (problem["parameter"], problem["message"]) == (
        "cursor",
        "Invalid cursor. Retry without it.",
    )


def test_rejected_records_are_listed_with_their_load_in_pages(world, ops_key):
    for name, count in (("a", 2), ("b", 0), ("c", 3)):
        world.load_store.add(name, rejected=count)
    for limit in (1, 2, 3, 5, 100):
        pages = list(world.pages(f"/rejected?limit={limit}", key=ops_key))
        lines = [line for page in pages for line in page]
        assert [line["message"] for line in lines] == ["c 0", "c 1", "c 2", "a 0", "a 1"]
        assert all(len(page) == limit for page in pages[:-1])
        assert pages[-1]
    assert lines[0]["raw"] == {"idDrink": 0}
    assert lines[0]["object"]["key"].endswith("/c")


def test_a_load_that_starts_between_two_pages_shifts_nothing(world):
    world.load_store.add("a", rejected=3)
    first = world.ops("/rejected?limit=2").json()
    world.load_store.add("b", rejected=2)
    second = world.ops(f"/rejected?limit=2&cursor={first['next']}").json()
    assert [line["message"] for line in second["items"]] == ["a 2"]
    assert second["next"] is None


def test_after_a_replay_only_the_lines_of_the_newest_generation_are_listed(world):
    world.load_store.add("a", rejected=3)
    world.load_store.add("a", rejected=1, generation=2)
    lines = world.ops("/rejected").json()["items"]
    assert [line["load"][-4:] for line in lines] == ["0002"]


def test_rejected_records_can_be_filtered_by_load(world):
    world.load_store.add("a", rejected=2)
    load = world.load_store.add("b", rejected=1)
    response = world.ops(f"/rejected?load={load.object.load_id(1)}")
    assert [line["message"] for line in response.json()["items"]] == ["b 0"]
    unknown = world.ops(f"/rejected?load={'0' * 24}-0001")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "no_such_load")
    assert world.ops("/rejected?load=../../x").status_code == 422


def test_only_as_many_loads_are_read_as_a_page_needs(world):
    for n in range(5):
        world.load_store.add(str(n), rejected=10)
    world.ops("/rejected?limit=5")
    assert len(world.load_store.read_keys) == 1


# ---- exports


def test_the_exports_contain_the_whole_catalogue(world, catalogue):
    table = world.get("/export.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="mocktailverse.csv"'
    assert table.content == b"".join(export_csv(catalogue))
    assert len(list(csv.reader(io.StringIO(table.text)))) == 1 + catalogue.meta.drinks
    lines = world.get("/export.ndjson")
    assert lines.content == b"".join(export_ndjson(catalogue))
    assert json.loads(lines.content.splitlines()[0])["id"]


def test_exports_contain_withdrawn_drinks_only_on_request(new_world, new_drink, tmp_path):
    path = tmp_path / "published.sqlite"
    with CatalogueWriter.create(path) as writer:
        writer.put([new_drink("1", "Here"), new_drink("2", "Gone", withdrawn_at=5)])
        writer.seal(version="1-00000000", built_at=1, table="drinks")
    world = new_world(path)
    for form in ("csv", "ndjson"):
        without, with_those = (
            world.get(f"/export.{form}{query}").text for query in ("", "?withdrawn=true")
        )
        assert ("Here" in without, "Gone" in without) == (True, False)
        assert ("Here" in with_those, "Gone" in with_those) == (True, True)
    refused = world.get("/export.sqlite?withdrawn=true")
    assert refused.json()["error"]["details"][0]["parameter"] == "withdrawn"


def test_the_catalogue_file_can_be_downloaded(world, catalogue, catalogue_path, tmp_path):
    response = world.get("/export.sqlite")
    assert response.content == catalogue_path.read_bytes()
    path = tmp_path / "download.sqlite"
    path.write_bytes(response.content)
    connection = sqlite3.connect(path)
    ((count,),) = connection.execute("SELECT count(*) FROM drinks")
    connection.close()
    assert count == catalogue.meta.drinks
    copies = [p.name for p in (tmp_path / "copies").iterdir()]
    assert len(copies) == 1, "only the copy in use remains"


def test_the_catalogue_file_is_not_compressed_because_that_takes_a_minute(world):
    headers_of = {
        form: world.get(f"/export.{form}", accept_encoding="gzip").headers
        for form in ("csv", "ndjson", "sqlite")
    }
    assert [headers.get("content-encoding") for headers in headers_of.values()] == [
        "gzip",
        "gzip",
        None,
    ]
