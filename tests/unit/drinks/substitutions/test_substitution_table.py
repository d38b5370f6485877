"""The table of substitutions is consistent with the reference of ingredients."""

from mocktailverse.drinks.ingredients import ancestors, match_ingredient
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.substitutions.substitution_table import RANKS, substitution_table

ROWS = read_table("substitutions.csv")


def test_every_name_is_canonical():
    names = {name for row in ROWS for text in row[:2] for name in text.split("+")} - {"*"}
    assert [name for name in names if match_ingredient(name).name != name] == []


def test_every_pair_is_decided_once_and_has_a_reason_and_a_source():
    pairs = [(use, name) for use, name, *_ in ROWS]
    assert len(set(pairs)) == len(pairs)
    assert [row for row in ROWS if not all(row)] == []


def test_every_confidence_is_known():
    assert {row[2] for row in ROWS} == {*RANKS, "blocked"}


def test_only_a_more_general_ingredient_has_kinds():
    kinds = [(use, name) for use, name, level, *_ in ROWS if level == "kind" and use != "*"]
    assert [pair for pair in kinds if pair[1] not in ancestors(pair[0])] == []


def test_no_mixture_has_a_part_that_is_a_mixture():
    mixtures = substitution_table().mixtures
    names = {mixture.name for mixture in mixtures}
    assert [m.name for m in mixtures if names.intersection(m.parts)] == []
