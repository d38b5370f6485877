"""Measures, names and derived facts are valid for any text."""

import math
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.drink import Derived, IngredientLine, Lineage
from mocktailverse.drinks.ingredients import canonical_name, match_ingredient, read_name
from mocktailverse.drinks.measures import Measure, parse_measure
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record
from mocktailverse.drinks.units import ML_PER_UNIT
from strategies.recipes import glasses, instructions, measures, names

UNITS = {
    *ML_PER_UNIT, "part", "piece", "slice", "wedge", "twist", "leaf", "sprig", "cube", "scoop",
    "bottle", "can", "package", "pinch", "g", "kg", "lb", "glass", "fill", "float", "garnish",
    "other", "none",
}  # fmt: skip
LARGEST_ML = 20_000
"""Above the volume of any recipe."""
STEPS_PER_CHARACTER = 3_000
"""Python lines executed per character, with a margin of an order of magnitude, so that only work
that grows faster than the text exceeds the bound."""


def steps_of(work: Callable[[], Any]) -> int:
    """Return the number of Python lines that the work executes."""
    steps = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal steps
        steps += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def check_range(low: float | None, high: float | None) -> None:
    for bound in (low, high):
        assert bound is None or (math.isfinite(bound) and bound >= 0)
    if low is not None and high is not None:
        assert low <= high


def check_measure(measure: Measure | IngredientLine) -> None:
    check_range(measure.amount_min, measure.amount_max)
    check_range(measure.ml_min, measure.ml_max)
    assert (measure.amount_min is None) == (measure.amount_max is None)
    assert (measure.ml_min is None) == (measure.ml_max is None)
    assert measure.ml_max is None or measure.ml_max <= LARGEST_ML
    assert measure.unit in UNITS
    if measure.ml_max is not None:
        assert measure.kind == "volume"
    if measure.amount_max is None:
        assert measure.certainty == "unknown"


@given(measures, st.none() | names)
def test_any_measure_is_parsed_to_valid_values(text: str, ingredient: str | None):
    measure = parse_measure(text, ingredient)
    check_measure(measure)
    assert parse_measure(text, ingredient) == measure
    if measure.implausible:
        assert measure.ml_max is None


@given(measures, names)
def test_the_steps_to_parse_a_line_are_bounded_by_its_length(text: str, name: str):
    read_name("sliced foo, optional")  # reads the tables and compiles their patterns
    bound = STEPS_PER_CHARACTER * (len(text) + len(name) + 20)
    assert steps_of(lambda: (parse_measure(text, name), read_name(name))) < bound


@given(names)
def test_a_canonical_name_is_its_own_canonical_name(name: str):
    canonical, is_listed = canonical_name(name)
    assert is_listed == (match_ingredient(name) is not None)
    if is_listed:
        assert canonical_name(canonical) == (canonical, True)
        assert canonical_name(f" {name.upper()} ") is not None


def derived_of(lines: list[tuple[str, str | None]], **fields: Any) -> Derived:
    raw = [RawLine(slot, name, measure) for slot, (name, measure) in enumerate(lines, 1)]
    all_fields = {
        "id": "1", "name": "A", "category": None, "alcoholic": None, "glass": None, "iba": None,
        "tags": (), "image": None, "video": None, "quality": (), **fields,
    }  # fmt: skip
    record = Record(lines=tuple(raw), **all_fields)
    drink = normalize(record, "thecocktaildb", 1, Lineage("b", "k", "v", 0, 1)).drink
    for line in drink.ingredients:
        check_measure(line)
    return drink.derived


lines_of_drinks = st.lists(st.tuples(names, st.none() | measures), max_size=6)
claims = st.sampled_from(["alcoholic", "non_alcoholic", "optional_alcohol", None])
categories = st.sampled_from([None, "Cocktail", "Shot", "Punch / Party Drink", "Beer"])


@given(lines_of_drinks, instructions, claims, glasses, categories)
def test_derived_facts_are_finite_ranges_with_plausible_values(
    lines, text, alcoholic, glass, category
):
    derived = derived_of(
        lines,
        instructions={"en": text} if text else {},
        alcoholic=alcoholic,
        glass=glass,
        category=category,
    )
    ranges = [
        name.removesuffix("_min") for name in derived.__struct_fields__ if name[-4:] == "_min"
    ]
    for name in ranges:
        check_range(getattr(derived, f"{name}_min"), getattr(derived, f"{name}_max"))
    for name in ("abv_percent", "abv_served_percent"):
        assert (getattr(derived, f"{name}_max") or 0) <= 100
    assert (derived.total_ml_max or 0) <= LARGEST_ML
    assert (derived.alcohol_g_max or 0) <= 0.8 * LARGEST_ML
    if derived.abv_percent_max is not None and derived.abv_served_percent_max is not None:
        assert derived.abv_served_percent_max <= derived.abv_percent_max
    if derived.is_mocktail:
        assert (derived.abv_percent_max or 0) <= 0.5
        assert not derived.spirits
    if derived.certainty == "exact":
        assert all(
            getattr(derived, f"{name}_min") == getattr(derived, f"{name}_max")
            for name in ("total_ml", "abv_percent")
        )


@given(lines_of_drinks, st.sampled_from(["5000 bottles", "99999 oz", "40000 cups", "1001 shots"]))
def test_an_implausible_measure_of_a_liquid_leaves_the_total_unknown(lines, measure):
    derived = derived_of([*lines, ("Gin", measure)], instructions={})
    assert derived.total_ml_max is None
    assert derived.alcohol_g_max is None
    assert derived.standard_drinks_max is None
