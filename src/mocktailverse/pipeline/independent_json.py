"""JSON for the independent count: parses valid text and splits other text (standard library)."""

import json
import re
from collections.abc import Iterator
from itertools import accumulate

LEVELS_LIMIT = 200
"""Maximum levels of brackets."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_OTHER_BYTES = bytes(set(range(256)) - set(b"[]{}"))
_LEXEME = re.compile(rb'[^"\[\]{},]++|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_GAP = re.compile(rb"[\s,]*+")
_ARRAY_VALUE = re.compile(rb"\s*+:\s*+\[")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class JsonObject(list[tuple[str, object]]):
    """The keys and values of a JSON object, repeated keys included."""


NOT_JSON = object()
"""Returned in place of a value if the text is not valid JSON, or is nested too deeply."""


def is_json(text: bytes) -> bool:
    """Return whether the text is valid JSON, not nested too deeply."""
    return parse(text) is not NOT_JSON


def parse(text: bytes) -> object:
    """Return the value of a JSON text, or NOT_JSON.

    Bytes that are not UTF-8 are accepted in strings; half of a surrogate pair is not.
    """
    if text.count(b"[") + text.count(b"{") > LEVELS_LIMIT and _levels(text) > LEVELS_LIMIT:
        return NOT_JSON
    try:
        value = json.loads(
            text.decode("latin-1"),
            object_pairs_hook=JsonObject,
            parse_int=float,  # takes digits of any length
            parse_constant=_refuse,
        )
        if _SURROGATE.search(text):  # half of a pair cannot be encoded: UnicodeEncodeError
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return NOT_JSON
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def elements(document: bytes) -> Iterator[bytes | None]:
    """Yield the elements of an array, or of an envelope's array, split at strings and brackets.

    A None at the end is the left-over: the rest after a truncation, or a broken envelope.
    """
    start = _array_start(document)
    if start is None:
        return
    at = _after_gap(document, start)
    while (end := _element_end(document, at)) is not None:
        yield document[at:end]
        at = _after_gap(document, end)
    tail = document[at + 1 :]
    is_closed = document[at : at + 1] == b"]" and b'"drinks"' not in tail
    if not is_closed or not is_json(document[:start] + b"]" + tail):
        yield None


def _array_start(document: bytes) -> int | None:
    at = len(document) - len(document.lstrip())
    if document[at : at + 1] == b"[":
        return at + 1
    if document[at : at + 1] != b"{":
        return None
    depth = 0
    for lexeme in _LEXEME.finditer(document, at):
        depth += _depth(lexeme[0])
        if depth < 1:
            return None
        is_key = depth == 1 and lexeme[0] == b'"drinks"'
        if is_key and (array := _ARRAY_VALUE.match(document, lexeme.end())):
            return array.end()
    return None


def _element_end(document: bytes, start: int) -> int | None:
    is_scalar = document[start : start + 1] not in {b"{", b"["}
    depth = 0
    for lexeme in _LEXEME.finditer(document, start):
        if is_scalar:
            if lexeme[0] in {b",", b"]"}:
                return lexeme.start() if lexeme.start() > start else None
            if lexeme[0] in {b"[", b"{", b"}"}:
                return None
            continue
        depth += _depth(lexeme[0])
        if depth == 0:
            return lexeme.end()
    return None


def _levels(text: bytes) -> int:
    brackets = _STRING.sub(b"", text).translate(None, _OTHER_BYTES)
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)


def _depth(lexeme: bytes) -> int:
    return (lexeme in {b"[", b"{"}) - (lexeme in {b"]", b"}"})


def _after_gap(text: bytes, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at
