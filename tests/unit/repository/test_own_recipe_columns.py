"""The reference of own recipes has every column and its meaning."""

import re
from pathlib import Path

from mocktailverse.sources.own.simple_recipe import COLUMNS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "own-recipes.md"


def test_every_column_of_own_recipes_is_explained():
    page = PAGE.read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", page.partition("## Plain text")[0], re.MULTILINE)
    assert dict(rows) == COLUMNS
