"""Ids of own recipes: slugs of their names, unique among them."""

import hashlib
import re
from collections.abc import Collection

from mocktailverse.sources.slugs import MAX_SLUG, slug_of

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


def is_slug(text: str) -> bool:
    """Return whether the text is a slug: lower case ASCII words, joined by hyphens."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def recipe_slug(name: str) -> str:
    """Return the slug of any name; without letters and digits, `recipe-` and a hash of the name."""
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
    return slug_of(name) or f"recipe-{digest}"


def free_slug(slug: str, taken: Collection[str]) -> str:
    """Return the slug if it is free, else with the first free number from 2: `margarita-2`."""
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        ending = f"-{number}"
        candidate = slug[: MAX_SLUG - len(ending)].rstrip("-") + ending
    return candidate
