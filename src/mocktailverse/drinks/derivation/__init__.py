"""Derivation: the facts of a drink from its lines, on top of `strength` and `balance`."""
