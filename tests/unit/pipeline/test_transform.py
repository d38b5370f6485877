"""Transform: bytes become registers and rejected lines; no record is skipped, nothing crashes."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.register import Register
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.errors import ObjectRejectedError, TransientError, UsageError
from mocktailverse.loads.load_record import END, START
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.transformation import (
    RECORD_LIMIT,
    RECORDS_AT_ONCE,
    observed_at_of,
    record_result,
    transform,
)
from mocktailverse.sources import SOURCES
from strategies.effort import examples

NOON_MS = 1_767_268_800_000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BAD = Path(__file__).parents[3] / "data" / "raw" / "bad"
VERSION = ObjectVersion("data", "raw/thecocktaildb/x.json", "v1")


def pieces_of(raw, version=VERSION, start=START):
    return [piece.register or piece.rejected for piece in transform(raw, version, start)]


def codes_of(raw, version=VERSION):
    return [
        piece.code if isinstance(piece, Rejected) else piece.drink.id
        for piece in pieces_of(raw, version)
    ]


@pytest.mark.parametrize(
    ("name", "expected"), json.loads((BAD / "expected.json").read_text()).items()
)
def test_the_bad_samples_are_rejected_for_the_expected_reasons(raw_object, name, expected):
    pieces = pieces_of(raw_object((BAD / name).read_bytes()))
    assert [piece.code for piece in pieces if isinstance(piece, Rejected)] == expected["reasons"]
    assert len(pieces) == expected["counts"]["read"]


def test_a_rejected_line_has_the_reason_the_position_and_the_record(raw_object, raw_record):
    bad = raw_record(strIngredient3=["Salt"])
    body = json.dumps([raw_record(), bad]).encode()
    _, rejected = pieces_of(raw_object(body))
    assert (rejected.code, rejected.path) == (Reason.WRONG_TYPE, "$.strIngredient3")
    assert (rejected.position, rejected.raw, rejected.object) == (1, bad, VERSION)


def test_a_rejected_csv_row_is_quoted_by_its_columns(raw_object):
    body = b"idDrink,strDrink,strIngredient1\n1,,Gin\n"
    (rejected,) = pieces_of(raw_object(body))
    assert (rejected.code, rejected.path, rejected.position) == (
        Reason.NAME_MISSING,
        "$.strDrink",
        32,
    )
    assert rejected.raw == {"idDrink": "1", "strDrink": "", "strIngredient1": "Gin"}


def test_a_drink_has_its_lineage(raw_object, raw_record):
    body = b"\n" + json.dumps(raw_record()).encode() + b"\n{}\n"
    register, _ = pieces_of(raw_object(body, metadata={"observed-at": "5"}))
    lineage = register.drink.lineage
    assert register.drink.observed_at == 5
    assert (lineage.bucket, lineage.key, lineage.version_id) == ("data", VERSION.key, "v1")
    assert (lineage.position, lineage.transform_version) == (1, TRANSFORM_VERSION)


NUMBERS = [
    *("1" + "0" * n for n in (15, 18, 19, 25, 308, 309, 4299, 4300, 5000)),
    *("-" + "9" * 30, "1e400", "-1e400", "1e-400", "1.5", "-0", "1E2", "0.1e1"),
]


@pytest.mark.parametrize("field", ["idDrink", "strDrink", "strMeasure1", "strTags", "x"])
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:4] + f"_{len(number)}")
def test_numbers_of_any_size_are_read_or_rejected(raw_object, raw_record, field, number):
    record = json.dumps(raw_record(**{field: "?"})).replace('"?"', number)
    record = record if field != "idDrink" else record.replace('"11007"', number)
    (piece,) = pieces_of(raw_object(record.encode()))
    check_can_be_stored(piece)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = ("idDrink", "strDrink", "strTags", "strIngredient1", "strMeasure1", "strInstructionsDE")


@settings(max_examples=examples(150), deadline=None)
@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES | st.sampled_from(["1", "12 oz"]))
    | JSON_VALUES,
    st.sampled_from([lambda v: v, lambda v: [v, v], lambda v: {"drinks": [v]}]),
)
def test_any_json_is_either_loaded_or_rejected(raw_object, value, wrap):
    body = json.dumps(wrap(value)).encode()
    for piece in pieces_of(raw_object(body)):
        check_can_be_stored(piece)


def check_can_be_stored(piece):
    """Check that S3 and DynamoDB can store the piece."""
    if isinstance(piece, Rejected):
        line = msgspec.json.encode(piece)
        assert msgspec.json.decode(line, type=Rejected).code == piece.code
        assert piece.code in set(Reason)
        assert piece.path.startswith("$")
    else:
        body = msgspec.json.encode(piece.drink)
        assert msgspec.json.decode(body, type=Drink) == piece.drink
        for line in piece.drink.ingredients:
            for number in (line.amount_min, line.amount_max, line.ml_min, line.ml_max):
                assert number is None or abs(number) < 1e100


@pytest.mark.parametrize("depth", [2, 150, 201, 500, 930, 960, 990, 5_000, 100_000])
@pytest.mark.parametrize("field", ["idDrink", "strIngredient2", "strTags", "x"])
def test_nested_records_are_loaded_or_rejected_and_can_be_read_again(
    raw_object, raw_record, field, depth
):
    nested = "[" * depth + "]" * depth
    record = json.dumps(raw_record(**{field: "?"})).replace('"?"', nested)
    good = json.dumps(raw_record("12"))
    piece, after = pieces_of(raw_object(f"{record}\n{good}\n".encode()))
    check_can_be_stored(piece)
    assert after.drink.id == "thecocktaildb:12"
    if isinstance(piece, Rejected):
        assert "raw" in msgspec.to_builtins(piece)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('"Margarita"', '"\\ud800"'), Reason.MALFORMED_JSON),
        (('"Margarita"', "NaN"), Reason.MALFORMED_JSON),
        (('"Margarita"', "Infinity"), Reason.MALFORMED_JSON),
        (('"Margarita"', '"a\nb"'), Reason.MALFORMED_JSON),
        (('"Margarita"', "'a'"), Reason.MALFORMED_JSON),
        (('"Margarita"', '""'), Reason.NAME_MISSING),
        (('"Margarita"', '"\\u00a0\\u2003"'), Reason.NAME_MISSING),
        (('"Margarita"', '"\\ud83c\\udf79"'), "thecocktaildb:11007"),
        (('"Margarita"', '"\\u0000"'), Reason.NAME_MISSING),
        (('"strDrink"', '"strDrink": "x", "strDrink"'), "thecocktaildb:11007"),
        (('"idDrink"', '"idDrink": 7, "idDrink"'), "thecocktaildb:11007"),
    ],
)
def test_odd_json_inside_a_document_or_a_line(raw_object, raw_record, change, code):
    record = json.dumps(raw_record()).replace(*change)
    good = json.dumps(raw_record("12"))
    ndjson = f"{good}\n{record}\n".encode()
    if "\n" not in change[1]:
        assert codes_of(raw_object(ndjson)) == ["thecocktaildb:12", code]
    whole = codes_of(raw_object(f"[{good},{record}]".encode()))
    assert whole in (["thecocktaildb:12", code], [Reason.MALFORMED_JSON])


def test_bytes_that_are_not_utf8_reject_only_their_record(raw_object, raw_record):
    good = json.dumps(raw_record("12")).encode()
    bad = json.dumps(raw_record()).encode().replace(b"Margarita", b"Pi\xf1a")
    surrogate = bad.replace(b"\xf1", b"\xed\xa0\x80")
    expected = [Reason.NOT_UTF8, Reason.NOT_UTF8, "thecocktaildb:12"]
    assert codes_of(raw_object(b"\n".join([bad, surrogate, good]))) == expected
    assert codes_of(raw_object(b"[" + b",".join([bad, surrogate, good]) + b"]")) == expected


def test_a_record_above_the_limit_is_rejected_and_quoted_in_part(raw_object, raw_record):
    record = json.dumps(raw_record(strInstructions="x" * RECORD_LIMIT)).encode()
    good = json.dumps(raw_record("12")).encode()
    rejected, after = pieces_of(raw_object(b"[" + record + b"," + good + b"]", chunk=65536))
    assert rejected.code == Reason.RECORD_TOO_LARGE
    assert len(rejected.raw) == 64 * 1024
    assert isinstance(after, Register)


def test_a_record_at_the_limit_is_loaded(raw_object, raw_record):
    size = RECORD_LIMIT - len(json.dumps(raw_record(strInstructions="")))
    body = json.dumps(raw_record(strInstructions="x" * size)).encode()
    assert codes_of(raw_object(body)) == ["thecocktaildb:11007"]


@pytest.mark.parametrize(
    "key",
    ["x.json", "raw/x.json", "raw//x.json", "raw/other/x.json", "rejected/thecocktaildb/x", ""],
)
def test_a_key_without_a_known_source_rejects_the_object_once(raw_object, raw_record, key):
    raw = raw_object(json.dumps([raw_record()] * 3).encode())
    version = ObjectVersion("data", key, "v1")
    (result,) = transform(raw, version)
    after, rejected = result.after, result.rejected
    assert (rejected.code, rejected.position, after) == (Reason.SOURCE_UNKNOWN, None, END)
    assert list(transform(raw, version, after)) == []


@pytest.mark.parametrize(
    ("key", "metadata", "message"),
    [
        (
            "raw/x.json",
            {},
            (
                "The key 'raw/x.json' does not begin with a registered source. Use raw/<source>/ "
                f"with one of: {', '.join(sorted(SOURCES))}."
            ),
        ),
        (
            VERSION.key,
            {"observed-at": "x" * 41},
            (
                f"The metadata observed-at {'x' * 40!r} is not a valid time in ms since 1970, or "
                f"is more than 5 minutes after {NOON_MS}, when the object was stored."
            ),
        ),
    ],
)
def test_the_message_says_why_an_object_is_rejected(raw_object, key, metadata, message):
    version = ObjectVersion("data", key, "v1")
    (rejected,) = pieces_of(raw_object(b"{}", metadata=metadata), version)
    assert (rejected.path, rejected.message, rejected.raw) == ("$", message, None)
    assert rejected.object == version


def test_the_message_says_why_a_record_is_rejected_before_it_is_read(raw_object):
    size = b'{"x":"%b"}' % (b"x" * (RECORD_LIMIT - 7))
    deep = b'{"x":%b}' % (b"[" * 200 + b"]" * 200)
    large, nested, cut = pieces_of(raw_object(size + b"\n" + deep + b'\n{"drinks":[{}, 1'))[:3]
    assert (large.path, large.message) == (
        "$",
        "The record is 131073 bytes; 131072 is the limit.",
    )
    assert (nested.path, nested.message) == ("$", "Brackets are nested over 200 levels deep.")
    assert cut.path.startswith("$")


@pytest.mark.parametrize(
    ("record", "is_kept_as_json"),
    [
        (b'{"strDrink":1}'.ljust(RECORD_LIMIT), True),
        (b'{"strDrink":1}'.ljust(RECORD_LIMIT + 1), False),
        (b'{"x":[%b]}' % b",".join([b"[]"] * 198), True),
        (b'{"x":[%b]}' % b",".join([b"[]"] * 199), False),
        (b'{"x":[%b]}' % b",".join([b"{}"] * 198), True),
        (b'{"x":[%b]}' % b",".join([b"{}"] * 199), False),
        (b"{nope}", False),
        (b'{"x":"\xff"}', False),
    ],
)
def test_a_rejected_record_is_stored_as_json_if_it_can_be_parsed_again(
    raw_object, record, is_kept_as_json
):
    (rejected, _) = pieces_of(raw_object(record + b'\n{"x":1}'))
    text = record[: 64 * 1024].decode("utf-8", "replace")
    assert rejected.raw == (json.loads(record) if is_kept_as_json else text)


TOLERANCE = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, NOON_MS),
        ("0", 0),
        ("1767225600123", 1_767_225_600_123),
        (str(NOON_MS + 300_000), NOON_MS + 300_000),
        ("2026-01-01T12:00:00Z", NOON_MS),
        ("2026-01-01T13:00+01:00", NOON_MS),
        ("2026-01-01T12:00:00.001+00:00", NOON_MS + 1),
        ((NOON + TOLERANCE).isoformat(), NOON_MS + 300_000),
        ("1970-01-01T00:00Z", 0),
    ],
)
def test_the_observation_time_is_the_metadata_or_the_storage_time(raw_object, text, expected):
    metadata = {} if text is None else {"observed-at": text}
    assert observed_at_of(raw_object(b"{}", metadata=metadata)) == expected


@given(st.integers(0, NOON_MS))
def test_iso_times_keep_their_milliseconds(raw_object, at):
    text = f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
    assert observed_at_of(raw_object(b"", metadata={"observed-at": text})) == at


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "now",
            "-1",
            "1.5",
            "1e12",
            "0x10",
            "\uff11\uff12",
            "12 ",
            "9" * 15,
            "9" * 16,
            "9" * 5000,
        ),
        str(NOON_MS + 300_001),
        (NOON + TOLERANCE + timedelta(milliseconds=1)).isoformat(),
        *("2026-01-01T12:00:00", "2026-01-01", "1969-12-31T23:59Z", "9999-12-31T23:59Z"),
        *("0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59", "2026-13-01T00:00Z", "NaN", "\0"),
    ],
)
def test_an_invalid_time_rejects_the_object_once(raw_object, raw_record, text):
    raw = raw_object(json.dumps([raw_record()] * 3).encode(), metadata={"observed-at": text})
    with pytest.raises(ObjectRejectedError):
        observed_at_of(raw)
    (result,) = transform(raw, VERSION)
    after, rejected = result.after, result.rejected
    assert (rejected.code, rejected.position, after) == (Reason.OBSERVED_AT_INVALID, None, END)
    assert list(transform(raw, VERSION, after)) == []


def test_resuming_at_any_checkpoint_gives_the_rest(raw_object, raw_record):
    lines = [
        raw_record("1"),
        {"drinks": [raw_record("2"), {}, raw_record("3")]},
        7,
        raw_record("4"),
    ]
    body = gzip.compress(b"\n".join(json.dumps(line).encode() for line in lines))[:-9]
    raw = raw_object(body)
    pieces = list(transform(raw, VERSION))
    assert sum(piece.register is not None for piece in pieces) >= 3
    for number, piece in enumerate(pieces, 1):
        assert list(transform(raw, VERSION, piece.after)) == pieces[number:]


def test_a_read_error_is_raised(raw_object, raw_record):
    raw = raw_object(json.dumps(raw_record()).encode() + b"\n{", error=TransientError("reset"))
    with pytest.raises(TransientError):
        pieces_of(raw)


@pytest.mark.parametrize("count", [2, RECORDS_AT_ONCE - 1, RECORDS_AT_ONCE, RECORDS_AT_ONCE + 1])
@pytest.mark.parametrize("error", [TransientError("reset"), UsageError("gone"), OSError("broken")])
def test_the_records_before_a_read_error_are_not_lost(raw_object, raw_record, count, error):
    lines = [json.dumps(raw_record(str(number))) for number in range(1, count + 1)]
    raw = raw_object("".join(f"{line}\n" for line in lines).encode(), error=error)
    results = transform(raw, VERSION)
    ids = [next(results).register.id for _ in lines]
    assert ids == [f"thecocktaildb:{number}" for number in range(1, count + 1)]
    with pytest.raises(type(error)):
        next(results)


@pytest.mark.parametrize("cut", [9, 40, 400])
def test_a_damaged_object_gives_the_same_results_in_batches(raw_object, raw_record, cut):
    lines = [json.dumps(raw_record(str(number))) for number in range(1, 5 * RECORDS_AT_ONCE)]
    raw = raw_object(gzip.compress("\n".join(lines).encode())[:-cut])
    one_by_one = list(transform(raw, VERSION, START, record_result))
    assert one_by_one[-1].rejected
    assert list(transform(raw, VERSION)) == one_by_one


def test_an_unreadable_object_gives_one_rejected_record(raw_object):
    (result,) = transform(raw_object(b"neither JSON nor CSV"), VERSION)
    assert result.rejected.code == "unrecognized_form"


def test_a_batch_gives_the_results_of_its_records_one_by_one(raw_object, raw_record):
    good = [raw_record(str(number)) for number in range(1, 3 * RECORDS_AT_ONCE)]
    absent = {"idDrink": "9", "absent": True}
    mixed = [element for one in good for element in (one, {}, absent, 7)]
    raw = raw_object("\n".join(map(json.dumps, mixed)).encode())
    one_by_one = list(transform(raw, VERSION, START, record_result))
    assert len(one_by_one) == len(mixed)
    assert list(transform(raw, VERSION)) == one_by_one
