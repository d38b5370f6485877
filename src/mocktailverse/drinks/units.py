"""The units of volume and their size in millilitres, part of the Drink data contract."""

ML_PER_UNIT: dict[str, float] = {
    "ml": 1.0,
    "cl": 10.0,
    "dl": 100.0,
    "l": 1000.0,
    "oz": 29.5735,  # US fluid ounce
    "tsp": 4.92892,
    "tbsp": 14.7868,
    "cup": 236.588,
    "pint": 473.176,
    "quart": 946.353,
    "gallon": 3785.41,
    "shot": 44.36,
    "jigger": 44.36,
    "dash": 0.92,
    "drop": 0.05,
    "splash": 5.91,
}
"""ml per unit. An ounce of a solid is a mass and has no volume."""

GRAMS_PER_UNIT: dict[str, float] = {"g": 1.0, "kg": 1000.0, "lb": 453.592}
"""Grams per unit of mass. The ounce of a solid is not one of them: most ounces are fluid."""

LARGEST_RECIPE_ML = 20_000.0
"""Maximum volume of one recipe. Large punch bowls and beverage dispensers hold 5 US gallons, 19
litres; an amount above 20 litres is an error in the recipe or in its parsing."""

FIFTH_ML = 757.08
"""A "fifth" is a bottle of a fifth of a US gallon."""
