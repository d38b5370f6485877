"""Salvage of broken JSON: splits an invalid array into elements, so that valid ones still load.

It looks only at strings and brackets, in linear time and without recursion. Example:

    [{"id": 1}, {"id": oops}, {"id": 3}]    three elements; the reader rejects the second
    {"drinks": [{"id": 1}, {"id": 2         one element, and `{"id": 2` as the left-over
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import msgspec

from mocktailverse.drinks.codes import Reason

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# Quantifiers are possessive (`++`, `*+`), so there is no backtracking and matching is linear. An
# unclosed string extends to the end. Always matched at an offset, never searched for.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_TO_BRACKETS = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+([\[{]++|[\]}]++)", re.DOTALL)
_TO_KEY = re.compile(rb'[^"\[\]{}]*+(?:(' + _STRING + rb")|([\[{]++)|([\]}]++))", re.DOTALL)
_SCALAR = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb")++(?=[,\]])", re.DOTALL)
_ARRAY_VALUE = re.compile(rb"\s*+:\s*+\[")
_GAP = re.compile(rb"[\s,]*+")
_KEY = b'"drinks"'

NESTING_LIMIT = 200
"""Maximum levels of brackets. msgspec's limit is about a thousand less its callers' stack depth, so
without this one the transform function and `verify` could read the same bytes differently."""

TOO_DEEP = f"Brackets are nested over {NESTING_LIMIT} levels deep"

_OTHER_BYTES = bytes(set(range(256)) - set(b'[]{}"'))

_any_json = msgspec.json.Decoder(msgspec.Raw)


class ElementProblem(NamedTuple):
    """Why an element is not a record."""

    code: Reason
    message: str


LEFT_OVER = ElementProblem(
    Reason.MALFORMED_JSON, "The rest of the document is truncated or is not valid JSON."
)


class Element(NamedTuple):
    """One element of an array."""

    start: int
    """Byte offset in the document."""
    data: bytes
    problem: ElementProblem | None = None
    """Why it is not a record; None if it may be one."""


def is_json(data: bytes) -> bool:
    """Return whether the bytes are one valid JSON value, not nested too deeply."""
    return why_not_json(data) is None


def why_not_json(data: bytes) -> str | None:
    """Return why the bytes are not one valid JSON value; None if they are."""
    if is_nested_too_deeply(data):
        return TOO_DEEP
    try:
        _any_json.decode(data)
    except NOT_JSON as error:
        return f"Not valid JSON: {error}"
    return None


def is_nested_too_deeply(data: bytes) -> bool:
    """Return whether brackets outside of strings are nested more than NESTING_LIMIT levels deep.

    Counting them first is fast, and few records have that many.
    """
    return data.count(b"[") + data.count(b"{") > NESTING_LIMIT and _depth(data) > NESTING_LIMIT


def _depth(data: bytes) -> int:
    # Drop escapes, then all but brackets and quotes: `{"a[": [1]}` becomes `{"["[]}`. Split at the
    # quotes, every second piece is outside of strings: `{` and `[]}`.
    quoted = data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _OTHER_BYTES)
    # An empty string, or the end of one and the start of the next, changes nothing: drop both.
    outside = quoted.replace(b'""', b"").split(b'"')[::2]
    steps = (1 if bracket in b"[{" else -1 for bracket in b"".join(outside))
    return max(accumulate(steps, initial=0))


def can_be_split(document: bytes) -> bool:
    """Return whether the document's array has at least one complete object."""
    return any(
        element.problem is None and element.data[:1] == b"{" for element in elements(document)
    )


def elements(document: bytes) -> Iterator[Element]:
    """Yield the elements of an array, or of an envelope's array; the last may be the left-over.

    The left-over is the rest after a truncation or an unmatched bracket, or the envelope around the
    array if that is broken. It is rejected as one record, so that nothing is lost silently.
    """
    first = array_start(document)
    if first is None:
        return
    end = first
    while (stop := _end_of_element(document, start := _after_gap(document, end))) is not None:
        end = stop
        yield Element(start, document[start:end].rstrip())
    if document[start : start + 1] != b"]":
        yield Element(start, document[start:], LEFT_OVER)
        return
    tail = document[start + 1 :]
    frame = document[:first] + b"]" + tail
    if _KEY in tail or not is_json(frame):
        yield Element(start, frame, LEFT_OVER)


def _after_gap(document: bytes, at: int) -> int:
    gap = _GAP.match(document, at)
    return gap.end() if gap else at


def array_start(document: bytes) -> int | None:
    """Return the offset of the first element of the array or envelope; None without an array."""
    opening = len(document) - len(document.lstrip())
    if document.startswith(b"[", opening):
        return opening + 1
    if not document.startswith(b"{", opening):
        return None
    at, depth = opening + 1, 1
    while depth > 0 and (token := _TO_KEY.match(document, at)):
        at = token.end()
        text, opened, closed = token.groups(b"")
        depth += len(opened) - len(closed)
        if depth == 1 and text == _KEY and (value := _ARRAY_VALUE.match(document, at)):
            return value.end()
    return None


def _end_of_element(document: bytes, start: int) -> int | None:
    """Return the offset at which an element ends; None if it is missing or incomplete."""
    if document[start : start + 1] not in (b"{", b"["):
        scalar = _SCALAR.match(document, start)
        return scalar.end() if scalar else None
    at, depth = start, 0
    while token := _TO_BRACKETS.match(document, at):
        at = token.end()
        size = at - token.start(1)
        if document[at - 1] in b"[{":
            depth += size
        elif size < depth:
            depth -= size
        else:
            return token.start(1) + depth
    return None
