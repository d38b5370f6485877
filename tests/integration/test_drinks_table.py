"""The drinks table against DynamoDB: what is written under which condition, and its failures."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import reduce
from itertools import count, permutations

import msgspec
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.register import Register, merge
from mocktailverse.errors import MissingError, PermanentError, TransientError, UnreachableError
from mocktailverse.local.tcp_ports import free_port
from mocktailverse.sources import SOURCES
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.items import from_item, to_item

NUMBERS = count(100_000)
RECIPES = {
    "Negroni": ("Gin", "Campari"),
    "Americano": ("Soda water", "Vermouth"),
    "Spritz": ("Prosecco", "Aperol"),
}


@pytest.fixture
def table(clients, local_stack):
    return DrinksTable(clients, local_stack.outputs["DrinksTable"])


@pytest.fixture
def number():
    """The id of a drink that no other test uses."""
    return next(NUMBERS)


def observed(number, at, name="Negroni", glass="Tumbler", key="raw/thecocktaildb/a"):
    """A register of one observation, made by the pipeline's own code."""
    first, second = RECIPES[name]
    record = {
        "idDrink": str(number),
        "strDrink": name,
        "strGlass": glass,
        "strInstructions": "Stir.",
        "strIngredient1": first,
        "strMeasure1": "1 oz",
        "strIngredient2": second,
    }
    raw = SOURCES["thecocktaildb"].from_json(json.dumps(record).encode())
    return normalize(raw, "thecocktaildb", at, Lineage("data", key, "v1", 0, 1))


def absent(number, at):
    """A register of one look-up that did not find the drink."""
    return Register(f"thecocktaildb:{number}", None, absences=(at,))


def write(table, registers):
    """What each write counted as; None where it was throttled."""
    return [done and done.outcome for done in table.write(registers)]


def stored(table, number):
    return table.get(f"thecocktaildb:{number}")


@contextmanager
def answering(clients, *answers):
    """While this lasts the table's first calls are answered without DynamoDB.

    An answer is an HTTP status with an error code or a body, or an exception that the connection
    raises; None lets the call through.
    """
    left = list(answers)

    def answer(request, **_kwargs):
        given_answer = left.pop(0) if left else None
        if given_answer is None:
            return None
        if isinstance(given_answer, Exception):
            raise given_answer
        status, code = given_answer
        told = {"__type": f"com.amazonaws.dynamodb#{code}", "message": "no"}
        body = code if isinstance(code, dict) else told
        return Answered(request.url, status, json.dumps(body).encode())

    events = clients.dynamodb.meta.events
    events.register("before-send.dynamodb", answer)
    try:
        yield left
    finally:
        events.unregister("before-send.dynamodb", answer)


class Answered(AWSResponse):
    """A response as the HTTP layer gives it."""

    def __init__(self, url, status, body):
        super().__init__(url, status, {}, None)
        self._content = body


@pytest.fixture
def no_waiting(monkeypatch):
    """Botocore's pauses between its tries take no time."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)


# ---- items


def test_a_register_comes_back_as_it_was_put(table, number):
    register = observed(number, 1000)
    assert write(table, [register]) == ["loaded"]
    assert stored(table, number) == register
    assert stored(table, 999_999_999) is None


def test_earlier_recipes_come_back_too(table, number):
    register = merge(observed(number, 1000), observed(number, 2000, "Americano"))
    assert register.earlier
    write(table, [register])
    assert stored(table, number) == register


@pytest.mark.parametrize(
    "text",
    ["", " ", "ü☕東京", "a\x00b", "'\"\\;--", "\u202egnp", "x" * 50_000],
    ids=lambda text: ascii(text[:9]),
)
def test_any_text_survives(table, number, text):
    register = observed(number, 1000)
    drink = msgspec.structs.replace(
        register.drink, name=text, tags=(text, text), instructions={"en": text, text or "x": text}
    )
    register = msgspec.structs.replace(register, drink=drink)
    assert write(table, [register]) == ["loaded"]
    assert stored(table, number) == register
    assert from_item(to_item(register)) == register


@pytest.mark.parametrize(
    "amount", [0.1, 1e-7, 1e15, 1 / 3, 0.0, 29.5735 * 1.5, 123456789.123456789]
)
def test_numbers_come_back_without_a_difference(table, number, amount):
    register = observed(number, 1000)
    line = msgspec.structs.replace(register.drink.ingredients[0], amount_min=amount, ml_max=amount)
    drink = msgspec.structs.replace(register.drink, ingredients=(line,))
    register = msgspec.structs.replace(register, drink=drink)
    write(table, [register])
    found = stored(table, number)
    assert found is not None
    assert found.drink.ingredients[0].amount_min == amount
    assert found == register


def test_a_listing_goes_on_where_the_page_ended(table, number):
    write(table, [observed(next(NUMBERS), 1000) for _ in range(5)] + [observed(number, 1000)])
    everything = {register.id for register in table.all()}
    found, after = [], None
    while True:
        page, after = table.page(2, after)
        assert len(page) <= 2
        found += [register.id for register in page]
        if after is None:
            break
    assert len(found) == len(set(found))
    assert set(found) == everything
    assert f"thecocktaildb:{number}" in everything


# ---- conditions


def test_the_usual_cases_take_one_call(table, number, clients):
    calls = []

    def note(request, **_kwargs):
        calls.append(request.headers["X-Amz-Target"])

    clients.dynamodb.meta.events.register("before-send.dynamodb", note)
    try:
        write(table, [observed(number, 1000)])
        write(table, [observed(number, 2000, glass="Mug")])
        write(table, [observed(number, 3000, glass="Mug")])
    finally:
        clients.dynamodb.meta.events.unregister("before-send.dynamodb", note)
    assert [call.rpartition(b".")[2] for call in calls] == [b"PutItem"] * 3


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [
        ({"at": 1000}, {"at": 2000, "glass": "Mug"}, "loaded"),
        ({"at": 2000}, {"at": 1000, "glass": "Mug"}, "stale"),
        ({"at": 1000}, {"at": 2000}, "unchanged"),
        ({"at": 2000}, {"at": 1000}, "unchanged"),
        ({"at": 1000}, {"at": 1000}, "loaded"),
        ({"at": 1000}, {"at": 2000, "name": "Americano"}, "loaded"),
        ({"at": 2000}, {"at": 1000, "name": "Americano"}, "stale"),
    ],
    ids=[
        "a change",
        "an older change",
        "seen again",
        "seen before",
        "itself again",
        "another recipe",
        "an older recipe",
    ],
)
def test_a_write_counts_as_what_it_did(table, number, first, second, counted):
    assert write(table, [observed(number, **first)]) == ["loaded"]
    assert write(table, [observed(number, **second)]) == [counted]
    found = stored(table, number)
    assert found == merge(observed(number, **first), observed(number, **second))
    assert found.drink.observed_at == max(first["at"], second["at"])


def test_an_older_recipe_that_comes_late_leaves_its_trace(table, number):
    write(table, [observed(number, 2000, "Americano")])
    assert write(table, [observed(number, 1000, "Negroni")]) == ["stale"]
    found = stored(table, number)
    assert found is not None
    assert (found.drink.name, found.drink.previous_name) == ("Americano", "Negroni")
    assert [(earlier.observed_at, earlier.name) for earlier in found.earlier] == [(1000, "Negroni")]
    assert "id_reassigned" in found.drink.quality


def test_every_order_of_three_recipes_gives_one_item(table):
    observations = [(1000, "Negroni"), (2000, "Americano"), (3000, "Spritz"), (4000, "Negroni")]
    orders = list(permutations(observations))[::5]
    numbers = [next(NUMBERS) for _ in orders]
    for number, order in zip(numbers, orders, strict=True):
        for at, name in order:
            write(table, [observed(number, at, name)])
    found = [stored(table, number) for number in numbers]
    expected = [
        reduce(merge, [observed(number, at, name) for at, name in observations])
        for number in numbers
    ]
    assert found == expected


HOURS = st.integers(1, 4).map(lambda hour: hour * 3_600_000)
facts = st.one_of(
    st.builds(
        lambda *fields: lambda number: observed(number, *fields),
        HOURS,
        st.sampled_from(sorted(RECIPES)),
        st.sampled_from(["Tumbler", "Mug"]),
        st.sampled_from(["raw/thecocktaildb/a", "raw/thecocktaildb/b"]),
    ),
    st.builds(lambda at: lambda number: absent(number, at), HOURS),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(facts, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_table_holds_what_merging_gives_in_any_order(table, found, choose):
    number = next(NUMBERS)
    registers = [fact(number) for fact in found]
    expected = reduce(merge, registers)
    choose.shuffle(registers)
    for register in registers:
        assert write(table, [register])[0] in {"loaded", "unchanged", "stale"}
    assert stored(table, number) == expected


def test_a_sighting_older_than_an_absence_leaves_the_absence(table, number):
    write(table, [observed(number, 5)])
    write(table, [absent(number, 20)])
    assert write(table, [observed(number, 15)]) == ["unchanged"]
    assert stored(table, number).absences == (20,)
    assert stored(table, number).drink.observed_at == 15


def test_the_same_recipe_seen_again_leaves_the_recipes_before_it(table, number):
    write(table, [observed(number, 1000, "Negroni")])
    write(table, [observed(number, 2000, "Americano")])
    write(table, [observed(number, 3000, "Americano", glass="Mug")])
    assert [earlier.name for earlier in stored(table, number).earlier] == ["Negroni"]
    assert stored(table, number).drink.previous_name == "Negroni"


@pytest.mark.parametrize(
    ("before", "between", "late"),
    [
        ([observed], lambda n: absent(n, 30), lambda n: absent(n, 20)),
        ([observed], lambda n: observed(n, 3, "Americano"), lambda n: observed(n, 4, "Spritz")),
        ([observed, absent], lambda n: absent(n, 30), lambda n: observed(n, 4, "Spritz")),
        ([absent], lambda n: absent(n, 30), lambda n: absent(n, 20)),
    ],
    ids=[
        "an absence more",
        "an earlier recipe more",
        "a second absence more",
        "an absence more without a drink",
    ],
)
def test_what_another_writes_between_reading_and_writing_is_kept(
    clients, local_stack, before, between, late
):
    """These changes leave the version of the drink as it was."""
    number = next(NUMBERS)
    table, other = (
        DrinksTable(of, local_stack.outputs["DrinksTable"])
        for of in (clients, local_stack.clients())
    )
    registers = [make(number, 10) for make in before]
    for register in registers:
        write(table, [register])
    puts = []

    def interfere(**_kwargs):
        puts.append(1)
        if len(puts) == 2:
            write(other, [between(number)])

    events = clients.dynamodb.meta.events
    events.register("before-send.dynamodb.PutItem", interfere)
    try:
        write(table, [late(number)])
    finally:
        events.unregister("before-send.dynamodb.PutItem", interfere)
    assert len(puts) == 3
    assert stored(table, number) == reduce(merge, [*registers, between(number), late(number)])


def test_writers_that_contend_for_one_drink_agree(clients, local_stack):
    number = next(NUMBERS)
    names = sorted(RECIPES)
    registers = [
        observed(number, 1000 * (n + 1), names[n % 3], ("Mug", "Jug")[n % 2]) for n in range(12)
    ]
    shuffled = random.Random(5).sample(registers, len(registers))  # noqa: S311 - repeatable
    tables = [DrinksTable(clients, local_stack.outputs["DrinksTable"]) for _ in range(4)]

    def write_share(index):
        return [write(tables[index], [register])[0] for register in shuffled[index::4]]

    with ThreadPoolExecutor(4) as pool:
        outcomes = [outcome for found in pool.map(write_share, range(4)) for outcome in found]

    assert set(outcomes) <= {"loaded", "unchanged", "stale"}
    assert stored(tables[0], number) == reduce(merge, registers)


# ---- failures


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    "code",
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"],
)
def test_a_write_that_is_throttled_to_the_end_is_none_and_wrote_nothing(
    table, clients, number, code
):
    with answering(clients, *[(400, code)] * 4) as left:
        assert write(table, [observed(number, 1000)]) == [None]
    assert left == []
    assert stored(table, number) is None
    assert write(table, [observed(number, 1000)]) == ["loaded"]


@pytest.mark.usefixtures("no_waiting")
def test_a_write_that_is_throttled_a_while_is_done(table, clients, number):
    with answering(clients, *[(400, "ThrottlingException")] * 3):
        assert write(table, [observed(number, 1000)]) == ["loaded"]


@pytest.mark.usefixtures("no_waiting")
def test_throttled_writes_stand_at_their_place(table, clients):
    registers = [observed(next(NUMBERS), 1000) for _ in range(40)]
    with answering(clients, *[(400, "ThrottlingException")] * 60):
        outcomes = write(table, registers)
    assert len(outcomes) == 40
    for register, counted in zip(registers, outcomes, strict=True):
        assert (table.get(register.drink.id) is None) == (counted is None)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    "answer",
    [
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
        (502, "Whatever"),
        ConnectionClosedError(endpoint_url="http://dynamodb"),
    ],
    ids=str,
)
def test_what_may_pass_is_transient(table, clients, number, answer):
    with answering(clients, *[answer] * 4), pytest.raises(TransientError):
        write(table, [observed(number, 1000)])
    assert stored(table, number) is None
    with answering(clients, *[answer] * 2):
        assert write(table, [observed(number, 1000)]) == ["loaded"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_what_will_not_pass_is_permanent(table, clients, number, code):
    with answering(clients, (400, code)), pytest.raises(PermanentError, match=code):
        write(table, [observed(number, 1000)])


def test_a_table_that_is_not_there_is_missing(clients):
    table = DrinksTable(clients, "no-such-table")
    with pytest.raises(MissingError):
        write(table, [observed(1, 1000)])
    with pytest.raises(MissingError):
        table.get("thecocktaildb:1")


@pytest.mark.usefixtures("no_waiting")
def test_where_nothing_answers_is_told(local_stack):
    clients = Clients(
        endpoint_url=f"http://127.0.0.1:{free_port()}",
        region=local_stack.region,
        access_key_id="a",
        secret_access_key="b",  # noqa: S106 - of nobody
    )
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1"):
        DrinksTable(clients, "drinks").get("thecocktaildb:1")


def test_a_write_whose_answer_was_lost_still_counts_as_loaded(table, clients, number):
    """Botocore sends it again; the condition fails on our own item."""
    write(table, [observed(number, 1000)])
    register = observed(number, 2000, glass="Mug")
    tries = []

    def lose_the_answer(attempts, **_kwargs):
        tries.append(attempts)
        return 0.0 if attempts == 1 else None  # seconds until the next try; None = it is done

    events = clients.dynamodb.meta.events
    events.register_first("needs-retry.dynamodb.PutItem", lose_the_answer)
    try:
        assert write(table, [register]) == ["loaded"]
    finally:
        events.unregister("needs-retry.dynamodb.PutItem", lose_the_answer)
    assert len(tries) >= 2
    assert stored(table, number) == register


# ---- many at once


def test_many_drinks_are_read_by_id(table):
    numbers = [next(NUMBERS) for _ in range(230)]
    registers = [observed(number, 1000) for number in numbers]
    write(table, registers)
    ids = [register.id for register in registers]
    found = table.many([*ids, *ids[:3], "thecocktaildb:0"])
    assert found == {register.id: register for register in registers}
    assert table.many([]) == {}


def unread(table, *registers):
    """DynamoDB's answer when it has read none of these."""
    keys = [{"id": {"S": register.id}} for register in registers]
    return {"Responses": {}, "UnprocessedKeys": {table.name: {"Keys": keys}}}


def test_what_was_left_unread_is_read_again(table, clients, number, monkeypatch):
    monkeypatch.setattr("mocktailverse.stores.drinks_table.time.sleep", lambda _seconds: None)
    register = observed(number, 1000)
    write(table, [register])
    refused = unread(table, register)
    with answering(clients, (200, refused), (200, refused)) as left:
        assert table.many([register.id]) == {register.id: register}
    assert left == []


def test_reading_many_gives_up_after_a_while(table, clients, number, monkeypatch):
    waits = []
    monkeypatch.setattr("mocktailverse.stores.drinks_table.time.sleep", waits.append)
    register = observed(number, 1000)
    with (
        answering(clients, *[(200, unread(table, register))] * 8),
        pytest.raises(TransientError, match="1 keys unprocessed"),
    ):
        table.many([register.id])
    assert max(waits) <= 2


# ---- all of them


def test_a_table_of_several_pages_is_read_to_the_end(table, clients):
    """DynamoDB ends a page at 1 MB."""
    registers = [observed(next(NUMBERS), 1000, glass="Mug" * 1000) for _ in range(400)]
    write(table, registers)
    scans = []

    def note(**_kwargs):
        scans.append(1)

    events = clients.dynamodb.meta.events
    events.register("before-send.dynamodb.Scan", note)
    try:
        found = [register.id for register in table.all()]
    finally:
        events.unregister("before-send.dynamodb.Scan", note)
    assert len(scans) > 1
    assert len(found) == len(set(found))
    assert {register.id for register in registers} <= set(found)


@pytest.fixture
def pauses(monkeypatch):
    """The table's own pauses, in s, which take no time; botocore's are no whole numbers."""
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return lambda: [seconds for seconds in slept if seconds == int(seconds)]


THROTTLED = (400, "ProvisionedThroughputExceededException")


def test_a_scan_waits_while_it_is_throttled(table, clients, number, pauses):
    register = observed(number, 1000)
    write(table, [register])
    with answering(clients, *[THROTTLED] * 9) as left:
        assert register in list(table.all())
    assert left == []
    assert pauses() == [2, 2]


def test_a_scan_that_gets_nothing_for_a_minute_gives_up(table, clients, pauses):
    with (
        answering(clients, *[THROTTLED] * 1_000),
        pytest.raises(TransientError, match="throttled the scan"),
    ):
        list(table.all())
    assert sum(pauses()) == 60
