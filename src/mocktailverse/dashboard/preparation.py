"""What the server does before the first visitor comes, so that they need not wait for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from threading import Thread

import streamlit as st

from mocktailverse.dashboard.context import create_context
from mocktailverse.errors import MocktailverseError

_IMPORTED_LATE = ("numpy", "PIL.Image", "mocktailverse.dashboard.views.explore_page")
"""Modules that the front page needs; Streamlit imports the first two for the first icon."""


@asynccontextmanager
async def preparing(_app: st.App) -> AsyncIterator[None]:
    """Prepare in a thread while the server runs; it never keeps the process from ending."""
    Thread(target=prepare, daemon=True).start()
    yield


def prepare() -> None:
    """Import the front page's modules, download the catalogue and build its index.

    If that fails, the pages try again and show why. An empty catalogue is not kept: it would be
    the stale value of the first visitor, who may come after drinks were loaded.
    """
    for name in _IMPORTED_LATE:
        import_module(name)
    with suppress(MocktailverseError, OSError):
        catalogue = create_context().catalogue.current()
        if catalogue.meta.drinks:
            catalogue.warm()
        else:
            create_context.clear()
