"""Choose search terms that show the most drinks. The source finds a term anywhere in a name.

A term is a part of a word, so it cannot contain a wildcard or special character of the source.
The known names predict how many drinks a term will show.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

SHORTEST, LONGEST = 2, 5
"""Number of characters of a term."""

_WORD = re.compile(r"[a-z0-9]+")


class NameIndex:
    """An index of known names by the terms that find them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ids: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, drink_id: str, name: str) -> None:
        """Add a drink, or replace its name."""
        if self._names.get(drink_id) == name:
            return
        for term in terms_of(self._names.get(drink_id, "")):
            self._ids[term].discard(drink_id)
        self._names[drink_id] = name
        for term in terms_of(name):
            self._ids[term].add(drink_id)

    def matching(self, term: str) -> Collection[str]:
        """Return the ids of the known drinks that a search for the term shows."""
        return self._ids.get(term, ())

    def best_terms(
        self,
        drink_ids: Iterable[str],
        *,
        min_gain: int,
        max_shown: int,
        limit: int,
        excluded: Collection[str],
    ) -> list[str]:
        """Return the terms that show the most of these drinks, each drink counted for one term.

        This is the greedy algorithm for the set cover problem: choose the term that shows the most
        drinks, remove these drinks, repeat. At least `min_gain` of the drinks make a term worth a
        request. A term that shows more than `max_shown` known drinks could reach the source's cap.
        The `excluded` terms are left out.
        """
        left = set(drink_ids)
        gains = Counter(
            term
            for drink_id in left
            for term in terms_of(self._names.get(drink_id, ""))
            if len(self._ids[term]) <= max_shown and term not in excluded
        )
        chosen: list[str] = []
        while gains and len(chosen) < limit:
            # Among equal gains, the term with the fewest other drinks, then a fixed order.
            best = min(gains, key=lambda term: (-gains[term], len(self._ids[term]), term))
            if gains[best] < min_gain:
                break
            chosen.append(best)
            shown = left & self._ids[best]
            left -= shown
            for drink_id in shown:
                gains.subtract(terms_of(self._names[drink_id]) & gains.keys())
        return chosen


def terms_of(name: str) -> set[str]:
    """Return the terms by which a search finds the name."""
    return {
        word[start : start + length]
        for word in _WORD.findall(name.lower())
        for length in range(SHORTEST, min(LONGEST, len(word)) + 1)
        for start in range(len(word) - length + 1)
    }
