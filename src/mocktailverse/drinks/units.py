"""The units of measures and what each is in millilitres, fixed by the Drink contract."""

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
"""Units of volume, in ml each. An ounce of a solid is mass and has no ml."""

LARGEST_RECIPE_ML = 20_000.0
"""The most that one recipe makes. Large punch bowls and beverage dispensers hold 5 US gallons, 19
litres; an amount above 20 litres is an error in the recipe or in reading it."""

FIFTH_ML = 757.08
"""A "fifth" (of a US gallon) is a bottle whose volume is known."""
