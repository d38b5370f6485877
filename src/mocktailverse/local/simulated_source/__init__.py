"""A simulated TheCocktailDB: the responses, caps and quirks of the real API, with other records.

python -m mocktailverse.local.simulated_source --port 8055 --records data/raw
"""
