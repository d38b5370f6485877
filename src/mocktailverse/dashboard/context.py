"""What the pages read and act on, opened once a process from the environment's settings."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import streamlit as st
from msgspec import Struct

from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.cost.running import Running, running
from mocktailverse.dashboard import setup_page
from mocktailverse.dashboard.live_snapshot import Pulse, Watch
from mocktailverse.dashboard.rejections import RejectionReader
from mocktailverse.errors import UsageError
from mocktailverse.operations.month import MonthBooks, MonthSoFar
from mocktailverse.settings import DashboardSettings
from mocktailverse.stores.clients import INTERACTIVE, Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.errors import translated
from mocktailverse.stores.free_tier import FreeOffer, FreeTier
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue
from mocktailverse.times import now
from mocktailverse.ttl_cache import T, TtlCache

OVERRIDE = "connections"
"""Key of the session's state under which a test puts connections of its own."""

MONTH_S = 600.0
MONTH_LOCAL_S = 10.0
OFFERS_S = 6 * 3600.0

REFRESH_TIMEOUT_S = 1.0
"""How long a page waits for a refresh in the background; usually it takes less."""

SLACK = 0.9
"""Answers are renewed a little before the pages' own beat, so that none of its ticks is in vain."""


class Connections(Struct, frozen=True, kw_only=True, dict=True):
    """The stores of one stage, and how the dashboard may use them.

    What is read is shared by all visitors: AWS is asked at most every `refresh_s` seconds,
    however many look; `in_background`, nobody but the first waits long for it. `free_tier` is
    None where there is none to ask, at the embedded AWS; `clock` gives ms since 1970 UTC.
    """

    catalogue: CatalogueCopy
    drinks: DrinksTable
    loads: LoadsTable
    bucket: DataBucket
    queue: Queue
    stage: str
    can_act: bool
    refresh_s: float
    free_tier: FreeTier | None = None
    in_background: bool = False
    api_url: str | None = None
    harness_url: str | None = None
    clock: Callable[[], int] = now

    @property
    def is_local(self) -> bool:
        """Whether AWS is the embedded one of this machine."""
        return self.stage == LOCAL

    @cached_property
    def pulse(self) -> TtlCache[Pulse]:
        """The pipeline's state."""
        watch = Watch(self.loads, self.queue, self.catalogue)
        return self._cached(watch.look, SLACK * self.refresh_s)

    @cached_property
    def month(self) -> TtlCache[MonthSoFar]:
        """What this month's loads used; on AWS read every ten minutes, for that is many loads."""
        books = MonthBooks(
            self.loads,
            lambda: self.catalogue.current().meta,
            attempt_limit_s=self.running.transform_timeout_s,
            clock=self.clock,
        )
        return self._cached(books.read, MONTH_LOCAL_S if self.is_local else MONTH_S)

    @cached_property
    def offers(self) -> TtlCache[list[FreeOffer]] | None:
        """What AWS says of the account's free limits; it renews that a few times a day."""
        if self.free_tier is None:
            return None
        return self._cached(self.free_tier.offers, OFFERS_S)

    @property
    def running(self) -> Running:
        """What the stage keeps running on AWS."""
        return running(self.stage)

    @cached_property
    def rejections(self) -> RejectionReader:
        """What loads rejected."""
        return RejectionReader(self.loads, self.bucket, clock=self.clock)

    def _cached(self, ask: Callable[[], T], max_age_s: float) -> TtlCache[T]:
        return TtlCache(
            ask,
            ttl=lambda _: max_age_s * 1000,
            clock=self.clock,
            timeout_s=REFRESH_TIMEOUT_S,
            in_background=self.in_background,
        )


def connections() -> Connections:
    """The connections; where settings are missing, say on the page which, and end it there."""
    override: Connections | None = st.session_state.get(OVERRIDE)
    if override is not None:
        return override
    try:
        return _connect()
    except UsageError as error:
        setup_page.show(str(error))
        st.stop()


@st.cache_resource(show_spinner=False)
def _connect() -> Connections:
    """Open the stores; nothing is asked of AWS yet.

    Raises:
        UsageError: a setting is missing or wrong, or no region is configured.
    """
    settings = DashboardSettings.read()
    with translated("Connecting to AWS"):
        clients = Clients(patience=INTERACTIVE)
        stores = Stores(clients, settings.outputs())
        return Connections(
            catalogue=CatalogueCopy(
                stores.catalogue,
                _scratch_folder(),
                max_age_s=SLACK * settings.refresh_s,
                in_background=True,
            ),
            in_background=True,
            drinks=stores.drinks,
            loads=stores.loads,
            bucket=stores.bucket,
            queue=stores.queue,
            free_tier=None if settings.stage == LOCAL else FreeTier(clients),
            stage=settings.stage,
            can_act=not settings.read_only,
            refresh_s=settings.refresh_s,
            api_url=settings.api_url,
            harness_url=settings.harness_url,
        )


def _scratch_folder() -> Path:
    """A folder for copies of the catalogue; it goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="mocktailverse-dashboard-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
