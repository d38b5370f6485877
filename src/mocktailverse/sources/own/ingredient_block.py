"""Find the ingredients among the lines of a recipe that has no headings.

Each line gets a score: positive if it looks like an ingredient, negative if it looks like a step or
a remark. The ingredients are the run of lines with the highest sum, so that a doubtful line goes
with its neighbours. The lines before it are the introduction, those after it the steps.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.ingredients.reference_rows import names_alcohol
from mocktailverse.drinks.lines import RecipeLine, parse_line
from mocktailverse.sources.own.recipe_labels import STEP_WORDS
from mocktailverse.sources.own.recipe_text import is_heading

BULLET = re.compile(
    r"(?:[-*+\u2013\u2014]|\[[ xX]?\])\s+"
    r"|[\u00b7\u2022\u2023\u2043\u2219\u25a0-\u25ff\u2610-\u2612\u2713\u2714\u27a2]\ufe0f?\s*"
)
_NUMBER = re.compile(r"\d{1,2}[.)]\s+(?=\D)")
_SENTENCE = re.compile(r"[^\W\d]{3,}[.!]\s+[A-Z]|[^\W\d]{2,}[.!?]$")
_NO_INGREDIENT = re.compile(
    r"(?:\d+\s?(?:mins?|minut\w+|hours?|servings?|portion\w*|people|person\w*|drinks?|cocktails?)"
    r"|serves|makes|yields?)\b",
    re.IGNORECASE,
)
"""Times and numbers of servings."""
SUBHEADING = re.compile(
    r"[^\d:]{1,60}:"
    r"|(?:for the|für d\w\w|pour l\w{1,2}|para (?:el|las?|los)|per (?:il|la|lo))\s[^\d:,]{1,40}",
    re.IGNORECASE,
)
"""A heading within the ingredients: "For the syrup"."""
_MANY_WORDS = 5

_AMOUNT, _NAME, _DOUBTFUL, _REMARK, _LONG_REMARK, _STEP = 4, 2, 1, -1, -2, -3
"""Scores: a line with an amount, with a known name, with neither; an unknown text, a longer one, a
line that is surely not an ingredient."""


class Divided(NamedTuple):
    """The lines of a recipe."""

    before: list[str]
    ingredients: list[str]
    after: list[str]


def divided(lines: Sequence[str]) -> Divided:
    """Return the ingredients and the lines around them; a step between ingredients is after them.

    If no line looks like an ingredient, they are the first paragraph up to the first step.
    """
    scores: list[int] = []
    for line in lines:
        scores.append(_score(line, scores[-1] if scores else 0))
    start, end = _highest_run(scores) or _first_paragraph(lines, scores)
    within = list(zip(lines[start:end], scores[start:end], strict=True))
    return Divided(
        list(lines[:start]),
        [line for line, score in within if score > _STEP],
        [*(line for line, score in within if score <= _STEP), *lines[end:]],
    )


def begins_step(text: str) -> bool:
    """Return whether a text begins with a word of a step, such as "stir"."""
    return text.split(maxsplit=1)[0].casefold().strip(".,:;!") in STEP_WORDS


def looks_like_step(text: str) -> bool:
    """Return whether a line is surely not an ingredient: a sentence, or "Shake hard"."""
    return _score(text) <= _STEP


def _highest_run(scores: Sequence[int]) -> tuple[int, int] | None:
    """Return start and end of the run with the highest sum (Kadane's algorithm); None if <= 0."""
    highest, run = 0, None
    start = total = 0
    for place, score in enumerate(scores):
        if total <= 0:
            start, total = place, 0
        total += score
        if total > highest:
            highest, run = total, (start, place + 1)
    return run


def _first_paragraph(lines: Sequence[str], scores: Sequence[int]) -> tuple[int, int]:
    start = next((place for place, line in enumerate(lines) if line), len(lines))
    end = start
    while end < len(lines) and lines[end] and scores[end] > _STEP:
        end += 1
    return start, end


def _score(text: str, above: int = 0) -> int:
    """Return the score of a line; `above` is that of the line above it, which is 0 if blank."""
    bare = BULLET.sub("", text, count=1) if BULLET.match(text) else text
    if not bare or (SUBHEADING.fullmatch(bare) and (bare[-1] != ":" or is_heading(bare))):
        return 0
    number = _NUMBER.match(bare)
    bare = bare[number.end() :] if number else bare
    line = parse_line(bare)
    if _NO_INGREDIENT.match(bare) or _is_step(bare, line, above, is_numbered=bool(number)):
        return _STEP
    if line.in_reference and line.name:
        return _NAME if line.amount_min is None else _AMOUNT
    if bare[:1].isnumeric() or _pours_alcohol(bare, line):
        return _DOUBTFUL if line.unit == "none" else _AMOUNT
    if ":" in bare or len(bare.split()) >= _MANY_WORDS:
        return _LONG_REMARK
    return _DOUBTFUL if above > 0 or bare != text else _REMARK


def _is_step(text: str, line: RecipeLine, above: int, *, is_numbered: bool) -> bool:
    """Return whether a line is surely a step: a sentence, numbered, or one such as "Shake hard"."""
    is_short = len(text.split()) < _MANY_WORDS
    if line.in_reference and line.name and (is_short or text[:1].isnumeric()):
        # "Top with soda" is an ingredient, but not among steps; "Add 2 oz gin" never is one.
        is_among_steps = above == _STEP or (is_numbered and above <= 0)
        is_instruction = line.kind == "qualitative" and is_among_steps
        return is_instruction or (begins_step(text) and line.ml_min is not None)
    if text[:1].isnumeric():
        return False
    is_sentence = _SENTENCE.search(text) is not None and not _pours_alcohol(text, line)
    return is_numbered or begins_step(text) or is_sentence


def _pours_alcohol(text: str, line: RecipeLine) -> bool:
    """Return whether a line has a measure of alcohol in other words: "A glug of any rum"."""
    is_measured = line.amount_min is not None and line.unit != "none"
    return is_measured and names_alcohol(words(text))
