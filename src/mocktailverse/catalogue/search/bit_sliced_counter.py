"""Counts of sets for all drinks at once."""


class BitSlicedCounter:
    """Counts for every drink in how many of some sets it is, for all drinks at once.

    Plane n is a bitmap that holds bit n of every drink's count. Adding a set is a binary addition
    with carry, on whole bitmaps instead of drink by drink. Example with two drinks: adding the
    sets 0b11, 0b01 and 0b01 gives the planes 0b11 and 0b01. Drink 0 has bits 1 and 1, a count of
    3; drink 1 has bits 1 and 0, a count of 1. https://en.wikipedia.org/wiki/Bit_slicing
    """

    def __init__(self) -> None:
        """Count nothing yet."""
        self._planes: list[int] = []

    def add(self, drinks: int) -> None:
        """Count a set of drinks."""
        carry = drinks
        for number, plane in enumerate(self._planes):
            if not carry:
                return
            self._planes[number] = plane ^ carry
            carry &= plane
        if carry:
            self._planes.append(carry)

    def equals(self, count: int, within: int) -> int:
        """Return the drinks of a set that have exactly this count."""
        if count >> len(self._planes):
            return 0
        for number, plane in enumerate(self._planes):
            within &= plane if count >> number & 1 else ~plane
        return within
