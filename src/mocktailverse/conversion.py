"""Conversion of plain values to our types, in any thread.

msgspec examines a type when it is first used. Two threads that do so at once crash the process, as
one finds the type half examined by the other (decision 0015). So a type is examined while the
module that needs it is imported: only one thread imports it.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec

T = TypeVar("T")


def converter(kind: type[T]) -> Callable[[object], T]:
    """Return what converts dicts and lists to a type; make it at import, not when it is needed.

    It raises `msgspec.ValidationError` where a value does not fit.
    """
    msgspec.json.Decoder(kind)  # examines the type, and all types within it
    return partial(msgspec.convert, type=kind)
