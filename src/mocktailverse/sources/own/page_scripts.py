"""Read the recipes in the JSON-LD scripts of a web page.

Pages are often slightly wrong: an invalid script among others, comments or CDATA around
the JSON, line breaks in strings, trailing commas, the whole script with entities. Each script is
decoded as far as possible, and one that cannot be read costs only itself.
"""

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from mocktailverse.sources.own.linked_data import recipes_in

NESTING_LIMIT = 100
"""Maximum depth of brackets in a script."""

MAX_SCRIPTS = 100

_WRAPPING = re.compile(r"\A(?:\s|<!--|//|/\*|\*/|<!\[CDATA\[)+|(?:\s|-->|//|/\*|\*/|\]\]>|;)+\Z")
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def page_recipes(text: str) -> list[dict[str, object]]:
    """Return the recipes in the JSON-LD scripts of a page, each once."""
    parser = _ScriptParser()
    parser.feed(text)
    parser.close()
    return recipes_in([value for script in parser.scripts() for value in _values(script)])


class _ScriptParser(HTMLParser):
    """Collects the texts of scripts of the type `application/ld+json`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._texts: list[list[str]] = []
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a script."""
        if tag != "script":
            return
        kind = next((value for name, value in attrs if name == "type"), None) or ""
        is_linked_data = kind.partition(";")[0].strip().casefold() == "application/ld+json"
        self._is_open = is_linked_data and len(self._texts) < MAX_SCRIPTS
        if self._is_open:
            self._texts.append([])

    def handle_endtag(self, tag: str) -> None:
        """End a script."""
        if tag == "script":
            self._is_open = False

    def handle_data(self, data: str) -> None:
        """Collect a piece of a script."""
        if self._is_open:
            self._texts[-1].append(data)

    def scripts(self) -> Iterator[str]:
        """Yield the texts of the scripts."""
        return ("".join(pieces) for pieces in self._texts)


def _values(script: str) -> Iterator[object]:
    """Yield the decoded script; nothing if no way of reading it gives JSON."""
    bare = _WRAPPING.sub("", script)
    for text in (bare, _without_commas(bare), _without_commas(html.unescape(bare))):
        if is_nested_too_deeply(text):
            continue
        try:
            yield json.loads(text, strict=False)  # line breaks in strings are accepted
        except (ValueError, RecursionError):
            continue
        return


def _without_commas(text: str) -> str:
    """Return the text without commas before a closing bracket, outside of strings."""
    return _TRAILING_COMMA.sub(lambda match: match[1] or "", text)


def is_nested_too_deeply(text: str) -> bool:
    """Return whether brackets outside of strings are nested too deeply to be decoded safely."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > NESTING_LIMIT:
                return True
        elif match[0] in "]}":
            depth -= 1
    return False
