"""The server of all simulated sources, which a local stack fetches from.

python -m mocktailverse.local.simulated_source --port 8055 --records data/raw
"""
