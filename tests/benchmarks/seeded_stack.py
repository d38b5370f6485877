"""A local stack, as users start it, whose published catalogue has any number of drinks.

The catalogue's file is written and uploaded directly. The drinks table has no items: neither a
conditional write nor a batch read depends on how many others there are, and the embedded AWS would
need 40 KiB of memory for each.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import ours
from corpus import ndjson_lines, source_records

from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.drink import Drink
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

BUILT_AT_MS = 1_750_000_000_000
TIMEOUT_S = 120.0
POLL_S = 0.05

_CHUNK = 5_000


def catalogue_file(folder: Path, drinks: int) -> Path:
    """Return a catalogue with this number of drinks; it is written unless the folder has it."""
    path = folder / f"{drinks}.sqlite"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with CatalogueWriter.create(unfinished) as writer:
            writer.put(_drinks(drinks))
            writer.seal(
                version=catalogue_version(BUILT_AT_MS),
                built_at=BUILT_AT_MS,
                table="drinks",
                most_conversions=None,
            )
        unfinished.rename(path)
    return path


def _drinks(count: int) -> Iterator[Drink]:
    lines = ndjson_lines(source_records()[1], count)
    while chunk := b"".join(islice(lines, _CHUNK)):
        for register in ours.registers(ours.InMemory(chunk)):
            assert register.drink
            yield register.drink


@contextmanager
def seeded_stack(folder: Path, drinks: int) -> Iterator[tuple[LocalStack, Stores]]:
    """Run a stack with this number of drinks within the block, until its API serves them.

    `folder` keeps the files of the catalogues for the next stack.
    """
    file = catalogue_file(folder, drinks)
    with lifecycle.running(options=Options(services=True)) as stack:
        stores = Stores(stack.clients(), stack.outputs)
        stores.catalogue.upload(file, replacing=stores.catalogue.etag())
        statistics = f"{stack.urls['api']}/stats"

        def is_served() -> bool:
            with urllib.request.urlopen(statistics) as response:  # noqa: S310 - on the loopback
                return bool(json.load(response)["drinks"] == drinks)

        assert wait_until(is_served, TIMEOUT_S, POLL_S)
        yield stack, stores
