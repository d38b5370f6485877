"""The catalogue in figures."""

import sqlite3
from collections import Counter
from itertools import chain
from math import isnan

import msgspec

from mocktailverse.catalogue.answers import Facet, Pairing, Statistics, StrengthBin
from mocktailverse.catalogue.facets import most_frequent
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.postings import Selection

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
}
"""The lists of values, and the field that each counts."""

_QUALITY = "SELECT quality, count(*) FROM drinks WHERE withdrawn_at IS NULL GROUP BY quality"


def statistics(index: Index, connection: sqlite3.Connection) -> Statistics:
    """Count what is in the index, and the quality codes in the file."""
    present = Selection(index.present, index.size)
    fields, left_out = {}, {}
    for name, values in index.fields.items():
        fields[name], left_out[name] = most_frequent(values, present)
    mocktail = {facet.value: facet.count for facet in fields["mocktail"]}
    known = [n for n, abv in enumerate(index.abv_max) if not isnan(abv)]
    return Statistics(
        drinks=len(present),
        mocktails=mocktail.get("true", 0),
        with_alcohol=mocktail.get("false", 0),
        unknown_strength=len(present) - sum(map(present.flags.__getitem__, known)),
        withdrawn=index.size - len(present),
        ingredients=sum(entry.drinks > 0 for entry in index.ingredients.entries),
        **{list_: fields[name] for list_, name in FIELDS.items()},
        quality=_quality(connection),
        strength=_strength(index, present),
        pairings=_pairings(index, present),
        top_ingredients=index.ingredients.named.counts(present, TOP_INGREDIENTS),
        ingredients_per_drink=_ingredients_per_drink(index),
        more={list_: left_out[name] for list_, name in FIELDS.items() if left_out[name]},
    )


def _quality(connection: sqlite3.Connection) -> list[Facet]:
    drinks: Counter[str] = Counter()
    for codes, count in connection.execute(_QUALITY):
        drinks.update(dict.fromkeys(msgspec.json.decode(codes), count))
    ordered = sorted(drinks.items(), key=lambda item: (-item[1], item[0]))
    return [Facet(code, count) for code, count in ordered]


def _strength(index: Index, present: Selection) -> list[StrengthBin]:
    """Bins from 0 to the strongest drink; a drink counts by the middle of its range."""
    drinks = Counter(
        int(abv // BIN_WIDTH)
        for abv, shown in zip(index.served, present.flags, strict=True)
        if shown and not isnan(abv)
    )
    return [
        StrengthBin(number * BIN_WIDTH, (number + 1) * BIN_WIDTH, drinks[number])
        for number in range(max(drinks, default=-1) + 1)
    ]


def _pairings(index: Index, present: Selection) -> list[Pairing]:
    """The pairs that meet in most drinks; none can meet more often than its rarer half occurs.

    Goes through the drinks of each ingredient, as there may be very many that are rare.
    """
    named = index.ingredients.named
    found: list[Pairing] = []
    commoner: list[list[str]] = [[] for _ in range(index.size)]
    for name, most in named.by_size:
        if len(found) == PAIRINGS and most < found[-1].drinks:
            break
        drinks = [ordinal for ordinal in named.ordinals(name) if present.flags[ordinal]]
        shared = Counter(chain.from_iterable(map(commoner.__getitem__, drinks)))
        least = found[-1].drinks if len(found) == PAIRINGS else 1
        found += (
            Pairing(min(name, other), max(name, other), count)
            for other, count in shared.items()
            if count >= least
        )
        found.sort(key=lambda pair: (-pair.drinks, pair.a, pair.b))
        del found[PAIRINGS:]
        for ordinal in drinks:
            commoner[ordinal].append(name)
    return found


def _ingredients_per_drink(index: Index) -> list[Facet]:
    some = 0
    counts = {}
    for number, drinks in index.ingredients.asking.items():
        some |= drinks
        counts[number] = (drinks & index.present).bit_count()
    counts[0] = (index.present & ~some).bit_count()
    return [Facet(str(number), count) for number, count in sorted(counts.items()) if count]
