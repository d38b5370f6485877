"""Ids made of names: "Piña Colada (No. 2)" becomes `pina-colada-no-2`."""

import hashlib
import re
import unicodedata
from collections.abc import Collection

MAX_SLUG = 80
"""Maximum characters of a slug."""

_DIGEST = 10
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_GAP = re.compile(r"[^a-z0-9]+", re.ASCII)
_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{RIGHT SINGLE QUOTATION MARK}": "", "'": "",
    }
)  # fmt: skip
"""Letters that Unicode does not decompose, and apostrophes, which separate no words."""


def slug_of(name: str) -> str | None:
    """Return the slug of a name: words of a-z and 0-9 with hyphens; None of a blank name.

    What a slug cannot express gets a part of the name's SHA-256, so that names with other letters
    and names longer than MAX_SLUG characters have slugs of their own.

    >>> slug_of("Piña Colada (No. 2)")
    'pina-colada-no-2'
    """
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    slug = _GAP.sub("-", letters).strip("-")
    is_lossy = not slug or any(char.isalnum() and not char.isascii() for char in letters)
    if not is_lossy and len(slug) <= MAX_SLUG:
        return slug
    if not slug and not any(char.isalnum() for char in letters):
        return None
    digest = hashlib.sha256(name.casefold().encode("utf-8", "replace")).hexdigest()[:_DIGEST]
    return f"{slug[: MAX_SLUG - _DIGEST - 1].rstrip('-')}-{digest}".lstrip("-")


def is_slug(text: str) -> bool:
    """Return whether the text is a slug: lower case ASCII words, joined by hyphens."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def free_slug(slug: str, taken: Collection[str]) -> str:
    """Return the slug if it is free, else with the first free number from 2: `margarita-2`."""
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        ending = f"-{number}"
        candidate = slug[: MAX_SLUG - len(ending)].rstrip("-") + ending
    return candidate
