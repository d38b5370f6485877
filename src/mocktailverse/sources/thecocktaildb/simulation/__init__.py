"""A simulated TheCocktailDB: the responses, caps and quirks of the real API, with other records."""
