"""The supported units of measures and their sizes, part of the Drink data contract."""

from mocktailverse.drinks.reference.tables import read_table

UNITS = read_table("units.csv")
"""A row for each unit: unit, ml, grams, words, irregular plurals, source of the size."""

ML_PER_UNIT = {unit: float(ml) for unit, ml, *_ in UNITS if ml}
"""ml per unit. An ounce of a solid is a mass and has no volume."""

UNIT_SIZES = read_table("unit_sizes.csv")
"""A row for the words that give a unit another size: unit, words before it, words, irregular
plurals, minimum and maximum ml, whether the size is approximate, source."""

GRAMS_PER_UNIT = {unit: float(grams) for unit, _, grams, *_ in UNITS if grams}
"""Grams per unit of mass. The ounce of a solid is not one of them: most ounces are fluid."""

GRAMS_PER_OUNCE = 28.3495
"""The avoirdupois ounce, for solids."""

LARGEST_RECIPE_ML = 20_000.0
"""Maximum volume of one recipe. Large punch bowls and beverage dispensers hold 5 US gallons, 19
litres; an amount above 20 litres is an error in the recipe or in its parsing."""
