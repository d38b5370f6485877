"""Read the reference tables that are part of the package."""

import csv
import pkgutil


def read_table(name: str) -> list[list[str]]:
    """Return the rows of `reference/<name>` without the header. Works inside a zip, too."""
    # pkgutil imports less than importlib.resources, which delays a cold start.
    data = pkgutil.get_data("mocktailverse.drinks.reference", name) or b""
    return list(csv.reader(data.decode().splitlines()))[1:]
