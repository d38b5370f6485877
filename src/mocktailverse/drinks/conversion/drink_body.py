"""The body of a drink: what is left of it without its bottles."""

from collections.abc import Sequence

from mocktailverse.drinks.conversion.drink_setting import Nature, Setting
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.phrases import named
from mocktailverse.drinks.conversion.recipe_lines import LONG_KINDS, KeptLine
from mocktailverse.drinks.conversion.refusal import TRY_BOTTLES, NotConvertibleError
from mocktailverse.drinks.conversion.swapping import Bottle, Swap
from mocktailverse.drinks.conversion.usual_content import Content
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.strength.glasses import vessel_of

LEAST_KEPT_SHARE = 0.2
"""Below this share of the flavour the kept lines do not make a drink in pantry style."""

WINE_IS_THE_DRINK = 0.45
"""From this share of the volume wine or cider is the drink itself, which no pantry has."""

SPLASH_SHARE = 0.25
"""Below this share of the kept lines soda is a splash, which makes no fizzy drink."""

LONG_DRINK_ML = 200.0
"""A drink of this volume as served is long, whatever is in it. In parts, none is known."""

LONG_SODA_ML = 50.0
"""Soda of this volume makes a long drink."""

_SODA_FLAVOUR = 0.25
"""How much flavour plain soda gives, compared with juice: bubbles only. An estimate."""

_SHOT_GLASS_ML = 75.0
"""A glass without ice up to this capacity is for shots."""

_CORDIALS = frozenset({"Lime cordial", "Lemon cordial", "Orange squash"})
"""Syrups that are sour enough to carry a drink."""

_WINES = frozenset({"red wine", "white wine", "sparkling wine", "cider", "beer"})


def require_body(kept: Sequence[KeptLine], bottles: Sequence[Bottle], original: Original) -> None:
    """Refuse a drink that hardly anything stays of without its bottles."""
    names = named([bottle.line for bottle in bottles])
    if _is_shot(original.drink):
        raise NotConvertibleError(
            f"A shot is drunk for its spirit; without {names} there is no drink.", TRY_BOTTLES
        )
    bottles_ml = sum(bottle.content.ml for bottle in bottles if bottle.content)
    total_ml = bottles_ml + sum(one.content.ml for one in kept if one.content)
    if any(one.is_open for one in kept):
        total_ml += original.unmeasured_ml
    wine_ml = sum(
        bottle.content.ml if bottle.content else original.served_ml
        for bottle in bottles
        if bottle.role.name in _WINES
    )
    if wine_ml >= WINE_IS_THE_DRINK * max(total_ml, 1):
        wines = named([bottle.line for bottle in bottles if bottle.role.name in _WINES])
        raise NotConvertibleError(f"Wine, beer or cider is the drink itself: {wines}.", TRY_BOTTLES)
    if any(one.is_open and _fills(one.nature) for one in kept):
        return
    flavour_ml = sum(flavour_of(one.nature) * one.content.ml for one in kept if one.content)
    has_body = any(one.content and one.content.ml and _is_body(one.nature) for one in kept)
    if any(one.nature.is_plain_soda for one in kept):
        liqueurs = [bottle.content for bottle in bottles if "liqueur" in bottle.role.name]
        syrups_ml = sum(content.ml for content in liqueurs if content)
        flavour_ml, has_body = flavour_ml + syrups_ml, has_body or syrups_ml > 0
    if not has_body or flavour_ml < LEAST_KEPT_SHARE * (bottles_ml + flavour_ml):
        raise NotConvertibleError(
            f"It is nothing but spirit and liqueur: without {names} hardly anything is left.",
            TRY_BOTTLES,
        )


def require_mixture(
    kept: Sequence[KeptLine], swaps: Sequence[Swap], settings: tuple[Setting, ...]
) -> None:
    """Refuse a drink that is only coffee or milk without its bottles; soda makes juice a drink."""
    drunk = [one.line for one in kept if one.nature.kind in LONG_KINDS | {"egg", "fruit", "food"}]
    is_plain = bool(swaps) and not any(swap.names for swap in swaps)
    if "creamy" in settings and len(drunk) == 1 and is_plain:
        bottles = named([line for swap in swaps for line in swap.lines])
        raise NotConvertibleError(
            f"Without {bottles} nothing but {named(drunk)} is left.",
            "A recipe with something else in it.",
        )


def _is_shot(drink: Drink) -> bool:
    vessel = vessel_of(drink.glass, drink.category)
    return vessel is not None and not vessel.iced and vessel.ml_max <= _SHOT_GLASS_ML


def flavour_of(nature: Nature) -> float:
    """Return how much flavour a ml of an ingredient gives, compared with juice. An estimate."""
    if nature.kind == "water" or nature.name == "Egg white":
        return 0.0
    if nature.is_plain_soda:
        return _SODA_FLAVOUR
    if nature.is_sour or nature.name in _CORDIALS:
        return 2.5
    return 1.5 if nature.is_sweetener else 1.0


def _is_body(nature: Nature) -> bool:
    if nature.name in _CORDIALS or nature.kind in {"fruit", "food"}:
        return True
    is_long = nature.kind in LONG_KINDS and nature.kind != "water"
    return is_long and not nature.is_plain_soda


def _fills(nature: Nature) -> bool:
    """Return whether a drink that is filled up with it is more than its spirit."""
    return nature.kind == "water" or _is_body(nature)


def prominent(kept: Sequence[KeptLine]) -> list[Nature]:
    """Return the natures of the kept lines without mere splashes of soda."""
    splash_ml = SPLASH_SHARE * sum(one.content.ml for one in kept if one.content)
    return [
        one.nature
        for one in kept
        if not (one.nature.is_fizzy and one.content and one.content.ml < splash_ml)
    ]


def is_long(kept: Sequence[KeptLine], bottles: Sequence[Content | None]) -> bool:
    """Return whether more stays than is replaced, as in a highball."""
    if any(
        (one.is_open and one.nature.kind in LONG_KINDS)
        or (one.content and one.nature.kind == "soda" and one.content.ml >= LONG_SODA_ML)
        for one in kept
    ):
        return True
    body_ml = sum(
        one.content.ml
        for one in kept
        if one.content and one.nature.kind in LONG_KINDS and not one.nature.is_citrus
    )
    return body_ml > sum(content.ml for content in bottles if content)
