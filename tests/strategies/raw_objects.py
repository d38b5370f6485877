"""Raw objects: records in every accepted format, mixed, compressed and damaged."""

import csv
import gzip
import io
import json
import random
from functools import cache
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st

SAMPLES = Path(__file__).parents[2] / "data" / "raw"
CSV_COLUMNS = ("idDrink", "strDrink", "strTags")

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
records = st.fixed_dictionaries(
    {"idDrink": texts, "strDrink": texts},
    optional={"drinks": texts, "x": st.lists(st.integers() | texts | st.none(), max_size=3)},
).map(lambda record: {"strTags": "x", **record})


def packed(data: bytes) -> bytes:
    """Return gzip data that is the same in all test processes."""
    return gzip.compress(data, mtime=0)


def dump(value: object, **options: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, **options).encode()


def as_ndjson(items: list) -> bytes:
    return b"".join(dump(record) + b"\n" for record in items)


def as_envelope_lines(items: list) -> bytes:
    """Return envelopes of two records each, between empty envelopes."""
    lines = [dump({"drinks": items[i : i + 2]}) for i in range(0, len(items), 2)]
    return b"\n".join([b'{"drinks":null}', *lines, b'{"drinks":"None Found"}', b""])


def as_csv(items: list) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, CSV_COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(items)
    return text.getvalue().encode()


FORMS = {
    "array": dump,
    "pretty array": lambda items: dump(items, indent=2),
    "envelope": lambda items: dump({"drinks": items}),
    "pretty envelope": lambda items: dump({"drinks": items}, indent=1),
    "NDJSON": as_ndjson,
    "envelope lines": as_envelope_lines,
    "CSV": as_csv,
}
PACKINGS = {
    "plain": lambda data: data,
    "gzip": packed,
    "two members": lambda data: packed(data[:9]) + packed(data[9:]),
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
}

FRAGMENTS = (
    b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\r\n", b"\r", b'"', b" ", b"\0", b"\xff", b"\\",
    b"'", b'\\"', b'""', b"-0", b"1e999", b"NaN", b"null", b"]}", b'"drinks"', b"drinks",
    b'"drinks":[', b'{"drinks":', b'{"drinks":[{},{}]}', b'{"drinks":7}\n', b'[{"drinks":[1]}]',
    b'"x":{', b'"\\ud800"', b'{"drinks":[{"a":1},{"b":[2]}]}\n', b'{"idDrink":"1"}\n',
    b"idDrink,strDrink\n", b"1,2\n", b'3,"', b"idDrink;strDrink|strTags", b"\xef\xbb\xbf",
    b"\x1f\x8b", b"\xed\xa0\x80", b"\xe2\x80\xa8", packed(b"{}\n{}"), packed(b"")[:12],
)  # fmt: skip
fragments = st.sampled_from(FRAGMENTS)


def pieces(data: bytes, places: list[int]) -> list[bytes]:
    """Return the data cut at these places, each taken modulo its length."""
    cuts = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(cuts)]


@cache
def sample_records() -> list[dict[str, object]]:
    """Return the records of the NDJSON and JSON samples without their null fields."""
    lines = (SAMPLES / "cocktails.ndjson").read_bytes().splitlines()
    samples = [
        *map(json.loads, lines),
        *json.loads((SAMPLES / "mocktails.json").read_text())["drinks"],
    ]
    return [
        {key: value for key, value in record.items() if value is not None} for record in samples
    ]


@cache
def sample_pieces() -> list[bytes]:
    """Return the beginning of every bad sample: formats that real sources sent."""
    files = sorted(path for path in (SAMPLES / "bad").iterdir() if path.name != "expected.json")
    return [path.read_bytes()[:3000] for path in files]


_PLAIN = (
    {"idDrink": "1", "strDrink": "A"},
    {"idDrink": "2", "strDrink": "B\n\"x\", 'y'; | {[", "strTags": [1, {"drinks": [2]}]},
    {"idDrink": "3", "drinks": None},
    {"idDrink": "\u2028", "drinks": "x"},
    {"drinks": []},
    {},
)


def raw_object(choose: random.Random) -> bytes:
    """Return one raw object: valid, edited before or after compression, or garbage."""
    match choose.randrange(8):
        case 0 | 1:
            body = b"".join(choose.choices(FRAGMENTS, k=choose.randrange(12)))
        case 2:
            body = choose.choice(sample_pieces())
        case _:
            forms = choose.choices(sorted(FORMS), k=choose.choice([1, 1, 1, 2]))
            body = b"\n".join(FORMS[form](_some_records(choose)) for form in forms)
    for _ in range(choose.randrange(5)):
        body = _edited(body, choose)
    body = PACKINGS[choose.choice(sorted(PACKINGS))](body)
    for _ in range(choose.choice([0, 0, 0, 1, 2])):
        body = _edited(body, choose)
    return body


def _some_records(choose: random.Random) -> list[dict[str, object]]:
    kind = choose.choice([_PLAIN, _PLAIN, _PLAIN, sample_records()])
    return choose.choices(kind, k=choose.randrange(1, 6))


def _edited(data: bytes, choose: random.Random) -> bytes:
    piece = choose.choice(FRAGMENTS) if choose.randrange(4) else choose.randbytes(2)
    start = choose.randrange(len(data) + 1)
    end = start + choose.randrange(1, 40)
    before, middle, after = data[:start], data[start:end], data[end:]
    match choose.randrange(5):
        case 0:
            return before + piece + middle + after
        case 1:
            return before + after
        case 2:
            return before + middle + middle + after
        case 3:
            return before + bytes(byte ^ piece[0] for byte in middle[:1]) + middle[1:] + after
        case _:
            return after + middle + before


raw_objects = st.integers(0, 2**64 - 1).map(lambda number: raw_object(random.Random(number)))
"""Each comes from one random seed, which is ten times as fast as drawing every choice. A failing
object is shrunk byte by byte; see tests/fuzz/conftest.py."""
