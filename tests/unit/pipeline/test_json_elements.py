"""JSON elements: split only by strings and brackets, in order, without loss."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.pipeline.json_elements import can_be_split, elements
from strategies.effort import examples

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just('"\\]},{['),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
quick = settings(max_examples=examples(80), deadline=None)


def split(document):
    return [(element.data, element.problem is None) for element in elements(document)]


@quick
@given(st.lists(values, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_the_elements_of_a_valid_array_are_its_values(array, indent, enveloped):
    value = {"x": [{"drinks": [1]}, "drinks"], "drinks": array, "y": {}} if enveloped else array
    document = json.dumps(value, indent=indent).encode()
    items = list(elements(document))
    assert [json.loads(item.data) for item in items] == array
    assert all(document[item.start :].startswith(item.data) for item in items)


@quick
@given(st.lists(values, max_size=5), st.integers(1, 200))
def test_a_truncated_array_gives_its_first_elements_and_the_rest(array, cut):
    document = json.dumps(array).encode()
    *whole, rest = split(document[: max(1, len(document) - cut)])
    assert [json.loads(data) for data, _ in whole] == array[: len(whole)]
    assert not rest[1]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b'[{"a":1},]', [(b'{"a":1}', True)]),
        (b"[{} {}]", [(b"{}", True), (b"{}", True)]),
        (b"[{}] x", [(b"{}", True), (b"[] x", False)]),
        (b"[{}}, {}]", [(b"{}", True), (b"}, {}]", False)]),
        (b'[{}, "x":{}]', [(b"{}", True), (b'"x":{}]', False)]),
        (b'[{}, {"x]', [(b"{}", True), (b'{"x]', False)]),
        (b"[{},", [(b"{}", True), (b"", False)]),
        (b'{"drinks":[{}],"drinks":[1]}', [(b"{}", True), (b'{"drinks":[],"drinks":[1]}', False)]),
        (b'{"x":{"drinks":[{}]}}', []),
        (b'{"drinks":{"x":[{}]}}', []),
        (b"", []),
    ],
)
def test_text_that_cannot_be_split_is_returned_as_the_rest(document, expected):
    assert split(document) == expected


@pytest.mark.parametrize(
    "hostile",
    [b"[", b"]", b"{", b'"', b'"a', b'\\"', b"\\", b",", b" ", b"x", b'{"a":', b'""', b"[]"],
)
@pytest.mark.parametrize("start", [b"", b"[", b'[{"', b'{"', b'{"drinks":['])
def test_hostile_repetition_takes_linear_time(start, hostile):
    assert can_be_split(start + hostile * 200_000) in {True, False}
