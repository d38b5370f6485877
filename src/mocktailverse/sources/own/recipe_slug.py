"""Ids of own recipes: slugs of their names, such as `corpse-reviver-no-2`."""

import hashlib
import re
import unicodedata

MAX_SLUG = 60
"""Maximum characters of a slug."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_GAP = re.compile(r"[^a-z0-9]+", re.ASCII)
_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{RIGHT SINGLE QUOTATION MARK}": "", "'": "",
    }
)  # fmt: skip
"""Letters that have no decomposition in Unicode, and apostrophes, which separate no words."""


def is_slug(text: str) -> bool:
    """Return whether the text is a slug: lower case ASCII words, joined by hyphens."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def slug_of(name: str) -> str:
    """Return the slug of a name.

    A name without a Latin letter or a digit gets `recipe-` and 12 digits of its SHA-256, so that
    the same name always has the same id.

    >>> slug_of("Piña Colada (No. 2)")
    'pina-colada-no-2'
    """
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    slug = _GAP.sub("-", bare).strip("-")[:MAX_SLUG].rstrip("-")
    if slug:
        return slug
    return f"recipe-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:12]}"


def free_slug(slug: str, taken: frozenset[str] | set[str]) -> str:
    """Return the slug if it is free, else with the first free number from 2: `margarita-2`."""
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        ending = f"-{number}"
        candidate = slug[: MAX_SLUG - len(ending)].rstrip("-") + ending
    return candidate
