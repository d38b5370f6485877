"""The counter of the API's transfer: conditions of its writes, conflicts and failures."""

import io
import json
from types import SimpleNamespace

import pytest

from mocktailverse.errors import ConflictError, MocktailverseError
from mocktailverse.stores.transfer_counter import ATTEMPTS, TransferCounter

DAY = "2026-12-01"


@pytest.fixture
def s3(stubbed):
    """Return S3 with queued responses, its sent writes, and a counter of 100 bytes a day."""
    stub = stubbed("s3")
    puts, pauses = [], []
    stub.client.meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: puts.append(params)
    )

    def content_is(body):
        stub.add_response("get_object", {"Body": io.BytesIO(body), "ETag": '"e"'})

    def stored(count=None, day=DAY):
        if count is None:
            stub.add_client_error("get_object", "NoSuchKey")
        else:
            content_is(json.dumps({"day": day, "bytes": count}).encode())

    counter = TransferCounter(SimpleNamespace(s3=stub.client), "catalogue", 100, pauses.append)
    return SimpleNamespace(
        counter=counter, stored=stored, puts=puts, pauses=pauses, content_is=content_is,
        written=lambda: stub.add_response("put_object", {}),
        refused=lambda code: stub.add_client_error("put_object", code),
        unreadable=lambda: stub.add_client_error("get_object", "AccessDenied"),
    )  # fmt: skip


def content(put):
    """Return what a write stores; botocore makes a file of it."""
    return json.loads(put["Body"].getvalue())


def test_the_first_reservation_creates_the_counter(s3):
    s3.stored()
    s3.written()
    assert s3.counter.reserve(DAY, 100) is True
    (put,) = s3.puts
    assert (put["Key"], put["IfNoneMatch"]) == ("state/transfer.json", "*")
    assert content(put) == {"day": DAY, "bytes": 100}


def test_a_later_one_replaces_the_count_that_it_has_read(s3):
    s3.stored(60)
    s3.written()
    assert s3.counter.reserve(DAY, 40) is True
    (put,) = s3.puts
    assert (put["IfMatch"], content(put)["bytes"]) == ('"e"', 100)


def test_what_the_day_does_not_have_is_refused_without_a_write(s3):
    s3.stored(60)
    assert s3.counter.reserve(DAY, 41) is False
    assert s3.puts == []


@pytest.mark.parametrize(
    ("stored_day", "expected"),
    [("2026-11-30", (DAY, 50)), ("2026-12-02", ("2026-12-02", 90))],
)
def test_a_new_day_begins_at_zero_and_never_an_old_one(s3, stored_day, expected):
    s3.stored(40, stored_day)
    s3.written()
    assert s3.counter.reserve(DAY, 50) is True
    assert content(s3.puts[0]) == dict(zip(("day", "bytes"), expected, strict=True))


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_after_a_conflict_the_counter_is_read_again(s3, code):
    s3.stored(10)
    s3.refused(code)
    s3.stored(50)
    s3.written()
    assert s3.counter.reserve(DAY, 50) is True
    assert content(s3.puts[1])["bytes"] == 100
    assert len(s3.pauses) == 1


def test_endless_conflicts_are_an_error(s3):
    for _ in range(ATTEMPTS):
        s3.stored(0)
        s3.refused("PreconditionFailed")
    with pytest.raises(ConflictError, match="8 conflicting"):
        s3.counter.reserve(DAY, 1)


def test_a_counter_that_cannot_be_used_grants_nothing(s3):
    s3.unreadable()
    with pytest.raises(MocktailverseError, match="Reading the transfer counter"):
        s3.counter.reserve(DAY, 1)
    s3.stored(0)
    s3.refused("AccessDenied")
    with pytest.raises(MocktailverseError, match="Writing the transfer counter"):
        s3.counter.reserve(DAY, 1)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"day":1,"bytes":2}', b'{"day":"\xff","bytes":2}'])
def test_an_object_that_is_no_counter_is_an_error_that_says_what_to_do(s3, body):
    s3.content_is(body)
    with pytest.raises(
        MocktailverseError, match=r"s3://catalogue/state/transfer.json .* delete it"
    ):
        s3.counter.reserve(DAY, 1)
    assert s3.puts == []
