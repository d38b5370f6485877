"""Plan a conversion: which lines stay, what replaces the others, what lengthens the drink."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from msgspec import Struct

from mocktailverse.drinks.conversion.conversion_result import Style
from mocktailverse.drinks.conversion.drink_setting import (
    Nature,
    Setting,
    nature_of,
    settings_of,
)
from mocktailverse.drinks.conversion.roles import Role, StandIn, role_of, stand_in_for
from mocktailverse.drinks.conversion.usual_content import Content, content_of, content_of_line
from mocktailverse.drinks.drink import Drink, IngredientLine, Method
from mocktailverse.drinks.ingredients import ancestors, canonical_name
from mocktailverse.drinks.strength.glasses import vessel_of
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.strength.pours import substance_of

MOST_NEW = 3
"""Maximum number of new ingredients; water is not counted."""

LEAST_KEPT_SHARE = 0.22
"""Below this share of the flavour the kept lines do not make a drink in pantry style."""


WINE_IS_THE_DRINK = 0.45
"""From this share of the volume wine or cider is the drink itself, which no pantry has."""

KEPT_BITTERS_SHARE = 0.005
"""Bitters stay up to this share of alcohol in the volume; 0.5 % is the limit."""

HINT_SHARE = 0.1
"""A replacement up to this share of the bottle is a hint of flavour."""

SPLASH_SHARE = 0.25
"""Below this share of the kept lines soda is a splash, which makes no fizzy drink."""

LONG_SODA_ML = 50.0
"""Soda of this volume makes a long drink."""

LONG_ML = 240.0
"""Capacity from which a glass for drinks with ice is for long drinks: a highball."""

_LONG = frozenset({"soda", "juice", "mixer", "dairy", "tea_coffee", "water"})
"""Kinds that make a drink long."""

_TAKES_SODA = ((), ("tropical",))
"""Settings of drinks that are lengthened with soda in a long glass."""

FRUIT_ML = 25.0
"""Juice of a fruit that is muddled or blended. An estimate."""

_CORDIALS = frozenset({"Lime cordial", "Lemon cordial", "Orange squash"})
"""Syrups that are sour enough to carry a drink."""

_WINES = frozenset({"red wine", "white wine", "sparkling wine", "cider", "beer"})
_POURED_IN_STEPS = frozenset(
    {"ml", "cl", "dl", "l", "oz", "shot", "jigger", "part", "tsp", "tbsp", "cup", "g"}
)
Group = Literal["fixed", "sweetener", "citrus", "body"]


class KeptLine(NamedTuple):
    """A line of the original that stays."""

    line: IngredientLine
    nature: Nature
    content: Content | None
    """None if the amount is only limited by the glass."""
    group: Group
    """How its amount may change; the amount of a `fixed` one may not."""


class NewLine(NamedTuple):
    """An ingredient that the original does not have."""

    name: str
    """As written in the recipe."""
    nature: Nature
    position: float
    """The position of the line that it replaces; larger than all if it lengthens the drink."""
    natural_ml: float
    is_filler: bool = False
    by_sugar: bool = False
    is_hint: bool = False
    """Whether it is a hint of flavour that may be left out."""
    measure_raw: str | None = None
    """The replaced line's measure, if the amount is the same; None if it is to be found."""


class Swap(NamedTuple):
    """One group of alcoholic lines and what replaces it."""

    role: Role
    lines: tuple[IngredientLine, ...]
    ml: float
    stand_in: StandIn
    names: tuple[str, ...]
    """Names of the replacement, with the reader's own bottles."""


class Plan(Struct, frozen=True):
    """What is kept, what is new, and why."""

    kept: tuple[KeptLine, ...]
    new: tuple[NewLine, ...]
    swaps: tuple[Swap, ...]
    kept_bitters: tuple[IngredientLine, ...]
    settings: tuple[Setting, ...]
    hot: bool
    is_long: bool


class Refusal(Exception):
    """A drink that cannot be converted: the reason, and what would help."""

    def __init__(self, reason: str, would_help: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.would_help = would_help


def plan_of(
    drink: Drink,
    style: Style,
    have: Sequence[str],
    served_ml: float,
    unmeasured_ml: float,
    *,
    bitters_stay: bool,
) -> Plan:
    """Return the plan for a drink of `served_ml`; raise `Refusal` if there is none.

    `unmeasured_ml` is the usual volume of the lines that only the glass limits.
    """
    alcoholic = [line for line in drink.ingredients if substance_of(line.name).alcoholic]
    others = [line for line in drink.ingredients if not substance_of(line.name).alcoholic]
    bitters, bottles = _split_bitters(alcoholic, served_ml, stay=bitters_stay)
    roles = [_required_role(line) for line in bottles]
    kept = tuple(_kept(line) for line in others)
    settings = settings_of(_prominent(kept), [role.name for role in roles])
    hot = preparation_of(drink.instructions.get("en")).is_hot
    open_lines = [line for line in drink.ingredients if content_of_line(line) is None]
    topping = Content(unmeasured_ml, 0.0, 0.0) if len(open_lines) == 1 else None
    contents = [content_of_line(line) or topping for line in bottles]
    if style == "pantry":
        _require_a_body(kept, roles, contents, served_ml, drink.derived.method)
    swaps = _swaps(list(zip(bottles, roles, contents, strict=True)), style, settings, have)
    is_long = _is_long(kept, contents)
    new = [*_replacing(swaps), *_fillers(kept, swaps, settings, drink, hot=hot)]
    return Plan(kept, tuple(new), tuple(swaps), tuple(bitters), settings, hot, is_long)


def _prominent(kept: Sequence[KeptLine]) -> list[Nature]:
    """Return the natures of the kept lines without mere splashes of soda."""
    splash_ml = SPLASH_SHARE * sum(one.content.ml for one in kept if one.content)
    return [
        one.nature
        for one in kept
        if not (one.nature.is_fizzy and one.content and one.content.ml < splash_ml)
    ]


def _is_long(kept: Sequence[KeptLine], bottles: Sequence[Content | None]) -> bool:
    """Return whether more stays than is replaced, as in a highball."""
    if any(
        (one.content is None and one.nature.kind in _LONG)
        or (one.content and one.nature.kind == "soda" and one.content.ml >= LONG_SODA_ML)
        for one in kept
    ):
        return True
    body_ml = sum(
        one.content.ml
        for one in kept
        if one.content and one.nature.kind in _LONG and not one.nature.is_citrus
    )
    return body_ml > sum(content.ml for content in bottles if content)


def _soda_beside(kept: Sequence[KeptLine], settings: tuple[Setting, ...]) -> str:
    """Return the soda that lengthens: unsweetened lime or lemon seltzer beside soda water.

    Soda water that the recipe measures grows by the limit of kept lines only, and a second line of
    it would be ambiguous.
    """
    sodas = [one for one in kept if one.nature.name == "Soda water"]
    if not sodas or "creamy" in settings or any(one.content is None for one in sodas):
        return "Soda water"
    has_lime = any("Lime" in one.nature.name for one in kept)
    return "Lime seltzer" if has_lime else "Lemon seltzer"


def _is_long_glass(drink: Drink) -> bool:
    vessel = vessel_of(drink.glass, drink.category)
    return vessel is not None and vessel.iced and vessel.ml_min >= LONG_ML


def _split_bitters(
    lines: list[IngredientLine], served_ml: float, *, stay: bool
) -> tuple[list[IngredientLine], list[IngredientLine]]:
    """Return the bitters that may stay, and the lines to be replaced."""
    bitters = [line for line in lines if substance_of(line.name).kind == "bitters"]
    alcohol_ml = 0.0
    for line in bitters:
        strength = substance_of(line.name).abv_percent or (0, 100)
        if line.ml_max is None:
            return [], lines
        alcohol_ml += line.ml_max * strength[1] / 100
    if not stay or alcohol_ml > KEPT_BITTERS_SHARE * served_ml / 1.2:
        return [], lines
    return bitters, [line for line in lines if line not in bitters]


def _required_role(line: IngredientLine) -> Role:
    role = role_of(line.name)
    if role is None:
        raise Refusal(
            f"Nothing is known that does the job of `{line.name}`.",
            "A recipe without it, or a bottle without alcohol that replaces it.",
        )
    return role


def _kept(line: IngredientLine) -> KeptLine:
    nature = nature_of(line.name)
    content = content_of_line(line)
    is_measured = (
        content is not None
        and (content.ml or content.sugar_g)
        and line.unit in _POURED_IN_STEPS
        and line.amount_min == line.amount_max
        and line.certainty != "unknown"
    )
    group: Group = "fixed"
    if is_measured:
        if nature.is_sweetener:
            group = "sweetener"
        elif nature.is_citrus:
            group = "citrus"
        elif nature.kind not in {"flavouring", "condiment", "egg", None}:
            group = "body"
    return KeptLine(line, nature, content, group)


def _require_a_body(
    kept: Sequence[KeptLine],
    roles: Sequence[Role],
    contents: Sequence[Content | None],
    served_ml: float,
    method: Method | None,
) -> None:
    """Refuse a drink in pantry style of which hardly anything stays."""
    bottle = "A 0.0 bottle: try bottle style."
    measured = [one for one in kept if one.content]
    bottles_ml = sum(content.ml for content in contents if content)
    total_ml = bottles_ml + sum(one.content.ml for one in measured if one.content)
    wine_ml = sum(
        content.ml if content else served_ml
        for content, role in zip(contents, roles, strict=True)
        if role.name in _WINES
    )
    if wine_ml >= WINE_IS_THE_DRINK * max(total_ml, 1):
        raise Refusal("Wine, beer or cider is the drink itself.", bottle)
    if any(one.content is None and one.nature.kind in _LONG for one in kept):
        return
    flavour_ml = sum(_flavour(one) * _body_ml(one, method) for one in measured)
    has_body = any(_body_ml(one, method) and _is_body(one.nature) for one in measured)
    if not has_body or flavour_ml < LEAST_KEPT_SHARE * (bottles_ml + flavour_ml):
        raise Refusal("The drink is nothing but spirit and liqueur.", bottle)


def _body_ml(one: KeptLine, method: Method | None) -> float:
    """Return the volume of a kept line; of a fruit that is crushed, an estimate of its juice."""
    if one.nature.kind == "fruit" and one.line.unit in {"none", "piece"}:
        is_crushed = method in {"muddled", "blended"} and one.line.amount_min is not None
        if is_crushed and one.content and not one.content.ml:
            return FRUIT_ML * (one.line.amount_min or 0.0)
    return one.content.ml if one.content else 0.0


def _flavour(one: KeptLine) -> float:
    """Return how much flavour a ml of a kept line gives, compared with juice. An estimate."""
    if one.nature.is_citrus or one.nature.kind == "fruit" or one.nature.name in _CORDIALS:
        return 2.5
    return 1.5 if one.nature.is_sweetener else 1.0


def _is_body(nature: Nature) -> bool:
    if nature.name in _CORDIALS or nature.kind in {"fruit", "food"}:
        return True
    return nature.kind in _LONG and nature.kind != "water"


def _swaps(
    bottles: Sequence[tuple[IngredientLine, Role, Content | None]],
    style: Style,
    settings: tuple[Setting, ...],
    have: Sequence[str],
) -> list[Swap]:
    """Return one swap for all base spirits, and one for each other role."""
    groups: dict[str, list[tuple[IngredientLine, Role, Content | None]]] = {}
    for bottle in bottles:
        groups.setdefault("base" if bottle[1].is_base else bottle[1].name, []).append(bottle)
    swaps = [_swap(group, style, settings, have) for group in groups.values()]
    swaps = _with_one_brew(swaps, style, settings, have)
    return _with_few_ingredients(swaps)


def _swap(
    group: Sequence[tuple[IngredientLine, Role, Content | None]],
    style: Style,
    settings: tuple[Setting, ...],
    have: Sequence[str],
) -> Swap:
    role = _leading_role(group, style, settings)
    stand_in = stand_in_for(role, style, settings)
    lines = tuple(line for line, _, _ in group)
    if stand_in is None:
        raise _nothing_for(lines[0], role, style, settings)
    if any(content is None for _, _, content in group):
        raise Refusal(
            f"The amount of `{lines[0].name}` is unknown.", "A recipe that states the amount."
        )
    ml = sum(content.ml for _, _, content in group if content)
    return Swap(role, lines, ml, stand_in, _names(stand_in, have))


def _nothing_for(
    line: IngredientLine, role: Role, style: Style, settings: tuple[Setting, ...]
) -> Refusal:
    if style == "pantry" and stand_in_for(role, "bottle", settings):
        return Refusal(
            f"Nothing in a pantry does the job of `{line.name}` ({role.name}).",
            "A 0.0 bottle: try bottle style.",
        )
    return Refusal(
        f"Nothing that goes with this drink does the job of `{line.name}` ({role.name}).",
        f"A recipe without `{line.name}`.",
    )


def _leading_role(
    group: Sequence[tuple[IngredientLine, Role, Content | None]],
    style: Style,
    settings: tuple[Setting, ...],
) -> Role:
    """Return the role of the largest amount among those that something imitates."""
    amounts: dict[Role, float] = {}
    for _, role, content in group:
        amounts[role] = amounts.get(role, 0.0) + (content.ml if content else 0.0)

    def rank(role: Role) -> tuple[bool, float]:
        stand_in = stand_in_for(role, style, settings)
        return bool(stand_in and stand_in.shares), amounts[role]

    return max(amounts, key=rank)


def _names(stand_in: StandIn, have: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the replacement; a bottle that the reader has goes before its kind."""
    return tuple(
        next((own for own in have if share.name in ancestors(own)), share.name)
        for share in stand_in.shares
    )


def _brews(swap: Swap) -> set[str]:
    return {name for name in swap.names if nature_of(name).is_brew}


def _with_one_brew(
    swaps: list[Swap], style: Style, settings: tuple[Setting, ...], have: Sequence[str]
) -> list[Swap]:
    """Return the swaps with one brew: that of the largest bottle; the others do without tea."""
    brewing = sorted((swap for swap in swaps if _brews(swap)), key=lambda swap: -swap.ml)
    for swap in brewing[1:]:
        if _brews(swap) <= _brews(brewing[0]):
            continue
        without_tea = stand_in_for(swap.role, style, ("creamy", *settings))
        if without_tea is None:
            raise Refusal(
                f"`{swap.lines[0].name}` takes a second brew.", "A 0.0 bottle: try bottle style."
            )
        plain = Swap(swap.role, swap.lines, swap.ml, without_tea, _names(without_tea, have))
        swaps = [plain if one is swap else one for one in swaps]
    return swaps


def _with_few_ingredients(swaps: list[Swap]) -> list[Swap]:
    names = {name for swap in swaps for name in swap.names}
    if len(names) > MOST_NEW:
        swaps = [_without_bitters(swap) for swap in swaps]
        names = {name for swap in swaps for name in swap.names}
    if len(names) > MOST_NEW:
        raise Refusal(
            f"It takes {len(names)} new ingredients; more than {MOST_NEW} make another drink.",
            "A simpler recipe.",
        )
    return swaps


def _without_bitters(swap: Swap) -> Swap:
    if swap.role.name != "bitters":
        return swap
    left_out = StandIn(
        (),
        "A few dashes are left out to keep the recipe simple.",
        "the bitters",
        swap.stand_in.style,
    )
    return Swap(swap.role, swap.lines, swap.ml, left_out, ())


def _replacing(swaps: Sequence[Swap]) -> list[NewLine]:
    """Return the new lines of all swaps; the same ingredient for two roles is one line."""
    lines: dict[str, NewLine] = {}
    for swap in swaps:
        position = min(line.position for line in swap.lines)
        for share, name in zip(swap.stand_in.shares, swap.names, strict=True):
            ml = _natural_ml(swap, share.ml_per_ml, name)
            earlier = lines.get(name)
            if earlier:
                lines[name] = earlier._replace(natural_ml=earlier.natural_ml + ml)
            else:
                lines[name] = NewLine(
                    name,
                    nature_of(name),
                    position,
                    ml,
                    by_sugar=share.ml_per_ml is None,
                    is_hint=share.ml_per_ml is not None and share.ml_per_ml <= HINT_SHARE,
                    measure_raw=_same_measure(swap),
                )
    return list(lines.values())


def _same_measure(swap: Swap) -> str | None:
    """Return the measure of dashes and of what only the glass limits."""
    only = swap.lines[0]
    if len(swap.lines) > 1 or [share.ml_per_ml for share in swap.stand_in.shares] != [1]:
        return None
    return only.measure_raw if only.unit in {"dash", "drop", "splash"} else None


def _natural_ml(swap: Swap, ml_per_ml: float | None, name: str) -> float:
    if ml_per_ml is not None:
        return swap.ml * ml_per_ml
    sugar_g = sum(content.sugar_g for line in swap.lines if (content := content_of_line(line)))
    per_ml = content_of(name)[0]
    return sugar_g / per_ml if per_ml else swap.ml / 2


def _fillers(
    kept: Sequence[KeptLine],
    swaps: Sequence[Swap],
    settings: tuple[Setting, ...],
    drink: Drink,
    *,
    hot: bool,
) -> list[NewLine]:
    """Return what lengthens the drink in place of the alcohol and its melt water."""
    names = {one.nature.name for one in kept}
    lineages = frozenset().union(*(one.nature.lineage for one in kept))
    wanted: list[str]
    if "fizzy" in settings:
        wanted = [_soda_beside(kept, settings)]
    elif "creamy" in settings:
        has_milk = any(one.nature.kind == "dairy" for one in kept) or "Ice cream" in lineages
        wanted = ["Coffee" if "Coffee" in lineages and not has_milk else "Milk", "Water"]
    elif (
        not hot
        and settings in _TAKES_SODA
        and drink.derived.method != "blended"
        and (drink.derived.method == "built" or _is_long_glass(drink))
    ):
        wanted = ["Soda water"]
    else:
        wanted = ["Water"]
    names |= {name for swap in swaps for name in swap.names}
    fresh = [name for name in wanted if name not in names]
    position = max(line.position for line in drink.ingredients) + 1
    return [NewLine(name, nature_of(name), position, 0.0, is_filler=True) for name in fresh]


def dominating_unit(lines: Sequence[IngredientLine]) -> list[str]:
    """Return the units of the measured lines, grouped by unit."""
    units = sorted(line.unit for line in lines if line.unit in _POURED_IN_STEPS)
    return [unit for unit, same in groupby(units) for _ in same]


def canonical(names: Sequence[str]) -> tuple[str, ...]:
    """Return the canonical names."""
    return tuple(canonical_name(name)[0] for name in names)
