"""The simulated sources: their behaviour is the real one, with faults; the clients against them."""

import gzip
import json
import math
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import stamina

from mocktailverse.errors import PermanentError, TransientError, UnreachableError, UsageError
from mocktailverse.local.simulated_source.__main__ import create_server
from mocktailverse.sources import SOURCES
from mocktailverse.sources.opendrinks.archive_download import ArchiveClient, Validators
from mocktailverse.sources.opendrinks.simulated_archive import SimulatedOpendrinks, sample_files
from mocktailverse.sources.simulated_faults import Fault
from mocktailverse.sources.simulation import SimulationOptions
from mocktailverse.sources.thecocktaildb.client import TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract import extract
from mocktailverse.sources.thecocktaildb.responses import Request
from mocktailverse.sources.thecocktaildb.simulation.record_files import read_records
from mocktailverse.sources.thecocktaildb.simulation.simulated_api import create_app
from mocktailverse.sources.thecocktaildb.strategies import plan
from strategies.private_records import needed
from worlds.serving import running

PREMIUM = "9premium"
LETTER_M = Request("search.php", {"f": "m"})


def drink(number: int, name: str, **fields: object) -> dict[str, object]:
    return {
        "idDrink": str(number),
        "strDrink": name,
        "strCategory": "Cocktail",
        "strGlass": "Highball glass",
        "strAlcoholic": "Alcoholic",
        "strInstructions": "Stir.",
        "strDrinkThumb": "https://pictures.example/1.jpg",
        "strIngredient1": "Gin",
        "strMeasure1": "1 oz ",
        **fields,
    }


RECORDS = [
    *(drink(10_000 + n, f"M{n:03d}") for n in range(40)),
    *(drink(20_000 + n, f"Spritz {n}", strCategory="Other / Unknown") for n in range(110)),
    drink(30_000, "afterglow", strAlcoholic="Non alcoholic", strIngredient1="Orange juice"),
    drink(30_001, "Äpple", strAlcoholic="Non alcoholic", strIngredient2="tonic Water"),
    drink(30_002, "747", strIngredient1="Tonic water"),
]


@pytest.fixture(autouse=True)
def _no_backoff():
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture
def source():
    with running(create_app(RECORDS, premium_keys=[PREMIUM])) as base_url:
        yield SourceClient(base_url)


class SourceClient:
    """Requests to the running API, with plain HTTP and with the product's client."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.slept: list[float] = []

    def get(self, path: str, key: str = "v1/1") -> httpx2.Response:
        return httpx2.get(f"{self.base_url}/api/json/{key}/{path}")

    def drinks(self, path: str, key: str = "v1/1") -> object:
        return self.get(path, key).json()["drinks"]

    def fail(self, kind: str, **options: object) -> httpx2.Response:
        fault = {"kind": kind, **options}
        return httpx2.post(f"{self.base_url}/_faults", content=json.dumps(fault))

    def requests(self) -> dict[str, object]:
        return httpx2.get(f"{self.base_url}/_requests").json()

    def client(self, key: str = "1", **settings) -> TheCocktailDB:
        return TheCocktailDB(
            self.base_url, key, requests_per_s=1000, sleep=self.slept.append, **settings
        )


def test_a_search_by_letter_ignores_case_and_returns_at_most_25_with_the_free_key(source):
    assert len(source.drinks("search.php?f=m")) == 25
    assert source.drinks("search.php?f=M") == source.drinks("search.php?f=m")
    assert len(source.drinks("search.php?f=m", f"v2/{PREMIUM}")) == 40
    assert [record["strDrink"] for record in source.drinks("search.php?f=7")] == ["747"]


def test_a_search_by_name_returns_short_names_first_and_at_most_25_with_the_free_key(source):
    names = [record["strDrink"] for record in source.drinks("search.php?s=spritz")]
    assert names == [f"Spritz {n}" for n in range(25)]
    assert len(source.drinks("search.php?s=spritz", f"v2/{PREMIUM}")) == 110
    assert [record["strDrink"] for record in source.drinks("search.php?s=74")][:1] == ["747"]
    assert [record["strDrink"] for record in source.drinks("search.php?s=terg")] == ["afterglow"]
    both = [record["strDrink"] for record in source.drinks("search.php?s=1", f"v2/{PREMIUM}")]
    assert both[:5] == ["M001", "M010", "M011", "M012", "M013"]


def test_records_are_complete_with_ids_as_text(source):
    assert source.drinks("lookup.php?i=30001") == [RECORDS[-2]]
    assert source.drinks("search.php?s=AFTERg") == [RECORDS[-3]]
    body = source.get("lookup.php?i=30001").content
    assert b"https:\\/\\/pictures" in body
    assert b"\\u00c4pple" in body


@pytest.mark.parametrize(
    ("path", "key", "body"),
    [
        ("search.php?f=q", "v1/1", {"drinks": None}),
        ("search.php?s=nothing", "v1/1", {"drinks": None}),
        ("search.php?s=", "v1/1", {"drinks": None}),
        ("lookup.php?i=1", "v1/1", {"drinks": None}),
        ("lookup.php", "v1/1", {"drinks": None}),
        ("filter.php?c=Tea", "v1/1", {"drinks": "no data found"}),
        ("filter.php?c=Tea", f"v2/{PREMIUM}", {"drinks": "None Found"}),
        ("filter.php?c=Tea", "v2/1", {"drinks": "None Found"}),
        ("filter.php?i=Gin,Rum", "v1/1", {"drinks": "None"}),
        ("search.php?i=milk", "v1/1", {"ingredients": None}),
        ("lookup.php?iid=999", "v1/1", {"ingredients": None}),
    ],
)
def test_empty_responses_have_many_shapes(source, path, key, body):
    assert source.get(path, key).json() == body
    assert source.get(path, key).status_code == 200


@pytest.mark.parametrize(
    ("path", "key"), [("search.php?f=ma", "v1/1"), ("search.php?f=m", f"v1/{PREMIUM}")]
)
def test_some_requests_get_an_empty_body(source, path, key):
    response = source.get(path, key)
    assert (response.status_code, response.content) == (200, b"")


def test_filters_return_three_fields_and_are_capped_for_the_free_key(source):
    records = source.drinks("filter.php?a=Non_Alcoholic")
    assert [set(record) for record in records] == [{"strDrink", "strDrinkThumb", "idDrink"}] * 2
    assert len(source.drinks("filter.php?a=Alcoholic")) == 100
    assert len(source.drinks("filter.php?c=Other_/_Unknown")) == 100
    assert len(source.drinks("filter.php?g=highball_glass")) == 100
    assert len(source.drinks("filter.php?i=Gin")) == 1
    assert len(source.drinks("filter.php?i=gin", f"v2/{PREMIUM}")) == 151
    both = source.drinks("filter.php?i=Gin,Tonic_Water", f"v2/{PREMIUM}")
    assert [record["strDrink"] for record in both] == ["Äpple"]


def test_lists_contain_the_values_in_use(source):
    assert source.drinks("list.php?c=list") == [
        {"strCategory": "Cocktail"},
        {"strCategory": "Other / Unknown"},
    ]
    assert source.drinks("list.php?a=list") == [
        {"strAlcoholic": "Alcoholic"},
        {"strAlcoholic": "Non alcoholic"},
    ]
    assert source.drinks("list.php?g=list") == [{"strGlass": "Highball glass"}]
    assert [record["strIngredient1"] for record in source.drinks("list.php?i=list")] == [
        "Gin",
        "Orange juice",
        "tonic Water",
    ]


def test_the_list_of_ingredients_is_capped_for_the_free_key():
    many = [drink(number, f"D{number}", strIngredient1=f"I{number}") for number in range(1, 131)]
    with running(create_app(many, premium_keys=[PREMIUM])) as base_url:
        source = SourceClient(base_url)
        assert len(source.drinks("list.php?i=list")) == 100
        assert len(source.drinks("list.php?i=list", f"v2/{PREMIUM}")) == 130


def test_ingredients_can_be_looked_up(source):
    (ingredient,) = source.get("search.php?i=orange juice").json()["ingredients"]
    assert ingredient["strIngredient"] == "Orange juice"
    again = source.get(f"lookup.php?iid={ingredient['idIngredient']}").json()["ingredients"]
    assert again == [ingredient]


def test_premium_requests_need_a_purchased_key(source):
    assert len(source.drinks("popular.php")) == 1
    assert source.drinks("latest.php") == source.drinks("randomselection.php") == "None"
    assert len(source.drinks("popular.php", f"v2/{PREMIUM}")) == 20
    assert source.drinks("latest.php", f"v2/{PREMIUM}")[0] == RECORDS[-1]
    assert len(source.drinks("randomselection.php", f"v2/{PREMIUM}")) == 10


def test_an_unknown_key_is_refused_and_an_unknown_endpoint_is_missing(source):
    assert source.get("random.php", "v1/2").status_code == 403
    assert source.get("random.php", "v2/other").status_code == 403
    assert source.get("random.php", "v3/1").status_code == 403
    assert source.get("other.php").status_code == 404


def test_random_drinks_follow_the_seed():
    def drawn(seed: int) -> list[object]:
        with running(create_app(RECORDS, seed=seed)) as base_url:
            return [SourceClient(base_url).drinks("random.php") for _ in range(8)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_requests_are_counted(source):
    source.get("search.php?f=a")
    source.get("search.php?f=b")
    source.get("random.php")
    assert source.requests() == {"total": 3, "endpoints": {"search.php": 2, "random.php": 1}}


def test_an_empty_source_returns_nothing():
    with running(create_app([])) as base_url:
        source = SourceClient(base_url)
        assert source.drinks("random.php") is None
        assert source.drinks("popular.php") is None
        assert source.drinks("list.php?c=list") is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("throttle", {}),
        ("error", {}),
        ("error", {"status": 502}),
        ("html", {}),
        ("cut", {}),
        ("empty", {}),
        ("slow", {"seconds": 0.4}),
    ],
)
def test_the_client_recovers_from_every_fault(source, kind, options):
    source.fail(kind, times=2, **options)
    with source.client(timeout_s=0.2 if kind == "slow" else 5.0) as client:
        response = client.fetch(LETTER_M)
    assert len(response.records) == 25
    assert client.requests == 3
    assert source.requests()["total"] == 3


def test_a_lasting_fault_is_a_transient_error(source):
    source.fail("cut")
    with source.client(attempts=2) as client, pytest.raises(TransientError):
        client.fetch(LETTER_M)


def test_retry_after_is_sent_and_honoured(source):
    source.fail("throttle", times=1, retry_after="9")
    with source.client() as client:
        client.fetch(LETTER_M)
    assert 8 < max(source.slept) <= 9


def test_the_client_is_refused_with_a_wrong_key(source):
    with source.client("wrong") as client, pytest.raises(PermanentError, match="403") as caught:
        client.fetch(LETTER_M)
    assert "wrong" not in str(caught.value)


def test_a_stopped_source_is_unreachable():
    with running(create_app([])) as base_url:
        pass
    with TheCocktailDB(base_url, sleep=lambda _: None) as client, pytest.raises(UnreachableError):
        client.fetch(LETTER_M)


def test_faults_affect_every_nth_request_of_their_endpoint(source):
    source.fail("error", every=3, endpoint="random.php", status=503)
    codes = [source.get("random.php").status_code for _ in range(6)]
    assert codes == [200, 200, 503, 200, 200, 503]
    assert source.get("search.php?f=m").status_code == 200
    (state,) = httpx2.get(f"{source.base_url}/_faults").json()["items"]
    assert (state["kind"], state["watched"], state["struck"]) == ("error", 6, 2)


def test_random_faults_follow_their_seed(source):
    def status_codes() -> list[int]:
        source.fail("none")
        source.fail("throttle", probability=0.5, seed=4)
        return [source.get("random.php").status_code for _ in range(12)]

    first = status_codes()
    assert status_codes() == first
    assert set(first) == {200, 429}


def test_faults_can_be_switched_off(source):
    source.fail("error")
    assert source.get("random.php").status_code == 500
    source.fail("none")
    assert source.get("random.php").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [b"", b"{}", b'{"kind":"fire"}', b'{"kind":"error","every":0}', b'{"kind":"cut","n":1}'],
)
def test_an_invalid_fault_is_refused(source, fault):
    response = httpx2.post(f"{source.base_url}/_faults", content=fault)
    assert response.status_code == 400
    assert response.json()["error"]


class Objects(dict[str, bytes]):
    """A store in memory."""

    def put(self, key, body, *, metadata, content_type) -> None:
        assert metadata
        assert content_type
        self[key] = body


def run(source: SourceClient, name: str, *arguments: str) -> Objects:
    objects = Objects()
    with source.client() as client:
        report = extract(
            client,
            objects,
            plan(name, arguments),
            "run",
            now_ms=lambda: 0,
            time_left_s=lambda: math.inf,
        )
    assert report.done
    assert report.failed == []
    return objects


def test_a_sweep_with_faults_stores_the_same_as_one_without(source):
    without_faults = run(source, "sweep")
    for kind in ("throttle", "error", "html", "cut", "empty"):
        source.fail(kind, probability=0.1, seed=7, times=4)
    assert run(source, "sweep") == without_faults
    assert set(without_faults) == {f"raw/thecocktaildb/1970/01/01/run/f-{c}.json" for c in "ams7"}


def test_mocktails_are_listed_and_looked_up(source):
    objects = run(source, "mocktails")
    listing, look_ups = objects.values()
    assert set(json.loads(listing)["drinks"][0]) == {"strDrink", "strDrinkThumb", "idDrink"}
    records = [json.loads(line)["drinks"][0] for line in look_ups.splitlines()]
    assert records == [RECORDS[-3], RECORDS[-2]]


def test_records_are_read_in_every_format(tmp_path: Path):
    one, two, three = drink(1, "A"), drink(2, "B"), drink(3, "C")
    (tmp_path / "envelope.json").write_text(json.dumps({"drinks": [one]}))
    (tmp_path / "array.json.gz").write_bytes(gzip.compress(json.dumps([two]).encode()))
    lines = [json.dumps(one), "", json.dumps({"drinks": [three]}), json.dumps({"drinks": None})]
    (tmp_path / "lines.ndjson").write_text("\n".join(lines))
    (tmp_path / "table.csv").write_text('idDrink,strDrink,strTags\n4,"D\nd",\n')
    (tmp_path / "notes.txt").write_text("no drinks")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "more.json").write_text(json.dumps([drink(9, "Z")]))
    records, notes = read_records([tmp_path])
    assert records == [two, one, one, three, {"idDrink": "4", "strDrink": "D\nd", "strTags": None}]
    assert notes == []


def test_unreadable_records_are_noted_and_skipped(tmp_path: Path):
    (tmp_path / "a.ndjson").write_text(json.dumps(drink(1, "A")) + "\n{cut\n")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(b"[]")[:-6])
    (tmp_path / "c.json").write_bytes(b'{"drinks": [{"strDrink": "\xff"}]}')
    (tmp_path / "d.json").write_text("[" * 100_000)
    records, notes = read_records([tmp_path])
    assert records == [drink(1, "A")]
    assert [re.search(r"([a-d])\.\w+", note).group(1) for note in notes] == ["a", "b", "c", "d"]


def test_a_missing_path_is_a_usage_error(tmp_path: Path):
    with pytest.raises(UsageError):
        read_records([tmp_path / "none.json"])


def test_records_without_id_or_name_are_skipped_and_the_last_record_of_an_id_is_served():
    records = [{"strDrink": "No id"}, {"idDrink": "1"}, drink(2, "Old"), drink(2, "New")]
    with running(create_app(records)) as base_url:
        source = SourceClient(base_url)
        assert source.drinks("lookup.php?i=1") is None
        assert source.drinks("search.php?s=no id") is None
        assert source.drinks("lookup.php?i=2")[0]["strDrink"] == "New"


def test_the_command_serves_files_until_it_is_interrupted(tmp_path: Path):
    samples = tmp_path / "drinks.json"
    samples.write_text(json.dumps({"drinks": [drink(11007, "Margarita")]}))
    command = [sys.executable, "-m", "mocktailverse.local.simulated_source", "--records", samples]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        base_url = re.search(r"http://127\.0\.0\.1:\d+", line).group()
        assert SourceClient(base_url).drinks("lookup.php?i=11007")[0]["strDrink"] == "Margarita"
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize("options", [["--records", "none.json"], ["--host", "0.0.0.0"]])  # noqa: S104 - refused
def test_the_command_refuses_invalid_options(options, tmp_path: Path):
    command = [sys.executable, "-m", "mocktailverse.local.simulated_source", *options]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr


def test_the_whole_database_is_served_with_the_real_caps():
    records, _ = read_records([needed("thecocktaildb_full.json")])
    with running(create_app(records)) as base_url:
        objects = run(SourceClient(base_url), "sweep")
    counts = [len(json.loads(body)["drinks"]) for body in objects.values()]
    assert max(counts) == 25
    assert 300 < sum(counts) < len(records)


def test_one_server_serves_every_simulated_source():
    app, served = create_server(SimulationOptions())
    assert all(source.title in served for source in SOURCES.values() if source.simulating)
    with running(app) as base_url:
        for source in SOURCES.values():
            if source.simulation:
                response = httpx2.get(base_url + (source.simulation.path or "/_requests"))
                assert response.status_code == 200, source.name


def test_the_simulated_archive_is_sent_only_if_it_is_not_known():
    app, _ = create_server(SimulationOptions())
    with running(app) as base_url:
        url = base_url + SimulatedOpendrinks.path
        client = ArchiveClient()
        first = client.download(url, Validators(), lambda: math.inf)
        again = client.download(url, first.validators, lambda: math.inf)
    assert {recipe.name for recipe in first.content.files} == sample_files().keys()
    assert (again.content, again.requests, again.validators) == (None, 1, first.validators)


@pytest.mark.parametrize("kind", ["throttle", "error", "cut"])
def test_an_archive_is_downloaded_in_spite_of_a_fault(kind):
    options = SimulationOptions()
    options.faults.add(Fault(kind, times=1, endpoint="archive"))
    app, _ = create_server(options)
    with running(app) as base_url:
        download = ArchiveClient().download(
            base_url + SimulatedOpendrinks.path, Validators(), lambda: math.inf
        )
    assert (len(download.content.files), download.requests) == (len(sample_files()), 2)
