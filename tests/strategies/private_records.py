"""Records of TheCocktailDB that cannot be published; tests use them where they are present."""

import os
from pathlib import Path

import pytest

VARIABLE = "MOCKTAILVERSE_PRIVATE_RECORDS"
"""Environment variable: a folder with private files such as `thecocktaildb_full.json`."""


def needed(name: str) -> Path:
    """Return the path of a file in that folder; skip the test if the file is missing."""
    path = Path(os.environ.get(VARIABLE, ""), name)
    if VARIABLE not in os.environ or not path.is_file():
        pytest.skip(f"{VARIABLE} does not name a folder that contains {name}")
    return path
