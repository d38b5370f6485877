"""Clean the text of a recipe line: entities, tags, bullets, numbering, footnote marks."""

import html
import re

from mocktailverse.drinks.measures.tokens import spelled_out
from mocktailverse.drinks.text import visible

LINE_LIMIT = 300
"""Maximum characters of a line that are read; the rest is ignored."""

_MARKED = re.compile(r"[^ -~]|[&<*\[]")
"""What only a line with marks has: a character outside ASCII, an entity, a tag, a footnote."""
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,100}>")
_SIGNS = re.compile(r"[\N{REGISTERED SIGN}\N{TRADE MARK SIGN}\N{COPYRIGHT SIGN}]")
_FOOTNOTES = re.compile(
    r"(?<=[^\W\d_]|[).,])"
    r"(?:[*\N{DAGGER}\N{DOUBLE DAGGER}\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}\N{SUPERSCRIPT THREE}]+"
    r"|\[\d{1,2}\])"
)
_EDGE = re.compile(r"^(?:[ ;*]|[.,](?!\d))*")
"""What begins a line and is not part of it; ".5 oz" and ",5 cl" keep their mark."""
_BULLET = re.compile(r"\s*(?:\[[ xX]?\]|[^\w\s.,()\[\]<>\"'~&%#$+=/]+(?=\s|[.,]?[^\W_]))\s*")
_PLURAL = re.compile(r"(?<=[a-z])(?:\((?:e?s|e|n)\)|/n(?=\s))")
"""The ending of "dash(es)", and of "Scheibe/n" in German."""
_NUMBERING = re.compile(r"\d{1,2}[.)]\s+(?=[.,]?\d)")
"""The number of the line in a list: "1. 2 oz gin"."""


def clean_line(text: str) -> str:
    """Return the line without marks that are not part of it, with ASCII fractions and dashes."""
    text = visible(text[:LINE_LIMIT])
    if _MARKED.search(text):
        text = _TAG.sub(" ", html.unescape(text))
        text = _FOOTNOTES.sub("", _SIGNS.sub("", text))
    if not text[:1].isalnum() and (bullet := _BULLET.match(text)):
        text = text[bullet.end() :]
    text = spelled_out(text)
    if number := _NUMBERING.match(text):
        text = text[number.end() :]
    if "(" in text or "/n" in text:
        text = _PLURAL.sub("", text)
    text = " ".join(text.split()).rstrip(" .;,*")
    return _EDGE.sub("", text, count=1) if text[:1] in " ;*.," else text
