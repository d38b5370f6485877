"""JSON of the independent count: validity, and the elements of text that is not valid."""

import pytest

from mocktailverse.pipeline import independent_json, json_elements
from mocktailverse.pipeline.independent_json import (
    NOT_JSON,
    JsonObject,
    elements,
    is_json,
    parse,
)

LIMIT = 200


def arrays(levels):
    return b"[" * levels + b"]" * levels


def objects(levels):
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    "text",
    [
        b"null",
        b" [1, -0.5, 1e999, true] \n",
        b"9" * 5000,
        b'"\xff"',
        b'"\\ud83c\\udf79"',
        b'"\\uD83C\\uDF79 \\u00e9"',
        arrays(LIMIT),
        objects(LIMIT),
        b"[" * 100 + objects(100) + b"]" * 100,
        b"[" + b"[]," * LIMIT + b"{}]",
        b"[" + b"{}," * LIMIT + b"[]]",
        b'["' + b"[{" * LIMIT + b'"]',
        b'["\\"' + b"[{" * LIMIT + b'"]',
        b'["\\\\\\"' + b"[{" * LIMIT + b'"]',
        b'["","[","' + b"[{" * LIMIT + b'"]',
        b'"' + b"[" * 2 * LIMIT + b'"',
    ],
)
def test_both_readers_accept_valid_json(text):
    assert is_json(text) is True
    assert json_elements.is_json(text) is True or b"\xff" in text or text.isdigit()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nul",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1,]",
        b"1 2",
        b'"\\ud83c"',
        b'"\\udf79"',
        b'"\\uDF79\\uD83C"',
        b'{"\\uD800":1}',
        b'"\x01"',
        b"\xff",
        arrays(LIMIT + 1),
        objects(LIMIT + 1),
        b"[" * 100 + objects(101) + b"]" * 100,
        b'{"":"]]","a":' + arrays(LIMIT) + b"}",
        b'{"":"\\"]]","a":' + arrays(LIMIT) + b"}",
        b'{"":["\\\\","]]"],"a":' + arrays(LIMIT) + b"}",
        arrays(100_000),
    ],
)
def test_both_readers_refuse_invalid_json(text):
    assert is_json(text) is False
    assert parse(text) is NOT_JSON
    assert json_elements.is_json(text) is False


def test_an_object_keeps_repeated_keys_and_is_not_an_array():
    value = parse(b'{"a":[],"a":{"b":null}}')
    assert value == JsonObject([("a", []), ("a", JsonObject([("b", None)]))])
    assert isinstance(value, JsonObject)
    assert not isinstance(value[0][1], JsonObject)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"[]", []),
        (b" \n[1,2]", [b"1", b"2"]),
        (b"[1,,2,]", [b"1", b"2"]),
        (b'["a]",{"b":"}"},[[2]]]', [b'"a]"', b'{"b":"}"}', b"[[2]]"]),
        (b'["\\"],",1]', [b'"\\"],"', b"1"]),
        (b'[{"a":1},]', [b'{"a":1}']),
        (b"[{} {}[]]", [b"{}", b"{}", b"[]"]),
        (b"[{}] x", [b"{}", None]),
        (b"[{}] ", [b"{}"]),
        (b"[{}}, {}]", [b"{}", None]),
        (b"[{}, 1{}, 2]", [b"{}", None]),
        (b"[{}, 1[2], 2]", [b"{}", None]),
        (b"[{}, 1}, 2]", [b"{}", None]),
        (b"[{}, 1", [b"{}", None]),
        (b'[{}, "x]', [b"{}", None]),
        (b'[{}, {"x]', [b"{}", None]),
        (b"[{},", [b"{}", None]),
        (b"[", [None]),
        (b'{"drinks":[{}]}', [b"{}"]),
        (b' {"drinks" : [{}]}', [b"{}"]),
        (b'{"x":{"drinks":[1]},"drinks":[2]}', [b"2"]),
        (b'{"x":["drinks",[1]],"drinks":[2],"y":[3]}', [b"2"]),
        (b'{"x":"drinks","drinks":7,"drinks":[2]}', [b"2"]),
        (b'{"drinks":[2],"x":NaN}', [b"2", None]),
        (b'{"x":NaN,"drinks":[2]}', [b"2", None]),
        (b'{"drinks":[{}],"drinks":[1]}', [b"{}", None]),
        (b'{"drinks":[{}],"x":"drinks"}', [b"{}", None]),
        (b'{"drinks":[{}]', [b"{}", None]),
        (b'{"x":{"drinks":[{}]}}', []),
        (b'{"drinks":{"x":[{}]}}', []),
        (b'{"drinks":', []),
        (b'{}"drinks":[1]', []),
        (b'{}{"drinks":[1]}', []),
        (b'x{"drinks":[1]}', []),
        (b'"drinks":[1]', []),
        (b"1", []),
        (b"", []),
    ],
)
def test_both_readers_split_an_array_into_the_same_elements(document, expected):
    assert list(elements(document)) == expected
    parts = json_elements.elements(document)
    assert [None if part.problem else part.data for part in parts] == expected


def test_both_readers_have_the_same_nesting_limit():
    assert independent_json.LEVELS_LIMIT == json_elements.NESTING_LIMIT == LIMIT
