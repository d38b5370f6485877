"""What replaces what, against the verdicts of bartenders: no wrong substitute, few missed."""

import csv
from pathlib import Path

import pytest

from mocktailverse.drinks.substitutions.needs import needs_of
from mocktailverse.drinks.substitutions.shelf import StockedShelf
from mocktailverse.drinks.substitutions.shelf_names import stocked_name

_FILE = Path(__file__).parents[1] / "labels" / "substitutions.csv"
MISMATCHES_ALLOWED = 3
"""Labels whose substitute is another default than said, of those that are replaced or not."""


@pytest.fixture(scope="module")
def verdicts(read_drink):
    """The labels, each with the verdict of the product; None if the drink needs nothing."""

    def verdict(asked, offered):
        name, _, measure = asked.partition(",")
        needs = needs_of(read_drink("Any", (name, measure.strip() or None)))
        if not needs:
            return None
        supplies = StockedShelf([stocked_name(offered)], "acceptable").supplies(needs[0])
        ranks = {s.substitution.confidence if s.substitution else "same" for s in supplies}
        return next((rank for rank in ("same", "near", "acceptable") if rank in ranks), "wrong")

    with _FILE.open(encoding="utf-8", newline="") as file:
        return [(row, verdict(row["asked"], row["offered"])) for row in csv.DictReader(file)]


def test_nothing_wrong_is_replaced_not_even_on_request(verdicts):
    wrong = [row for row, given in verdicts if row["verdict"] == "wrong" and given != "wrong"]
    assert wrong == []


def test_nothing_acceptable_is_replaced_by_default(verdicts):
    wrong = [
        row
        for row, given in verdicts
        if row["verdict"] == "acceptable" and given in {"same", "near"}
    ]
    assert wrong == []


def test_what_replaces_is_rarely_missed(verdicts):
    missed = [
        row
        for row, given in verdicts
        if (row["verdict"] in {"same", "near"} and given not in {"same", "near", None})
        or (row["verdict"] == "acceptable" and given == "wrong")
    ]
    assert len(missed) <= MISMATCHES_ALLOWED
