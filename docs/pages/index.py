"""The index of the reference: a line a page, in the page's own words."""

import json
import re
from collections.abc import Mapping

from pages.markdown import page, table

TITLE = re.compile(r"# (.+)\n\n((?:.+\n)+)")
SENTENCE = re.compile(r"(?:`[^`]*`|[^`])*?[.:](?= [A-Z]|$)")


def index(pages: Mapping[str, str]) -> str:
    """The index of these pages, by file name; each begins with a title and what it is for.

    Raises:
        ValueError: a page begins otherwise.
    """
    rows = []
    for name, text in sorted(pages.items()):
        title, purpose = _openapi(text) if name.endswith(".json") else _begun(name, text)
        rows.append((f"[{title}]({name})", purpose))
    return page(
        "Reference",
        "What there is, looked up: one page a subject.",
        "the pages themselves",
        table(("page", "what it holds"), rows),
    )


def _begun(name: str, text: str) -> tuple[str, str]:
    found = TITLE.match(text)
    if found is None:
        raise ValueError(f"{name} does not begin with a title and a sentence on what it is for.")
    purpose = " ".join(found[2].split())
    first = SENTENCE.match(purpose)
    return found[1], first[0] if first else purpose


def _openapi(text: str) -> tuple[str, str]:
    routes = json.loads(text)["paths"]
    return (
        "HTTP API",
        f"Its OpenAPI document, {len(routes)} addresses; the API itself shows it at `/docs`.",
    )
