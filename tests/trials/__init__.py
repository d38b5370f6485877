"""Trials: random histories of data and faults on the whole stack, checked by an independent oracle.

`make trials` runs them; README.md in this folder describes them.
"""
