"""Tests of the trials, which test the stack: generator, proxy, oracle, shrinker."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import msgspec
import pytest
from msgspec.structs import replace

from trials.case import Case, Entry, Event, Fault, RawFile
from trials.deck import drink_of
from trials.faults import costs
from trials.history import KINDS, generate
from trials.observing import Seen, SeenDrink, SeenLoad, StoredVersion
from trials.oracle import judge
from trials.proxy import Proxy
from trials.shrinking import shrunk
from trials.spoiling import Strikes
from trials.writing import ANYWHERE, encoded, write

RESPONSE_BODY = b'{"Items": []}'
PUT_ITEM = {"X-Amz-Target": "DynamoDB_20120810.PutItem", "Content-Type": "application/json"}


# ---- the generator


def test_a_seed_always_gives_the_same_case():
    assert generate("8/15") == generate("8/15")
    assert generate("8/15") != generate("8/16")


def test_a_case_survives_a_round_trip_through_json():
    for kind in KINDS:
        case = generate("8/1", kind)
        assert msgspec.json.decode(msgspec.json.encode(case), type=Case) == case


def test_each_record_is_at_the_position_of_the_generator():
    """In line formats the position is the byte offset of the record; in documents its index."""
    checked = 0
    for number in range(25):
        for file in generate(f"8/{number}").objects:
            plain = replace(file, gzip_members=0, cut="", rejected_as=None)
            body, records = write(plain)
            lines = [entry.line for entry in plain.entries]
            in_lines = plain.form in {"ndjson", "csv"} or len(set(lines)) > 1
            for entry, position in records if in_lines and len(lines) > 1 else ():
                text = encoded(entry.text)
                assert body[position : position + len(text)] == text
                checked += 1
    assert checked > 1000


def test_no_trial_has_enough_faults_to_cause_dead_letters():
    for number in range(100):
        assert sum(map(costs, generate(f"9/{number}").faults)) <= 4


# ---- the proxy


class Upstream(BaseHTTPRequestHandler):
    """Accepts every request and records it."""

    protocol_version = "HTTP/1.1"
    calls: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.calls.append((self.headers["Host"], body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(RESPONSE_BODY)))
        self.end_headers()
        self.wfile.write(RESPONSE_BODY)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Log nothing."""


@pytest.fixture
def killed() -> list[int]:
    """Return the list of ports whose processes the proxy kills."""
    return []


@pytest.fixture
def calls() -> list[tuple[str, bytes]]:
    """Return the list of the host header and body of each call that arrives."""
    return []


@pytest.fixture
def proxy(calls, killed) -> Iterator[Proxy]:
    handler = type("RecordingUpstream", (Upstream,), {"calls": calls})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        with Proxy(server.server_port, lambda port: not killed.append(port)).running() as running:
            yield running
        server.shutdown()


def call(proxy: Proxy, caller: str = "transform") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.ports[caller], timeout=10)
    with closing(connection):
        connection.request("POST", "/", b"{}", PUT_ITEM)
        response = connection.getresponse()
        response.body = response.read()
        return response


def arm(proxy: Proxy, kind: str, **options: object) -> None:
    proxy.strikes = Strikes([Fault(kind, "transform", "dynamodb", "PutItem", **options)], "seed")


def test_calls_pass_unchanged_with_the_host_that_was_signed(proxy, calls):
    response = call(proxy)
    assert (response.status, response.body) == (200, RESPONSE_BODY)
    assert calls == [(f"127.0.0.1:{proxy.ports['transform']}", b"{}")]


@pytest.mark.parametrize(("kind", "status"), [("throttle", 400), ("server_error", 500)])
def test_a_refused_call_never_arrives(proxy, calls, kind, status):
    arm(proxy, kind)
    response = call(proxy)
    assert response.status == status
    assert json.loads(response.body)["__type"].startswith("com.amazonaws.dynamodb")
    assert calls == []


@pytest.mark.parametrize(("kind", "applied"), [("reset_before", False), ("reset_after", True)])
def test_a_reset_call_has_arrived_or_not(proxy, calls, kind, applied):
    arm(proxy, kind)
    with pytest.raises(ConnectionError):
        call(proxy)
    assert len(calls) == applied
    assert [strike.applied for strike in proxy.strikes.log] == [applied]


def test_a_truncated_response_is_shorter_than_its_length(proxy, calls):
    arm(proxy, "cut")
    with pytest.raises(http.client.IncompleteRead):
        call(proxy)
    assert len(calls) == 1


@pytest.mark.parametrize(("kind", "applied"), [("kill_before", False), ("kill_after", True)])
def test_a_killed_caller_gets_no_response(proxy, calls, killed, kind, applied):
    arm(proxy, kind)
    with pytest.raises(ConnectionError):
        call(proxy)
    assert len(calls) == applied
    assert len(killed) == 1
    assert proxy.strikes.log[0].killed


def test_only_the_selected_calls_of_the_selected_caller_fail(proxy):
    arm(proxy, "throttle", at=2, times=2)
    assert call(proxy, "publish").status == 200
    assert [call(proxy).status for _ in range(5)] == [200, 400, 400, 200, 200]
    assert [strike.number for strike in proxy.strikes.log] == [2, 3]


def test_a_random_fault_hits_the_same_calls_for_a_seed(proxy):
    def statuses_of_calls() -> list[int]:
        fault = Fault("throttle", "transform", rate=0.3, times=5)
        proxy.strikes = Strikes([fault], "seed")
        return [call(proxy).status for _ in range(20)]

    first = statuses_of_calls()
    assert 0 < first.count(400) <= 5
    assert statuses_of_calls() == first


# ---- the oracle

KEY = "raw/thecocktaildb/trial/o"
OLD, NEW = 1_760_000_000_000, 1_760_000_000_001


def record(name: str, ingredient: str = "Gin") -> dict[str, str | None]:
    return {"idDrink": "7", "strDrink": name, "strIngredient1": ingredient, "strMeasure1": "1 oz"}


@pytest.fixture
def case() -> Case:
    """Return a case of two objects with the same ID; the second, later one has a bad record."""
    drinks = (drink_of(record("Mule"), 0), drink_of(record("Negroni", "Campari"), 1))
    texts = [json.dumps(drink.fields) for drink in drinks]
    first = RawFile("a", KEY + "a", "array", (Entry(texts[0], drink="7/0"),), observed_ms=OLD)
    bad = Entry("42", code="not_an_object")
    entries = (bad, Entry(texts[1], drink="7/1"))
    second = RawFile("b", KEY + "b", "array", entries, observed_ms=NEW)
    events = (Event("put", ("a",)), Event("put", ("b",)))
    return Case(seed="1/1", kind="calm", drinks=drinks, objects=(first, second), events=events)


HASHES = {"7/0": "aa", "7/1": "bb"}


@pytest.fixture
def seen(case) -> Seen:
    """Return the expected state of the stack after the case."""
    versions = [StoredVersion(f.key, f"v{f.name}", write(f).body, NEW) for f in case.objects]
    lineage = ("bucket", KEY + "b", "vb", 1)
    shown = SeenDrink("Negroni", "bb", NEW, None, "Mule", lineage, ((1, "Campari", "1 oz"),))
    line = {
        "code": "not_an_object",
        "path": "$",
        "position": 0,
        "raw": 42,
        "object": {"key": KEY + "b", "version_id": "vb"},
    }
    loads = [
        SeenLoad(load("a", read=1, loaded=1), []),
        SeenLoad(load("b", read=2, loaded=1, rejected=1), [line]),
    ]
    in_table = shown._replace(earlier=frozenset({(OLD, "Mule")}))
    return Seen(versions, loads, {"7": in_table}, {}, {"7": shown}, 0)


def load(name: str, **counts: int) -> dict[str, object]:
    place = {"key": KEY + name, "version_id": f"v{name}", "generation": 1, "status": "done"}
    return {**place, "loaded": 0, "unchanged": 0, "stale": 0, "rejected": 0, **counts}


def test_the_oracle_reports_nothing_for_a_correct_stack(case, seen):
    assert judge(case, seen, HASHES) == []


def test_the_higher_hash_of_tied_observations_wins(case, seen):
    tied = replace(case, objects=tuple(replace(f, observed_ms=NEW) for f in case.objects))
    remembered = seen.table["7"]._replace(earlier=frozenset({(NEW, "Mule")}))
    seen = seen._replace(table={"7": remembered})
    assert judge(tied, seen, HASHES) == []
    assert judge(tied, seen, {"7/0": "cc", "7/1": "bb"}) != []


def older(drink: SeenDrink) -> SeenDrink:
    return drink._replace(observed_at=OLD)


def drinks(change):
    return lambda seen: seen._replace(table={k: change(d) for k, d in seen.table.items()})


def loads(change):
    return lambda seen: seen._replace(loads=[change(one) for one in seen.loads])


def with_item(**fields: object):
    return loads(lambda one: one._replace(item=one.item | fields))


@pytest.mark.parametrize(
    "manipulation",
    [
        pytest.param(lambda seen: seen._replace(versions=seen.versions[:1]), id="object lost"),
        pytest.param(lambda seen: seen._replace(loads=seen.loads[1:]), id="load lost"),
        pytest.param(lambda seen: seen._replace(table={}), id="drink lost"),
        pytest.param(lambda seen: seen._replace(catalogue=None), id="nothing published"),
        pytest.param(lambda seen: seen._replace(catalogue={}), id="drink not published"),
        pytest.param(lambda seen: seen._replace(dead=1), id="dead letter"),
        pytest.param(with_item(status="loading"), id="open load"),
        pytest.param(with_item(read=3), id="read too much"),
        pytest.param(with_item(stale=1, loaded=0), id="the winner counts as stale"),
        pytest.param(loads(lambda one: one._replace(rejected=[])), id="rejected lines lost"),
        pytest.param(drinks(older), id="older observation"),
        pytest.param(drinks(lambda d: d._replace(name="Mule")), id="another name"),
        pytest.param(drinks(lambda d: d._replace(content_hash="zz")), id="another hash"),
        pytest.param(drinks(lambda d: d._replace(previous_name=None)), id="not reassigned"),
        pytest.param(drinks(lambda d: d._replace(withdrawn_at=NEW)), id="withdrawn"),
        pytest.param(drinks(lambda d: d._replace(absences=(NEW,))), id="absent"),
        pytest.param(drinks(lambda d: d._replace(earlier=frozenset())), id="memory lost"),
        pytest.param(drinks(lambda d: d._replace(lines=())), id="ingredients lost"),
        pytest.param(
            drinks(lambda d: d._replace(lineage=(*d.lineage[:3], 0))), id="another position"
        ),
    ],
)
def test_the_oracle_reports_every_manipulation(case, seen, manipulation):
    assert judge(case, manipulation(seen), HASHES) != []


def test_the_only_record_of_an_id_counts_as_loaded(case, seen):
    case = replace(case, objects=case.objects[1:])
    shown = {"7": seen.table["7"]._replace(previous_name=None, earlier=frozenset())}
    versions, loads = seen.versions[1:], seen.loads[1:]
    seen = seen._replace(versions=versions, loads=loads, table=shown, catalogue=shown)
    assert judge(case, seen, HASHES) == []
    assert len(judge(case, with_item(loaded=0, unchanged=1)(seen), HASHES)) == 1


@pytest.mark.parametrize("field", ["code", "path", "position"])
def test_the_oracle_checks_each_rejected_line(case, seen, field):
    seen.loads[1].rejected[0][field] = "other"
    assert len(judge(case, seen, HASHES)) == 1


@pytest.mark.parametrize(
    ("absences", "withdrawn_at"),
    [
        ([NEW + 1], None),
        ([NEW, NEW + 86_400_000], None),
        ([NEW + 1, NEW + 86_400_000], None),
        ([NEW + 1, NEW + 86_400_001], NEW + 86_400_001),
    ],
)
def test_absences_a_day_apart_withdraw_a_drink(case, seen, absences, withdrawn_at):
    text = '{"idDrink": "7", "absent": true}'
    files = [
        RawFile(f"c{n}", f"{KEY}c{n}", "single", (Entry(text, absent="7"),), observed_ms=at)
        for n, at in enumerate(absences)
    ]
    case = replace(case, objects=(*case.objects, *files))
    later = tuple(at for at in absences if at > NEW)
    shown = seen.table["7"]._replace(withdrawn_at=withdrawn_at, absences=later)
    seen = seen._replace(
        versions=[
            *seen.versions,
            *(StoredVersion(f.key, f"v{f.name}", write(f).body, NEW) for f in files),
        ],
        loads=[*seen.loads, *(SeenLoad(load(f.name, read=1, loaded=1), []) for f in files)],
        table={"7": shown},
        catalogue={"7": shown},
    )
    assert judge(case, seen, HASHES) == []


# ---- the shrinker


def test_a_failing_case_is_shrunk_to_its_cause():
    case = generate("8/2", "faulty")
    case = replace(case, held=False)
    culprit = case.objects[-1].name
    tried = count()

    def fails(one: Case) -> bool:
        next(tried)
        return any(file.name == culprit for file in one.objects)

    small = shrunk(case, fails, attempts=100)
    assert [file.name for file in small.objects] == [culprit]
    assert len(small.objects[0].entries) == 1
    assert small.faults == ()
    assert {name for event in small.events for name in event.objects} == {culprit}
    assert all(event.kind == "put" for event in small.events)
    assert next(tried) <= 100


def test_the_readable_part_of_a_truncated_gzip_is_computed():
    entries = tuple(Entry(f'{{"n": {n}}}', absent=str(n)) for n in range(2000))
    file = RawFile("x", KEY, "ndjson", entries, gzip_members=1, cut="gzip")
    _, records = write(file)
    *whole, damage = records
    assert 0 < len(whole) < 2000
    assert (damage.entry.code, damage.position) == ("gzip_corrupt", ANYWHERE)


@pytest.mark.parametrize("cut", ["gzip", "document"])
def test_an_object_that_is_rejected_before_reading_is_one_rejected_record(cut):
    entries = tuple(Entry(f'{{"n": {n}}}', absent=str(n)) for n in range(9))
    file = RawFile(
        "x", KEY, "array", entries, gzip_members=1, cut=cut, rejected_as="observed_at_invalid"
    )
    (only,) = write(file).records
    assert (only.entry.code, only.position) == ("observed_at_invalid", None)
