"""Edit the original's instructions, if every bottle in them can be replaced word by word."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from mocktailverse.drinks.conversion.drafting import Draft
from mocktailverse.drinks.conversion.phrases import SECONDS, listed, lowered, pour_on_top
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.swapping import Swap
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import all_ingredients, ancestors, match_ingredient
from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.ingredients.reference_rows import aliases_by_name
from mocktailverse.drinks.strength.methods import Preparation, preparation_of

_MOST_MENTIONS = 2
"""A text that names a bottle more often says more about it than what to do with it."""

_LONGEST_EDITED_TEXT = 1500
"""A longer text is rewritten, not edited."""

_STATES_AMOUNTS = re.compile(
    r"\d\s*(?:/\s*\d\s*)?(?:oz|ounces?|ml|cl|shots?|parts?|cups?|tsp|tbsp|teaspoons?|tablespoons?"
    r"|jiggers?|dash(?:es)?)\b|\bremain\w*\b|\b(?:third|quarter|equal\w*)\b"
    r"|\bhalf\b(?!.filled|.full (?:of|with) ice)|\d/\d|\bboth\b"
    r"|\ball (?:the )?(?:liquors?|alcohols?)\b",
    re.IGNORECASE,
)

_ALCOHOL = re.compile(
    r"\b(?:alcohol\w*|liq(?!uid)\w+|spirits?|cr[eè]me(?! of coconut)|booze|ignite"
    r"|flame[ds]?|flaming|light it|set (?:it )?(?:on fire|alight)|burn\w*|drunk|wasted|hangover)\b",
    re.IGNORECASE,
)

_TOO_GENERAL = frozenset({"Spirit", "Liqueur"})

_NAME_LENGTHS = (1, 2, 3, 4)
"""Words of a bottle's name; longer names contain a shorter one."""

_ALL = re.compile(r"\b(?:ingredients|everything|contents)\b(?! except)", re.IGNORECASE)
"""A text that speaks of all ingredients need not name a bottle."""

_MARK = "{{{}}}"
"""Marks a replacement while the rest of the text is searched for bottles."""

_A_MARK = re.compile(r"\{(\d+)\}")
_REPEATED_MARK = re.compile(r"(\{\d+\})(?: \1)+")
"""Two names of one bottle, as in "Prosecco wine"."""

_ADVICE = re.compile(
    r"(?:^|(?<=[.!;]))[^.!;]*\{\d+\}[^.!;]*\b(?:possible|prefer\w*|quality|brands?|authentic)\b"
    r"[^.!;]*[.!;]?",
    re.IGNORECASE,
)
"""A sentence on which bottle to buy."""

_GOES_ON = re.compile(r"\s*,|\s+and\b", re.IGNORECASE)
"""What follows a name that is not the last of a list."""

_END_OF_STEP = (
    r"(?:[^.;!]|\.(?=\d))*?(?=,?\s+(?:and\s+)?(?:then\s+)?(?:\w+ly\s+|double |fine )?"
    r"(?:strain|pour|served?|garnish|decorate|top|add|fill)\b|\s*[.;!](?!\d)|\s*$)"
)
_MIXING_STEPS = {
    "shaken": re.compile(r"(?<!dry )(?<!dry-)\bshake\b" + _END_OF_STEP, re.IGNORECASE),
    "stirred": re.compile(r"\bstir\b" + _END_OF_STEP, re.IGNORECASE),
}
_UNTIL = re.compile(r"\b(?:until|till)\b", re.IGNORECASE)
_TIME = re.compile(r"\bfor [^,.;]{0,24}(?:seconds?|secs?|minutes?|mins?)\b", re.IGNORECASE)

_FINISH = re.compile(
    r"(?:[.!;,]\s*(?:(?:and|then)\s+)*|\s+(?:and|then)\s+)"
    r"(?P<verb>garnish|decorate|enjoy|serve(?!\s+(?:it )?(?:in|over|on|into|up)\b))\b",
    re.IGNORECASE,
)
"""Where a drink is finished, so that soda comes before it."""

_GLASSES = re.compile(
    r"\b(?:whisk(?:e?)y sour|whisk(?:e?)y|champagne|wine|beer|martini|brandy|sherry|cordial|liqueur"
    r"|margarita|absinthe|sour|shot|pint) (?:glass(?:es)?|flutes?|mugs?|snifters?|goblets?)\b",
    re.IGNORECASE,
)
"""Glasses that are named after a bottle."""


def edited_text(text: str, plan: Plan, read: Preparation, draft: Draft) -> str | None:
    """Return the text with the bottles replaced; None if that is not safe."""
    if len(text) > _LONGEST_EDITED_TEXT or _STATES_AMOUNTS.search(text) or draft.dropped:
        return None
    if "{" in text:  # as in a mark
        return None
    edited = _with_replacements(" ".join(text.split()), plan, draft)
    if edited is not None and read.method in SECONDS and not plan.hot:
        edited = _shortly(edited, read.method)
    if edited is not None:
        edited = _with_soda(edited, draft, pour_on_top(read))
    if edited is None or not is_same_reading(edited, read):
        return None
    return edited if edited.endswith((".", "!", ")")) else f"{edited}."


def _with_replacements(text: str, plan: Plan, draft: Draft) -> str | None:
    """Return the text with a phrase for each bottle; None if a bottle has none or stays."""
    phrases = _phrases(plan.swaps, draft.used)
    is_plain = None not in phrases and len(set(phrases)) == len(phrases)
    is_plain = is_plain and all(len(swap.lines) == 1 for swap in plan.swaps)
    is_general = _is_general(text, plan)
    if not is_plain and (not is_general or names_bottle(text, ())):
        return None
    for i, swap in enumerate(plan.swaps):
        pattern = _spellings(swap.lines[0].name, swap.lines[0].name_raw)
        text, count = pattern.subn(_MARK.format(i), text)
        if count > _MOST_MENTIONS or (count == 0 and not is_general):
            return None
    if _ALCOHOL.search(text) or names_bottle(text, plan.kept_bitters):
        return None
    text = _ADVICE.sub("", text).strip()
    edited = _with_the_others(text, listed(draft.still)) if draft.still else text
    edited = edited and _REPEATED_MARK.sub(r"\1", edited)
    # In one pass, because a phrase may have the name of the reader's own bottle with a mark in it.
    return edited and _A_MARK.sub(lambda mark: _phrase(phrases, mark), edited)


def _phrase(phrases: Sequence[str | None], mark: re.Match[str]) -> str:
    """Return the phrase for a mark, with a capital where it begins a sentence."""
    phrase = phrases[int(mark[1])] or ""
    before = mark.string[: mark.start()].rstrip()
    return phrase[:1].upper() + phrase[1:] if not before or before[-1] in ".!?" else phrase


def _with_the_others(text: str, still: str) -> str | None:
    """Return the text with water, milk or coffee beside the first replacement or "all".

    None if it speaks of all only after straining, when water is too late to be shaken.
    """
    mark, general = _A_MARK.search(text), _ALL.search(text)
    if general and "strain" in text[: general.start()].casefold():
        general = None
    if mark:
        goes_on = _GOES_ON.match(text, mark.end())
        return f"{text[: mark.end()]}{',' if goes_on else ' and'} {still}{text[mark.end() :]}"
    return f"{text[: general.end()]} including {still}{text[general.end() :]}" if general else None


def _shortly(text: str, method: str) -> str | None:
    """Return the text with the time for which a drink without alcohol is shaken or stirred."""
    step = _MIXING_STEPS[method].search(text)
    if step is None or _UNTIL.search(step[0]):
        return None
    time = f"for {SECONDS[method]} seconds"
    changed, count = _TIME.subn(time, step[0], count=1)
    return text[: step.start()] + (changed if count else f"{step[0]} {time}") + text[step.end() :]


def _with_soda(text: str, draft: Draft, pour: str) -> str:
    """Return the text with the step for soda, before the drink is garnished and served."""
    if not draft.fizzy:
        return text
    step = f"{pour} {listed(draft.fizzy)}."
    finish = _FINISH.search(text)
    if finish is None:
        return f"{text if text.endswith(('.', '!', ')')) else f'{text}.'} {step}"
    last = text[finish.end() - len(finish["verb"]) :]
    return f"{text[: finish.start()].rstrip(' ,.;')}. {step} {last[0].upper()}{last[1:]}"


def _is_general(text: str, plan: Plan) -> bool:
    """Return whether the text speaks of all ingredients or of none, so it need not name one."""
    lowered = text.casefold()
    return _ALL.search(text) is not None or not any(
        one.line.name.casefold().rpartition(" ")[2] in lowered for one in plan.kept if one.content
    )


def is_same_reading(text: str, read: Preparation) -> bool:
    """Return whether the product reads the same method and ice from the text."""
    again = preparation_of(text)
    return (again.method, again.ice_named, again.filled, again.is_hot) == (
        read.method,
        read.ice_named,
        read.filled,
        read.is_hot,
    )


def _phrases(swaps: Sequence[Swap], used: frozenset[str]) -> list[str | None]:
    """Return what to write for each bottle; what replaces two is written for the first only."""
    phrases: list[str | None] = []
    written: set[str] = set()
    for swap in swaps:
        names = [name for name in swap.names if name in used]
        first = [name for name in names if name not in written] or names
        phrases.append(" and ".join(map(lowered, first)) or None)
        written.update(names)
    return phrases


@lru_cache(maxsize=2048)
def _spellings(name: str, name_raw: str) -> re.Pattern[str]:
    """Return a pattern for all names of a bottle, the longest first."""
    row = match_ingredient(name)
    names = {name, name_raw}
    if row:
        names.update(aliases_by_name()[row.name])
        names.update(set(ancestors(row.name)) - _TOO_GENERAL)
    ordered = sorted(names, key=lambda one: (-len(one), one))
    return re.compile(
        r"\b(?:the )?(?:" + "|".join(map(re.escape, ordered)) + r")(?:s|es)?\b"
        r"(?!\s+(?:(?:sour\s+)?(?:glass|flute|mug|snifter|goblet)|cherr))",
        re.IGNORECASE,
    )


@cache
def _bottle_words() -> frozenset[tuple[str, ...]]:
    """Return the names of all alcoholic ingredients, each as its words."""
    return frozenset(
        words(spelling)
        for row in all_ingredients()
        if row.alcoholic
        for spelling in (row.name, *aliases_by_name()[row.name])
        if len(spelling) > 2  # noqa: PLR2004 - shorter names are also other words
    )


def names_bottle(text: str, kept: Sequence[IngredientLine]) -> bool:
    """Return whether the text names an alcoholic ingredient that is not one of the kept."""
    spoken = words(_GLASSES.sub("glass", text))
    allowed = {word for line in kept for word in words(line.name)}
    names = _bottle_words()
    return any(
        spoken[i : i + length] in names and not allowed.issuperset(spoken[i : i + length])
        for i in range(len(spoken))
        for length in _NAME_LENGTHS
    )
