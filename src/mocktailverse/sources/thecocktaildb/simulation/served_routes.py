"""The simulated API as a part of the server of all simulated sources."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from mocktailverse.checkout import find_checkout
from mocktailverse.sources.simulation import SimulationOptions
from mocktailverse.sources.thecocktaildb.simulation.record_files import read_records
from mocktailverse.sources.thecocktaildb.simulation.simulated_api import api_routes


class SimulatedTheCocktailDB:
    """Serves drinks in TheCocktailDB's format; by default the samples in `data/raw`."""

    path = ""

    def routes(self, options: SimulationOptions) -> tuple[Sequence[BaseRoute], str]:
        """Return the routes, and a line on the records and on what could not be read.

        Raises:
            UsageError: a path of records does not exist.
        """
        records, notes = read_records(options.records or (find_checkout().samples,))
        skipped = "".join(f"\nskipped: {note}" for note in notes)
        return api_routes(records, options), f"{len(records)} records{skipped}"
