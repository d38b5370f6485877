"""Quality: how much of the catalogue is understood, source by source."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from msgspec import Struct

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink, IngredientLine
from mocktailverse.drinks.ingredients import read_name
from mocktailverse.drinks.measures import parse_measure


class Share(Struct, frozen=True):
    """A count, the total that it is part of, and the percentage (None if the total is 0)."""

    count: int
    of: int
    percent: float | None


class SourceQuality(Struct, frozen=True):
    """One source's drinks: what is understood of them, and how many carry each quality code.

    `measures` counts ingredient lines with a measure that was read; `ingredients` lines whose
    ingredient is in the reference; `strength` drinks whose strength is known at least as a range.
    """

    source: str
    drinks: int
    withdrawn: int
    measures: Share
    ingredients: Share
    strength: Share
    mocktails: Share
    contradictions: int
    codes: dict[str, int]


def quality(drinks: Iterable[Drink]) -> list[SourceQuality]:
    """Return the quality of the catalogue, by source in alphabetical order."""
    by_source = defaultdict[str, list[Drink]](list)
    for drink in drinks:
        by_source[drink.source].append(drink)
    return [_of_source(source, by_source[source]) for source in sorted(by_source)]


def _of_source(source: str, drinks: list[Drink]) -> SourceQuality:
    codes = Counter(code for drink in drinks for code in drink.quality)
    lines = [line for drink in drinks for line in drink.ingredients]
    measured = [line for line in lines if line.measure_raw]
    return SourceQuality(
        source,
        drinks=len(drinks),
        withdrawn=sum(drink.withdrawn_at is not None for drink in drinks),
        measures=_share(sum(map(_is_understood, measured)), len(measured)),
        ingredients=_share(
            sum(read_name(line.name_raw).in_reference for line in lines), len(lines)
        ),
        strength=_share(
            sum(drink.derived.abv_percent_max is not None for drink in drinks), len(drinks)
        ),
        mocktails=_share(sum(drink.derived.is_mocktail is True for drink in drinks), len(drinks)),
        contradictions=codes[Quality.STRENGTH_CONTRADICTS],
        codes=dict(sorted(codes.items())),
    )


def _share(count: int, of: int) -> Share:
    return Share(count, of, round(100 * count / of, 1) if of else None)


def _is_understood(line: IngredientLine) -> bool:
    measure = parse_measure(line.measure_raw, line.name_raw)
    return not measure.unread and not measure.implausible
