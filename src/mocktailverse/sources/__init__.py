"""The sources of raw drinks: one package for each source, and one line that registers it.

A source can read its records (JSON objects and CSV rows become a `Record`). It may also be able to
collect them, and to be simulated on a laptop. Nothing else knows a source by its name: each part is
imported where it is first used, so that the transform does not load an HTTP client, nor the readers
of sources whose records it does not get.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from mocktailverse.drinks.record import Absence, Record
from mocktailverse.errors import UsageError
from mocktailverse.loads.object_version import DEFAULT_SOURCE

if TYPE_CHECKING:  # the transform needs none of them
    from mocktailverse.sources.authoring import Authoring
    from mocktailverse.sources.checking import CanaryRecords
    from mocktailverse.sources.collection import Collector
    from mocktailverse.sources.simulation import Simulation


class RecordReader(Protocol):
    """Reads one source's raw records."""

    @property
    def id_field(self) -> str:
        """Name of the field with a record's id."""
        ...

    @property
    def columns(self) -> frozenset[str]:
        """CSV column names by which this source's files are detected."""
        ...

    def from_json(self, data: bytes | memoryview) -> Record | Absence:
        """Return the record of one JSON object; raise RecordRejectedError if it is not a drink."""
        ...

    def from_fields(self, fields: Mapping[str, object]) -> Record | Absence:
        """Return the record of field names and values (a CSV row, a decoded object)."""
        ...


class Source(Struct, frozen=True):
    """A source: its name, and where its parts are: `module:class` within its package."""

    name: str
    """Its name in raw keys (`raw/<name>/`) and in ids, and the name of its package."""
    title: str
    """Its name for people."""
    reader: str
    """The class that reads its records, a `RecordReader`."""
    collecting: str | None = None
    """The class that collects its records, a `Collector`; None if they arrive in other ways."""
    plans: str = ""
    """What can be collected, for people: the strategies with their arguments."""
    simulating: str | None = None
    """The class of its simulated form, a `Simulation`; None if there is none."""
    authored_by: str | None = None
    """The class that finds recipes in what people add, an `Authoring`; None if nobody adds any.

    Its records belong to those who wrote them, who may replace and remove them."""

    checked_by: str | None = None
    """The class that writes the canary of deployments, `CanaryRecords`; the default source's."""

    @property
    def records(self) -> RecordReader:
        """Its record reader."""
        reader: RecordReader = _part(self.name, self.reader)
        return reader

    @property
    def collector(self) -> "Collector":
        """Its collector.

        Raises:
            UsageError: the source has none.
        """
        if self.collecting is None:
            raise UsageError(
                f"`{self.name}` cannot be fetched. Choose one of {', '.join(fetched_sources())}."
            )
        collector: Collector = _part(self.name, self.collecting)
        return collector

    @property
    def simulation(self) -> "Simulation | None":
        """Its simulated form; None if there is none."""
        return None if self.simulating is None else _part(self.name, self.simulating)

    @property
    def authoring(self) -> "Authoring":
        """Finds recipes in what people add.

        Raises:
            UsageError: nobody adds records of this source.
        """
        if self.authored_by is None:
            raise UsageError(f"Records of `{self.name}` cannot be added manually.")
        authoring: Authoring = _part(self.name, self.authored_by)
        return authoring

    @property
    def canary(self) -> "CanaryRecords":
        """Writes the records by which a deployment is checked.

        Raises:
            UsageError: the source has none.
        """
        if self.checked_by is None:
            raise UsageError(f"`{self.name}` has no canary.")
        canary: CanaryRecords = _part(self.name, self.checked_by)
        return canary


@cache
def _part(source: str, place: str) -> Any:  # noqa: ANN401 - the caller knows its type
    module, _, name = place.partition(":")
    return getattr(import_module(f"{__name__}.{source}.{module}"), name)()


def require_source(name: str) -> Source:
    """Return a registered source.

    Raises:
        UsageError: the source is not registered.
    """
    if name not in SOURCES:
        raise UsageError(f"Unknown source `{name}`. Choose one of {', '.join(SOURCES)}.")
    return SOURCES[name]


def fetched_sources() -> list[str]:
    """Return the names of the sources that can be collected, the default one first."""
    return [source.name for source in SOURCES.values() if source.collecting]


def owned_source() -> Source:
    """Return the source whose records people write themselves."""
    return next(source for source in SOURCES.values() if source.authored_by)


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            DEFAULT_SOURCE,
            "TheCocktailDB",
            reader="record_reader:TheCocktailDBRecords",
            collecting="collector:TheCocktailDBCollector",
            plans="sweep, random NUMBER, search TERM, ids ID..., mocktails, popular",
            simulating="simulation.served_routes:SimulatedTheCocktailDB",
            checked_by="canary_records:TheCocktailDBCanary",
        ),
        Source(
            "opendrinks",
            "opendrinks",
            reader="recipe_reader:OpendrinksRecords",
            collecting="archive_collector:OpendrinksCollector",
            plans="everything, or what `--archive` names",
            simulating="simulated_archive:SimulatedOpendrinks",
        ),
        Source(
            "own",
            "Own recipes",
            reader="own_reader:OwnRecords",
            authored_by="recipe_author:OwnRecipeAuthor",
        ),
    )
}
"""The registered sources by name."""
