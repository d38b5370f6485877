"""Real recipes of opendrinks, where a copy is present: none is lost, nearly all is understood.

`pytest tests/unit/sources/opendrinks/test_real_recipes.py -s` prints the table.
"""

import sys
from collections import Counter

import msgspec

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.sources.opendrinks.recipe_files import recipes_at
from mocktailverse.sources.opendrinks.recipe_reader import OpendrinksRecords
from strategies.private_records import needed

LINEAGE = Lineage("b", "k", "v", 0, 1)


def quality_of(record, lines) -> set[str]:
    bare = msgspec.structs.replace(record, lines=lines, quality=())
    return set(normalize(bare, "opendrinks", 0, LINEAGE).drink.quality)


def test_real_recipes_load_and_are_understood():
    recipes = recipes_at(needed("opendrinks_sample.json")).files
    records = [OpendrinksRecords().from_json(recipe.content) for recipe in recipes]
    counts: Counter[str] = Counter()
    for record in records:
        counts["alcohol stated"] += record.alcoholic is not None
        for line in record.lines:
            quality = quality_of(record, (line,))
            counts["lines"] += 1
            counts["measures read"] += Quality.MEASURE_UNKNOWN not in quality
            counts["names recognized"] += Quality.INGREDIENT_UNKNOWN not in quality
        counts["lines without an ingredient"] += (
            Quality.MEASURE_WITHOUT_INGREDIENT in record.quality
        )
    sys.stdout.write(f"\n{len(records):5} recipes\n")
    for what, number in counts.items():
        sys.stdout.write(f"{number:5} {what}\n")
    assert len({record.id for record in records}) == len(recipes)
    assert counts["measures read"] > 0.99 * counts["lines"]
    assert counts["names recognized"] > 0.9 * counts["lines"]
