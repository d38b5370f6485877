"""The time of the dashboard's first page with a catalogue file; prints JSON.

    dashboard.py FILE --visits 20

Streamlit's own AppTest runs the real app: every script run, widget and message of a browser's
visit, without the browser and the network. CPU time.

ready      Python, Streamlit and the app are loaded
cold       the first visit, which also copies the file and builds the index
warm       new visitors of the same process, who share what the pages cache
filtered   the same, each with another ingredient as filter, so that little is cached
"""

import argparse
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

import mocktailverse.dashboard.app
from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.dashboard.context import OVERRIDE, DashboardContext
from mocktailverse.operations.timing import quantile

READY_SECONDS = time.process_time()
TIMEOUT_S = 300
MAX_AGE_S = 3600.0
CARDS = 24


class CatalogueFile:
    """A file in place of the published catalogue; a download copies it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def download(
        self, path: Path, *, unless: str | None = None, **_: object
    ) -> CatalogueState | None:
        if unless:
            return None
        shutil.copyfile(self._path, path)
        return CatalogueState("1")


def measure(path: Path, visits: int) -> dict[str, Any]:
    """Return the figures of one catalogue file."""
    with tempfile.TemporaryDirectory() as folder:
        copy = CatalogueCopy(CatalogueFile(path), Path(folder), max_age_s=MAX_AGE_S)
        cold = _visit(copy)
        warm = [_visit(copy) for _ in range(visits)]
        names = [entry.name for entry in copy.current().ingredients(limit=visits).items]
        filtered = [_visit(copy, ingredient=name) for name in names]
    return {
        "visits": visits,
        "ready_seconds": round(READY_SECONDS, 3),
        "cold_seconds": round(cold, 3),
        "warm": _latencies(warm),
        "filtered": _latencies(filtered),
    }


def _visit(copy: CatalogueCopy, **parameters: str) -> float:
    """Return the CPU time of a new visitor's first page, which must show drinks."""
    page = AppTest.from_file(mocktailverse.dashboard.app.__file__, default_timeout=TIMEOUT_S)
    page.session_state[OVERRIDE] = DashboardContext(
        catalogue=copy, loads=None, bucket=None, queue=None, stage="local", can_act=False,
        refresh_s=30.0,
    )  # fmt: skip
    for name, value in parameters.items():
        page.query_params[name] = value
    start = time.process_time()
    page.run()
    duration_s = time.process_time() - start
    assert not page.exception, page.exception
    shown = [link for link in page.main.get("page_link") if link.label.startswith("**")]
    assert 0 < len(shown) <= CARDS
    return duration_s


def _latencies(seconds: Iterable[float]) -> dict[str, float]:
    times_ms = [1000 * duration_s for duration_s in seconds]
    return {
        "p50_ms": round(quantile(times_ms, 0.5), 1),
        "p95_ms": round(quantile(times_ms, 0.95), 1),
        "worst_ms": round(max(times_ms), 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--visits", type=int, default=20)
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # Streamlit warns that no server runs
    print(json.dumps(measure(options.file, options.visits)))
