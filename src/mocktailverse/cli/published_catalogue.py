"""The published catalogue for a command that reads it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.synced_copy import open_published
from mocktailverse.cli.output import say
from mocktailverse.cli.progress import progress
from mocktailverse.errors import MissingError, UsageError
from mocktailverse.stores.environment import Stores

_ADVICE = (
    "Load drinks with `mocktailverse ingest` or `mocktailverse fetch`; the catalogue is published"
    " seconds later."
)


@contextmanager
def published_catalogue(stores: Stores) -> Iterator[Catalogue]:
    """Download the published catalogue and open it for the block.

    Raises:
        UsageError: nothing is published yet.
    """
    with ExitStack() as stack:
        with progress() as bar:
            bar.add_task("downloading the catalogue", total=None)
            try:
                catalogue = stack.enter_context(open_published(stores.catalogue))
            except MissingError as error:
                raise UsageError(f"No catalogue is published yet. {_ADVICE}") from error
        if catalogue.meta.drinks == 0:
            say(f"The catalogue has no drinks yet. {_ADVICE}")
        yield catalogue
