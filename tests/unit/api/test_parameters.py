"""Texts of a request as values, with the messages that pydantic gives for the wrong ones."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from mocktailverse.api.parameters import (
    Choice,
    Flag,
    Integer,
    InvalidValueError,
    Many,
    Number,
    Text,
)

PAIRS = {
    "text": (Text(2, 4, "^[a-z]*$"), str, Field(min_length=2, max_length=4, pattern="^[a-z]*$")),
    "integer": (Integer(1, 100), int, Field(ge=1, le=100)),
    "number": (Number(0, 100.0), float, Field(ge=0, le=100.0, allow_inf_nan=False)),
}
PYDANTIC = {name: TypeAdapter(Annotated[kind, limits]) for name, (_, kind, limits) in PAIRS.items()}
NUMERALS = st.from_regex(r"[+-]?[0-9_.eE \t\x1c\xa0\u2003\u0661infa]{0,6}", fullmatch=True)
"""pydantic reads `0-2` as -2; no other sign within a number is valid there."""


def result_of(read, text):
    """Return the value, or the messages."""
    try:
        return read(text)
    except InvalidValueError as error:
        return list(error.args)
    except ValidationError as error:
        return [one["msg"] for one in error.errors()]


@pytest.mark.parametrize("name", PAIRS)
@given(text=st.text(max_size=6) | NUMERALS | st.text("abz", max_size=6))
def test_a_value_is_read_as_pydantic_reads_it(name, text):
    expected = result_of(PYDANTIC[name].validate_python, text)
    assert result_of(PAIRS[name][0].read, text) == expected


@pytest.mark.parametrize("text", ["9" * 4301, "1_" * 4300 + "1"])
def test_an_integer_with_more_digits_than_python_converts_is_refused(text):
    with pytest.raises(InvalidValueError, match="exceeded maximum size"):
        Integer(1, 100).read(text)


@pytest.mark.parametrize("text", ["0-2", "1-1", "--1"])
def test_a_sign_within_an_integer_is_refused(text):
    with pytest.raises(InvalidValueError, match="unable to parse string as an integer"):
        Integer(-5, 100).read(text)


def test_a_flag_has_two_spellings():
    assert [Flag().read("true"), Flag().read("false")] == [True, False]
    with pytest.raises(InvalidValueError, match="Input should be 'true' or 'false'"):
        Flag().read("True")


def test_a_choice_names_what_is_allowed():
    with pytest.raises(InvalidValueError, match="Input should be 'a', 'b' or 'c'"):
        Choice(("a", "b", "c")).read("d")


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["a", "b"], ("a", "b")),
        (["a, b ,,c"], ("a", "b", "c")),
        ([r"a\,b,c\\"], ("a,b", "c\\")),
        ([" "], (" ",)),
        ([","], (",",)),
    ],
)
def test_values_are_repeated_or_separated_by_commas(texts, values):
    assert Many(Text(1, 100)).read(texts) == values


@pytest.mark.parametrize(
    ("texts", "messages"),
    [
        (["a", "b", "c"], ["Tuple should have at most 2 items after validation, not 3"]),
        (["", "a"], ["String should have at least 1 character"]),
        (
            [""],
            [
                "String should have at least 1 character",
                "Tuple should have at least 1 item after validation, not 0",
            ],
        ),
    ],
)
def test_each_wrong_value_of_a_list_has_a_message(texts, messages):
    with pytest.raises(InvalidValueError) as raised:
        Many(Text(1, 100), 1, 2).read(texts)
    assert list(raised.value.args) == messages
