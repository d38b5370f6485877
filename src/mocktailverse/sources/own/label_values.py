"""The values behind the labels of a text recipe: "Source: https://...", "ABV: 24 % vol"."""

import re
from collections.abc import Callable

from mocktailverse.sources.own.recipe_text import method_of, web_address
from mocktailverse.sources.own.simple_recipe import LANGUAGE, stated_alcohol
from mocktailverse.sources.slugs import is_slug

_ADDRESS = re.compile(r"https?://[^\s<>()\"']+", re.IGNORECASE)
_PERCENT = re.compile(r"\D{0,10}?(100|\d{1,2}(?:[.,]\d{1,2})?)\s*(?:%\D*)?")
_JOINED = frozenset({"author", "garnish", "tags"})
"""Columns that several values may share."""


def add_value(columns: dict[str, object], column: str, value: str) -> bool:
    """Add the value of a label to the columns; return False if it is not a value of its column."""
    value = value.strip()
    if value[:1] + value[-1:] in {'""', "''", "[]"} and len(value) > 1:  # of YAML
        value = value[1:-1].strip()
    if column == "url":
        return _add_source(columns, value)
    text = _READERS.get(column, str)(value)
    if not text or (column in columns and column not in _JOINED):
        return False
    columns[column] = f"{columns[column]}, {text}" if column in columns else text
    return True


def _add_source(columns: dict[str, object], value: str) -> bool:
    """Add the address in a text as `url`, and what is beside it as the author."""
    address = _ADDRESS.search(value)
    name = _ADDRESS.sub("", value).strip(" -,:;()[]<>")
    if (address and "url" in columns) or (name and "author" in columns):
        return False
    if address:
        columns["url"] = address[0]
    if name:
        columns["author"] = name
    return bool(address or name)


def _percent(value: str) -> str | None:
    match = _PERCENT.fullmatch(value)
    return match[1] if match else None


_READERS: dict[str, Callable[[str], str | None]] = {
    "abv_percent": _percent,
    "alcoholic": stated_alcohol,
    "id": lambda value: value if is_slug(value) and not value.isdigit() else None,
    "image": web_address,
    "language": lambda value: value if LANGUAGE.fullmatch(value) else None,
    "method": lambda value: method_of(value) and value,
}
"""Columns whose values are not just any text."""
