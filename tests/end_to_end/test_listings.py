"""The output of the commands that list: JSON shapes and pagination."""

import base64
import json
from pathlib import Path

import pytest

LOAD_FIELDS = {
    *("load", "bucket", "key", "version_id", "generation", "status", "error"),
    *("read", "loaded", "unchanged", "stale", "rejected"),
    *("bytes", "attempts", "requeues", "requeued_at", "transform_version", "drift", "changes"),
    *("stored_at", "started_at", "finished_at", "duration_ms"),
}


@pytest.fixture
def loaded(pipeline, drinks):
    """Seven raw objects, each with one drink and one rejected record."""
    versions = [
        pipeline.put([*drinks(1, 910_001 + number), {"idDrink": None}], f"{number}.json")
        for number in range(7)
    ]
    pipeline.settled(*versions)
    return versions


def pages(cli, *arguments):
    """Return all pages of a listing."""
    listing = cli(*arguments, "--json").json
    item_pages = [listing["items"]]
    while listing["next"] is not None:
        listing = cli(*arguments, "--next", listing["next"], "--json").json
        item_pages.append(listing["items"])
    return item_pages


@pytest.mark.parametrize("arguments", [("loads",), ("rejected",), ("drinks", "list")], ids=" ".join)
def test_an_empty_listing_has_no_items_and_no_next(cli, arguments):
    assert cli(*arguments, "--json").json == {"items": [], "next": None}


def test_loads_are_listed_newest_first_with_their_counts(cli, loaded):
    listing = cli("loads", "--json").json
    assert listing["next"] is None
    items = listing["items"]
    assert {item["key"] for item in items} == {version.key for version in loaded}
    assert all(set(item) >= LOAD_FIELDS for item in items)
    assert all((item["read"], item["loaded"], item["rejected"]) == (2, 1, 1) for item in items)
    starts = [item["started_at"] for item in items]
    assert starts == sorted(starts, reverse=True)
    assert cli("loads", "--status", "failed", "--json").json["items"] == []


@pytest.mark.parametrize("limit", [3, 7])
def test_load_pages_have_no_gaps_or_repetitions(cli, loaded, limit):
    item_pages = pages(cli, "loads", "--limit", limit)
    keys = [item["key"] for page in item_pages for item in page]
    assert sorted(keys) == sorted(version.key for version in loaded)
    assert all(len(page) <= limit for page in item_pages)
    assert all(page for page in item_pages[:-1])


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("limit", [3, 7])
def test_drink_pages_have_no_gaps_or_repetitions(cli, limit):
    item_pages = pages(cli, "drinks", "list", "--limit", limit)
    ids = [item["id"] for page in item_pages for item in page]
    assert sorted(ids) == [f"thecocktaildb:{910_001 + number}" for number in range(7)]
    assert all(len(page) <= limit for page in item_pages)


@pytest.mark.usefixtures("loaded")
def test_rejected_lines_have_a_code_a_message_and_a_position(cli):
    listing = cli("rejected", "--json").json
    assert len(listing["items"]) == 7
    for item in listing["items"]:
        assert set(item) == {"load", "code", "path", "message", "position", "raw", "object"}
        assert (item["code"], item["position"]) == ("id_missing", 1)
        assert item["raw"] == {"idDrink": None}
    assert cli("rejected", "--code", "id_invalid", "--json").json["items"] == []


@pytest.mark.usefixtures("loaded")
def test_a_listing_of_rejected_lines_continues_on_the_next_page(cli):
    item_pages = pages(cli, "rejected", "--limit", 3)
    assert [len(page) for page in item_pages] == [3, 3, 1]
    loads = [item["load"] for page in item_pages for item in page]
    assert len(set(loads)) == 7


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        base64.urlsafe_b64encode(b'["a"]').decode(),
        base64.urlsafe_b64encode(b'["a", "0001", "no day", 1]').decode(),
        base64.urlsafe_b64encode(b'["a", "0001", "2026-13-45", 1]').decode(),
    ],
)
def test_an_invalid_cursor_is_wrong_usage(cli, cursor):
    for listing in ("loads", "rejected"):
        assert cli(listing, "--next", cursor, "--json", code=2).err.startswith("Error: ")


@pytest.mark.parametrize("arguments", [("loads",), ("drinks", "list"), ("rejected",)], ids=" ".join)
@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_an_invalid_limit_is_wrong_usage(cli, arguments, limit):
    cli(*arguments, "--limit", limit, code=2)


def test_the_history_of_a_drink_shows_what_changed(pipeline, drinks, cli):
    versions = [
        pipeline.put(drinks(1), "a", observed_at=1000),
        pipeline.put(drinks(1, strGlass="Mug"), "b", observed_at=2000),
        pipeline.put(drinks(1, strGlass="Mug"), "c", observed_at=3000),
    ]
    pipeline.settled(*versions)
    listing = cli("drinks", "history", "910001", "--json").json
    assert listing["next"] is None
    assert [
        (item["drink"]["observed_at"], item["drink"]["glass"]) for item in listing["items"]
    ] == [(1000, "Wine glass"), (2000, "Mug"), (3000, "Mug")]
    assert [item["changed"] for item in listing["items"]] == [[], ["glass"], []]


@pytest.mark.usefixtures("loaded")
def test_a_missing_drink_exits_with_1(cli):
    assert cli("drinks", "get", "910001", "--json").json["name"] == "Spritz"
    assert cli("drinks", "get", "thecocktaildb:910001", "--json").json["id"].endswith(":910001")
    assert "No drink" in cli("drinks", "get", "1", code=1).err
    assert cli("drinks", "history", "1", "--json", code=1).json == {"items": [], "next": None}
    assert cli("drinks", "get", " ", code=2).err.startswith("Error: ")


def test_ingest_prints_its_objects_and_loads(pipeline, samples, cli):
    result = cli(
        "ingest", samples / "winter.ndjson.gz", samples / "punches.csv", "--wait", "--json"
    )
    assert [load["loaded"] for load in result.json["loads"]] == [14, 16]
    assert [version["key"] for version in result.json["objects"]] == [
        stored.version.key for stored in pipeline.bucket.versions()
    ]
    assert pipeline.verify().ok


def test_records_that_are_ingested_again_are_unchanged(pipeline, samples, cli):
    cli("ingest", samples / "winter.ndjson.gz", "--wait")
    (load,) = cli("ingest", samples / "winter.ndjson.gz", "--wait", "--json").json["loads"]
    assert load["unchanged"] == load["read"] == 14
    assert pipeline.verify().ok


def test_of_two_files_of_one_command_the_later_wins(pipeline, drinks, cli, tmp_path):
    names = [tmp_path / "z first.json", tmp_path / "a second.json"]
    for path, glass in zip(names, ("Mug", "Jug"), strict=True):
        path.write_text(json.dumps(drinks(1, strGlass=glass)))
    cli("ingest", *names, "--wait")
    (register,) = pipeline.drinks.all()
    assert register.drink.glass == "Jug"


def test_ingest_of_an_unreadable_file_stores_nothing(pipeline, samples, cli, tmp_path):
    empty = tmp_path / "empty.json"
    empty.touch()
    unreadable: list[Path] = [tmp_path, empty, tmp_path / "missing.json", Path("/dev/null")]
    for path in unreadable:
        result = cli("ingest", samples / "winter.ndjson.gz", path, code=2)
        assert result.err.startswith(f"Error: `{path}` ")
    assert list(pipeline.bucket.versions()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest",),
        ("ingest", "{sample}", "--source", "somewhere"),
        ("ingest", "{sample}", "--observed-at", "yesterday"),
        ("ingest", "{sample}", "--observed-at", "2026-01-31T06:00"),
        ("ingest", "{sample}", "--observed-at", "2999-01-01T00:00Z"),
        ("replay",),
        ("replay", "raw/no/such/key"),
        ("loads", "--days", "0"),
        ("loads", "--status", "lost"),
        ("drinks",),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(cli, samples, arguments):
    sample = str(samples / "winter.ndjson.gz")
    assert cli(*(a.format(sample=sample) for a in arguments), code=2).err
