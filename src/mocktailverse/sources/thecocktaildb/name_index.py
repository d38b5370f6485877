"""Which search by name shows most: the source finds a term anywhere in a drink's name.

A term is a piece of a word, so that no wildcard or sign of the source's own can stand in it.
The names already known tell how many drinks a term will show.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

SHORTEST, LONGEST = 2, 5
_WORD = re.compile(r"[a-z0-9]+")


class NameIndex:
    """SweepState names by the terms that find them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ids: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, drink_id: str, name: str) -> None:
        """Take a drink in, in place of what it was called before."""
        if self._names.get(drink_id) == name:
            return
        for term in terms_of(self._names.get(drink_id, "")):
            self._ids[term].discard(drink_id)
        self._names[drink_id] = name
        for term in terms_of(name):
            self._ids[term].add(drink_id)

    def matching(self, term: str) -> Collection[str]:
        """The ids of the known drinks that a search for the term shows."""
        return self._ids.get(term, ())

    def best_terms(
        self, wanted: Iterable[str], *, least: int, most: int, number: int, asked: Collection[str]
    ) -> list[str]:
        """Give the terms that show the most wanted drinks, each counted for one term only.

        Args:
            wanted: ids.
            least: so many wanted drinks make a term worth a request.
            most: a term that shows more known drinks than this could run into the source's cap.
            number: so many terms at most.
            asked: terms not to be given.
        """
        left = set(wanted)
        gains = Counter(
            term
            for drink_id in left
            for term in terms_of(self._names.get(drink_id, ""))
            if len(self._ids[term]) <= most and term not in asked
        )
        chosen: list[str] = []
        while gains and len(chosen) < number:
            # Of equal gains that with the fewest other drinks, then an order that never changes.
            best = min(gains, key=lambda term: (-gains[term], len(self._ids[term]), term))
            if gains[best] < least:
                break
            chosen.append(best)
            shown = left & self._ids[best]
            left -= shown
            for drink_id in shown:
                gains.subtract(terms_of(self._names[drink_id]) & gains.keys())
        return chosen


def terms_of(name: str) -> set[str]:
    """The terms by which a search finds the name."""
    return set(_terms(name.lower()))


def _terms(name: str) -> Iterator[str]:
    for word in _WORD.findall(name):
        for length in range(SHORTEST, min(LONGEST, len(word)) + 1):
            for start in range(len(word) - length + 1):
                yield word[start : start + length]
