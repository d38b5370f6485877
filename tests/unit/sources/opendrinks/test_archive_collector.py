"""An archive is collected conditionally: what is new, what changed, and what is gone."""

import io
import json
import math
import tarfile

import httpx2
import msgspec
import pytest
import stamina

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.record import Absence, Record
from mocktailverse.errors import RecordRejectedError, UsageError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.sources.collection import CollectionContext, FetchRequest, SourceAccess
from mocktailverse.sources.opendrinks.archive_changes import LASTING_TIMES
from mocktailverse.sources.opendrinks.archive_collector import PART_RECIPES, OpendrinksCollector
from mocktailverse.sources.opendrinks.archive_download import ATTEMPTS, ArchiveClient
from mocktailverse.sources.opendrinks.archive_state import OTHERS_KEPT, STATE_KEY
from mocktailverse.sources.opendrinks.recipe_reader import OpendrinksRecords
from mocktailverse.sources.opendrinks.simulated_archive import repository_archive

DAY_MS = 24 * 3600 * 1000
URL = "https://recipes.example/archive.tar.gz"


@pytest.fixture(autouse=True)
def _no_backoff():
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


def recipe(name, **fields) -> bytes:
    line = {"quantity": "2", "measure": "oz", "ingredient": "gin"}
    standard = {"name": name, "ingredients": [line], "directions": ["Stir."], "image": "a.jpg"}
    return json.dumps({**standard, **fields}).encode()


def recipes(number) -> dict[str, bytes]:
    return {f"drink-{n}.json": recipe(f"Drink {n}") for n in range(number)}


class World:
    """A server with an archive, a store and a clock that each call moves by a second."""

    def __init__(self) -> None:
        self.now_ms = 1_767_225_600_000  # 2026-01-01 00:00 UTC
        self.objects: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.requests: list[httpx2.Request] = []
        self.responses: list[httpx2.Response | Exception] = []
        self.archive = b""

    def serve(self, files) -> None:
        self.archive = repository_archive(files)

    def get(self, key):
        return self.objects.get(key)

    def put(self, key, body, *, metadata, content_type):
        assert content_type in {"application/json", "application/x-ndjson"}
        self.objects[key] = body
        self.metadata[key] = dict(metadata)

    def respond(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if self.responses:
            response = self.responses.pop(0)
            if isinstance(response, Exception):
                raise response
            return response
        etag = f'"{hash(self.archive)}"'
        headers = {"ETag": etag, "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
        if request.headers.get("If-None-Match") == etag:
            return httpx2.Response(304, headers=headers)
        return httpx2.Response(200, stream=httpx2.ByteStream(self.archive), headers=headers)

    def collect(self, *, reads_files=False, seconds=math.inf, url=URL, **request):
        self.now_ms += 1000
        client = ArchiveClient(transport=httpx2.MockTransport(self.respond), sleep=lambda _s: None)
        context = CollectionContext(
            self, SourceAccess(url), lambda: self.now_ms, lambda: seconds, reads_files
        )
        return OpendrinksCollector(client).collect(FetchRequest("opendrinks", **request), context)

    def records(self, report):
        """Return what the reader makes of each line that a report stored."""
        read = []
        for key in report.objects:
            for line in self.objects[key].splitlines():
                try:
                    read.append(OpendrinksRecords().from_json(line))
                except RecordRejectedError as error:
                    read.append((error.code, str(error)))
        return read


@pytest.fixture
def world():
    return World()


def ids(records):
    return [record.id for record in records if isinstance(record, Record)]


def test_the_first_call_stores_every_recipe_by_one_polite_request(world):
    world.serve(recipes(3))
    report = world.collect()
    assert (report.requests, report.records, report.done) == (1, 3, True)
    assert report.objects == [
        "raw/opendrinks/2026/01/01/20260101T000001000Z-archive/part-00001.ndjson"
    ]
    assert ids(world.records(report)) == ["drink-0", "drink-1", "drink-2"]
    assert world.metadata[report.objects[0]] == {
        "observed-at": "1767225601000", "source": "opendrinks", "strategy": "archive",
        "run": "20260101T000001000Z-archive", "part": "part-00001",
    }  # fmt: skip
    (request,) = world.requests
    assert request.headers["User-Agent"].startswith("mocktailverse/")


def test_nothing_is_stored_for_an_archive_that_has_not_changed(world):
    world.serve(recipes(3))
    world.collect()
    before = dict(world.objects)
    report = world.collect()
    assert world.requests[1].headers["If-None-Match"] == f'"{hash(world.archive)}"'
    assert "If-Modified-Since" in world.requests[1].headers
    assert (report.records, report.objects, report.done) == (0, [], True)
    assert world.objects == before


def test_nothing_is_stored_for_another_archive_with_the_same_files(world):
    world.serve(recipes(3))
    world.collect()
    world.archive += b"\0" * 64
    report = world.collect()
    assert (len(world.requests), report.records, report.objects) == (2, 0, [])


def test_only_new_and_changed_files_are_stored(world):
    world.serve(recipes(30))
    world.collect()
    changed = {"drink-4.json": recipe("Drink 4", description="New.")}
    world.serve({**recipes(31), **changed})
    report = world.collect()
    assert sorted(ids(world.records(report))) == ["drink-30", "drink-4"]
    assert report.coverage == {
        "files": 31, "new": 1, "changed": 1, "missing": 0, "absences": 0, "skipped": 0
    }  # fmt: skip


def test_full_stores_all_recipes_again(world):
    world.serve(recipes(3))
    world.collect()
    assert world.collect(full=True).records == 3


def test_many_recipes_are_divided_into_few_objects(world):
    world.serve(recipes(PART_RECIPES + 1))
    report = world.collect()
    counts = [world.objects[key].count(b"\n") for key in report.objects]
    assert counts == [PART_RECIPES, 1]


def test_a_file_that_is_gone_is_absent_now_and_once_more_a_day_later(world):
    world.serve(recipes(3))
    world.collect()
    world.serve(recipes(2))
    report = world.collect()
    assert world.records(report) == [Absence("drink-2")]
    assert report.coverage["missing"] == 1
    assert world.collect().objects == [], "the same day"
    world.now_ms += DAY_MS
    report = world.collect()
    assert world.records(report) == [Absence("drink-2")], "the archive itself has not changed"
    world.now_ms += DAY_MS
    assert world.collect().objects == []


def test_a_file_that_returns_is_stored_again_and_no_longer_absent(world):
    world.serve(recipes(3))
    world.collect()
    world.serve(recipes(2))
    world.collect()
    world.serve(recipes(3))
    assert ids(world.records(world.collect())) == ["drink-2"]
    world.now_ms += 2 * DAY_MS
    assert world.collect().objects == []


def test_many_missing_files_are_an_outage_and_none_is_absent(world):
    world.serve(recipes(40))
    world.collect()
    world.serve({**recipes(10), "new.json": recipe("New")})
    report = world.collect()
    assert report.outage_suspected
    assert ids(world.records(report)) == ["new"]
    assert report.coverage["files"] == 41
    again = world.collect()
    assert again.outage_suspected, "it is examined again, although it has not changed"
    assert again.objects == []
    world.serve({**recipes(40), "new.json": recipe("New")})
    assert world.collect().outage_suspected is False


def test_a_lasting_removal_of_many_is_accepted_and_withdraws_them(world):
    world.serve(recipes(40))
    world.collect()
    world.serve(recipes(30))
    removed = {f"drink-{n}" for n in range(30, 40)}
    for day in range(LASTING_TIMES - 1):
        report = world.collect()
        assert (report.outage_suspected, report.objects) == (True, []), day
        assert f"{LASTING_TIMES - 1 - day} more observation" in report.remarks[-1]
        assert world.collect().objects == [], "within a day it is the same observation"
        world.now_ms += DAY_MS
    for _ in range(2):
        report = world.collect()
        assert not report.outage_suspected
        assert {one.id for one in world.records(report)} == removed
        world.now_ms += DAY_MS
    assert world.collect().objects == []


def test_a_lasting_removal_leaves_withdrawn_drinks_and_deletes_none(world, new_world):
    loads = new_world()

    def collect_and_load():
        for key in world.collect().objects:
            version = loads.raw.add(
                world.objects[key], key, stored_at=world.now_ms, metadata=world.metadata[key]
            )
            loads.handle(LoadRequest(version, 1))
        world.now_ms += DAY_MS

    world.serve(recipes(40))
    collect_and_load()
    world.serve(recipes(30))
    for _ in range(LASTING_TIMES + 1):
        assert all(one.drink.withdrawn_at is None for one in loads.drinks.table.values())
        collect_and_load()
    withdrawn = {key for key, one in loads.drinks.table.items() if one.drink.withdrawn_at}
    assert withdrawn == {f"opendrinks:drink-{n}" for n in range(30, 40)}
    assert len(loads.drinks.table) == 40


def test_drinks_that_return_in_between_begin_again(world):
    world.serve(recipes(40))
    world.collect()
    for files in (recipes(30), recipes(40), *[recipes(30)] * (LASTING_TIMES - 1)):
        world.serve(files)
        report = world.collect()
        world.now_ms += DAY_MS
    assert report.outage_suspected


def test_a_few_new_removals_do_not_wait_for_a_lasting_one(world):
    world.serve(recipes(40))
    world.collect()
    for _ in range(LASTING_TIMES - 1):
        world.serve(recipes(30))
        world.collect()
        world.now_ms += DAY_MS
    world.serve(recipes(29))
    assert len(world.records(world.collect())) == 11


def test_the_second_file_with_an_id_is_rejected_and_names_the_first(world):
    world.serve({"Mojito.json": recipe("A"), "mojito.json": recipe("B"), "x.json": recipe("X")})
    records = world.records(world.collect())
    assert ids(records) == ["mojito", "x"]
    (rejected,) = (one for one in records if isinstance(one, tuple))
    assert rejected == (
        Reason.ID_TAKEN, "`mojito.json`: It has the same id as `Mojito.json`. Rename it."
    )  # fmt: skip


def test_a_known_file_keeps_its_id_and_its_rival_gets_it_when_it_is_gone(world):
    world.serve({"mojito.json": recipe("B"), **recipes(30)})
    world.collect()
    world.serve({"Mojito.json": recipe("A"), "mojito.json": recipe("B"), **recipes(30)})
    assert [code for code, _ in world.records(world.collect())] == [Reason.ID_TAKEN]
    world.serve({"Mojito.json": recipe("A"), **recipes(30)})
    (record,) = world.records(world.collect())
    assert (record.id, record.name) == ("mojito", "A")


def test_bad_files_are_rejected_and_their_neighbours_load(world):
    files = {
        "a.json": recipe("A"),
        "b.json": b"<html></html>",
        "c.json": b"{",
        "d.json": b"[]",
        "e.json": recipe("E", ingredients=[]),
        "f.json": recipe("F", description="x" * 200_000),
        "g.json": recipe("G", ingredients=["gin"] * 10_000),
        "\x1b[2J.json": recipe("H"),
        "i.json": b'"I"',
    }
    world.archive = _tar(files)
    records = world.records(world.collect())
    assert ids(records) == ["2j", "a"]
    assert sorted(one[0] for one in records if isinstance(one, tuple)) == sorted(
        [
            Reason.MALFORMED_JSON, Reason.MALFORMED_JSON, Reason.NOT_AN_OBJECT,
            Reason.INGREDIENTS_MISSING, Reason.RECORD_TOO_LARGE, Reason.TOO_MANY_LINES,
            Reason.NOT_AN_OBJECT,
        ]
    )  # fmt: skip


def test_an_array_has_ids_of_names_and_loses_no_second_one(world, tmp_path):
    path = tmp_path / "recipes.json"
    path.write_bytes(b"[" + b",".join([recipe("Mojito"), recipe("Sour"), recipe("mojito")]) + b"]")
    report = world.collect(archive=str(path), reads_files=True)
    records = world.records(report)
    assert ids(records) == ["mojito", "sour"]
    assert [one[0] for one in records if isinstance(one, tuple)] == [Reason.ID_TAKEN]
    assert "element 1 of the array" in records[2][1]
    assert world.requests == []
    assert world.collect(archive=str(path), reads_files=True).records == 0


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes a folder of recipes; it returns the request's fields."""

    def write(files, name="folder"):
        path = tmp_path / name
        path.mkdir(exist_ok=True)
        for old in path.iterdir():
            old.unlink()
        for file, content in files.items():
            (path / file).write_bytes(msgspec.json.format(content) + b"\n")  # as it is served
        return {"archive": str(path), "reads_files": True}

    return write


def test_another_archive_does_not_withdraw_a_drink_of_the_source(world, folder):
    world.serve(recipes(2))
    world.collect()
    assert world.collect(**folder(recipes(3))).records == 3
    report = world.collect(**folder({"drink-0.json": recipe("Drink 0")}))
    assert world.records(report) == [Absence("drink-2")], "only that archive had it"
    assert world.collect().records == 0


def test_another_archive_does_not_keep_a_drink_that_the_source_removed(world, folder):
    world.serve(recipes(3))
    world.collect()
    copy = folder(recipes(3))
    world.collect(**copy)
    world.serve(recipes(2))
    assert world.records(world.collect()) == [Absence("drink-2")]
    assert ids(world.records(world.collect(**copy))) == ["drink-2"], "it is fetched again"


def test_what_another_archive_replaced_returns_with_the_next_collection(world, folder):
    world.serve(recipes(3))
    world.collect()
    old = recipe("Drink 1", description="Old.")
    assert world.collect(**folder({**recipes(3), "drink-1.json": old})).records == 3
    report = world.collect()
    assert [one.description for one in world.records(report)] == [None]
    assert (ids(world.records(report)), report.coverage["changed"]) == (["drink-1"], 1)
    assert world.collect().records == 0


def test_the_state_of_the_source_survives_any_number_of_other_archives(world, folder):
    world.serve(recipes(2))
    world.collect()
    for n in range(OTHERS_KEPT + 2):
        world.collect(**folder({f"other-{n}.json": recipe(f"Other {n}")}, str(n)))
    archives = json.loads(world.objects[STATE_KEY])["archives"]
    assert [name.rpartition("/")[2] for name in archives] == ["", "2", "3", "4", "5", "6"]
    assert world.collect().records == 0
    assert world.requests[-1].headers["If-None-Match"]


def test_the_source_keeps_its_state_at_another_address(world):
    world.serve(recipes(3))
    world.collect()
    world.serve(recipes(2))
    report = world.collect(url="https://moved.example/archive.tar.gz")
    assert "If-None-Match" not in world.requests[-1].headers
    assert world.records(report) == [Absence("drink-2")]


@pytest.mark.parametrize("state", [b"", b"{", b'{"archives": 7}', b"\xff"])
def test_a_state_that_cannot_be_read_counts_as_none(world, state):
    world.serve(recipes(2))
    world.objects[STATE_KEY] = state
    assert world.collect().records == 2


def test_a_transient_failure_is_retried(world):
    world.serve(recipes(2))
    world.responses = [
        httpx2.Response(429, headers={"Retry-After": "1"}),
        httpx2.Response(500),
        httpx2.ReadError("reset"),
    ]
    report = world.collect()
    assert (report.requests, report.records, report.failed) == (4, 2, [])


@pytest.mark.parametrize(
    ("response", "reason", "transient"),
    [
        (httpx2.ConnectError("refused"), "unreachable", True),
        (httpx2.Response(503), "unreachable", True),
        (httpx2.Response(404), None, False),
        (httpx2.Response(302, headers={"Location": URL}), None, False),
    ],
)
def test_a_source_that_cannot_be_read_is_reported_and_nothing_is_stored(
    world, response, reason, transient
):
    world.responses = [response] * 30
    report = world.collect()
    (failure,) = report.failed
    assert (report.done, report.stopped_because, failure.transient) == (False, reason, transient)
    assert world.objects == {}


def test_no_retry_begins_when_time_is_short(world):
    world.responses = [httpx2.Response(503)] * 9
    world.collect(seconds=30)
    assert len(world.requests) == 1


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"", b"PK\x03\x04"])
def test_what_is_not_an_archive_is_a_clear_error_and_nothing_is_stored(world, body):
    world.archive = body
    with pytest.raises(UsageError, match=f"^`{URL}`: ") as caught:
        world.collect()
    assert type(caught.value) is UsageError, "the function's caller knows it by its name"
    assert world.objects == {}


@pytest.mark.parametrize("archive", ["/etc/passwd", "file:///etc/passwd", "ftp://x.example/a.zip"])
def test_the_fetch_function_reads_no_files(world, archive):
    with pytest.raises(UsageError, match=r"not an http\(s\) URL"):
        world.collect(archive=archive)


@pytest.mark.parametrize(
    "request_fields",
    [{"strategy": "sweep"}, {"arguments": ("1",)}, {"max_requests": 5}, {"archive": " "}],
)
def test_options_of_other_sources_are_wrong_usage(request_fields):
    with pytest.raises(UsageError):
        OpendrinksCollector().check(FetchRequest("opendrinks", **request_fields))


def _tar(files) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()
