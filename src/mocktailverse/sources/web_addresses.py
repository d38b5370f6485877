"""Addresses of web pages and pictures in raw records."""

import re

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.text import visible

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)


def is_web_address(text: str) -> bool:
    """Return whether a text is an http or https URL and nothing else."""
    return _WEB_ADDRESS.fullmatch(text) is not None


def checked_address(text: str | None, code: Quality, quality: list[str]) -> str | None:
    """Return the address in a field, without outer white space; None if the field is blank.

    Anything else than an address is omitted, which adds the code to `quality`.
    """
    address = visible(text or "").strip()
    if not address:
        return None
    if is_web_address(address):
        return address
    quality.append(code)
    return None
