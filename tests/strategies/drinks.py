"""Drinks and registers with any value of the right type in each field.

The strategies follow the annotations of the contract, so they cover a new field automatically.
"""

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from mocktailverse.drinks.drink import Credit, Drink, Stated
from mocktailverse.drinks.register import Earlier, Register
from strategies.texts import texts

numbers = st.floats(0, 1e12) | st.integers(0, 10**6).map(float) | st.just(1e-9)
times = st.integers(0, 10**15 - 1)
_PLAIN = {str: texts, float: numbers, int: times, bool: st.booleans(), NoneType: st.none()}

_NEVER_EMPTY = (Credit, Stated)
"""Structs that are null rather than without any value."""


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of an annotation or struct type."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin in {Union, UnionType}:
            return st.one_of(map(values_of, arguments))
        case origin if origin is Literal:
            return st.sampled_from(arguments)
        case origin if origin is tuple:
            return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
        case origin if origin is dict:
            return st.dictionaries(*map(values_of, arguments), max_size=3)
    fields = get_type_hints(kind)
    built = st.builds(kind, **{name: values_of(fields[name]) for name in kind.__struct_fields__})
    return built.filter(_states_something) if kind in _NEVER_EMPTY else built


def _states_something(struct: msgspec.Struct) -> bool:
    return any(value is not None for value in msgspec.structs.astuple(struct))


def _in_slots(drink: Drink) -> Drink:
    """Return the drink with its ingredient lines numbered from 1, so that no two share a slot."""
    lines = enumerate(drink.ingredients, 1)
    numbered = tuple(msgspec.structs.replace(line, position=slot) for slot, line in lines)
    return msgspec.structs.replace(drink, ingredients=numbered)


drinks = values_of(Drink).map(_in_slots)
earlier = st.lists(values_of(Earlier), max_size=9).map(tuple)
absences = st.lists(times, max_size=3).map(tuple)
sightings = st.builds(
    lambda drink, *others: Register(drink.id, drink, *others),
    drinks,
    texts,
    earlier,
    absences,
    st.none() | times,
)
registers = sightings | st.builds(
    lambda times_absent: Register("s:1", None, absences=times_absent), absences.filter(bool)
)
