"""The API on a socket: its responses to any request match its OpenAPI document.

Schemathesis sends the requests, also along the links between endpoints. It uses an API with the
sample catalogue, or with API= and KEY= the API of a running stack.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from mocktailverse.api.api_app import create_app
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.export_delivery import Streamed
from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.loads.load_keys import LoadPosition, day_of
from mocktailverse.loads.load_record import END, START, Counts, Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.testing.memory_loads import page_of
from worlds.serving import running

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
KEY = "a key for operators"
LOADS, REJECTED_OF_A_LOAD = 40, 3
ONE_ROUND = ("--phases", "fuzzing,stateful", "--max-examples", "5")
"""The options of a run without a time limit."""


class LiveApi(NamedTuple):
    """The address of an API, and its key for operators."""

    url: str
    key: str


class MemoryLoads(LoadsTable):
    """Today's loads with rejected lines, in pages as the real table returns them."""

    def __init__(self) -> None:
        super().__init__(SimpleNamespace(dynamodb=None), "loads")
        now = int(time.time() * 1000)
        self._loads = [self._load(number, now) for number in range(LOADS)]

    def page(
        self, day: str, limit: int, after: LoadPosition | None = None
    ) -> tuple[list[Load], LoadPosition | None]:
        loads = [load for load in self._loads if day_of(load.started_at) == day]
        return page_of(loads, limit, after)

    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]:
        counts = Counts(rejected=REJECTED_OF_A_LOAD)
        return [
            Segment(0, START, END, counts, final=True, rejected_key=version.load_id(generation))
        ]

    def rejected(self, key: str) -> list[Rejected]:
        version = ObjectVersion("data", f"raw/thecocktaildb/{key}", "v1")
        lines = range(REJECTED_OF_A_LOAD)
        return [Rejected("name_missing", "$", "Blank.", line, {}, version) for line in lines]

    @staticmethod
    def _load(number: int, now: int) -> Load:
        counts = Counts(read=REJECTED_OF_A_LOAD, rejected=REJECTED_OF_A_LOAD)
        version = ObjectVersion("data", f"raw/thecocktaildb/{number}", "v1")
        started_at = now - 1000 * (number // 2)  # two at a time
        return Load(
            version, 1, "done", counts, 9, 1, 0, None, started_at, started_at, now, None, 1
        )  # fmt: skip


class PublishedFile:
    """A catalogue file in place of the published one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def download(
        self, path: Path, *, unless: str | None = None, **_: object
    ) -> CatalogueState | None:
        if unless is None:
            shutil.copyfile(self._path, path)
        return None if unless else CatalogueState("1")


@pytest.fixture
def live_api(
    pytestconfig: pytest.Config, catalogue_path: Path, tmp_path: Path
) -> Iterator[LiveApi]:
    """The API that the command line names, or one with the sample catalogue."""
    if url := pytestconfig.getoption("--fuzz-api"):
        yield LiveApi(url, pytestconfig.getoption("--fuzz-key"))
        return
    source, loads = PublishedFile(catalogue_path), MemoryLoads()
    dependencies = ApiDependencies(
        catalogue=CatalogueCopy(source, tmp_path / "copies", max_age_s=10),
        loads=loads,
        bucket=loads,
        ops_key=lambda: KEY,
        exports=Streamed(source, tmp_path / "exports"),
        stage="local",
        max_age_s=10,
    )
    with running(create_app(dependencies)) as url:
        yield LiveApi(url, KEY)


def test_the_live_api_responds_as_its_document_says(
    live_api: LiveApi, campaign, tmp_path: Path, request: pytest.FixtureRequest
):
    run = campaign.run(request.node.name)
    run.failed_seed = campaign.seed
    limits = ("--max-time", str(round(campaign.share_s))) if campaign.share_s >= 1 else ONE_ROUND
    command = [
        *(SCHEMATHESIS, "run", f"{live_api.url}/openapi.json"),
        *("--header", f"x-api-key: {live_api.key}", "--wait-for-schema", "30"),
        *("--seed", str(campaign.seed), *limits),
        *("--exclude-path-regex", "^/dev/"),  # the harness changes the data
        # The document allows any text as a cursor, but few texts are valid cursors.
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--continue-on-failure", "--generation-database", "none", "--no-color"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    generated = re.search(r"(\d+) generated", done.stdout)
    run.inputs = int(generated[1]) if generated else 0
    assert done.returncode == 0, done.stdout + done.stderr
    assert run.inputs > 0
    run.failed_seed = None
