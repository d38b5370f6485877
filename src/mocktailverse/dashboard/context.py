"""The stores and settings of the dashboard, created once per process from the environment."""

import atexit
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st
from msgspec import Struct

from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.cost.running import running
from mocktailverse.dashboard.live_snapshot import LiveSnapshot, SnapshotReader
from mocktailverse.dashboard.rejections import RejectionReader
from mocktailverse.dashboard.setup_page import show_setup
from mocktailverse.errors import UsageError
from mocktailverse.operations.month import MonthSoFar, MonthUsage
from mocktailverse.settings import DashboardSettings
from mocktailverse.stores.account_costs import FreeOffer, read_free_offers
from mocktailverse.stores.clients import INTERACTIVE, Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue
from mocktailverse.times import now
from mocktailverse.ttl_cache import T, TtlCache

OVERRIDE = "context"
"""Session state key under which a test provides its own context."""

_MONTH_TTL_S = 600.0
_MONTH_LOCAL_TTL_S = 10.0
_OFFERS_TTL_S = 6 * 3600.0

_REFRESH_TIMEOUT_S = 1.0
"""How long a page waits for a refresh in the background; most take less."""

_TTL_SHARE = 0.9
"""Cached values expire a little before the pages' next tick, so that each tick refreshes them."""


class DashboardContext(Struct, frozen=True, kw_only=True, dict=True):
    """The stores of one stage, and the values that are cached for all visitors.

    However many visitors there are, AWS gets one request per value and `refresh_s`.
    """

    catalogue: CatalogueCopy
    loads: LoadsTable
    bucket: DataBucket
    queue: Queue
    free_tier: Callable[[], list[FreeOffer]] | None = None
    """None for a local stack, whose AWS does not have it."""
    stage: str
    can_act: bool
    """Whether the pages have buttons that replay and redrive, and forms for own recipes."""
    refresh_s: float
    harness_url: str | None = None
    in_background: bool = False
    """Whether visitors get stale values while fresh ones are read."""
    clock: Callable[[], int] = now
    """Returns the time in ms since 1970 UTC."""

    @property
    def is_local(self) -> bool:
        return self.stage == LOCAL

    @property
    def ingest_commands(self) -> str:
        """Shell commands that load the sample records and fetch others."""
        env = "" if self.is_local else f" --env {self.stage}"
        return f"mocktailverse ingest data/raw/*json{env}\nmocktailverse fetch{env}"

    @cached_property
    def live(self) -> TtlCache[LiveSnapshot]:
        """The state of the pipeline."""
        reader = SnapshotReader(self.loads, self.queue, self.catalogue)
        return self._cached(reader.read, _TTL_SHARE * self.refresh_s)

    @cached_property
    def month(self) -> TtlCache[MonthSoFar]:
        """Usage of this month; it takes many requests, hence the longer TTL on AWS."""
        reader = MonthUsage(
            self.loads, lambda: self.catalogue.current().meta, running(self.stage), self.clock
        )
        return self._cached(reader.read, _MONTH_LOCAL_TTL_S if self.is_local else _MONTH_TTL_S)

    @cached_property
    def offers(self) -> TtlCache[list[FreeOffer]] | None:
        """The account's use of the free tier; AWS updates it a few times a day."""
        return None if self.free_tier is None else self._cached(self.free_tier, _OFFERS_TTL_S)

    @cached_property
    def rejections(self) -> RejectionReader:
        return RejectionReader(self.loads, self.bucket, clock=self.clock)

    def _cached(self, fetch: Callable[[], T], ttl_s: float) -> TtlCache[T]:
        return TtlCache(
            fetch,
            ttl=lambda _: ttl_s * 1000,
            clock=self.clock,
            timeout_s=_REFRESH_TIMEOUT_S,
            in_background=self.in_background,
        )


def dashboard_context() -> DashboardContext:
    """Return the context; if settings are missing, show the setup page and end the page."""
    override: DashboardContext | None = st.session_state.get(OVERRIDE)
    if override is not None:
        return override
    try:
        return create_context()
    except UsageError as error:
        show_setup(str(error))
        st.stop()


@st.cache_resource(show_spinner=False)
def create_context() -> DashboardContext:
    """Create the context without a request to AWS.

    Raises:
        UsageError: a setting is missing or invalid, or no region is configured.
    """
    settings = DashboardSettings.read()
    with translated("Connecting to AWS"):
        clients = Clients(timeouts=INTERACTIVE)
        stores = Stores(clients, settings.outputs())
        loads = stores.loads  # before the folder: without a region, each run of a page fails here
        copies = TemporaryDirectory(prefix="mocktailverse-dashboard-", ignore_cleanup_errors=True)
        atexit.register(copies.cleanup)
        return DashboardContext(
            catalogue=CatalogueCopy(
                stores.catalogue,
                Path(copies.name),
                max_age_s=_TTL_SHARE * settings.refresh_s,
                in_background=True,
            ),
            in_background=True,
            loads=loads,
            bucket=stores.bucket,
            queue=stores.queue,
            free_tier=None if settings.stage == LOCAL else partial(read_free_offers, clients),
            stage=settings.stage,
            can_act=not settings.read_only,
            refresh_s=settings.refresh_s,
            harness_url=settings.harness_url,
        )
