"""`make unit` tries fewer examples of every property; other targets do not."""

import re
from pathlib import Path

from hypothesis import settings

from strategies.effort import FAST_EXAMPLES, examples

UNIT = Path(__file__).parents[1]
MAKEFILE = UNIT.parents[1] / "Makefile"


def test_only_the_fast_profile_reduces_the_number_of_examples():
    is_fast = settings.get_current_profile_name() == "fast"
    assert examples(400) == (FAST_EXAMPLES if is_fast else 400)
    assert examples(15) == 15
    assert settings.get_profile("fast").max_examples == FAST_EXAMPLES
    assert settings.get_profile("full").max_examples == 100


def test_every_number_of_examples_in_a_unit_test_can_be_reduced_by_the_profile():
    fixed = re.compile(r"max_examples=(?!examples\()\d")
    assert [path.name for path in UNIT.rglob("*.py") if fixed.search(path.read_text())] == []


def test_make_unit_is_fast_and_make_test_is_not():
    recipes = dict(re.findall(r"^(unit|test):.*\n\t(.*)$", MAKEFILE.read_text(), re.MULTILINE))
    assert "--hypothesis-profile fast" in recipes["unit"]
    assert "profile" not in recipes["test"]
