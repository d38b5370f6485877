"""The form in which a line asks for its ingredient: as it is, its juice, fresh pieces, a garnish.

A line "Lime, juice of 1/2" asks for juice, "Lime, 4 wedges" that are muddled for fresh fruit, and
"Lime, 1 wedge" for a garnish. Where it is not clear, the ingredient is taken to be needed.
"""

import re
from collections.abc import Sequence
from typing import Literal

from mocktailverse.drinks.drink import IngredientLine, Method
from mocktailverse.drinks.ingredients import Kind, ancestors
from mocktailverse.drinks.strength.pours import substance_of
from mocktailverse.drinks.substitutions.evidence import (
    Evidence,
    evidence_of,
    garnishes_with_anything,
    heats,
    searched_text,
    sentences_of,
    word_pattern,
)

Form = Literal["used", "juice", "fresh", "dry", "packed", "garnish", "rim", "ice", "water", "pinch"]
"""used = as it is; fresh = pieces worked into the drink; dry = solid sugar that syrup cannot
replace; packed = a mix by the can or packet, such as a concentrate; rim = for the rim of the
glass; pinch = a pinch of plain salt."""

NOT_NEEDED: frozenset[Form] = frozenset({"garnish", "rim", "ice", "water", "pinch"})
"""The forms that are optional by nature, or always there."""

_GARNISH_PIECES = 2
"""At most this many pieces are a garnish; more are part of the drink."""

_AVAILABLE: dict[Kind | None, Form] = {"ice": "ice", "water": "water"}
_FRESH_KINDS: frozenset[Kind] = frozenset({"fruit", "vegetable", "herb"})
_DRY_KINDS: frozenset[Kind] = frozenset({"sweetener", "spice", "food", "other"})
_DECORATIONS = frozenset({"cherry", "olive", "onion", "peel"})
_PLAIN_SALTS = frozenset({"Salt", "Kosher salt", "Himalayan salt"})
_BULK_UNITS = frozenset({"cup", "pint", "quart", "gallon", "l", "dl", "lb", "kg", "g"})
_SMALL_UNITS = frozenset({"none", "slice", "wedge", "twist", "piece", "part", "sprig", "leaf"})
_CUT_UNITS = frozenset({"slice", "wedge", "twist"})
_PACK_UNITS = frozenset({"can", "package", "bottle"})
_PINCH_UNITS = frozenset({"none", "pinch", "dash", "drop"})
_SPICE_UNITS = frozenset({"none", "pinch", "dash", "tsp", "piece", "slice"})

_PLURAL = re.compile(r"\b(?:slices|wedges|pieces|chunks|strips|sprigs|leaves)\b", re.IGNORECASE)
_GARNISH_STATED = re.compile(r"\b(?:garnish|decorat|for the rim|for serving)", re.IGNORECASE)
_RIM = re.compile(r"\brim(?:s|med|ming)?\b", re.IGNORECASE)
_JUICE_STATED = re.compile(r"\bjuic(?:e|es|ed)\b|\bsqueezed?\b|\bpressed\b", re.IGNORECASE)
_DUSTING = re.compile(r"\b(?:dust|sprinkl|grat|shav|garnish|decorat|top)\w*")
_ON_TOP = re.compile(r"\bon top\b|\bover\b|\bdust|\bgarnish|\bdecorat|\btop(?:ped)? with\b")


def forms_of(
    lines: Sequence[IngredientLine], method: Method | None = None, instructions: str | None = None
) -> list[Form]:
    """Return the form of each line of a drink."""
    return [
        "fresh" if form == "garnish" and _also_juiced(line, lines, instructions) else form
        for line in lines
        for form in (form_of(line, method, instructions),)
    ]


def form_of(
    line: IngredientLine, method: Method | None = None, instructions: str | None = None
) -> Form:
    """Return the form of one line of a drink with this method and these English instructions."""
    kind = substance_of(line.name).kind
    if kind in _AVAILABLE:
        return _AVAILABLE[kind]
    if kind not in _FRESH_KINDS and kind not in _DRY_KINDS:
        return "packed" if kind == "mixer" and line.unit in _PACK_UNITS else "used"
    stated = f"{line.measure_raw or ''} {line.preparation or ''} {line.name_raw}"
    if line.unit == "garnish" or _GARNISH_STATED.search(stated):
        return "rim" if _RIM.search(stated) else "garnish"
    text = searched_text(instructions)
    if kind in _DRY_KINDS:
        return _dry_form(line, kind, stated, text)
    if kind == "fruit" and _is_juiced(line, stated):
        return "juice"
    return "garnish" if _is_garnish(line, kind, stated, method, text) else "fresh"


def _is_citrus(name: str) -> bool:
    """Return whether a name is a citrus fruit, whose juice one presses oneself."""
    return "Citrus fruit" in ancestors(name) and not name.endswith(" peel")


def _also_juiced(
    line: IngredientLine, lines: Sequence[IngredientLine], instructions: str | None
) -> bool:
    """Return whether a whole fruit gives its juice, too: the text names it, and no line does."""
    if line.unit != "none" or not _is_citrus(line.name):
        return False
    juice = f"{line.name} juice".casefold()
    if any(o is not line and (o.name == line.name or juice in o.name.casefold()) for o in lines):
        return False
    return not _GARNISH_STATED.search(line.name_raw) and juice in searched_text(instructions)


def _is_juiced(line: IngredientLine, stated: str) -> bool:
    if line.name.endswith(" peel"):
        return False
    if _JUICE_STATED.search(stated):
        return True
    is_poured = line.kind == "volume" and line.unit not in _BULK_UNITS
    return is_poured and _is_citrus(line.name)


def _is_garnish(
    line: IngredientLine, kind: Kind, stated: str, method: Method | None, text: str
) -> bool:
    """Return whether one or two pieces of a fruit, a vegetable or a herb are a garnish."""
    if line.unit not in _SMALL_UNITS or _pieces(line) > _GARNISH_PIECES:
        return False
    evidence = evidence_of(line.name, text)
    is_cut = line.unit in _CUT_UNITS
    is_worked = evidence.worked and not (evidence.garnished and is_cut)
    if is_worked or (method == "blended" and not (is_cut or _is_decoration(line.name))):
        return False
    if evidence.garnished or (evidence.added and is_cut):
        return True
    if method in {"muddled", "blended"} or kind == "herb":
        return False
    return _is_single_garnish(line, evidence, stated, text)


def _is_single_garnish(line: IngredientLine, evidence: Evidence, stated: str, text: str) -> bool:
    """Return whether one piece is a garnish although the instructions do not say so."""
    if _pieces(line) > 1 or _PLURAL.search(stated):
        return False
    if _is_decoration(line.name):
        return not heats(text)
    if evidence.mentioned:
        return False
    is_whole = line.unit == "none" and _pieces(line) == 1
    return line.unit in _CUT_UNITS or (is_whole and garnishes_with_anything(text))


def _is_decoration(name: str) -> bool:
    return name.casefold().rpartition(" ")[2] in _DECORATIONS


def _pieces(line: IngredientLine) -> float:
    return 1 if line.amount_max is None else line.amount_max


def _dry_form(line: IngredientLine, kind: Kind, stated: str, text: str) -> Form:
    if _is_for_the_rim(line, stated, text):
        return "rim"
    if line.name in _PLAIN_SALTS and line.unit in _PINCH_UNITS:
        return "pinch"
    if kind == "sweetener":
        is_lump = line.unit in {"cube", "piece"} and "drop" in text
        is_bulk = line.unit in _BULK_UNITS and line.amount_max is not None
        return "dry" if is_lump or is_bulk else "used"
    return "garnish" if kind == "spice" and _is_dusted(line, text) else "used"


def _is_for_the_rim(line: IngredientLine, stated: str, text: str) -> bool:
    if line.name == "Sugar rim" or _RIM.search(stated):
        return True
    if line.unit not in _PINCH_UNITS or (line.unit == "none" and line.amount_max is not None):
        return False
    word = word_pattern(line.name)
    return any(_RIM.search(s) and word.search(s) for s in sentences_of(text))


def _is_dusted(line: IngredientLine, text: str) -> bool:
    if line.unit not in _SPICE_UNITS or _pieces(line) > _GARNISH_PIECES:
        return False
    word = word_pattern(line.name)
    return any(
        word.search(s) and _DUSTING.search(s) and _ON_TOP.search(s) for s in sentences_of(text)
    )
