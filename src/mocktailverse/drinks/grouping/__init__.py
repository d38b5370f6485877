"""One drink, several sources: which records are recipes of the same drink, and where they differ.

Nothing is merged: each record stays as its source states it.
"""
