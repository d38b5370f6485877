"""The fetch function collects from the simulated TheCocktailDB; what it stores is loaded."""

import json
import urllib.request

import pytest


@pytest.fixture
def add_fault(pipeline):
    """Return a function that adds a fault to the simulated source; teardown removes all faults."""

    def add(**fault):
        request = urllib.request.Request(  # noqa: S310 - the simulated source
            f"{pipeline.stack.source_url}/_faults", data=json.dumps(fault).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310 - the simulated source
            pass

    yield add
    add(kind="none")


@pytest.fixture
def fetch(pipeline):
    """Return a function that invokes the fetch function."""

    def invoke(strategy, *arguments, **event):
        return pipeline.stores.functions.invoke(
            pipeline.outputs["FetchFunction"],
            {"strategy": strategy, "arguments": arguments, **event},
        )

    return invoke


def stored_keys(pipeline, prefix):
    return sorted(stored.version.key for stored in pipeline.bucket.versions(prefix))


def test_a_sweep_fetches_every_drink_of_the_source(pipeline, cli):
    report = cli("fetch", "--wait", "--json").json
    assert report["done"] is True
    assert report["failed"] == []
    assert stored_keys(pipeline, "raw/") + stored_keys(pipeline, "listings/") == sorted(
        report["objects"], key=lambda key: (not key.startswith("raw/"), key)
    )
    assert {load["status"] for load in report["loads"]} == {"done"}
    assert sum(load["loaded"] for load in report["loads"]) == len(pipeline.table())
    assert pipeline.verify().ok


def test_mocktails_are_fetched_by_a_listing_that_starts_no_load(pipeline, cli):
    report = cli("fetch", "mocktails", "--wait", "--json").json
    assert stored_keys(pipeline, "listings/") == [
        key for key in report["objects"] if key.startswith("listings/")
    ]
    loads = list(pipeline.loads.all())
    assert len(loads) == len(stored_keys(pipeline, "raw/"))
    assert {register.drink.alcoholic for register in pipeline.drinks.all()} == {"non_alcoholic"}
    assert pipeline.verify().ok


def test_a_sweep_that_runs_out_of_time_continues_where_it_stopped(pipeline, fetch):
    reports = [fetch("sweep", time_limit_s=0)]
    assert reports[0]["pages"] == 1
    assert reports[0]["stopped_because"] == "time"
    while not reports[-1]["done"]:
        reports.append(fetch("sweep", time_limit_s=0.5))
    assert len({report["run"] for report in reports}) == 1
    keys = [key for report in reports for key in report["objects"]]
    assert len(keys) == len(set(keys))
    pipeline.settled(*(stored.version for stored in pipeline.bucket.versions()))
    assert pipeline.verify().ok


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttle", "times": 2, "retry_after": "0"},
        {"kind": "error", "times": 1},
        {"kind": "cut", "times": 1},
        {"kind": "html", "times": 1},
    ],
    ids=lambda fault: fault["kind"],
)
def test_a_request_that_fails_is_retried(pipeline, cli, add_fault, fault):
    add_fault(**fault)
    report = cli("fetch", "search", "a", "--wait", "--json").json
    assert report["failed"] == []
    assert report["requests"] == 1 + fault["times"]
    assert report["records"] == len(pipeline.table()) > 0


def test_a_response_without_records_stores_nothing(pipeline, cli):
    report = cli("fetch", "search", "no drink is called that", "--json").json
    assert (report["done"], report["objects"], report["records"]) == (True, [], 0)
    assert stored_keys(pipeline, "") == []


def test_an_unreachable_source_exits_with_3(pipeline, cli):
    with pipeline.configured(
        "FetchFunction", MOCKTAILVERSE_SOURCE_URLS="thecocktaildb=http://127.0.0.1:9"
    ):
        result = cli("fetch", "ids", "90001", "--json", code=3)
    assert result.json["objects"] == stored_keys(pipeline, "raw/") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("everything",),
        ("search",),
        ("search", " "),
        ("ids", "../1"),
        ("random", "0"),
        ("sweep", "a"),
    ],
)
def test_an_impossible_fetch_is_wrong_usage(cli, arguments):
    assert cli("fetch", *arguments, code=2).err.startswith("Error: ")


def test_drinks_that_are_fetched_again_are_unchanged(pipeline, cli):
    cli("fetch", "search", "an", "--wait")
    ids = [drink_id.removeprefix("thecocktaildb:") for drink_id in pipeline.table()]
    (load,) = cli("fetch", "ids", *ids, "--wait", "--json").json["loads"]
    assert load["unchanged"] == load["read"] == len(ids) > 0
    assert pipeline.verify().ok


def test_another_source_is_fetched_by_its_name_and_only_what_is_new(pipeline, cli, tmp_path):
    report = cli("fetch", "opendrinks", "--wait", "--json").json
    assert [load["loaded"] for load in report["loads"]] == [report["records"]]
    assert {drink_id.partition(":")[0] for drink_id in pipeline.table()} == {"opendrinks"}
    again = cli("fetch", "opendrinks", "--wait", "--json").json
    assert (again["requests"], again["objects"]) == (1, [])
    path = tmp_path / "recipes.json"
    path.write_text(
        '[{"name": "Mojito", "ingredients": ["gin"]}, {"name": "X", "ingredients": []}]'
    )
    (load,) = cli("fetch", "opendrinks", "--archive", path, "--wait", "--json").json["loads"]
    assert (load["loaded"], load["rejected"]) == (1, 1)
    assert pipeline.verify().ok
