"""Check a conversion against the rules of issue and table, without the converter's own code."""

from mocktailverse.drinks.balance.composition import composition_of
from mocktailverse.drinks.conversion.conversion_result import Conversion
from mocktailverse.drinks.drink import Drink, IngredientLine, Lineage
from mocktailverse.drinks.ingredients import ancestors, match_ingredient
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record
from mocktailverse.drinks.strength.dilution import usual_dilution
from mocktailverse.drinks.strength.pours import substance_of

_LINEAGE = Lineage("", "own", "", 0, 1)
TEAS = "Tea"
SOURS = {"Lemon juice", "Lime juice", "Verjus", "Coconut water"}
SPARKLING_ROLES = {"sparkling wine", "beer", "cider", "alcopop", "hard seltzer"}


def recipe(name, lines, how, *, glass=None, category=None, alcoholic="alcoholic"):
    """Return the drink of a recipe: `lines` are pairs of measure and ingredient."""
    record = Record(
        id="1", name=name, category=category, alcoholic=alcoholic, glass=glass, iba=None, tags=(),
        instructions={"en": how} if how else {},
        lines=tuple(RawLine(i, what, measure) for i, (measure, what) in enumerate(lines, 1)),
        image=None, video=None, quality=(),
    )  # fmt: skip
    return made(record)


def made(record: Record) -> Drink:
    """Return the drink of a record."""
    drink = normalize(record, "own", 1, _LINEAGE).drink
    assert drink
    return drink


def remade(drink: Drink) -> Drink:
    """Return what the transform makes of the drink's raw lines."""
    record = Record(
        id=drink.id.partition(":")[2], name=drink.name, category=drink.category,
        alcoholic=drink.alcoholic, glass=drink.glass, iba=drink.iba, tags=drink.tags,
        instructions=drink.instructions,
        lines=tuple(
            RawLine(line.position, line.name_raw, line.measure_raw) for line in drink.ingredients
        ),
        image=drink.image, video=drink.video, quality=(),
    )  # fmt: skip
    again = normalize(record, drink.source, drink.observed_at, drink.lineage).drink
    assert again
    return again


def violations(drink: Drink, conversion: Conversion, style: str) -> list[str]:
    """Return the rules that a conversion breaks; empty if it breaks none."""
    if not conversion.possible:
        return [] if conversion.reason and conversion.drink is None else ["a refusal without why"]
    assert conversion.drink
    if conversion.unchanged:
        return [] if conversion.drink == drink else ["an unchanged drink that differs"]
    return [*_figures(conversion), *_lines(drink, conversion, style)]


def _figures(conversion):
    before, after, mocktail = conversion.before, conversion.after, conversion.drink
    if not mocktail.derived.is_mocktail or not after.abv_served_percent_max <= 0.5:
        yield "alcohol above 0.5 % vol"
    if before.served_ml_usual is not None and (
        after.served_ml_usual is None
        or abs(after.served_ml_usual / before.served_ml_usual - 1) > 0.1
    ):
        yield "volume"
    for name, absolute in (("sugar", 0.75), ("acid", 0.10)):
        field = f"{name}_served_g_per_100ml_usual"
        was, now = getattr(before, field), getattr(after, field)
        if now is None or abs(now - was) > max(0.15 * was, absolute):
            yield name
    if remade(mocktail) != mocktail:
        yield "the transform makes another drink of it"


def _is(name, *more_general):
    row = match_ingredient(name)
    names = {row.name, *ancestors(row.name)} if row else {name}
    return not names.isdisjoint(more_general)


def _kind(line):
    return substance_of(line.name).kind


def _lines(drink, conversion, style):
    mocktail = conversion.drink
    alcoholic = [line for line in drink.ingredients if substance_of(line.name).alcoholic]
    kept = [line for line in drink.ingredients if line not in alcoholic]
    old = {line.name_raw for line in drink.ingredients}
    new = [line for line in mocktail.ingredients if line.name_raw not in old]
    if {one.position for one in conversion.replacements} != {line.position for line in alcoholic}:
        yield "an alcoholic line without a replacement"
    if any(not one.to and "left out" not in one.why for one in conversion.replacements):
        yield "a replacement without what or why"
    flavours = {line.name for line in new if not _is(line.name, "Water")}
    if len(flavours - {"Soda water", "Milk", "Coffee"}) > 3:
        yield "more than three new ingredients"
    if len({line.name for line in new if _is(line.name, TEAS)}) > 1:
        yield "more than one brew"
    yield from _scales(kept, mocktail)
    yield from _settings(kept, new, conversion, style)
    yield from _water(drink, mocktail, new)
    yield from _long(kept, new, conversion)


def _scales(kept, mocktail):
    after = {}
    for line in mocktail.ingredients:
        after.setdefault(line.name_raw, []).append(line)
    for line in kept:
        sweet = _kind(line) in {"syrup", "sweetener"}
        same = after.get(line.name_raw, [])
        if not same:
            if not sweet:
                yield f"`{line.name}` is gone"
            continue
        if line.amount_min is None:
            continue
        scales = [_scale(one, line) for one in same if one.amount_min is not None]
        if not any((0 if sweet else 0.699) <= scale <= 1.301 for scale in scales):
            yield f"`{line.name}` is scaled by {scales}"


def _scale(one, line):
    if one.ml_min and line.ml_min:
        return one.ml_min / line.ml_min
    return one.amount_min / line.amount_min


def _settings(kept, new, conversion, style):
    foods = ("Coffee", "Hot chocolate", "Cocoa powder", "Ice cream")
    creamy = any(_kind(line) == "dairy" or _is(line.name, *foods) for line in kept)
    if creamy and any(_is(line.name, TEAS, *SOURS) for line in new):
        yield "tea, citrus, verjus or coconut water in coffee, cocoa or dairy"
    sodas = [line for line in kept if _kind(line) == "soda"]
    fizzy = any((line.ml_max or 99) > 60 for line in sodas)
    if fizzy and any(_is(line.name, "Water") for line in new):
        yield "a fizzy drink is lengthened with plain water"
    if style == "pantry":
        yield from _imitations(kept, conversion)
    if fizzy and all(line.ml_max for line in sodas):
        largest = max(line.ml_max for line in kept if line.ml_max)
        for line in new:
            if (line.ml_max or 0) > 1.02 * largest and _kind(line) not in {"wine", "beer"}:
                yield f"`{line.name}` exceeds the largest kept line"


def _long(kept, new, conversion):
    """Yield replacements that exceed the largest kept line of a long drink."""
    volume = conversion.before.served_ml_usual
    drunk = [line for line in kept if _kind(line) not in {"herb", "spice", "ice", "other"}]
    if volume is None or volume < 200 or not all(line.ml_max for line in drunk):
        return
    drinks = {"wine", "beer", "cider"}
    largest = max((line.ml_max for line in drunk), default=0)
    if not largest or any(_kind(line) in drinks for line in new):
        return
    for line in new:
        if (line.ml_max or 0) > 1.02 * largest and not _is(line.name, "Water"):
            yield f"`{line.name}` exceeds the largest kept line of a long drink"


def _imitations(kept, conversion):
    if {one.role for one in conversion.replacements} == {"neutral spirit"}:
        fresh = {name for one in conversion.replacements for name in one.to}
        fresh -= {line.name for line in kept}
        if any(_is(name, TEAS, "Verjus", "Coconut water") for name in fresh):
            yield "a neutral spirit is imitated"


def _water(drink: Drink, mocktail: Drink, new: list[IngredientLine]):
    water = sum(line.ml_max or 0 for line in new if _is(line.name, "Water"))
    total, before = mocktail.derived.total_ml_max, drink.derived.total_ml_max
    method = drink.derived.method
    if not (water and total and before and method):
        return
    abv = drink.derived.abv_percent_max or 0.0
    melt = [usual_dilution(method, x, ice_named=True, iced_glass=True) for x in (abv, 0.0)]
    if water - max(0.0, before * melt[0] - total * melt[1]) > 0.35 * total + 1:
        yield "more than 35 % plain water"


def has_composition(name: str) -> bool:
    """Return whether sugar and acid of an ingredient are known."""
    return composition_of(name) is not None
