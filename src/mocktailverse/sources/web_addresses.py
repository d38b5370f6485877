"""Addresses of web pages and pictures in raw records."""

import re
from urllib.parse import SplitResult, quote

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.text import visible

_RESERVED = "%/:=&?~+!$,;'@()*[]"
"""Characters with a meaning in an address, and `%`, which begins what is encoded already."""
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


def encoded_parts(parts: SplitResult) -> SplitResult:
    """Return the parts of an address in ASCII: the host as IDNA, the rest percent-encoded.

    Raises:
        ValueError: the host or the port cannot be one.
    """
    if not parts.netloc.isascii():
        host = (parts.hostname or "").encode("idna").decode()
        parts = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host)
    path, query, fragment = (quote(text, safe=_RESERVED) for text in parts[2:])
    return parts._replace(path=path, query=query, fragment=fragment)


def encoded_location(header: str) -> str:
    """Return the address in a Location header, whose bytes HTTP clients decode as Latin-1."""
    return quote(header.encode("latin-1"), safe=f"{_RESERVED}#")
