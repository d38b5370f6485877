"""The independent count: its results, and that it agrees with decode for any bytes."""

import gzip
import json
import random
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.pipeline import byte_stream, csv_rows, independent_count
from mocktailverse.pipeline.decode import decode
from mocktailverse.pipeline.independent_count import count_records
from mocktailverse.sources import SOURCES
from strategies.effort import examples

FIELDS = SOURCES["thecocktaildb"].records
ONE = b'{"idDrink":"1","strDrink":"A"}'
PIECES = [
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\n", b"\r\n", b" ", b"\\", b"\0", b"\xff"),
    *(b"null", b"NaN", b"1", b"01", b"-", b'"\\ud800"', b'"\\ud83c\\udf79"', b'"a"', b"\x0b"),
    *(b'"drinks"', b'"drinks":', b'{"drinks":[', b'{"drinks":null}', b'{"drinks":"x"}', b"]}"),
    *(b'"idDrink"', b'"idDrink":"1",', b'"x":1,', b'{"a":[{"b":"]}"}]}', ONE, ONE + b"\n"),
    *(
        b"idDrink,strDrink\n",
        b"strDrink;idDrink;x\n",
        b"1,A\n",
        b'"1","A\nB"\n',
        b'"1,A\n',
        b"a;b;c",
    ),
    *(b"\xef\xbb\xbf", b"\x1f\x8b", b'"\\"', b"'", b"\t", b"[" * 1200, b'"\\u0064rinks":[1]'),
]


def packed(body):
    """Return the same gzip data in every process: test IDs contain parts of it."""
    return gzip.compress(body, mtime=0)


def count(body, chunk=7):
    def chunks():
        return (body[at : at + chunk] for at in range(0, len(body), chunk))

    return count_records(chunks, FIELDS.id_field, FIELDS.columns)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 1),
        (b" \n", 1),
        (b"[]", 0),
        (b"[1,2,null]", 3),
        (b"[1,\n2,\n3]", 3),
        (b'{"a":%b,\n"drinks":[1,2]}' % (b"9" * 5000), 2),
        (ONE, 1),
        (b'{"drinks":null}', 0),
        (b'{"drinks":"no data found"}', 0),
        (b'{"drinks":[1,2]}', 2),
        (b'{"drinks":7}', 1),
        (b'{"drinks":[1,2],"drinks":[3]}', 1),
        (b'{"":1,"":2,"drinks":[1,2]}', 1),
        (b'{"drinks":[1,2],"idDrink":"1"}', 1),
        (b'{"none":1,"drinks":"none"}', 0),
        (b'{"a\\"b":1,"drinks":"a\\"b"}', 0),
        (b'{"drinks":[' + ONE + b'],"x":NaN}', 2),
        (b'{"idDrink":"1","drinks":null}\n' * 3, 3),
        (ONE + b"\n\n" + ONE + b"\n{broken\n", 3),
        (b'{"drinks":[1,2]}\n{"drinks":null}\n[1,2]\n', 3),
        (b"[" + ONE + b"," + ONE, 3),
        (b"[" + ONE + b", nope, " + ONE + b"]", 3),
        (b"<html>", 1),
        (b"idDrink,strDrink\n1,A\n\n2,B\n", 2),
        (b'idDrink,strDrink\n1,"A\nB"\n2,B,C\n3,"C\n4,D\n', 4),
        (packed(ONE + b"\n" + ONE), 2),
        (packed((ONE + b"\n") * 3)[:-4], 4),
        (packed(b"[" + ONE + b"]")[:-4], 2),
        (packed(ONE)[:12], 1),
        (packed(b"[\n" + ONE + b"\n")[:-4], 3),
        (b"\xef\xbb\xbf[1,2,3]", 3),
        (packed(b"\xef\xbb\xbf[1,2,3]"), 3),
        (b'{"drinks":{"a":1,"b":2}}', 1),
        (b'{"a":1,"b":2}', 1),
        (packed(b'{"drinks":[1,2]}\n{"drinks":[1,2]}')[:-8], 3),
        (packed(ONE) + packed(b"\n" + ONE) + b"\0\0" + packed(b"\n" + ONE), 3),
        (packed(ONE) + zlib.compress(b"\n" + ONE), 1),
        (packed(ONE + b"\n") + zlib.compress(ONE), 2),
        (b'idDrink,strDrink\n1,"A"x\n2,B\n', 2),
        (b"strDrink,x,idDrink\nA,x\nB,x,1\nC,x,2, ,\n", 3),
        (b'idDrink,strDrink\n1,"A\n', 1),
        (b'idDrink,strDrink\n1,"A\n\n \n2,B\n', 2),
        (b"idDrink,strDrink\n1,\xff\n2,B\n", 2),
        (b"idDrink,x\n1,a\n2,b\n", 1),
        (b"idDrink,strDrink\rx,y\n1,a\n", 1),
    ],
)
def test_the_records_of_every_format_are_counted(chunked, body, expected):
    assert count(body) == expected
    assert len(list(decode(chunked(body), FIELDS))) == expected
    assert count(body, chunk=1) == expected


def mutated(dice, body):
    """Return the bytes with some of them replaced, removed, repeated or inserted."""
    for _ in range(dice.choice([0, 1, 1, 2, 5])):
        at = dice.randrange(len(body) + 1)
        end = min(len(body), at + dice.choice([0, 1, 1, 3, 30]))
        body = body[:at] + dice.choice([b"", dice.choice(PIECES), body[at:end] * 2]) + body[end:]
    return body


def random_object(dice):
    """Return an object of some format, valid or damaged."""
    record = {"idDrink": str(dice.randrange(9)), "strDrink": dice.choice(["A", "é]}", 'q"', "\n"])}
    if dice.random() < 0.2:
        record["drinks"] = dice.choice([None, "x", [], [1], {}])
    some = [record, *dice.choices([record, {}, 1, None, [record], "x"], k=dice.randrange(4))]
    lines = [json.dumps(dice.choice([one, {"drinks": some}])).encode() for one in some]
    row = f'{dice.randrange(9)},"{record["strDrink"]}"'.encode()
    body = dice.choice(
        [
            json.dumps(some, indent=dice.choice([None, 1])).encode(),
            json.dumps({"drinks": some, **dice.choice([{}, {"x": [1]}])}).encode(),
            b"\n".join(lines) + dice.choice([b"", b"\n"]),
            b"idDrink,strDrink\n" + b"\n".join([row] * dice.randrange(5)),
            b"".join(dice.choices(PIECES, k=dice.randrange(1, 9))),
        ]
    )
    body = mutated(dice, body)
    return mutated(dice, packed(body)) if dice.random() < 0.3 else body


@settings(max_examples=examples(1500), deadline=None)
@given(st.integers(0, 2**64))
def test_both_readers_count_the_same_records_for_any_bytes(chunked, seed):
    body = random_object(random.Random(seed))
    assert count(body, 1 + seed % 50) == len(list(decode(chunked(body), FIELDS))), body


def test_both_readers_have_the_same_limits(chunked, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 60)
    monkeypatch.setattr(byte_stream, "DOCUMENT_OBJECTS_LIMIT", 4)
    monkeypatch.setattr(independent_count, "BYTES_LIMIT", 60)
    monkeypatch.setattr(independent_count, "BRACES_LIMIT", 4)
    bodies = [
        *(b"x" * size for size in (59, 60, 61)),
        *(b"[" + b"{}," * number + b"{}]" for number in (2, 3, 4, 5)),
        *(b"[" + b"\n{}," * number + b"{}]" for number in (2, 3, 4, 5)),
        *(b"[" + b"1," * number + b"1]" for number in (25, 29, 30)),
        *((ONE + b"\n") * number for number in (1, 2, 3)),
        *(ONE + b"\n" + b"y" * size + b"\n" + ONE for size in (60, 61)),
        *(b"idDrink,strDrink\n1," + b"y" * size + b"\n2,B" for size in (58, 59)),
    ]
    for body in [*bodies, *map(packed, bodies)]:
        assert count(body) == len(list(decode(chunked(body), FIELDS))), body


def test_both_readers_have_the_same_default_limits(chunked):
    for body in (b"[\n{},\n{}]", b'idDrink,strDrink\n1,"A"\n2,B\n'):
        assert count(body) == len(list(decode(chunked(body), FIELDS))) == 2
    assert independent_count.BYTES_LIMIT == byte_stream.DECODED_LIMIT
    assert independent_count.BRACES_LIMIT == byte_stream.DOCUMENT_OBJECTS_LIMIT
    assert independent_count.ROW_LINES == csv_rows.ROW_LINES_LIMIT
    assert independent_count.ROW_BYTES == csv_rows.ROW_BYTES_LIMIT


@pytest.mark.parametrize("size", [59, 60, 61])
def test_both_readers_apply_a_limit_at_the_same_byte(chunked, monkeypatch, size):
    """An object above the limit is one rejected record; others have two or three records."""
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 60)
    monkeypatch.setattr(independent_count, "BYTES_LIMIT", 60)
    two, three = b'{"drinks":[1,2]}'.ljust(size), b"[1,2,3]".ljust(size)
    fits = size <= 60
    for body, expected in [
        (two, 2 if fits else 1),
        (three, 3 if fits else 1),
        (three.replace(b" ", b"\n"), 3 if fits else 1),
        (packed(two), 2 if fits else 1),
        (packed(three), 3 if fits else 1),
        (packed(two) + packed(b"x"), 1),
        (ONE + b"\n" + two, 3 if fits else 2),
        (two + b"\n" + ONE, 3 if fits else 2),
        (ONE + b"\n" + two + b"\n" + ONE, 4 if fits else 3),
        (b"[\n" + ONE + b"\n" + b"x" * size, 1 if fits else 3),
    ]:
        for chunk in (1, 7, 60, 1000):
            assert count(body, chunk) == expected, body
        assert len(list(decode(chunked(body), FIELDS))) == expected, body


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537])
def test_both_readers_apply_the_limit_of_a_row_at_the_same_byte(chunked, size):
    for row in (b"1,%b", b'1,"%b"', b'1,"\n%b"', b'1,"A\n%b"'):
        cell = b"z" * (size - len(row % b"") + row.count(b"\n"))
        body = b"idDrink,strDrink\n" + row % cell + b"\n2,B\n"
        rows = 2 if size <= 65_536 or b"\n" not in row else 3
        assert count(body, 1000) == len(list(decode(chunked(body), FIELDS))) == rows
    header = b"idDrink," + b"x" * (size - len(b"idDrink,,strDrink")) + b",strDrink"
    body = header + b"\n1,,A\n2,,B\n"
    rows = 2 if size <= 65_536 else 1
    assert count(body, 1000) == len(list(decode(chunked(body), FIELDS))) == rows


@pytest.mark.parametrize(("lines", "rows"), [(49, 2), (50, 2), (51, 52)])
def test_both_readers_have_the_same_limit_of_lines_of_a_row(chunked, lines, rows):
    body = b'idDrink,strDrink\n1,"' + b"\n".join([b"x"] * lines) + b'"\n2,B\n'
    assert count(body) == len(list(decode(chunked(body), FIELDS))) == rows


def test_both_readers_read_the_same_part_of_damaged_gzip(chunked):
    dice = random.Random(5)
    lines = [json.dumps({"idDrink": "1", "x": dice.randbytes(40).hex()}) for _ in range(400)]
    whole = packed("\n".join(lines).encode())
    assert len(whole) > 4 * independent_count.STEP
    counts = []
    for place in (3000, 4095, 4096, 4097, 9000, len(whole) - 30):
        body = bytearray(whole)
        body[place] ^= 255
        counts.append(count(bytes(body), 1000))
        assert counts[-1] == len(list(decode(chunked(bytes(body)), FIELDS)))
    assert len(set(counts)) > 3


@pytest.mark.parametrize("first", [b"[", b"{", b"[" + ONE + b",", b'{"drinks":[', b"[7,"])
def test_both_readers_treat_an_unclosed_first_line_as_the_beginning_of_a_document(chunked, first):
    body = first + b"\n" + b"?\n" * 3 + ONE
    assert count(body) == len(list(decode(chunked(body), FIELDS))) < 5
    closed = first + b"?\n" + b"?\n" * 3 + ONE
    assert count(closed) == len(list(decode(chunked(closed), FIELDS))) == 5


@pytest.mark.parametrize(
    "line",
    [
        b'[{"drinks":[1,2]}]',
        b'[{"drinks":[1]}, nope, {}',
        b'["drinks", {}, {}',
        b' {"drinks":[{}, nope',
        b' {"drinks":[1, nope',
        b'{"drinks":[{"a":1},{}]}, {}',
        b'"drinks"',
        b'{"x":"drinks"}',
    ],
)
def test_both_readers_find_the_same_records_in_a_line(chunked, line):
    for body in (ONE + b"\n" + line, line + b"\n" + ONE + b"\n"):
        assert count(body) == len(list(decode(chunked(body), FIELDS))), body


def nested(levels):
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize("levels", [100, 198, 199, 200, 201, 500, 900, 5_000])
def test_both_readers_agree_on_nested_json_at_any_call_depth(chunked, levels):
    record = b'{"idDrink":"1","strDrink":"A","strIngredient1":"Gin","x":%b}' % nested(levels)
    bodies = [
        record,
        record + b"\n" + ONE,
        b"[" + record + b"," + ONE + b"]",
        b'{"drinks":null,"x":%b}' % nested(levels),
        b'{"idDrink":"1","drinks":[%b,%b]}' % (record, ONE),
        b'{"drinks":[%b]}\n%b\n' % (record, ONE),
        b'"' + b"[" * levels + b'"\n' + ONE,
        b'[{"drinks":[1]},%b,{}]\n' % nested(levels) + ONE,
        b'{"drinks":[1,2],"x":"]]]","y":%b}' % nested(levels),
        b'{"drinks":[1,2],"x":"[[[","y":%b}' % nested(levels),
    ]

    def read(body, frames):
        if frames:
            return read(body, frames - 1)
        return count(body), [item[2:] for item in decode(chunked(body), FIELDS)]

    for body in bodies:
        counted, pieces = read(body, 0)
        assert read(body, 600) == (counted, pieces)
        assert counted == len(pieces), body


def test_a_good_record_after_many_malformed_lines_is_found(chunked):
    body = b"{broken\n" * 500 + ONE
    assert count(body) == len(list(decode(chunked(body), FIELDS))) == 501


def test_a_gzip_bomb_takes_no_memory_beyond_the_limit(monkeypatch):
    monkeypatch.setattr(independent_count, "BYTES_LIMIT", 1_000_000)
    bomb = packed(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        assert count(bomb, chunk=4096) == 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_gzip_data_above_the_limit_is_not_collected(monkeypatch):
    monkeypatch.setattr(independent_count, "PACKED_LIMIT", 100)
    assert count(packed(ONE + b"\n") * 9) == 1


@pytest.mark.parametrize("row", [b"1", b"1,A", b"1,A,x,y", b'1,"A', b'"1,A'])
def test_rows_with_too_few_or_many_cells_are_each_counted(chunked, row):
    body = b"idDrink,strDrink,strTags\n" + (row + b"\n") * 120
    assert count(body) == len(list(decode(chunked(body), FIELDS)))


@pytest.mark.parametrize(("good", "expected"), [(49, 1), (50, 200)])
def test_lines_after_the_beginning_of_a_document_are_records_if_most_of_the_head_is(
    chunked, good, expected
):
    body = b"[\n" + b"?\n" * (99 - good) + (ONE + b"\n") * good + b"?\n" * 100
    assert count(body) == len(list(decode(chunked(body), FIELDS))) == expected
