"""Sets of drinks as whole numbers: bit n stands for the n-th drink in name order.

A hundred thousand drinks are 12.5 kB, and Python intersects two such sets in a microsecond.
"""

from collections.abc import Iterable, Iterator

_DIGITS = bytes.maketrans(b"\x00\x01", b"01")
_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


def span(start: int, stop: int) -> int:
    """The set of all ordinals from `start` up to `stop`, without it."""
    return (1 << stop) - (1 << start)


def pack(ordinals: Iterable[int], size: int) -> int:
    """The set of these ordinals, all below `size`; `pack_flags` is faster for many."""
    packed = bytearray((size + 7) // 8)
    for ordinal in ordinals:
        packed[ordinal >> 3] |= 1 << (ordinal & 7)
    return int.from_bytes(packed, "little")


def pack_flags(flags: bytes | bytearray) -> int:
    """The set of the places with a 1; all others hold a 0."""
    return int(flags.translate(_DIGITS)[::-1] or b"0", 2)


def unpack(bits: int, size: int) -> bytes:
    """One byte for each of `size` places: 1 in the set, 0 not."""
    return f"{bits:0{size}b}"[::-1].encode().translate(_FLAGS) if size else b""


def ordinals(bits: int, size: int, start: int = 0) -> Iterator[int]:
    """The members of a set from `start` on, in order."""
    find = unpack(bits, size).find
    place = find(1, start)
    while place >= 0:
        yield place
        place = find(1, place + 1)
