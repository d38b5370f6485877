"""Reading the reference tables that ship inside the package."""

import csv
from importlib import resources


def read_table(name: str) -> list[list[str]]:
    """The rows of `reference/<name>` without its header; works from inside a zip as well."""
    text = resources.files("mocktailverse.drinks.reference").joinpath(name).read_text("utf-8")
    return list(csv.reader(text.splitlines()))[1:]
