"""Save and remove own recipes, and wait until the catalogue shows it."""

from collections.abc import Callable, Sequence

import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard.context import DashboardContext
from mocktailverse.dashboard.page_paths import EXPLORE
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import MissingError, MocktailverseError
from mocktailverse.operations.own_recipes import ReviewedRecipe, store_recipes, store_removals
from mocktailverse.waiting import wait_until

TIMEOUT_S = 60.0
_POLL_S = 0.3


def find_in(context: DashboardContext) -> Callable[[str], Drink | None]:
    """Return a function that finds drinks in the current catalogue."""

    def find(drink_id: str) -> Drink | None:
        try:
            return context.catalogue.current().drink(drink_id)
        except MissingError:  # nothing is published yet
            return None

    return find


def save(context: DashboardContext, recipes: Sequence[ReviewedRecipe]) -> None:
    """Store recipes, wait until the catalogue has the last of them, and open it."""
    last = recipes[-1].drink
    _store_and_wait(
        context,
        "Saving",
        lambda: store_recipes(context.bucket, recipes, context.clock()),
        lambda catalogue: _is_shown(catalogue.drink(last.id), last),
    )
    st.switch_page(EXPLORE, query_params={"drink": last.id})


def remove(context: DashboardContext, drink: Drink) -> None:
    """Store the removal of a drink, wait until the catalogue lacks it, and open the list."""
    _store_and_wait(
        context,
        "Removing",
        lambda: store_removals(context.bucket, [drink.id], context.clock()),
        lambda catalogue: _is_withdrawn(catalogue.drink(drink.id)),
    )
    st.switch_page(EXPLORE)


def _store_and_wait(
    context: DashboardContext,
    doing: str,
    store: Callable[[], object],
    is_done: Callable[[Catalogue], bool],
) -> None:
    """Store, and poll the catalogue; on failure, show why and end the page."""

    def is_visible() -> bool:
        try:
            return is_done(context.catalogue.current())
        except MocktailverseError:
            return False

    with st.spinner(f"{doing} …"):
        try:
            store()
        except MocktailverseError as error:
            st.error(f"Nothing was stored. {plain(str(error), 500)}", icon=":material/error:")
            st.stop()
        if not wait_until(is_visible, TIMEOUT_S, _POLL_S):
            st.warning(
                "It is stored, but the catalogue does not show it yet. The Pipeline page shows the"
                " state of its load.",
                icon=":material/hourglass_empty:",
            )
            st.stop()


def _is_shown(shown: Drink | None, saved: Drink) -> bool:
    """Return whether the catalogue has the saved content.

    Marks from earlier recipes of the id do not matter.
    """
    return (
        shown is not None
        and shown.content_hash == saved.content_hash
        and shown.withdrawn_at is None
    )


def _is_withdrawn(shown: Drink | None) -> bool:
    return shown is None or shown.withdrawn_at is not None
