"""The canary as TheCocktailDB would deliver it."""

from collections.abc import Mapping

import msgspec

from mocktailverse.sources.thecocktaildb.record_reader import KNOWN_FIELDS


class TheCocktailDBCanary:
    """Writes the canary's raw objects."""

    id = "999999999999"
    """The largest id that the reader accepts; TheCocktailDB counts its drinks: about 700."""

    texts = ("Release check", "Water", "10 cl")
    """Its name, ingredient and measure."""

    def drink(self, instructions: str) -> bytes:
        """Return a raw object with the drink."""
        name, ingredient, measure = self.texts
        return self._raw_object(
            {
                **dict.fromkeys(KNOWN_FIELDS),  # a missing field is schema drift
                "strDrink": name,
                "strCategory": "Other / Unknown",
                "strAlcoholic": "Non alcoholic",
                "strGlass": "Highball glass",
                "strInstructions": instructions,
                "strIngredient1": ingredient,
                "strMeasure1": measure,
            }
        )

    def absence(self) -> bytes:
        """Return a raw object with the absence of the drink."""
        return self._raw_object({"absent": True})

    def _raw_object(self, record: Mapping[str, object]) -> bytes:
        return msgspec.json.encode({"drinks": [{**record, "idDrink": self.id}]})
