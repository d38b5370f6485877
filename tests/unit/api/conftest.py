"""The API over a real catalogue file, with stores that a test fills."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mocktailverse.api.api_app import Api, create_app
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.export_delivery import Streamed
from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.errors import MissingError, MocktailverseError
from mocktailverse.loads.load_keys import LoadPosition
from mocktailverse.loads.load_record import END, START, Counts, Load, LoadStatus, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.testing.memory_loads import page_of
from worlds.api_gateway import served

OPS_KEY = "open sesame \N{SNOWMAN}"
MAX_AGE_S = 10
MINUTE_MS = 60_000


class FakeSource:
    """The bucket of the published catalogue: a file, nothing, or an error."""

    def __init__(self, published: Path | None) -> None:
        self.published = published
        self.error: MocktailverseError | None = None
        self.etag = 1

    def download(
        self, path: Path, *, unless: str | None = None, **_: object
    ) -> CatalogueState | None:
        if self.error:
            raise self.error
        if self.published is None:
            raise MissingError("There is no catalogue.")
        if unless == str(self.etag):
            return None
        shutil.copyfile(self.published, path)
        return CatalogueState(str(self.etag))

    def publish(self, path: Path) -> None:
        self.published = path
        self.etag += 1


class FakeClock:
    """A manual clock, in seconds."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class FakeLoadStore:
    """Loads and their rejected lines: the loads table and the data bucket in one."""

    def __init__(self) -> None:
        self.loads: list[Load] = []
        self.lines: dict[str, list[Rejected]] = {}
        self.error: MocktailverseError | None = None
        self.read_keys: list[str] = []

    def add(
        self,
        name: str,
        rejected: int = 0,
        status: LoadStatus = "done",
        *,
        generation: int = 1,
        days_ago: int = 0,
    ) -> Load:
        """Add and return a load that is newer than all others of its day."""
        version = ObjectVersion("data", f"raw/thecocktaildb/{name}", "v1")
        noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
        started_at = int(noon.timestamp() * 1000) + (len(self.loads) - 1440 * days_ago) * MINUTE_MS
        counts = Counts(read=rejected + 2, loaded=2, rejected=rejected)
        finished_at = None if status == "loading" else started_at + 1500
        load = Load(
            version, generation, status, counts, 100, 1, 0, None, started_at, started_at,
            finished_at, None, 1,
        )  # fmt: skip
        self.loads.append(load)
        self.lines[self._key(version, generation)] = [
            Rejected("no_name", "$.strDrink", f"{name} {n}", n, {"idDrink": n}, version)
            for n in range(rejected)
        ]
        return load

    def page(
        self, day: str, limit: int, after: LoadPosition | None = None
    ) -> tuple[list[Load], LoadPosition | None]:
        if self.error:
            raise self.error
        return page_of((load for load in self.loads if self._day(load) == day), limit, after)

    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]:
        key = self._key(version, generation)
        counts = Counts(rejected=len(self.lines[key]))
        return [Segment(0, START, END, counts, True, key)]  # noqa: FBT003 - the fields' order

    def rejected(self, key: str) -> list[Rejected]:
        self.read_keys.append(key)
        return self.lines[key]

    def _key(self, version: ObjectVersion, generation: int) -> str:
        return f"rejected/{version.load_id(generation)}/0.ndjson"

    def _day(self, load: Load) -> str:
        return datetime.fromtimestamp(load.started_at / 1000, UTC).strftime("%Y-%m-%d")


class World:
    """The application and its dependencies."""

    def __init__(self, published: Path | None, folder: Path) -> None:
        self.source = FakeSource(published)
        self.clock = FakeClock()
        self.load_store = FakeLoadStore()
        self.ops_key: str | None = OPS_KEY
        copy = CatalogueCopy(self.source, folder, max_age_s=MAX_AGE_S, clock=self.clock)
        dependencies = ApiDependencies(
            catalogue=copy,
            loads=self.load_store,
            bucket=self.load_store,
            ops_key=lambda: self.ops_key,
            exports=Streamed(self.source, folder),
            stage="local",
            max_age_s=MAX_AGE_S,
        )
        self.app: Api = create_app(dependencies)
        self.client = TestClient(
            served(self.app), raise_server_exceptions=False, follow_redirects=False
        )

    def get(self, path: str, *, key: str | None = None, **headers: str) -> Any:
        """GET a path; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            given["x-api-key"] = key
        return self.client.get(path, headers={k: v.encode() for k, v in given.items()})

    def ops(self, path: str) -> Any:
        """GET a path as an operator."""
        return self.get(path, key=OPS_KEY)

    def pages(self, path: str, *, key: str | None = None) -> Iterator[list[dict[str, Any]]]:
        """Yield the items of every page of a listing."""
        separator = "&" if "?" in path else "?"
        cursor = ""
        while True:
            response = self.get(f"{path}{cursor}", key=key)
            assert response.status_code == 200, response.text
            yield response.json()["items"]
            if response.json()["next"] is None:
                return
            cursor = f"{separator}cursor={response.json()['next']}"


@pytest.fixture
def new_world(tmp_path: Path) -> Callable[[Path | None], World]:
    """Return a function that creates an API over a catalogue file, or without one."""
    return lambda published: World(published, tmp_path / "copies")


@pytest.fixture
def world(catalogue_path: Path, new_world: Callable[[Path | None], World]) -> World:
    """Return an API over the sample drinks."""
    return new_world(catalogue_path)


@pytest.fixture(scope="module")
def module_world(catalogue_path: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return an API over the sample drinks that the tests of a module share."""
    return World(catalogue_path, tmp_path_factory.mktemp("copies"))


@pytest.fixture(scope="session")
def catalogue(catalogue_path: Path) -> Iterator[Catalogue]:
    """Open the same catalogue without the API."""
    opened = Catalogue(catalogue_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def ops_key() -> str:
    """Return the operators' key."""
    return OPS_KEY
