"""Decode: every accepted format, every kind of damage, in any chunking, from any checkpoint."""

import gzip
import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import TransientError
from mocktailverse.loads.load_record import END, START, Checkpoint
from mocktailverse.pipeline import byte_stream
from mocktailverse.pipeline.decode import RawRecord, UnreadableRecord, decode
from mocktailverse.sources import SOURCES
from strategies.effort import examples
from strategies.raw_objects import (
    FORMS,
    PACKINGS,
    as_csv,
    as_envelope_lines,
    as_ndjson,
    dump,
    fragments,
    packed,
    pieces,
    records,
)

FIELDS = SOURCES["thecocktaildb"].records
quick = settings(max_examples=examples(40), deadline=None)

ONE = {"idDrink": "1", "strDrink": "Ä"}
TWO = {"idDrink": "2", "strDrink": "B\n\"x\", 'y'; | {[", "tags": [1, {"drinks": 2}]}


def read(source, start=START):
    return list(decode(source, FIELDS, start))


def values(items):
    """Return the records as Python values, and an unreadable record as its code."""
    return [
        item.code
        if isinstance(item, UnreadableRecord)
        else item.data
        if isinstance(item.data, dict)
        else json.loads(item.data)
        for item in items
    ]


def check_items(items):
    """Check what is true for the items of any input."""
    positions = [item.position for item in items if item.position is not None]
    assert all(a < b for a, b in pairwise(positions)), "positions are unique and ascending"
    assert all(item.position is not None for item in items[:-1])
    for item in items:
        if isinstance(item, UnreadableRecord):
            assert item.code in set(Reason)
            assert item.message.endswith(".")


def check_resuming(source, items):
    for number, item in enumerate(items, 1):
        assert read(source, item.after) == items[number:]


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("form", FORMS)
@quick
@given(st.lists(records, min_size=1, max_size=5), st.lists(st.integers(0, 500), max_size=6))
def test_every_format_gives_its_records_in_any_chunking_and_from_any_checkpoint(
    chunked, form, packing, good_records, at
):
    if packing == "CRLF" and form == "CSV":
        return  # csv.writer already ends lines with CRLF
    body = PACKINGS[packing](FORMS[form](good_records))
    items = read(chunked(body))
    expected = good_records
    if form == "CSV":
        expected = [
            {key: r[key] for key in ("idDrink", "strDrink", "strTags")} for r in good_records
        ]
    assert values(items) == expected
    check_items(items)
    source = chunked(*pieces(body, at))
    assert read(source) == items
    check_resuming(source, items)


@quick
@given(
    st.lists(records, min_size=2, max_size=6),
    st.sampled_from([as_ndjson, as_envelope_lines, as_csv]),
    st.data(),
)
def test_truncated_gzip_gives_the_readable_records_and_an_error(chunked, good_records, form, data):
    body = packed(form(good_records))
    body = body[: data.draw(st.integers(2, len(body) - 1))]
    items = read(chunked(body))
    assert values(items[-1:]) == [Reason.GZIP_CORRUPT]
    check_items(items)
    source = chunked(*pieces(body, data.draw(st.lists(st.integers(0, 500), max_size=6))))
    assert read(source) == items
    check_resuming(source, items)


@settings(max_examples=examples(400), deadline=None)
@given(
    st.lists(fragments, max_size=12).map(b"".join) | st.binary(max_size=60),
    st.booleans(),
    st.lists(st.integers(0, 500), max_size=4),
)
def test_any_bytes_can_be_decoded(chunked, body, is_packed, at):
    body = packed(body) if is_packed else body
    source = chunked(*pieces(body, at))
    items = read(source)
    check_items(items)
    check_resuming(source, items)
    if not items:
        text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        is_empty_array = b"".join(text.removeprefix(b"\xef\xbb\xbf").split()) == b"[]"
        assert is_empty_array or b'"drinks"' in text or b"idDrink" in text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (dump(ONE), [ONE]),
        (dump(ONE, indent=2), [ONE]),
        (dump([ONE, TWO]), [ONE, TWO]),
        (b"[\n" + dump(ONE) + b",\n" + dump(TWO) + b"\n]\n", [ONE, TWO]),
        (b"\n\n " + dump({"drinks": [ONE, TWO]}) + b" \n\n", [ONE, TWO]),
        (dump({"drinks": [ONE], "more": [1]}), [ONE]),
        (dump({"drinks": []}), []),
        (dump({"drinks": None}), []),
        (dump({"drinks": "None Found"}), []),
        (dump({"drinks": 7}), [Reason.DRINKS_INVALID]),
        (dump({"drinks": ONE}), [Reason.DRINKS_INVALID]),
        (dump({"drinks": True}), [Reason.DRINKS_INVALID]),
        (dump({"meals": [ONE]}), [{"meals": [ONE]}]),
        (b"[]", []),
        (b"[\n]\n", []),
        (b"[1, null]", [1, None]),
        (b"7", [7]),
        (b"null", [None]),
        (as_ndjson([ONE, TWO]).strip(), [ONE, TWO]),
        (as_ndjson([ONE]) + b"\n \r\n\t\n" + as_ndjson([TWO]), [ONE, TWO]),
        (as_ndjson([ONE]) + b"[1]\n" + as_ndjson([TWO]), [ONE, [1], TWO]),
        (dump({"drinks": [ONE]}) + b"\n" + dump(TWO), [ONE, TWO]),
        (dump({"drinks": 1}) + b"\n" + dump(ONE), [Reason.DRINKS_INVALID, ONE]),
        (b'{"drinks":[],"drinks":[1]}', [Reason.DUPLICATE_KEY]),
        (b'{"drinks":[1]}\n{"drinks":[1],"drinks":null}\n', [1, Reason.DUPLICATE_KEY]),
        (b'{"a":1,"drinks":[1],"\\u0061":2}', [Reason.DUPLICATE_KEY]),
        (b'{"":1,"":2,"drinks":[1]}', [Reason.DUPLICATE_KEY]),
        (b'{"a":{"x":1,"x":2},"drinks":[1]}', [1]),
        (b'{"drinks":["drinks"]}', ["drinks"]),
        (b'{"drinks":[{"drinks":[1],"drinks":2}]}', [{"drinks": 2}]),
        (b'{"drinks":"a","a":1}', []),
        (b'{"a":1,"drinks":"a"}', []),
        (rb'{"x":"\"a\"b","drinks":"a\"b"}', []),
        (b'{"x[":{"]":1},"drinks":[":{"]}', [":{"]),
        (b'{"x":[1],"drinks":[1,2],"y":{"z":{"idDrink":1}}}', [1, 2]),
        (b'{"a\\"b":1,"drinks":"a\\"b"}', []),
        (b'{"drinks":"a\\"b","a\\"b":1}', []),
        (b'{"a":["x"],"drinks":["x"]}', ["x"]),
        (b'{"a[1]":1,"a0":2,"drinks":[1]}', [1]),
        (b'{"a":%b,"drinks":[1]}' % (b"9" * 5000), [1]),
        (b'{"drinks":[{}]}}', [{}, Reason.MALFORMED_JSON]),
        (b'{"drinks":[{}]]', [{}, Reason.MALFORMED_JSON]),
        (b'{"drinks":[{}]}X', [{}, Reason.MALFORMED_JSON]),
        (b'X{"drinks":[{}]}', [Reason.UNRECOGNIZED_FORM]),
        (b'{"drinks":[{"idDrink":"1"}],"x":NaN}', [{"idDrink": "1"}, Reason.MALFORMED_JSON]),
        (dump({"idDrink": "1", "drinks": None}), [{"idDrink": "1", "drinks": None}]),
        (dump({"drinks": [ONE], "idDrink": None}), [{"drinks": [ONE], "idDrink": None}]),
        (
            b'{"idDrink":"1","drinks":[]}\n{"drinks":"x","idDrink":"2"}\n{"drinks":null}\n',
            [{"idDrink": "1", "drinks": []}, {"drinks": "x", "idDrink": "2"}],
        ),
        (b'{"drinks":[1,1,1]}\n{"drinks":[1]}', [1, 1, 1, 1]),
        (b"idDrink,strDrink\n", []),
        (b"idDrink,strDrink\n\n \n", []),
        (b"strDrink|other|idDrink\na|b|c", [{"strDrink": "a", "other": "b", "idDrink": "c"}]),
        (b"", [Reason.EMPTY_OBJECT]),
        (b" \r\n\t\n", [Reason.EMPTY_OBJECT]),
        (b"\xef\xbb\xbf", [Reason.EMPTY_OBJECT]),
        (packed(b""), [Reason.EMPTY_OBJECT]),
        (packed(b"\n"), [Reason.EMPTY_OBJECT]),
        (b"\x1f\x8b", [Reason.GZIP_CORRUPT]),
        (packed(b"")[:10], [Reason.GZIP_CORRUPT]),
        (packed(dump([ONE] * 50))[:-9], [*[ONE] * 50, Reason.GZIP_CORRUPT]),
        (packed(dump({"drinks": [ONE] * 5}))[:-9], [*[ONE] * 5, Reason.GZIP_CORRUPT]),
        (packed(dump(ONE))[:-9], [Reason.GZIP_CORRUPT]),
        (b"<html>\n<body>Too many requests</body>\n</html>", [Reason.UNRECOGNIZED_FORM]),
        (b"a,b\n1,2\n", [Reason.UNRECOGNIZED_FORM]),
        (b"idDrink,b\n1,2\n", [Reason.UNRECOGNIZED_FORM]),
        (b"NaN", [Reason.UNRECOGNIZED_FORM]),
        (b"\0\0\0", [Reason.UNRECOGNIZED_FORM]),
        ("{}".encode("utf-16"), [Reason.NOT_UTF8]),
        (b'{"strDrink":"Pi\xf1a", "x"', [Reason.NOT_UTF8]),
        (b"\xff\xff\n\xff", [Reason.NOT_UTF8]),
        (b'{"strDrink": ', [Reason.MALFORMED_JSON]),
        (b"[" + dump(ONE) + b"," + dump(TWO), [ONE, TWO, Reason.MALFORMED_JSON]),
        (
            b"[\n" + b",\n".join([dump(ONE)] * 9) + b"\n",
            [*[ONE] * 9, Reason.MALFORMED_JSON],
        ),
        (dump([ONE, TWO]) + b"]", [ONE, TWO, Reason.MALFORMED_JSON]),
        (dump({"drinks": [ONE, TWO]})[:-1], [ONE, TWO, Reason.MALFORMED_JSON]),
        (dump([ONE, TWO])[:-9], [ONE, Reason.MALFORMED_JSON]),
        (dump(ONE, indent=2)[:-3], [Reason.MALFORMED_JSON]),
        (b"[NaN]", [Reason.MALFORMED_JSON]),
        (b'{"a":"\\ud800"}', [Reason.MALFORMED_JSON]),
        (b"[" * 100_000, [Reason.MALFORMED_JSON]),
        (b"[" * 100_000 + b"]" * 100_000, [Reason.MALFORMED_JSON]),
    ],
)
def test_the_format_is_detected_from_the_content(chunked, body, expected):
    items = read(chunked(body))
    assert values(items) == expected
    check_items(items)
    check_resuming(chunked(body), items)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The object is empty."),
        (b"\xff", "Not UTF-8 text: 'utf-8' codec can't decode byte 0xff in position 0"),
        (b"<html>", "Neither JSON nor NDJSON, and the first line has none of the source's CSV"),
        (b"[1,", "Not valid JSON: Input data was truncated."),
        (b"[" * 201 + b"]" * 201, "Brackets are nested over 200 levels deep."),
        (b'["\\ud83c"]', "Not valid JSON: "),
        (b'{"drinks":7}', "`drinks` in the envelope is not a list, null or a string."),
        (
            b'{"%b":1,"%b":2,"drinks":[]}' % (b"k" * 101, b"k" * 101),
            f"The envelope has the key `{'k' * 100}` twice.",
        ),
        (b"[{}, 1", "The rest of the document is truncated or is not valid JSON."),
        (packed(b"[]")[:-1], "The gzip data is damaged or truncated: its end is missing."),
        (packed(b"[]")[:-9] + b"x" * 9, "The gzip data is damaged or truncated: Error -3 while"),
        (
            b"idDrink,strDrink,x\n1,a",
            "The row is not 3 cells in UTF-8, its quoting is broken, or it is longer than 64 KiB.",
        ),
    ],
)
def test_the_message_says_what_is_wrong(chunked, body, message):
    last = read(chunked(body))[-1]
    assert last.message.startswith(message)
    assert last.message.endswith(".")


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (("DECODED_LIMIT", 9), "The JSON document is larger than 64 MiB once decoded. Send it as"),
        (("DOCUMENT_OBJECTS_LIMIT", 1), "The JSON document holds over 1 objects once decoded."),
    ],
)
def test_the_message_says_what_is_too_large(chunked, monkeypatch, limit, message):
    monkeypatch.setattr(byte_stream, *limit)
    (item,) = read(chunked(b"[\n{},\n{}\n]"))
    assert item.message.startswith(message)
    assert item.message.endswith(
        "Send it as plain NDJSON or CSV, which may have any size, or in several objects "
        "(`mocktailverse ingest` splits files)."
    )


def test_a_line_that_is_too_long_is_reported(chunked, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 40)
    for head in (b'{"a":1}\n', b"idDrink,strDrink\n"):
        item = read(chunked(head + b"x" * 41 + b"\n"))[-1]
        assert item == UnreadableRecord(
            len(head),
            Checkpoint(len(head) + 42),
            Reason.LINE_TOO_LONG,
            "The line is longer than 64 MiB; it was skipped.",
            None,
        )


def test_positions_are_array_indices_or_byte_offsets(chunked):
    assert [item.position for item in read(chunked(dump([ONE, TWO])))] == [0, 1]
    assert [item.position for item in read(chunked(dump({"drinks": [ONE, TWO]})))] == [0, 1]
    body = b"\n" + as_ndjson([ONE, TWO])
    assert [item.position for item in read(chunked(body))] == [1, 1 + len(as_ndjson([ONE]))]
    body = b'{"a":1}\n{"drinks": [{"b":2}, {"b":2}]}\n'
    assert [body[item.position :][:7] for item in read(chunked(body))] == [
        b'{"a":1}',
        b'{"b":2}',
        b'{"b":2}',
    ]
    lines = [
        b'{"idDrink":"1","drinks":null}',
        b'{"drinks":7}',
        b'{"drinks":[1',
        b'[{"drinks":[]}]',
        b'{"drinks":[],"drinks":[]}',
        b'  {"a":1,"drinks":[1,1]}',
        b"2",
    ]
    places = [sum(map(len, lines[:number])) + number for number in range(len(lines))]
    *others, last = places
    envelope = others[-1] + lines[-2].index(b"[1,")
    items = read(chunked(b"\n".join(lines)))
    assert [item.position for item in items] == [*others[:-1], envelope + 1, envelope + 3, last]
    body = b'idDrink,strDrink\n1,"a\nb"\n2,c\n'
    assert [item.position for item in read(chunked(body))] == [17, 25]


def test_an_unreadable_object_has_no_position_and_quotes_its_text(chunked):
    (item,) = read(chunked(b"<html>"))
    assert (item.position, item.after, item.raw) == (None, END, "<html>")


@pytest.mark.parametrize(
    ("body", "position", "raw"),
    [
        (b"", None, None),
        (b"\xff", None, "\ufffd"),
        (b"<html>", None, "<html>"),
        (b"[1,", None, "[1,"),
        (b"[{}, 1", 1, "1"),
        (b'{"drinks":7}', 0, '{"drinks":7}'),
        (b'1\n{"drinks":7}', 2, '{"drinks":7}'),
        (b"idDrink,strDrink\n1,a\n2\n", 21, "2"),
        (packed(b"")[:-1], None, None),
        (packed(b"<html>")[:-1], None, "<html>"),
        (packed(b"idDrink,strDrink")[:-1], None, "idDrink,strDrink"),
        (packed(b"[{}]")[:-1], 1, None),
        (packed(b"[{}, 1")[:-1], 1, "1"),
        (packed(b"{}\n{}\n")[:-1], 6, None),
        (packed(b"{}\n{}\n{")[:-1], 6, "{"),
        (packed(b"idDrink,strDrink\n1,a\n")[:-1], 21, None),
        (packed(b"idDrink,strDrink\n1,a\n2,b")[:-1], 21, "2,b"),
    ],
)
def test_an_unreadable_record_has_its_position_and_quotes_its_text(chunked, body, position, raw):
    last = read(chunked(body))[-1]
    assert isinstance(last, UnreadableRecord)
    assert (last.position, last.raw) == (position, raw)
    assert read(chunked(body), last.after) == []


def test_an_object_that_is_refused_on_resuming_is_reported_at_the_checkpoint(chunked, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 9)
    (item,) = read(chunked(b"[\n1,\n2,\n3]"), Checkpoint(2))
    assert (item.position, item.after, item.code) == (2, END, Reason.OBJECT_TOO_LARGE)


def test_raw_bytes_of_records_are_unchanged(chunked):
    body = b'[ {"idDrink" :1.50,"x":"\\u00e9"} , 2]'
    assert [item.data for item in read(chunked(body))] == [b'{"idDrink" :1.50,"x":"\\u00e9"}', b"2"]


@pytest.mark.parametrize("first", [b"{broken", b"\xff", b'{"a":NaN}', b"x" * 300])
def test_ndjson_with_a_broken_first_line_is_still_ndjson(chunked, first):
    body = first + b"\n" + as_ndjson([ONE, TWO])
    items = read(chunked(body))
    assert [item.position for item in items] == [
        0,
        len(first) + 1,
        len(first) + 1 + len(dump(ONE)) + 1,
    ]
    assert items[0].data == first
    assert values(items[1:]) == [ONE, TWO]


@pytest.mark.parametrize(
    "broken", [b"not JSON", b"{cut", b'{"a":"\xff', b'{"idDrink":"1","strTags":[']
)
def test_many_malformed_lines_do_not_hide_a_good_one(chunked, broken):
    body = b"\n".join([broken.rstrip(b"["), broken, broken, dump(ONE), broken])
    items = read(chunked(body))
    assert len(items) == 5
    assert values(items[3:4]) == [ONE]


def test_a_malformed_first_line_and_damage_at_the_end_do_not_hide_the_lines_between(chunked):
    body = packed(b"{broken\n" + as_ndjson([ONE, TWO] * 40))
    *readable, last = read(chunked(body[:-9]))
    assert readable[0].data == b"{broken"
    assert len(readable) > 40
    assert last.code == Reason.GZIP_CORRUPT


def test_a_stray_quote_before_damage_does_not_hide_rows(chunked):
    rows = b"".join(b"%d,name %d\n" % (number, number * 7919) for number in range(30))
    body = packed(b'idDrink,strDrink\n99,"stray\n' + rows)
    rows_and_codes = values(read(chunked(body[:-9])))
    assert rows_and_codes[0] == Reason.MALFORMED_CSV
    assert rows_and_codes[1] == {"idDrink": "0", "strDrink": "name 0"}
    assert len(rows_and_codes) > 25
    assert rows_and_codes[-1] == Reason.GZIP_CORRUPT


def test_a_line_in_the_middle_may_be_malformed(chunked):
    body = as_ndjson([ONE]) + b'{"drinks": [\n\xff\n' + as_ndjson([TWO])
    items = read(chunked(body))
    assert [item.data for item in items[1:3]] == [b'{"drinks": [', b"\xff"]
    assert values([items[0], items[3]]) == [ONE, TWO]


@pytest.mark.parametrize("prefix", [b"", b'{"drinks":'])
def test_nesting_is_refused_and_never_crashes_at_any_depth(chunked, prefix):
    end = b"}" if prefix else b""
    for depth in [1, 100, *range(850, 1010, 3), 3_000, 200_000]:
        line = prefix + b"[" * depth + b"]" * depth + end
        check_items(read(chunked(line)))
        items = read(chunked(as_ndjson([ONE]) + line + b"\n" + as_ndjson([TWO])))
        assert values([items[0], items[-1]]) == [ONE, TWO]


def test_a_huge_line_is_rejected_and_its_neighbours_are_not(chunked, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 100)
    body = as_ndjson([ONE]) + b'{"x":"' + b"x" * 200 + b'"}\n' + as_ndjson([TWO])
    items = read(chunked(*pieces(body, range(0, 400, 7))))
    assert values(items) == [ONE, Reason.LINE_TOO_LONG, TWO]
    assert items[1].raw is None
    check_resuming(chunked(body), items)


def test_a_huge_first_line_is_rejected_and_its_neighbours_are_not(chunked, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 100)
    body = b"x" * 200 + b"\n" + as_ndjson([ONE, TWO])
    assert values(read(chunked(body))) == [Reason.LINE_TOO_LONG, ONE, TWO]


def test_a_huge_csv_line_is_rejected_and_its_neighbours_are_not(chunked, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 100)
    body = b"idDrink,strDrink\n1,a\n2," + b"x" * 200 + b"\n3,c\n"
    assert values(read(chunked(body)))[1] == Reason.LINE_TOO_LONG
    assert len(read(chunked(body))) == 3


@pytest.mark.parametrize("form", ["array", "pretty envelope"])
def test_a_document_above_the_limit_is_rejected_with_a_suggestion(chunked, monkeypatch, form):
    body = FORMS[form]([ONE] * 20)
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", len(body) - 1)
    (item,) = read(chunked(*pieces(body, range(0, 900, 50))))
    assert item.code == Reason.OBJECT_TOO_LARGE
    assert "NDJSON" in item.message
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", len(body))
    assert len(read(chunked(body))) == 20


def test_a_document_with_too_many_objects_is_rejected_with_a_suggestion(chunked, monkeypatch):
    monkeypatch.setattr(byte_stream, "DOCUMENT_OBJECTS_LIMIT", 19)
    (item,) = read(chunked(FORMS["array"]([ONE] * 20)))
    assert item.code == Reason.OBJECT_TOO_LARGE
    assert "NDJSON" in item.message


@pytest.mark.parametrize("form", ["NDJSON", "CSV", "envelope lines"])
def test_plain_ndjson_and_csv_may_have_any_size(chunked, monkeypatch, form):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 200)
    assert len(read(chunked(FORMS[form]([ONE] * 100)))) == 100


@pytest.mark.parametrize("form", FORMS)
def test_gzip_above_the_limit_is_rejected_in_every_format(chunked, monkeypatch, form):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 200)
    (item,) = read(chunked(packed(FORMS[form]([ONE] * 100))))
    assert item.code == Reason.OBJECT_TOO_LARGE


@pytest.mark.parametrize("form", FORMS)
def test_a_read_error_is_raised_and_not_reported_as_bad_data(chunked, form):
    body = FORMS[form]([ONE] * 20)
    items = decode(chunked(body[:-5], error=TransientError("reset")), FIELDS)
    with pytest.raises(TransientError):
        list(items)


def test_the_quoted_text_of_an_unreadable_object_is_bounded(chunked):
    (item,) = read(chunked(b"<" * 1_000_000))
    assert len(item.raw) == 64 * 1024


def test_a_good_record_is_a_raw_record(chunked):
    assert isinstance(read(chunked(dump(ONE)))[0], RawRecord)


MALFORMED = [
    b'{"a":"\\ud800"}',
    b'{"a":NaN}',
    b'{"a":"\x01\n"}',
    b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b"{'a'}",
    b"nul",
]


@pytest.mark.parametrize("malformed", MALFORMED)
@pytest.mark.parametrize(
    ("before", "after"),
    [(b"[", b"]"), (b'{"drinks": [', b"]}"), (b'{"x":{"drinks":[1]},"drinks":[', b'],"y":[2]}')],
)
def test_a_malformed_record_in_a_document_does_not_affect_its_neighbours(
    chunked, malformed, before, after
):
    body = before + b" , ".join([dump(ONE), malformed, dump(TWO)]) + after
    items = read(chunked(body))
    assert [item.position for item in items] == [0, 1, 2]
    assert [item.data for item in items] == [dump(ONE), malformed, dump(TWO)]
    check_resuming(chunked(body), items)


@pytest.mark.parametrize(
    "malformed", [malformed for malformed in MALFORMED if b"\n" not in malformed]
)
@pytest.mark.parametrize("end", [b"]}", b"]", b', {"cut'])
def test_a_malformed_record_in_an_envelope_line_does_not_affect_its_neighbours(
    chunked, malformed, end
):
    line = b'{"drinks":[' + dump(ONE) + b"," + malformed + b"," + dump(TWO) + end
    body = as_ndjson([ONE]) + line + b"\n" + as_ndjson([TWO])
    items = read(chunked(body))
    raw = [item.data for item in items if isinstance(item, RawRecord)]
    assert raw == [dump(ONE), dump(ONE), malformed, dump(TWO), dump(TWO)]
    assert len(items) - len(raw) == (end != b"]}")
    check_items(items)
    check_resuming(chunked(body), items)
