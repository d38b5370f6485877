"""The catalogue in figures."""

import re
import sqlite3
from collections import Counter
from itertools import chain
from math import isnan

import msgspec

from mocktailverse.catalogue.search.bitmaps import Selection
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.posting_lists import MAX_FACET_VALUES
from mocktailverse.catalogue.search.query import Facet, Pairing, Statistics, StrengthBin

PAIRINGS = 40
TOP_INGREDIENTS = 40
BIN_WIDTH = 5
"""% vol"""

FIELDS = {
    "categories": "category",
    "alcoholic": "alcoholic",
    "glasses": "glass",
    "spirits": "spirit",
    "methods": "method",
    "tags": "tag",
    "certainty": "certainty",
    "zero_proof": "zero_proof",
}
"""The lists of values, and the field that each counts."""

_LISTS = "SELECT {column}, count(*) FROM drinks WHERE withdrawn_at IS NULL GROUP BY {column}"
_NAMES = re.compile(r"`[^`]*`(?:(?:, | and )`[^`]*`)*")
"""The names in a reason."""


def compute_statistics(index: CatalogueIndex, connection: sqlite3.Connection) -> Statistics:
    """Count the drinks of the index, and the values of lists in the file."""
    present = Selection(index.present, index.size)
    fields, left_out = {}, {}
    for name in ("mocktail", *FIELDS.values()):
        fields[name], left_out[name] = index.fields[name].facet(present)
    mocktail = {facet.value: facet.count for facet in fields["mocktail"]}
    with_strength = [n for n, abv in enumerate(index.abv_max) if not isnan(abv)]
    causes = _values(connection, "unknown_because")
    more = {list_: left_out[name] for list_, name in FIELDS.items() if left_out[name]}
    if len(causes) > MAX_FACET_VALUES:
        more["unknown_because"] = len(causes) - MAX_FACET_VALUES
    return Statistics(
        drinks=len(present),
        mocktails=mocktail.get("true", 0),
        with_alcohol=mocktail.get("false", 0),
        unknown_mocktail=len(present) - sum(mocktail.values()),
        unknown_strength=len(present) - sum(map(present.flags.__getitem__, with_strength)),
        withdrawn=index.all.bit_count() - len(present),
        ingredients=sum(entry.drinks > 0 for entry in index.ingredients.entries),
        **{list_: fields[name] for list_, name in FIELDS.items()},
        quality=_values(connection, "quality"),
        unknown_because=causes[:MAX_FACET_VALUES],
        convertible=_texts(connection, "convertible"),
        not_convertible_because=_texts(connection, "not_convertible_because"),
        strength=_strength(index, present),
        pairings=_pairings(index, present),
        top_ingredients=index.ingredients.named.top(present, TOP_INGREDIENTS),
        ingredients_per_drink=_ingredients_per_drink(index),
        more=more,
    )


def _values(connection: sqlite3.Connection, column: str) -> list[Facet]:
    """Return the values of a column of lists, most frequent first; a drink counts once for each."""
    drinks: Counter[str] = Counter()
    for values, count in connection.execute(_LISTS.format(column=column)):
        drinks.update(dict.fromkeys(msgspec.json.decode(values), count))
    return _by_frequency(drinks)


def _texts(connection: sqlite3.Connection, column: str) -> list[Facet]:
    """Return the texts of a column, most frequent first; the names in them are left out."""
    drinks: Counter[str] = Counter()
    for text, count in connection.execute(_LISTS.format(column=column)):
        if text is not None:
            drinks[_NAMES.sub("...", text).replace("....", "...")] += count
    return _by_frequency(drinks)[:MAX_FACET_VALUES]


def _by_frequency(drinks: Counter[str]) -> list[Facet]:
    ordered = sorted(drinks.items(), key=lambda item: (-item[1], item[0]))
    return [Facet(value, count) for value, count in ordered]


def _strength(index: CatalogueIndex, present: Selection) -> list[StrengthBin]:
    """Return bins from 0 to the strongest drink; a drink counts by the middle of its range."""
    drinks = Counter(
        int(abv // BIN_WIDTH)
        for abv, shown in zip(index.served, present.flags, strict=True)
        if shown and not isnan(abv)
    )
    return [
        StrengthBin(number * BIN_WIDTH, (number + 1) * BIN_WIDTH, drinks[number])
        for number in range(max(drinks, default=-1) + 1)
    ]


def _pairings(index: CatalogueIndex, present: Selection) -> list[Pairing]:
    """Return the pairs of ingredients that most drinks have.

    Ingredients are taken from the most used one down, and each is paired with the more used ones:
    `more_used` lists them for each drink. A pair is in no more drinks than the less used of the
    two. So once 40 pairs are in at least 90 drinks each, ingredients with fewer than 90 drinks
    are skipped, and there may be very many of them.
    """
    named = index.ingredients.named
    pairs: list[Pairing] = []
    more_used: list[list[str]] = [[] for _ in range(index.size)]
    for name, upper_bound in named.by_size():
        if len(pairs) == PAIRINGS and upper_bound < pairs[-1].drinks:
            break
        drinks = [ordinal for ordinal in named.ordinals(name) if present.flags[ordinal]]
        shared = Counter(chain.from_iterable(map(more_used.__getitem__, drinks)))
        least = pairs[-1].drinks if len(pairs) == PAIRINGS else 1
        pairs += (
            Pairing(min(name, other), max(name, other), count)
            for other, count in shared.items()
            if count >= least
        )
        pairs.sort(key=lambda pair: (-pair.drinks, pair.a, pair.b))
        del pairs[PAIRINGS:]
        for ordinal in drinks:
            more_used[ordinal].append(name)
    return pairs


def _ingredients_per_drink(index: CatalogueIndex) -> list[Facet]:
    with_ingredients = 0
    counts = {}
    for length, drinks in index.ingredients.by_length.items():
        with_ingredients |= drinks
        counts[length] = (drinks & index.present).bit_count()
    counts[0] = (index.present & ~with_ingredients).bit_count()
    return [Facet(str(length), count) for length, count in sorted(counts.items()) if count]
