"""Thread-safe conversion of plain values (dicts, lists) to our types.

msgspec examines a type the first time it is used. When two threads do this at the same time, one
sees the type half examined and the process crashes (decision 0015). So every converter is created
while its module is imported, which only one thread does.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec

T = TypeVar("T")


def converter(kind: type[T]) -> Callable[[object], T]:
    """Return a function that converts plain values to `kind`. Call this at import time.

    The function raises `msgspec.ValidationError` when a value does not fit the type.
    """
    msgspec.json.Decoder(kind)  # examines the type, and all types within it
    return partial(msgspec.convert, type=kind)
