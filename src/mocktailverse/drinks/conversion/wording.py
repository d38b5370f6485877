"""The instructions of a mocktail: the original's text where that is safe, else a plain new one.

A text is edited only if every bottle in it can be replaced word by word. It is rewritten if a
bottle has no single replacement, if the text states amounts, or if the product would read another
method or other ice from it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from mocktailverse.drinks.conversion.drafting import Draft
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import KeptLine, NewLine
from mocktailverse.drinks.conversion.swapping import Swap
from mocktailverse.drinks.drink import Method
from mocktailverse.drinks.ingredients import all_ingredients, ancestors, match_ingredient
from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.strength.glasses import LONGEST_LABEL
from mocktailverse.drinks.strength.methods import Preparation, preparation_of

_LONGEST_TEXT = 1500
"""A longer text is rewritten, not edited."""

_STATES_AMOUNTS = re.compile(
    r"\d\s*(?:/\s*\d\s*)?(?:oz|ounces?|ml|cl|shots?|parts?|cups?|tsp|tbsp|teaspoons?|tablespoons?"
    r"|jiggers?|dash(?:es)?)\b|\bremain\w*\b|\b(?:third|quarter|equal\w*)\b|\bhalf\b(?!.filled|.full (?:of|with) ice)|\d/\d|\bboth\b|\ball (?:the )?(?:liquors?|alcohols?)\b",
    re.IGNORECASE,
)
_ALCOHOL = re.compile(
    r"\b(?:alcohol\w*|liquors?|spirits?|liqueurs?|booze|ignite|flame[ds]?|flaming|light it|"
    r"set (?:it )?(?:on fire|alight)|burn\w*)\b",
    re.IGNORECASE,
)
_TOO_GENERAL = frozenset({"Spirit", "Liqueur"})
_DECORATION = frozenset(
    {
        "Cherry",
        "Maraschino cherry",
        "Orange",
        "Lemon",
        "Lime",
        "Olive",
        "Pineapple",
        "Cocktail onion",
    }
    | {"Lemon peel", "Lime peel", "Orange peel", "Grapefruit peel"}
)
"""Fruit that is a garnish if it is counted."""

_IS_VESSEL = re.compile(r"glass|mug|cup|jar|bowl|pitcher|flute|goblet|tumbler|snifter")

_NAME_LENGTHS = (1, 2, 3, 4)
"""Words of a bottle's name; longer names contain a shorter one."""

_ALL = re.compile(r"\b(?:ingredients?|everything|contents)\b", re.IGNORECASE)
"""A text that speaks of all ingredients need not name a bottle."""

_MARK = "{{{}}}"
"""Stands for a replacement while the rest of the text is searched for bottles."""

_GLASSES = re.compile(
    r"\b(?:whisk(?:e?)y sour|whisk(?:e?)y|champagne|wine|beer|martini|brandy|sherry|cordial|liqueur"
    r"|margarita|absinthe|sour|shot|pint) (?:glass(?:es)?|flutes?|mugs?|snifters?|goblets?)\b",
    re.IGNORECASE,
)
"""Glasses that are named after a bottle."""

_RIM = re.compile(r"\brim(?:med|s)?\b", re.IGNORECASE)
_CHILL = " and chill"
"""The end of a step in `brews.csv`, for cold drinks."""

_SECONDS = {"shaken": 10, "stirred": 15}


def instructions_for(original: Original, plan: Plan, draft: Draft) -> str:
    """Return the instructions of the mocktail in English."""
    text = original.drink.instructions.get("en", "")
    read = preparation_of(text)
    steps = _edited(text, plan, read, draft) or _rewritten(original, plan, read, draft)
    return " ".join([*_infusing(plan), steps])


def _infusing(plan: Plan) -> Iterator[str]:
    """Yield how each brew is made; one for a hot drink is not chilled."""
    for line in plan.new:
        if step := _brews().get(line.nature.name):
            yield step.replace(_CHILL, "") if plan.hot else step


@cache
def _brews() -> dict[str, str]:
    return {name: steps for name, steps, _source in read_table("brews.csv")}


def _edited(text: str, plan: Plan, read: Preparation, draft: Draft) -> str | None:
    """Return the text with the bottles replaced; None if that is not safe."""
    if len(text) > _LONGEST_TEXT or _STATES_AMOUNTS.search(text) or draft.dropped:
        return None
    phrases = [_phrase(swap, draft.used) for swap in plan.swaps]
    is_plain = None not in phrases and len(set(phrases)) == len(phrases)
    is_plain = is_plain and all(len(swap.lines) == 1 for swap in plan.swaps)
    is_general = _is_general(text, plan)
    if not is_plain and (not is_general or _names_bottle(_GLASSES.sub("glass", text), "")):
        return None
    fillers = [
        line
        for line in plan.new
        if line.is_filler and line.nature.kind != "water" and line.name in draft.used
    ]
    edited = text
    for i, swap in enumerate(plan.swaps):
        pattern = _spellings(swap.lines[0].name, swap.lines[0].name_raw)
        edited, count = pattern.subn(_MARK.format(i), edited)
        if count > 2 or (count == 0 and not is_general):  # noqa: PLR2004 - unusual
            return None
    kept_words = " ".join(line.name for line in plan.kept_bitters)
    if _ALCOHOL.search(edited) or _names_bottle(_GLASSES.sub("glass", edited), kept_words):
        return None
    for i, phrase in enumerate(phrases):
        edited = edited.replace(_MARK.format(i), phrase or "")
    edited = edited.strip()
    edited = edited if edited.endswith((".", "!", ")")) else edited + "."
    edited += "".join(f" {step}" for step in _lengthening(fillers, read, draft))
    if read.method in _SECONDS and not plan.hot:
        verb = "Shake" if read.method == "shaken" else "Stir"
        edited += f" {verb} for only {_SECONDS[read.method]} seconds."
    return edited if _same_reading(edited, read) else None


def _lengthening(fillers: Sequence[NewLine], read: Preparation, draft: Draft) -> Iterator[str]:
    """Yield the steps that add water, milk, coffee and soda."""
    still = [f"{draft.water} of water"] if draft.water else []
    still += [_lower(line.name) for line in fillers if not line.nature.is_fizzy]
    if still:
        yield f"Add {_listed(still)} with the other ingredients."
    fizzy = [_lower(line.name) for line in fillers if line.nature.is_fizzy]
    if fizzy:
        yield f"{_verb(read)} {_listed(fizzy)}."


def _is_general(text: str, plan: Plan) -> bool:
    """Return whether the text speaks of all ingredients or of none, so it need not name one."""
    lowered = text.casefold()
    return _ALL.search(text) is not None or not any(
        one.line.name.casefold().rpartition(" ")[2] in lowered for one in plan.kept if one.content
    )


def _verb(read: Preparation) -> str:
    """Return how something is poured on top, so that `filled` is read as in the original."""
    return "Top with" if read.filled else "Add"


def _same_reading(text: str, read: Preparation) -> bool:
    again = preparation_of(text)
    return (again.method, again.ice_named, again.filled, again.is_hot) == (
        read.method,
        read.ice_named,
        read.filled,
        read.is_hot,
    )


def _phrase(swap: Swap, used: frozenset[str]) -> str | None:
    return " and ".join(_lower(name) for name in swap.names if name in used) or None


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


@lru_cache(maxsize=2048)
def _spellings(name: str, name_raw: str) -> re.Pattern[str]:
    """Return a pattern for all names of a bottle, the longest first."""
    row = match_ingredient(name)
    names = {name, name_raw}
    if row:
        names.update(_aliases().get(row.name, ()))
        names.update(set(ancestors(row.name)) - _TOO_GENERAL)
    ordered = sorted(names, key=lambda one: (-len(one), one))
    return re.compile(
        r"\b(?:the )?(?:" + "|".join(map(re.escape, ordered)) + r")(?:s|es)?\b"
        r"(?!\s+(?:sour\s+)?(?:glass|flute|mug|snifter|goblet))",
        re.IGNORECASE,
    )


@cache
def _aliases() -> dict[str, tuple[str, ...]]:
    return {row[0]: tuple(filter(None, row[1].split("|"))) for row in read_table("ingredients.csv")}


@cache
def _bottle_words() -> frozenset[tuple[str, ...]]:
    """Return the names of all alcoholic ingredients, each as its words."""
    return frozenset(
        words(spelling)
        for row in all_ingredients()
        if row.alcoholic
        for spelling in (row.name, *_aliases().get(row.name, ()))
        if len(spelling) > 2  # noqa: PLR2004 - shorter names are also other words
    )


def _names_bottle(text: str, allowed: str) -> bool:
    """Return whether the text names an alcoholic ingredient that is not one of the allowed."""
    spoken, kept = words(text), words(allowed)
    names = _bottle_words()
    return any(
        spoken[i : i + length] in names and not set(spoken[i : i + length]) <= set(kept)
        for i in range(len(spoken))
        for length in _NAME_LENGTHS
    )


def _rewritten(original: Original, plan: Plan, read: Preparation, draft: Draft) -> str:
    """Return plain steps that the product reads as the same method, with the same ice."""
    text = original.drink.instructions.get("en", "")
    kept = [
        one
        for one in plan.kept
        if one.line.name not in draft.dropped and not _is_unmentioned_fruit(one, text)
    ]
    rim = [one for one in kept if _RIM.search(text) and "Salt" in one.nature.lineage]
    kept = [one for one in kept if one not in rim]
    garnish = [one for one in kept if _is_garnish(one, text)]
    topping = [one for one in kept if one not in garnish and one.nature.is_fizzy]
    body = [
        one
        for one in kept
        if one not in garnish and one not in topping and one.nature.kind != "ice"
    ]
    new = [line for line in plan.new if line.name in draft.used]
    fresh = [line for line in new if not (line.nature.is_fizzy or line.is_filler)]
    mixed = [*(_lower(line.name) for line in fresh), *(_said(one, text) for one in body)]
    mixed += [
        _lower(line.name)
        for line in new
        if line.is_filler and line.nature.kind != "water" and not line.nature.is_fizzy
    ]
    mixed += [_lower(line.name) for line in plan.kept_bitters]
    if draft.water:
        mixed.append(f"{draft.water} of water")
    tops = [
        *(_lower(line.name) for line in new if line.nature.is_fizzy),
        *(_lower(one.line.name) for one in topping),
    ]
    vessel = _vessel(original.drink.glass)
    steps = (
        [_mixing(mixed, original.method, vessel, ice=read.ice_named, hot=plan.hot)] if mixed else []
    )
    if not mixed:
        steps = [f"Pour {_listed(tops)} into {vessel}" + (" over ice." if read.ice_named else ".")]
    elif tops:
        steps.append(f"{_verb(read)} {_listed(tops)}.")
    if rim:
        steps.insert(0, f"Rim the glass with {_listed([_lower(one.line.name) for one in rim])}.")
    if garnish:
        steps.append(f"Garnish with {_listed([_lower(one.line.name) for one in garnish])}.")
    return " ".join(steps)


def _vessel(glass: str | None) -> str:
    if not glass or len(glass) > LONGEST_LABEL:
        return "a glass"
    name = glass.casefold()
    article = "an" if name[0] in "aeiou" else "a"
    return f"{article} {name}" + ("" if _IS_VESSEL.search(name) else " glass")


def _mixing(names: list[str], method: Method, vessel: str, *, ice: bool, hot: bool) -> str:
    what = _listed(names)
    with_ice = " with ice" if ice else ""
    if hot:
        return f"Heat {what} gently and pour into {vessel}."
    if method == "shaken":
        return f"Shake {what} with ice for 10 seconds and strain into {vessel}."
    if method == "stirred":
        return f"Stir {what} with ice for 15 seconds and strain into {vessel}."
    if method == "blended":
        return f"Blend {what}{with_ice} until smooth and pour into {vessel}."
    if method == "muddled":
        return f"Muddle the solid ingredients in {vessel}, then add the rest of {what}" + (
            " and fill with ice." if ice else "."
        )
    if method == "layered":
        return f"Layer {what} in {vessel} over the back of a spoon."
    return f"Pour {what} into {vessel}" + (" over ice." if ice else ".")


def _is_unmentioned_fruit(one: KeptLine, text: str) -> bool:
    """Return whether the text leaves open what happens to a fruit, so that this one does, too."""
    if one.nature.kind not in {"fruit", "vegetable"} or one.line.kind == "qualitative":
        return False
    word = one.line.name.casefold().rpartition(" ")[2].removesuffix("y")
    return word not in text.casefold()


def _is_pressed(name: str, text: str) -> bool:
    return (
        re.search(rf"(?:juice|squeez|press)[^.]*{re.escape(name.casefold())}", text.casefold())
        is not None
    )


def _said(one: KeptLine, text: str) -> str:
    line = one.line
    is_juice = one.nature.kind == "fruit" and (
        (line.kind == "qualitative" and line.unit == "piece") or _is_pressed(line.name, text)
    )
    return _lower(line.name) + (" juice" if is_juice and "juice" not in line.name else "")


def _is_garnish(one: KeptLine, text: str) -> bool:
    line = one.line
    return line.unit in {"garnish", "slice", "wedge", "twist", "sprig", "leaf"} or (
        one.nature.kind in {"fruit", "herb", "spice", "vegetable"}
        and (line.amount_min is None or (line.unit == "none" and line.name in _DECORATION))
        and not _is_pressed(line.name, text)
        and line.unit != "piece"
    )


def _listed(names: Sequence[str]) -> str:
    names = list(dict.fromkeys(names))
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
