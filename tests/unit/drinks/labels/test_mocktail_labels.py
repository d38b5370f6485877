"""`is_mocktail` of labelled drinks: many brands and languages, written without the code."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record

LABELS = list(
    csv.DictReader(Path(__file__).with_name("mocktails.csv").read_text("utf-8").splitlines())
)
EXPECTED = {"true": True, "false": False, "ambiguous": None}
LINEAGE = Lineage("d", "raw/x/x", "v", 0, 1)


def is_mocktail(label: dict[str, str]) -> bool | None:
    parts = [text.rpartition("::") for text in label["ingredients"].split(";")]
    record = Record(
        id="1",
        name=label["name"],
        category=None,
        alcoholic=None,
        glass=None,
        iba=None,
        tags=(),
        instructions={"en": "Stir and pour into a glass."},
        lines=tuple(
            RawLine(place, name, measure or None)
            for place, (measure, _, name) in enumerate(parts, start=1)
        ),
        image=None,
        video=None,
        quality=(),
    )
    return normalize(record, "x", 1, LINEAGE).drink.derived.is_mocktail


@pytest.fixture(scope="module")
def outcomes() -> Counter[tuple[bool | None, bool | None]]:
    return Counter((EXPECTED[label["is_mocktail"]], is_mocktail(label)) for label in LABELS)


def test_no_drink_with_alcohol_is_called_a_mocktail(outcomes: Counter):
    assert outcomes[False, True] == 0


def test_no_mocktail_is_called_alcoholic(outcomes: Counter):
    assert outcomes[True, False] == 0


def test_nearly_all_clear_drinks_are_known(outcomes: Counter):
    assert outcomes[True, True] + outcomes[False, False] >= 788
    assert outcomes[True, None] + outcomes[False, None] <= 7


def test_every_label_is_one_of_three_and_has_a_source():
    assert all(label["is_mocktail"] in EXPECTED and label["source"] for label in LABELS)
