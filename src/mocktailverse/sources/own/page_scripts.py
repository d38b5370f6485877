r"""Read the recipes in the JSON-LD scripts of a web page.

Pages are often slightly wrong: an invalid script among others, comments or CDATA around the JSON,
two objects in a script, an assignment (`window.x = {...};`), line breaks, quotes and unknown
escapes in strings, trailing commas, the whole script with entities. Each script is decoded as far
as possible.

A page may be hostile, so it is read in linear time: each expression visits a character a fixed
number of times, because its repetitions are possessive (`*+`), and a quote, comment or script
without an end is looked for once.
"""

import html
import json
import re
from collections.abc import Iterator
from itertools import chain

from mocktailverse.sources.own.linked_data import recipes_in

NESTING_LIMIT = 100
"""Maximum depth of brackets in a script."""

_COMMENT_OR_SCRIPT = re.compile(r"<!--|<script(?=[\s/>])", re.IGNORECASE)
_REST_OF_TAG = re.compile(r"""((?:=\s*+(?:"[^"]*+"|'[^']*+')|[^>])*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?""")
_END_OF_SCRIPT = re.compile(r"</script(?=[\s/>])", re.IGNORECASE)

_TOKEN = re.compile(
    r'(<!\[CDATA\[|\]\]>|,\s*+(?=[\]}]))|[\[\]{}]|[^"\[\]{},<]++'
    r'|"(?:[^"\\]++|\\.?|"(?!\s*+[,:;\]}]))*+"?|.',
    re.DOTALL,
)
"""A piece of a script; the group has what is left out. A string may lack its end, and it may have
quotes after which no string can end: `"Add "good" gin"`."""

_ESCAPE = re.compile(
    r'\\(?:(["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    r"|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r'|(u[dD][0-9a-fA-F]{3}))?|"'
)
"""A backslash or a quote in a string: the first group has a valid escape, the second one half of a
surrogate pair."""

_HAS_RECIPE = re.compile(r'"@type"\s*:\s*\[?\s*"Recipe"')
_DECODER = json.JSONDecoder(strict=False)  # accepts line breaks in strings


def page_recipes(text: str) -> list[dict[str, object] | str]:
    """Return the recipes in the JSON-LD scripts of a page, each once.

    A script with a recipe that cannot be decoded is returned as its text.
    """
    scripts = {script: [*_values(script)] for script in _scripts(text)}
    invalid = (text for text, values in scripts.items() if not values and _HAS_RECIPE.search(text))
    return [*recipes_in(list(chain(*scripts.values()))), *invalid]


def _scripts(text: str) -> Iterator[str]:
    """Yield the texts of the scripts of the type `application/ld+json`, outside of comments.

    The last script may lack its end. A comment that does is not one.
    """
    place = 0
    last_comment_end = text.rfind("-->")
    while match := _COMMENT_OR_SCRIPT.search(text, place):
        place = match.end()
        if match[0] == "<!--":
            if place - 2 <= last_comment_end:  # "<!-->" is a whole comment
                place = text.find("-->", place - 2) + 3
            continue
        tag = _REST_OF_TAG.match(text, place)
        if tag is None:
            return
        end_tag = _END_OF_SCRIPT.search(text, tag.end())
        place = end_tag.end() if end_tag else len(text)
        if _media_type(tag[1]) == "application/ld+json":
            yield text[tag.end() : end_tag.start() if end_tag else place]


def _media_type(attributes: str) -> str:
    """Return the media type of a script, without parameters; empty if it has none."""
    values = (value for name, value in _ATTRIBUTE.findall(attributes) if name.lower() == "type")
    return html.unescape(next(values, "").strip("\"'")).partition(";")[0].strip().casefold()


def _values(script: str) -> Iterator[object]:
    """Yield the objects and arrays of a script; if it has none, those of it without entities."""
    values = list(_decoded(script))
    yield from values or (_decoded(html.unescape(script)) if "&" in script else ())


def _decoded(script: str) -> Iterator[object]:
    for text in _json_texts(script):
        try:
            yield _DECODER.decode(text)
        except (ValueError, RecursionError):
            continue


def _json_texts(script: str) -> Iterator[str]:
    """Yield each outermost pair of brackets with what is in it; other text is left out."""
    pieces: list[str] = []
    depth = 0
    for match in _TOKEN.finditer(script):
        token = match[0]
        if token in {"[", "{"}:
            depth += 1
        if match[1] or not depth:
            continue
        if token[0] == '"':
            token = f'"{_ESCAPE.sub(_valid_escape, token[1:-1])}"'
        pieces.append(token)
        if token in {"]", "}"}:
            depth -= 1
        if depth > NESTING_LIMIT:
            return
        if not depth:
            yield "".join(pieces)
            pieces = []


def _valid_escape(match: re.Match[str]) -> str:
    r"""Return a valid escape; of another one, such as `\'`, only the character remains."""
    if match[1] or match[0] == '"':
        return match[0] if match[1] else '\\"'
    return "\N{REPLACEMENT CHARACTER}" if match[2] else ""
