"""Read the reference tables that are part of the package."""

import csv
from importlib import resources


def read_table(name: str) -> list[list[str]]:
    """Return the rows of `reference/<name>` without the header. Works inside a zip, too."""
    text = resources.files("mocktailverse.drinks.reference").joinpath(name).read_text("utf-8")
    return list(csv.reader(text.splitlines()))[1:]
