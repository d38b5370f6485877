"""The elements of a JSON array that is not valid as a whole: a broken one costs only itself.

Only strings and brackets are looked at, in linear time and without recursion; whether an element
is valid is for its reader to say.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import msgspec

from mocktailverse.drinks.codes import Reason

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# Possessive, so that no attempt is made twice; an unclosed string takes all that is left. Always
# matched at a place, never searched for.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_TO_BRACKETS = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+([\[{]++|[\]}]++)", re.DOTALL)
_TO_KEY = re.compile(rb'[^"\[\]{}]*+(?:(' + _STRING + rb")|([\[{]++)|([\]}]++))", re.DOTALL)
_SCALAR = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb")++(?=[,\]])", re.DOTALL)
_ARRAY_VALUE = re.compile(rb"\s*+:\s*+\[")
_GAP = re.compile(rb"[\s,]*+")
_KEY = b'"drinks"'

NESTING_LIMIT = 200
"""Levels of brackets. msgspec gives up at about a thousand, less what its callers use of the stack:
without a limit of our own, a function and `verify` could read the same bytes differently."""

TOO_DEEP = f"Brackets are nested over {NESTING_LIMIT} levels deep"

_OTHER_BYTES = bytes(set(range(256)) - set(b'[]{}"'))

_any_json = msgspec.json.Decoder(msgspec.Raw)


class Problem(NamedTuple):
    """Why a piece of JSON holds no record."""

    code: Reason
    message: str


LEFT_OVER = Problem(
    Reason.MALFORMED_JSON, "What is left of the document is cut off or is not valid JSON."
)


class Element(NamedTuple):
    """The bytes of one element, where they start, and the problem where they hold no record."""

    start: int
    data: bytes
    problem: Problem | None = None


def is_json(data: bytes) -> bool:
    """Whether the bytes are one valid JSON value, not nested too deeply."""
    if is_nested_too_deeply(data):
        return False
    try:
        _any_json.decode(data)
    except NOT_JSON:
        return False
    return True


def is_nested_too_deeply(data: bytes) -> bool:
    """Whether brackets are nested more than NESTING_LIMIT levels deep, those in strings left out.

    Few records have enough brackets.
    """
    return data.count(b"[") + data.count(b"{") > NESTING_LIMIT and _depth(data) > NESTING_LIMIT


def _depth(data: bytes) -> int:
    quoted = data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _OTHER_BYTES)
    # Two quotes beside each other leave what follows them inside, or outside, of a string.
    outside = quoted.replace(b'""', b"").split(b'"')[::2]
    steps = (1 if bracket in b"[{" else -1 for bracket in b"".join(outside))
    return max(accumulate(steps, initial=0))


def can_be_split(document: bytes) -> bool:
    """Whether the array, or that of the envelope, has an object that is there to its end."""
    return any(
        element.problem is None and element.data[:1] == b"{" for element in elements(document)
    )


def elements(document: bytes) -> Iterator[Element]:
    """Yield the elements of the array, or of an envelope's; the last may be what is left over.

    Left over is what follows a cut or a stray bracket, or what is broken around the array.
    """
    first = array_start(document)
    if first is None:
        return
    end = first
    while (found := _end_of_element(document, start := _after_gap(document, end))) is not None:
        end = found
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
    """Return where the content of the array, or of an envelope's, begins; None without one."""
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
    """Where the element ends; None where there is none, or not to its end."""
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
