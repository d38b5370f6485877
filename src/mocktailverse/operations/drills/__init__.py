"""Drills: a failure is provoked on a local stack of its own, judged by its alarm, and repaired."""
