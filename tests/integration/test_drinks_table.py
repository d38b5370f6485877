"""The drinks table against DynamoDB: conditional writes, reads, and failures."""

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
    """The number of a drink that no other test uses."""
    return next(NUMBERS)


def observed(number, at, name="Negroni", glass="Tumbler", key="raw/thecocktaildb/a"):
    """Return a register of one observation, made by the pipeline's own code."""
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
    raw = SOURCES["thecocktaildb"].records.from_json(json.dumps(record).encode())
    return normalize(raw, "thecocktaildb", at, Lineage("data", key, "v1", 0, 1))


def absent(number, at):
    """Return a register of one look-up that did not find the drink."""
    return Register(f"thecocktaildb:{number}", None, absences=(at,))


def write(table, registers):
    """Return the outcome of each write; None where it was throttled."""
    return [result and result.outcome for result in table.write(registers)]


def stored(table, number):
    return table.get(f"thecocktaildb:{number}")


@contextmanager
def responding(clients, *responses):
    """Replace the responses to the first calls of DynamoDB within the block.

    A response is an HTTP status with an error code or a body, or an exception that the connection
    raises; None sends the call to DynamoDB. Yield the list of responses that are not used yet.
    """
    remaining = list(responses)

    def respond(request, **_kwargs):
        response = remaining.pop(0) if remaining else None
        if response is None:
            return None
        if isinstance(response, Exception):
            raise response
        status, code = response
        error = {"__type": f"com.amazonaws.dynamodb#{code}", "message": "no"}
        body = code if isinstance(code, dict) else error
        return FakeResponse(request.url, status, json.dumps(body).encode())

    events = clients.dynamodb.meta.events
    events.register("before-send.dynamodb", respond)
    try:
        yield remaining
    finally:
        events.unregister("before-send.dynamodb", respond)


class FakeResponse(AWSResponse):
    """A response as the HTTP layer returns it."""

    def __init__(self, url, status, body):
        super().__init__(url, status, {}, None)
        self._content = body


@pytest.fixture
def no_backoff(monkeypatch):
    """Remove botocore's pauses between its attempts."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)


# ---- items


def test_a_register_is_read_as_it_was_written(table, number):
    register = observed(number, 1000)
    assert write(table, [register]) == ["loaded"]
    assert stored(table, number) == register
    assert stored(table, 999_999_999) is None


def test_earlier_recipes_are_read_too(table, number):
    register = merge(observed(number, 1000), observed(number, 2000, "Americano"))
    assert register.earlier
    write(table, [register])
    assert stored(table, number) == register


@pytest.mark.parametrize(
    "text",
    ["", " ", "ü☕東京", "a\x00b", "'\"\\;--", "\u202egnp", "x" * 50_000],
    ids=lambda text: ascii(text[:9]),
)
def test_any_text_is_stored_unchanged(table, number, text):
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
def test_numbers_are_stored_exactly(table, number, amount):
    register = observed(number, 1000)
    line = msgspec.structs.replace(register.drink.ingredients[0], amount_min=amount, ml_max=amount)
    drink = msgspec.structs.replace(register.drink, ingredients=(line,))
    register = msgspec.structs.replace(register, drink=drink)
    write(table, [register])
    register_read = stored(table, number)
    assert register_read is not None
    assert register_read.drink.ingredients[0].amount_min == amount
    assert register_read == register


def test_a_listing_continues_where_the_page_ended(table, number):
    write(table, [observed(next(NUMBERS), 1000) for _ in range(5)] + [observed(number, 1000)])
    everything = {register.id for register in table.all()}
    ids, after = [], None
    while True:
        page, after = table.page(2, after)
        assert len(page) <= 2
        ids += [register.id for register in page]
        if after is None:
            break
    assert len(ids) == len(set(ids))
    assert set(ids) == everything
    assert f"thecocktaildb:{number}" in everything


# ---- conditions


def test_the_usual_writes_need_one_call(table, number, clients):
    calls = []

    def record_call(request, **_kwargs):
        calls.append(request.headers["X-Amz-Target"])

    clients.dynamodb.meta.events.register("before-send.dynamodb", record_call)
    try:
        write(table, [observed(number, 1000)])
        write(table, [observed(number, 2000, glass="Mug")])
        write(table, [observed(number, 3000, glass="Mug")])
    finally:
        clients.dynamodb.meta.events.unregister("before-send.dynamodb", record_call)
    assert [call.rpartition(b".")[2] for call in calls] == [b"PutItem"] * 3


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
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
def test_a_write_returns_its_outcome(table, number, first, second, outcome):
    assert write(table, [observed(number, **first)]) == ["loaded"]
    assert write(table, [observed(number, **second)]) == [outcome]
    register_read = stored(table, number)
    assert register_read == merge(observed(number, **first), observed(number, **second))
    assert register_read.drink.observed_at == max(first["at"], second["at"])


def test_an_older_recipe_that_arrives_late_is_remembered(table, number):
    write(table, [observed(number, 2000, "Americano")])
    assert write(table, [observed(number, 1000, "Negroni")]) == ["stale"]
    register_read = stored(table, number)
    assert register_read is not None
    assert (register_read.drink.name, register_read.drink.previous_name) == ("Americano", "Negroni")
    assert [(earlier.observed_at, earlier.name) for earlier in register_read.earlier] == [
        (1000, "Negroni")
    ]
    assert "id_reassigned" in register_read.drink.quality


def test_every_order_of_three_recipes_gives_one_item(table):
    observations = [(1000, "Negroni"), (2000, "Americano"), (3000, "Spritz"), (4000, "Negroni")]
    orders = list(permutations(observations))[::5]
    numbers = [next(NUMBERS) for _ in orders]
    for number, order in zip(numbers, orders, strict=True):
        for at, name in order:
            write(table, [observed(number, at, name)])
    registers = [stored(table, number) for number in numbers]
    expected = [
        reduce(merge, [observed(number, at, name) for at, name in observations])
        for number in numbers
    ]
    assert registers == expected


HOURS = st.integers(1, 4).map(lambda hour: hour * 3_600_000)
register_makers = st.one_of(
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
@given(st.lists(register_makers, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_writes_in_any_order_give_the_merged_register(table, makers, random_order):
    number = next(NUMBERS)
    registers = [make(number) for make in makers]
    expected = reduce(merge, registers)
    random_order.shuffle(registers)
    for register in registers:
        assert write(table, [register])[0] in {"loaded", "unchanged", "stale"}
    assert stored(table, number) == expected


def test_an_observation_older_than_an_absence_keeps_the_absence(table, number):
    write(table, [observed(number, 5)])
    write(table, [absent(number, 20)])
    assert write(table, [observed(number, 15)]) == ["unchanged"]
    assert stored(table, number).absences == (20,)
    assert stored(table, number).drink.observed_at == 15


def test_the_same_recipe_seen_again_keeps_the_earlier_recipes(table, number):
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
        "one more absence",
        "one more earlier recipe",
        "a second absence",
        "one more absence without a drink",
    ],
)
@pytest.mark.parametrize("has_revision", [True, False])
def test_a_write_between_another_writer_s_read_and_write_is_kept(
    clients, local_stack, before, between, late, has_revision
):
    """These changes do not change the version of the drink; old items have no `revision`."""
    number = next(NUMBERS)
    table, other = (
        DrinksTable(own_clients, local_stack.outputs["DrinksTable"])
        for own_clients in (clients, local_stack.clients())
    )
    registers = [make(number, 10) for make in before]
    for register in registers:
        write(table, [register])
    if not has_revision:
        key = {"id": {"S": registers[0].id}}
        clients.dynamodb.update_item(
            TableName=table.name, Key=key, UpdateExpression="REMOVE revision"
        )
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


def test_concurrent_writers_of_one_drink_converge(clients, local_stack):
    number = next(NUMBERS)
    names = sorted(RECIPES)
    registers = [
        observed(number, 1000 * (n + 1), names[n % 3], ("Mug", "Jug")[n % 2]) for n in range(12)
    ]
    shuffled = random.Random(5).sample(registers, len(registers))
    tables = [DrinksTable(clients, local_stack.outputs["DrinksTable"]) for _ in range(4)]

    def write_share(index):
        return [write(tables[index], [register])[0] for register in shuffled[index::4]]

    with ThreadPoolExecutor(4) as pool:
        outcomes = [outcome for share in pool.map(write_share, range(4)) for outcome in share]

    assert set(outcomes) <= {"loaded", "unchanged", "stale"}
    assert stored(tables[0], number) == reduce(merge, registers)


# ---- failures


@pytest.mark.usefixtures("no_backoff")
@pytest.mark.parametrize(
    "code",
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"],
)
def test_a_write_that_stays_throttled_returns_none_and_writes_nothing(table, clients, number, code):
    with responding(clients, *[(400, code)] * 4) as remaining:
        assert write(table, [observed(number, 1000)]) == [None]
    assert remaining == []
    assert stored(table, number) is None
    assert write(table, [observed(number, 1000)]) == ["loaded"]


@pytest.mark.usefixtures("no_backoff")
def test_a_write_that_is_throttled_for_a_while_succeeds(table, clients, number):
    with responding(clients, *[(400, "ThrottlingException")] * 3):
        assert write(table, [observed(number, 1000)]) == ["loaded"]


@pytest.mark.usefixtures("no_backoff")
def test_throttled_writes_are_none_at_their_position(table, clients):
    registers = [observed(next(NUMBERS), 1000) for _ in range(40)]
    with responding(clients, *[(400, "ThrottlingException")] * 60):
        outcomes = write(table, registers)
    assert len(outcomes) == 40
    for register, outcome in zip(registers, outcomes, strict=True):
        assert (table.get(register.drink.id) is None) == (outcome is None)


@pytest.mark.usefixtures("no_backoff")
@pytest.mark.parametrize(
    "response",
    [
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
        (502, "Whatever"),
        ConnectionClosedError(endpoint_url="http://dynamodb"),
    ],
    ids=str,
)
def test_a_failure_that_may_pass_is_transient(table, clients, number, response):
    with responding(clients, *[response] * 4), pytest.raises(TransientError):
        write(table, [observed(number, 1000)])
    assert stored(table, number) is None
    with responding(clients, *[response] * 2):
        assert write(table, [observed(number, 1000)]) == ["loaded"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_failure_that_will_not_pass_is_permanent(table, clients, number, code):
    with responding(clients, (400, code)), pytest.raises(PermanentError, match=code):
        write(table, [observed(number, 1000)])


def test_a_table_that_does_not_exist_is_missing(clients):
    table = DrinksTable(clients, "no-such-table")
    with pytest.raises(MissingError):
        write(table, [observed(1, 1000)])
    with pytest.raises(MissingError):
        table.get("thecocktaildb:1")


@pytest.mark.usefixtures("no_backoff")
def test_an_unreachable_endpoint_is_named(local_stack):
    clients = Clients(
        endpoint_url=f"http://127.0.0.1:{free_port()}",
        region=local_stack.region,
        access_key_id="a",
        secret_access_key="b",  # noqa: S106 - a dummy
    )
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1"):
        DrinksTable(clients, "drinks").get("thecocktaildb:1")


def test_a_write_whose_response_was_lost_still_counts_as_loaded(table, clients, number):
    """Botocore sends it again, and the condition fails on the item of the first attempt."""
    write(table, [observed(number, 1000)])
    register = observed(number, 2000, glass="Mug")
    attempt_numbers = []

    def lose_the_response(attempts, **_kwargs):
        attempt_numbers.append(attempts)
        return 0.0 if attempts == 1 else None  # seconds until the next attempt; None = no more

    events = clients.dynamodb.meta.events
    events.register_first("needs-retry.dynamodb.PutItem", lose_the_response)
    try:
        assert write(table, [register]) == ["loaded"]
    finally:
        events.unregister("needs-retry.dynamodb.PutItem", lose_the_response)
    assert len(attempt_numbers) >= 2
    assert stored(table, number) == register


# ---- batch reads


def test_many_drinks_are_read_by_id(table):
    numbers = [next(NUMBERS) for _ in range(230)]
    registers = [observed(number, 1000) for number in numbers]
    write(table, registers)
    ids = [register.id for register in registers]
    registers_read = table.many([*ids, *ids[:3], "thecocktaildb:0"])
    assert registers_read == {register.id: register for register in registers}
    assert table.many([]) == {}


def unprocessed(table, *registers):
    """Return DynamoDB's response when it has read none of these."""
    keys = [{"id": {"S": register.id}} for register in registers]
    return {"Responses": {}, "UnprocessedKeys": {table.name: {"Keys": keys}}}


def test_unprocessed_keys_are_read_again(table, clients, number, monkeypatch):
    monkeypatch.setattr("mocktailverse.stores.drinks_table.time.sleep", lambda _seconds: None)
    register = observed(number, 1000)
    write(table, [register])
    response = unprocessed(table, register)
    with responding(clients, (200, response), (200, response)) as remaining:
        assert table.many([register.id]) == {register.id: register}
    assert remaining == []


def test_a_batch_read_gives_up_after_a_while(table, clients, number, monkeypatch):
    waits = []
    monkeypatch.setattr("mocktailverse.stores.drinks_table.time.sleep", waits.append)
    register = observed(number, 1000)
    with (
        responding(clients, *[(200, unprocessed(table, register))] * 8),
        pytest.raises(TransientError, match="1 keys unprocessed"),
    ):
        table.many([register.id])
    assert max(waits) <= 2


# ---- scans


def test_a_table_of_several_pages_is_read_to_the_end(table, clients):
    """DynamoDB ends a page at 1 MB."""
    registers = [observed(next(NUMBERS), 1000, glass="Mug" * 1000) for _ in range(400)]
    write(table, registers)
    scans = []

    def record_scan(**_kwargs):
        scans.append(1)

    events = clients.dynamodb.meta.events
    events.register("before-send.dynamodb.Scan", record_scan)
    try:
        ids = [register.id for register in table.all()]
    finally:
        events.unregister("before-send.dynamodb.Scan", record_scan)
    assert len(scans) > 1
    assert len(ids) == len(set(ids))
    assert {register.id for register in registers} <= set(ids)


@pytest.fixture
def pauses(monkeypatch):
    """Return the table's own pauses in s, which take no time.

    Botocore's pauses are skipped: they are not whole numbers.
    """
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return lambda: [seconds for seconds in slept if seconds == int(seconds)]


THROTTLED = (400, "ProvisionedThroughputExceededException")


def test_a_scan_waits_while_it_is_throttled(table, clients, number, pauses):
    register = observed(number, 1000)
    write(table, [register])
    with responding(clients, *[THROTTLED] * 9) as remaining:
        assert register in list(table.all())
    assert remaining == []
    assert pauses() == [2, 2]


def test_a_scan_that_is_throttled_for_a_minute_gives_up(table, clients, pauses):
    with (
        responding(clients, *[THROTTLED] * 1_000),
        pytest.raises(TransientError, match="throttled the scan"),
    ):
        list(table.all())
    assert sum(pauses()) == 60
