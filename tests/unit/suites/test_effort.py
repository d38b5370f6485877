"""`make unit` tries fewer examples of every property, and nothing else does."""

import re
from pathlib import Path

from hypothesis import settings

from strategies.effort import FAST_EXAMPLES, examples

UNIT = Path(__file__).parents[1]
MAKEFILE = UNIT.parents[1] / "Makefile"


def test_a_number_of_examples_is_cut_by_the_fast_profile_alone():
    is_fast = settings.get_current_profile_name() == "fast"
    assert examples(400) == (FAST_EXAMPLES if is_fast else 400)
    assert examples(15) == 15
    assert settings.get_profile("fast").max_examples == FAST_EXAMPLES
    assert settings.get_profile("full").max_examples == 100


def test_every_unit_test_with_a_number_of_its_own_lets_the_profile_cut_it():
    fixed = re.compile(r"max_examples=(?!examples\()\d")
    assert [path.name for path in UNIT.rglob("*.py") if fixed.search(path.read_text())] == []


def test_make_unit_is_fast_and_make_test_is_not():
    recipes = dict(re.findall(r"^(unit|test):.*\n\t(.*)$", MAKEFILE.read_text(), re.MULTILINE))
    assert "--hypothesis-profile fast" in recipes["unit"]
    assert "profile" not in recipes["test"]
