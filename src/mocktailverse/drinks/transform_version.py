"""The version of the transform, which every drink and every load record states.

It has a module of its own, so that comparing versions imports no stage of the transform.
"""

TRANSFORM_VERSION = 6
"""Increase this when the same record gives a different drink; a golden test enforces it."""
