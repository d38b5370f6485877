"""Composition: sugar, acid, fat, protein and density of an ingredient, each with its source.

The data is in `reference/composition.csv`; see docs/explanation/balance.md. A row is for an
ingredient, with all more special ones that have no row of their own, or for a kind, such as `herb`.
"""

from functools import cache, lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.ingredients import (
    LONGEST_NAME,
    SOLID,
    ancestors,
    family_of,
    match_ingredient,
)
from mocktailverse.drinks.reference.tables import read_table

SourceKind = Literal["usda", "law", "computation", "measurement", "producer", "estimate"]
"""Where a usual figure comes from.

usda         a food of USDA FoodData Central, by its number
law          a limit of the law, or the middle of a class that the law defines
computation  follows from a recipe or a definition, such as syrup of equal weights
measurement  a published measurement
producer     stated by the producer of this brand
estimate     our own, from common recipes and labels
"""

KCAL_PER_G = {"alcohol": 7.0, "sugar": 4.0, "acid": 3.0, "fat": 9.0, "protein": 4.0, "starch": 4.0}
"""Energy factors: Regulation (EU) 1169/2011, annex XIV."""


class Spread(NamedTuple):
    """A figure that differs from one product, fruit or recipe to the next."""

    least: float
    usual: float
    most: float

    def times(self, factor: float) -> "Spread":
        """Return the figure in another unit."""
        return Spread(self.least * factor, self.usual * factor, self.most * factor)

    def usually(self) -> "Spread":
        """Return the usual figure only."""
        return Spread(self.usual, self.usual, self.usual)

    def covering(self, other: "Spread") -> "Spread":
        """Return the figure of one of two things; usually it is this one."""
        return Spread(min(self.least, other.least), self.usual, max(self.most, other.most))


class Composition(Struct, frozen=True):
    """What an ingredient contains, per 100 ml of a liquid or per 100 g of a solid."""

    per: Literal["ml", "g"]
    """Whether the figures are per 100 ml (liquids) or per 100 g (solids)."""
    density_g_per_ml: float
    """Usual density; of a solid, of what it becomes in the drink, dissolved or crushed."""
    sugar_g: Spread
    """Sugars, natural and added."""
    acid_g: Spread
    """Titratable acid, as citric acid."""
    other_kcal: float | None
    """Energy of fat, protein, starch and fibre; None if unknown.

    Alcohol, sugar and acid come on top. Fibre is half its mass in the column of starch, because it
    has 2 kcal a gram.
    """
    source_kind: SourceKind
    """Where the usual sugar comes from."""
    source: str
    """Source of sugar, density, fat and protein."""
    acid_source: str
    """Source of the acid."""

    def per_100_ml(self) -> "Composition":
        """Return the composition per 100 ml, for a solid that becomes part of a liquid."""
        return self if self.per == "ml" else _converted(self, "ml")

    def covering(self, other: "Composition") -> "Composition":
        """Return the composition of one of two ingredients; usually it is this one.

        Its energy is known only if both have the same.
        """
        other = other if other.per == self.per else _converted(other, self.per)
        return replace(
            self,
            sugar_g=self.sugar_g.covering(other.sugar_g),
            acid_g=self.acid_g.covering(other.acid_g),
            other_kcal=self.other_kcal if self.other_kcal == other.other_kcal else None,
        )


def composition_of(name: str) -> Composition | None:
    """Return the composition of an ingredient, canonical or not; None if it is unknown.

    It is the ingredient's own row, else that of the nearest more general ingredient, else that of
    its kind. An unknown name takes that of its family: "gooseberry liqueur" is a liqueur.
    """
    return _composition(name) if len(name) <= LONGEST_NAME else None


@lru_cache(maxsize=2048)
def _composition(name: str) -> Composition | None:
    row = match_ingredient(name)
    if row:
        names = (row.name, *ancestors(row.name), row.kind)
    elif family := family_of(name):
        names = (family.name, *ancestors(family.name), family.kind)
    else:
        return None
    kind = names[-1]
    rows = _rows()
    composition = next((_parsed(rows[of]) for of in names if of in rows), None)
    per: Literal["ml", "g"] = "g" if kind in SOLID else "ml"
    if composition is None or composition.per == per:
        return composition
    return _converted(composition, per)


def _converted(composition: Composition, per: Literal["ml", "g"]) -> Composition:
    density = composition.density_g_per_ml
    factor = density if per == "ml" else 1 / density
    kcal = composition.other_kcal
    return replace(
        composition,
        per=per,
        sugar_g=composition.sugar_g.times(factor),
        acid_g=composition.acid_g.times(factor),
        other_kcal=None if kcal is None else kcal * factor,
    )


@cache
def _rows() -> dict[str, list[str]]:
    """Return the rows as text: a process needs few of them as numbers."""
    return {row[0]: row for row in read_table("composition.csv")}


def _parsed(row: list[str]) -> Composition:
    _of, per, density, *figures, source_kind, source, acid_source = row
    sugar, acid, fat, protein, starch = figures[:3], figures[3:6], *figures[6:]
    return Composition(
        per,  # type: ignore[arg-type]  # a test examines the table
        float(density),
        Spread(*map(float, sugar)),
        Spread(*map(float, acid)),
        _other_kcal(fat, protein, starch),
        source_kind,  # type: ignore[arg-type]  # a test examines the table
        source,
        acid_source,
    )


def _other_kcal(fat_g: str, protein_g: str, starch_g: str) -> float | None:
    if not (fat_g and protein_g):
        return None
    return (
        float(fat_g) * KCAL_PER_G["fat"]
        + float(protein_g) * KCAL_PER_G["protein"]
        + float(starch_g or 0) * KCAL_PER_G["starch"]
    )
