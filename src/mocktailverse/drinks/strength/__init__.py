"""Strength: the liquids of a recipe, its preparation and its glass, and the alcohol of both."""
