"""The converter: a cocktail becomes a mocktail of the same volume, sweetness and acidity."""
