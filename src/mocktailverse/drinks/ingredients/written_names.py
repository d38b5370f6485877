"""Read a name as recipes write it: with a choice, a preparation, brackets, "optional"."""

import re
from functools import lru_cache
from typing import NamedTuple

from mocktailverse.drinks.ingredients.alcohol_statements import explains, stated_family
from mocktailverse.drinks.ingredients.denials import without_denial
from mocktailverse.drinks.ingredients.families import family_of
from mocktailverse.drinks.ingredients.name_matching import IMITATED, match_ingredient
from mocktailverse.drinks.ingredients.name_parts import (
    NameParts,
    is_example,
    is_use,
    options_of,
    parts_of,
    without_choice_word,
)
from mocktailverse.drinks.ingredients.name_readings import NON_ALCOHOLIC, key, readings, words
from mocktailverse.drinks.ingredients.reference_rows import (
    Ingredient,
    Kind,
    names_alcohol,
    rows_by_key,
)
from mocktailverse.drinks.text import one_line

LONGEST_WRITTEN_NAME = 200
"""Maximum characters of a name with its notes. A longer text is not taken apart."""

MOST_OPTIONS = 6
"""Maximum names in a choice. A text with more is not read as a choice."""

_AND = re.compile(r"\s+(?:and|&|\+|und|et|y|e)\s+", re.IGNORECASE)
_MODIFIERS: frozenset[Kind] = frozenset({"fruit", "vegetable", "herb", "spice", "food"})
"""Kinds that name a flavour of the next noun: "lemon or lime juice" offers lemon juice."""


class IngredientName(NamedTuple):
    """What the name part of an ingredient line says."""

    name: str
    """Canonical name; as written, without its notes, if it is not in the reference."""
    in_reference: bool
    """Whether all names of the line are in the reference."""
    alternatives: tuple[str, ...] = ()
    """Names of what the recipe allows instead: Sugar in "honey or sugar"."""
    preparation: str | None = None
    """How it is prepared, such as `peeled and sliced`."""
    optional: bool = False


def canonical_name(raw: str) -> tuple[str, bool]:
    """Return the canonical name and True; for an unknown name, the trimmed name and False."""
    ingredient = match_ingredient(raw)
    return (ingredient.name, True) if ingredient else (one_line(raw) or "", False)


def read_name(text: str) -> IngredientName:
    """Return the ingredient that a recipe names, with its alternatives and preparation.

    >>> read_name("Honey or sugar (optional)")
    IngredientName(name='Honey', in_reference=True, alternatives=('Sugar',), preparation=None, \
optional=True)
    """
    if len(text) > LONGEST_WRITTEN_NAME:
        return IngredientName(one_line(text) or "", in_reference=False)
    return _read(text)


def is_annotated(text: str) -> bool:
    """Return whether a name has notes, a preparation or "optional", in a tenth of the time."""
    if len(text) > LONGEST_WRITTEN_NAME:
        return False
    parts = parts_of(one_line(text) or "")
    return bool(parts.notes or parts.lead or parts.optional)


@lru_cache(maxsize=2048)
def _read(text: str) -> IngredientName:
    text = one_line(text) or ""
    if row := rows_by_key().get(key(text)):
        return IngredientName(row.name, in_reference=True)
    parts = parts_of(text)
    if not parts.core:
        return IngredientName(*canonical_name(text), optional=parts.optional)
    return _choice(parts) or _single(parts)


def _single(parts: NameParts) -> IngredientName:
    core, lead = parts.core, parts.lead
    row = match_ingredient(core)
    whole = match_ingredient(parts.text) if parts.notes else row
    if whole and whole != row:  # a note is part of the name: "Rum, white"
        return IngredientName(whole.name, in_reference=True, optional=parts.optional)
    notes = (note for note in parts.notes if not _explains_denial(note, parts))
    if not all(_is_harmless(note, core, row) and not _hides(note, row, parts) for note in notes):
        return IngredientName(parts.text, in_reference=False, optional=parts.optional)
    if lead:
        rest = core[len(lead) :].strip()
        rest_row = match_ingredient(rest)
        lead = lead if rest_row and row in {None, rest_row} else None
        core, row = (rest, rest_row) if lead else (core, row)
    name = row.name if row else core
    preparation = _preparation(lead, parts.notes)
    return IngredientName(name, row is not None, (), preparation, parts.optional)


def _choice(parts: NameParts) -> IngredientName | None:
    """Return a name with its alternatives; None if the text gives no choice."""
    lead = f"{parts.lead} " if parts.lead else ""
    options = options_of(parts.core[len(lead) :])
    notes = []
    denies = without_denial(parts.core) is not None
    for note in parts.notes:
        offered = without_choice_word(note)
        more = options_of(offered) if offered else [] if denies else _listed(note)
        options += more
        if not more:
            notes.append(note)
    if not 1 < len(options) <= MOST_OPTIONS:
        return None
    options[1:1] = filter(match_ingredient, notes)  # the middle of "gin, vodka, or rum"
    notes = [note for note in notes if note not in options]
    wholes = [*(completed(option, options[-1]) for option in options[:-1]), options[-1]]
    names = dict(canonical_name(option) for option in wholes)
    if not any(names.values()) and not any(family_of(name) for name in names):
        return None
    first, *others = names
    if not all(_is_harmless(note, first, match_ingredient(first)) for note in notes):
        return None
    preparation = _preparation(parts.lead, notes)
    return IngredientName(first, all(names.values()), tuple(others), preparation, parts.optional)


def _listed(note: str) -> list[str]:
    """Return the names in the tail of a list, as in "milk, cream or half-and-half"."""
    options = options_of(note)
    return options if len(options) > 1 and all(map(match_ingredient, options)) else []


def completed(option: str, last: str) -> str:
    """Return an option with the words that the last one shares with it: lemon (juice)."""
    alone = match_ingredient(option)
    if (alone and alone.kind not in _MODIFIERS) or set(words(option)) & set(words(last)):
        return option
    shared = last.split()[1:]
    while shared:
        whole = " ".join((option, *shared))
        if match_ingredient(whole):
            return whole
        del shared[0]
    return option


def _is_harmless(note: str, core: str, row: Ingredient | None) -> bool:
    """Return whether a note cannot change the alcohol of a name."""
    denies = next(readings(note))[:1] == (NON_ALCOHOLIC,)
    if row is None:
        family = family_of(core)
        return family is not None and not family.alcoholic and not names_alcohol(words(note))
    if row.alcoholic:
        return not denies
    is_free = denies or row.alcoholic is None or not names_alcohol(words(note))
    return is_free and not states_strength(note, row)


def states_strength(text: str, row: Ingredient) -> bool:
    """Return whether a text states a strength that an ingredient without alcohol does not have.

    "4.8 % vol" makes another drink of ginger beer. Vanilla extract has 35 %.
    """
    stated = None if row.alcoholic is not False else stated_family(text, words(text))
    return bool(stated and stated.alcoholic and stated.abv_percent_min > row.abv_percent)


def _hides(note: str, row: Ingredient | None, parts: NameParts) -> bool:
    """Return whether a note is more ingredients, as in "rum, lime juice and sugar"."""
    if row is None or f"({note})" in parts.text or is_example(note) or is_use(note):
        return False
    names = [match_ingredient(name) for name in _AND.split(note)]
    joined = match_ingredient(f"{parts.core} {note}")  # "limão, sumo" is lemon juice
    return all(names) and row not in names and joined in (None, row, *names)


def _explains_denial(note: str, parts: NameParts) -> bool:
    """Return whether brackets say what a drink imitates: "zero-proof spirit (gin or rum)"."""
    row = match_ingredient(parts.core)
    is_imitation = row is not None and row.alcoholic is False and row.kind in IMITATED
    is_denied = is_imitation or without_denial(parts.core) is not None
    return is_denied and f"({note})" in parts.text and explains(note)


def _preparation(lead: str | None, notes: tuple[str, ...] | list[str]) -> str | None:
    texts = [lead, *(note for note in notes if not is_example(note))]
    return ", ".join(filter(None, texts)) or None
