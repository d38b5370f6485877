"""JSON elements: split by strings and brackets alone, in order, without loss."""

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
def test_the_elements_of_a_valid_array_are_its_values(found, indent, enveloped):
    value = {"x": [{"drinks": [1]}, "drinks"], "drinks": found, "y": {}} if enveloped else found
    document = json.dumps(value, indent=indent).encode()
    items = list(elements(document))
    assert [json.loads(item.data) for item in items] == found
    assert all(document[item.start :].startswith(item.data) for item in items)


@quick
@given(st.lists(values, max_size=5), st.integers(1, 200))
def test_a_cut_array_gives_its_first_elements_and_what_is_left(found, cut):
    document = json.dumps(found).encode()
    *whole, left = split(document[: max(1, len(document) - cut)])
    assert [json.loads(data) for data, _ in whole] == found[: len(whole)]
    assert not left[1]


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
def test_what_cannot_be_split_is_left_over(document, expected):
    assert split(document) == expected


@pytest.mark.parametrize(
    "hostile",
    [b"[", b"]", b"{", b'"', b'"a', b'\\"', b"\\", b",", b" ", b"x", b'{"a":', b'""', b"[]"],
)
@pytest.mark.parametrize("start", [b"", b"[", b'[{"', b'{"', b'{"drinks":['])
def test_hostile_repetition_takes_linear_time(start, hostile):
    assert can_be_split(start + hostile * 200_000) in {True, False}
