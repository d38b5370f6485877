"""Strength: the facts derived from a drink's ingredient lines, as ranges with a certainty."""
