"""Phrases that edited and rewritten instructions share."""

from collections.abc import Sequence

from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength.methods import Preparation

SECONDS = {"shaken": 10, "stirred": 15}
"""How long a drink without alcohol is shaken or stirred: the ice melts faster into it."""


def pour_on_top(read: Preparation) -> str:
    """Return how something is poured on top, so that `filled` is read as in the original."""
    return "Top with" if read.filled else "Add"


def lowered(name: str) -> str:
    """Return the name as inside a sentence; abbreviations stay."""
    return name.lower() if name[1:].islower() else name


def listed(names: Sequence[str]) -> str:
    """Return the names as a list in a sentence, each once."""
    names = list(dict.fromkeys(names))
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def named(lines: Sequence[IngredientLine]) -> str:
    """Return the names of lines as a list in a sentence, each as code."""
    return quoted([line.name for line in lines])


def quoted(names: Sequence[str]) -> str:
    """Return names as a list in a sentence, each as code."""
    return listed([f"`{name}`" for name in names])
