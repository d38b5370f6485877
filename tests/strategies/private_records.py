"""Records of TheCocktailDB that cannot be published here; tests use them where they are present."""

import os
from pathlib import Path

import pytest

VARIABLE = "MOCKTAILVERSE_PRIVATE_RECORDS"
"""Names a folder that holds `thecocktaildb_full.json` and the like."""


def needed(name: str) -> Path:
    """Return the path of a file in that folder; skip the test where there is none."""
    path = Path(os.environ.get(VARIABLE, ""), name)
    if VARIABLE not in os.environ or not path.is_file():
        pytest.skip(f"{VARIABLE} names no folder with {name}")
    return path
