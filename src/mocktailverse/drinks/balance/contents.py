"""Contents: the sugar, acid and energy in 100 ml of what a line names, without its alcohol."""

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.balance.composition import KCAL_PER_G, Spread, composition_of
from mocktailverse.drinks.drink import IngredientLine

NONE = Spread(0.0, 0.0, 0.0)


class Contents(Struct, frozen=True, gc=False):
    """Sugar, acid and energy in 100 ml, without the alcohol."""

    sugar_g: Spread
    acid_g: Spread
    kcal: Spread
    ml_per_g: float = 1.0
    is_complete: bool = True
    """Whether the composition is known; an unknown one is recorded as 0."""
    has_energy: bool = True
    """Whether the energy is known."""

    def usually(self) -> "Contents":
        """Return the usual contents only."""
        return replace(
            self,
            sugar_g=self.sugar_g.usually(),
            acid_g=self.acid_g.usually(),
            kcal=self.kcal.usually(),
        )


UNKNOWN = Contents(NONE, NONE, NONE, is_complete=False, has_energy=False)


def contents_of(line: IngredientLine, form: str = "") -> Contents:
    """Return the contents of the line's ingredient, covering all that the recipe allows."""
    if not line.alternatives:
        return _of_names(line.name + form)
    return _of_names.__wrapped__(line.name + form, *(one + form for one in line.alternatives))


@lru_cache(maxsize=2048)
def _of_names(*names: str) -> Contents:
    composition, *others = map(composition_of, names)
    for other in others:
        composition = composition and other and composition.covering(other)
    if composition is None:
        return UNKNOWN
    composition = composition.per_100_ml()
    other_kcal = composition.other_kcal
    kcal = Spread(
        *(
            KCAL_PER_G["sugar"] * sugar + KCAL_PER_G["acid"] * acid + (other_kcal or 0.0)
            for sugar, acid in zip(composition.sugar_g, composition.acid_g, strict=True)
        )
    )
    ml_per_g = 1 / composition.density_g_per_ml
    has_energy = other_kcal is not None
    return Contents(composition.sugar_g, composition.acid_g, kcal, ml_per_g, has_energy=has_energy)
