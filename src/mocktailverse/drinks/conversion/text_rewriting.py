"""Write new instructions, where the original's cannot be edited."""

import re
from collections.abc import Iterator

from mocktailverse.drinks.conversion.drafting import Draft
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.phrases import SECONDS, listed, lowered, pour_on_top
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import KeptLine
from mocktailverse.drinks.conversion.text_editing import names_bottle
from mocktailverse.drinks.ingredients import SOLID
from mocktailverse.drinks.strength.glasses import LONGEST_LABEL
from mocktailverse.drinks.strength.methods import Preparation
from mocktailverse.drinks.text import INSTRUCTIONS_LIMIT

_MIXING = {
    "shaken": "Shake {what} with ice for {seconds} seconds and strain into {vessel}.",
    "stirred": "Stir {what} with ice for {seconds} seconds and strain into {vessel}.",
    "blended": "Blend {what}{ice} until smooth and pour into {vessel}.",
    "layered": "Layer {what} in {vessel} over the back of a spoon.",
    "built": "Pour {what} into {vessel}{ice}.",
    "hot": "Heat {what} gently and pour into {vessel}.",
}
"""A sentence for each method, which the product reads as this method."""

_MUDDLED_IN = {"shaken": " in a shaker", "stirred": " in a mixing glass"}

_GARNISH_UNITS = frozenset({"garnish", "slice", "wedge", "twist", "sprig", "leaf"})
_GARNISH_KINDS = frozenset({"fruit", "herb", "spice", "vegetable"})
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

_IS_VESSEL = re.compile(r"glass|mug|cup|jar|bowl|pitcher|flute|goblet|tumbler|snifter|pan\b|pot\b")

_GARNISHING = re.compile(r"\b(?:garnish|decorate) with [^.!;\d]{3,80}(?=[.!;]|\s*$)", re.IGNORECASE)
"""A step that stays as it is, because it names no line of the recipe."""

_MUDDLING = re.compile(r"muddl(?:(?!\b(?:add|shake|stir|strain|top|fill|pour)\b)[^.]){0,120}")
"""A step that muddles, up to the next one."""

_RIM = re.compile(r"\brim(?:med|s)?\b", re.IGNORECASE)


def rewritten_text(original: Original, plan: Plan, read: Preparation, draft: Draft) -> str:
    """Return plain steps that the product reads as the same method, with the same ice."""
    text = original.drink.instructions.get("en", "")[:INSTRUCTIONS_LIMIT].casefold()
    parts = _Parts()
    for line in plan.new:
        if line.name in draft.used and not line.is_filler:
            part = parts.tops if line.nature.is_fizzy else parts.liquids
            part.append(lowered(line.name))
    for one in plan.kept:
        if one.line.name not in draft.dropped:
            _place(one, text, parts)
    parts.liquids += [lowered(line.name) for line in plan.kept_bitters]
    parts.liquids += draft.still
    parts.tops += draft.fizzy
    return " ".join(_steps(original, plan, read, parts))


class _Parts:
    """The names of a recipe's ingredients by what is done with them."""

    def __init__(self) -> None:
        self.liquids: list[str] = []
        self.squeezed: list[str] = []
        self.solids: list[str] = []
        self.muddled: list[str] = []
        self.tops: list[str] = []
        self.garnish: list[str] = []
        self.rim: list[str] = []


def _place(one: KeptLine, text: str, parts: _Parts) -> None:
    """Add a kept line to the part where the text has it."""
    name = lowered(one.line.name)
    if one.nature.kind == "ice" or _is_unmentioned_fruit(one, text):
        return
    if not one.nature.is_fizzy and _is_muddled(one.line.name, text):
        parts.muddled.append(name)
    elif "Salt" in one.nature.lineage and _RIM.search(text):
        parts.rim.append(name)
    elif _is_squeezed(one, text):
        parts.squeezed.append(name)
    elif _is_garnish(one, text):
        parts.garnish.append(name)
    elif one.nature.is_fizzy or _fills_up(one, text):
        parts.tops.append(name)
    elif _is_juice(one, text):
        parts.liquids.append(name if "juice" in name else f"{name} juice")
    elif one.nature.kind in SOLID:
        parts.solids.append(name)
    else:
        parts.liquids.append(name)


def _steps(original: Original, plan: Plan, read: Preparation, parts: _Parts) -> Iterator[str]:
    vessel = _vessel(original.drink.glass)
    text = original.drink.instructions.get("en", "")[:INSTRUCTIONS_LIMIT]
    if parts.rim:
        yield f"Rim the glass with {listed(parts.rim)}."
    if parts.squeezed:
        into = _MUDDLED_IN.get(original.method, " in the glass").replace(" in ", " into ")
        yield f"Squeeze {listed(parts.squeezed)}{into}."
    if parts.liquids or parts.solids or parts.muddled:
        method = "hot" if plan.hot else original.method
        yield from _mixing(parts, method, vessel, " with ice" if read.ice_named else "")
        if parts.tops:
            yield f"{pour_on_top(read)} {listed(parts.tops)}."
    elif read.filled:
        ice = f"Put ice into {vessel}. " if read.ice_named else ""
        yield f"{ice}{pour_on_top(read)} {listed(parts.tops)}."
    else:
        yield f"Pour {listed(parts.tops)} into {vessel}{' with ice' if read.ice_named else ''}."
    if parts.garnish:
        yield f"Garnish with {listed(parts.garnish)}."
    elif (step := _GARNISHING.search(text)) and not names_bottle(step[0], plan.kept_bitters):
        yield f"{step[0][0].upper()}{step[0][1:]}."


def _vessel(glass: str | None) -> str:
    if not glass or len(glass) > LONGEST_LABEL:
        return "a glass"
    name = glass.casefold()
    article = "an" if name[0] in "aeiou" else "a"
    return f"{article} {name}" + ("" if _IS_VESSEL.search(name) else " glass")


def _mixing(parts: _Parts, method: str, vessel: str, with_ice: str) -> Iterator[str]:
    if method == "muddled":
        muddled = listed([*parts.muddled, *parts.solids] or parts.liquids)
        added = parts.liquids if parts.muddled or parts.solids else ()
        then = f", then add {listed(added)}{with_ice}" if added else with_ice
        yield f"Muddle {muddled} in {vessel}{then}."
        return
    what = [*parts.liquids, *parts.solids]
    if parts.muddled and what:
        yield f"Muddle {listed(parts.muddled)}{_MUDDLED_IN.get(method, '')}."
    else:
        what += parts.muddled
    seconds = SECONDS.get(method)
    yield _MIXING[method].format(what=listed(what), vessel=vessel, ice=with_ice, seconds=seconds)


def _fills_up(one: KeptLine, text: str) -> bool:
    """Return whether the text fills the glass up with it, or tops the drink with it."""
    word = re.escape(one.line.name.casefold().rpartition(" ")[2])
    if one.is_open:
        return re.search(rf"\b(?:fill|top)[^.;!]{{0,60}}\b{word}", text) is not None
    topping = rf"\btop(?:ped|ping)?(?: up| off| it)? with [^.;!]{{0,40}}\b{word}"
    return one.nature.kind == "mixer" and re.search(topping, text) is not None


def _is_squeezed(one: KeptLine, text: str) -> bool:
    """Return whether the text squeezes a fruit whose juice no line states."""
    is_stated = one.line.kind == "qualitative" and one.line.unit == "piece"
    name = re.escape(one.line.name.casefold())
    is_squeezed = re.search(rf"squeez[^.]{{0,40}}\b{name}", text) is not None
    return one.nature.kind == "fruit" and not is_stated and is_squeezed


def _is_muddled(name: str, text: str) -> bool:
    """Return whether a sentence that muddles names an ingredient."""
    word = re.escape(name.casefold().rpartition(" ")[2].removesuffix("s").removesuffix("y"))
    return any(re.search(rf"\b{word}", step) for step in _MUDDLING.findall(text))


def _is_unmentioned_fruit(one: KeptLine, text: str) -> bool:
    """Return whether the text leaves open what happens to a fruit, so that this one does, too."""
    is_garnish_kind = one.nature.kind in {"fruit", "vegetable"}
    if not is_garnish_kind or one.line.kind in {"qualitative", "volume", "mass"}:
        return False
    word = one.line.name.casefold().rpartition(" ")[2].removesuffix("y")
    return word not in text


def _is_pressed(name: str, text: str) -> bool:
    pattern = rf"(?:juice|squeez|press)[^.]{{0,80}}{re.escape(name.casefold())}"
    return re.search(pattern, text) is not None


def _is_juice(one: KeptLine, text: str) -> bool:
    is_stated = one.line.kind == "qualitative" and one.line.unit == "piece"
    return one.nature.kind == "fruit" and (is_stated or _is_pressed(one.line.name, text))


def _is_garnish(one: KeptLine, text: str) -> bool:
    line = one.line
    step = _GARNISHING.search(text)
    is_named = step is not None and line.name.casefold() in step[0].casefold()
    return (
        is_named
        or line.unit in _GARNISH_UNITS
        or (
            one.nature.kind in _GARNISH_KINDS
            and (line.amount_min is None or (line.unit == "none" and line.name in _DECORATION))
            and not _is_pressed(line.name, text)
            and line.unit != "piece"
        )
    )
