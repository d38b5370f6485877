"""The page "Add a recipe": write, import, edit and remove own recipes."""

from collections.abc import Callable

import msgspec
import streamlit as st

from mocktailverse.dashboard import url_state
from mocktailverse.dashboard.context import DashboardContext, dashboard_context
from mocktailverse.dashboard.page_paths import EXPLORE
from mocktailverse.dashboard.recipe_form import recipe_fields
from mocktailverse.dashboard.recipe_preview import show_preview
from mocktailverse.dashboard.recipe_saving import find_in, remove, save
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import MocktailverseError, RecordRejectedError
from mocktailverse.operations.own_recipes import Clash, Review, review
from mocktailverse.operations.recipe_fields import fields_of
from mocktailverse.operations.recipe_input import ReadRecipe, read_recipes
from mocktailverse.sources import owned_source
from mocktailverse.sources.page_request import request_page

_WRITE, _PAGE, _FILE = "Write it", "From a web page", "From a file"
_READ = "recipe-read"
"""Session state key of the recipes that were read from a page or a file."""

_MOST_SHOWN = 20


def page() -> None:
    url_state.sync("recipe")
    context = dashboard_context()
    if not context.can_act:
        st.title("Add a recipe", anchor=False)
        st.info("This dashboard is read-only. Use `mocktailverse add`.", icon=":material/lock:")
        return
    edited = url_state.first(url_state.read(), "edit")
    if edited:
        _edit(context, edited)
    else:
        _add(context)


def _add(context: DashboardContext) -> None:
    st.title("Add a recipe", anchor=False)
    way = st.segmented_control(
        "How",
        [_WRITE, _PAGE, _FILE],
        default=_WRITE,
        key="recipe-way",
        label_visibility="collapsed",
    )
    if way == _PAGE:
        _import_page(context)
    elif way == _FILE:
        _import_file(context)
    else:
        _write(context, {}, None)


def _edit(context: DashboardContext, drink_id: str) -> None:
    drink = find_in(context)(drink_id)
    if drink is None or drink.source != owned_source().name:
        st.title("Recipe not found", anchor=False)
        st.markdown("This is not one of your own recipes.")
        return
    st.page_link(
        EXPLORE, label="Back", icon=":material/arrow_back:", query_params={"drink": drink.id}
    )
    st.title(f"Edit {plain(drink.name, 120)}", anchor=False)
    _write(context, fields_of(drink), drink)
    _show_removal(context, drink)


def _write(context: DashboardContext, before: dict[str, object], edited: Drink | None) -> None:
    """Show the form beside the preview, and the button that saves."""
    form, preview = st.columns([1, 1], gap="large")
    with form:
        fields = recipe_fields(before)
    with preview:
        st.header("As understood", anchor=False)
        if not str(fields["name"]).strip() or not str(fields["ingredients"]).strip():
            st.caption("Write a name and the ingredients to see how they are understood.")
            st.button("Save", disabled=True, type="primary", key="recipe-save")
            return
        filled = {name: value for name, value in fields.items() if value not in ("", None, [])}
        try:
            envelope = owned_source().authoring.envelope(filled, None, "columns")
        except RecordRejectedError as error:
            st.error(plain(str(error), 300))
            return
        if edited:
            recipe_id = edited.id.partition(":")[2]
            envelope = msgspec.structs.replace(envelope, id=recipe_id)
        _show_and_save(context, [envelope], "replace" if edited else None)


def _show_and_save(
    context: DashboardContext, read: list[ReadRecipe], clash: Clash | None = None
) -> None:
    """Show recipes as they are understood, and save them; ask what to do if an id is taken."""
    reviewed = review(read, find_in(context), clash or "refuse")
    for recipe in reviewed.recipes[:_MOST_SHOWN]:
        if len(reviewed.recipes) > 1:
            st.subheader(plain(recipe.drink.name, 120), anchor=False)
        show_preview(recipe)
    if len(reviewed.recipes) > _MOST_SHOWN:
        st.caption(f"And {len(reviewed.recipes) - _MOST_SHOWN} more.")
    for one in reviewed.unreadable[:_MOST_SHOWN]:
        st.error(f"Recipe {one.number}: {plain(one.message, 300)}", icon=":material/error:")
    if clash is None and any(recipe.status == "conflict" for recipe in reviewed.recipes):
        reviewed = _settled(context, read)
    count = len(reviewed.to_store)
    label = f"Save {count} recipes" if count > 1 else "Save"
    if st.button(label, type="primary", key="recipe-save", disabled=not count):
        st.session_state.pop(_READ, None)
        save(context, reviewed.to_store)


def _settled(context: DashboardContext, read: list[ReadRecipe]) -> Review:
    """Return the review after the visitor chose what to do with taken names."""
    choices: dict[str, Clash] = {"Keep both": "keep-both", "Replace the other": "replace"}
    chosen = st.radio("Another recipe has this name", list(choices), key="recipe-clash")
    return review(read, find_in(context), choices[chosen])


def _import_page(context: DashboardContext) -> None:
    with st.form("recipe-page", border=False):
        url = st.text_input(
            "Address of the page", max_chars=2000, placeholder="https://", key="recipe-url",
            help="Only this address is requested. The page needs a schema.org Recipe.",
        )  # fmt: skip
        is_sent = st.form_submit_button("Read the page", icon=":material/download:")
    if is_sent:
        _read(lambda: _page_recipes(url.strip()))
    _show_read(context)


def _page_recipes(url: str) -> list[ReadRecipe]:
    """Return the recipes of a public page; this machine and its network are refused."""
    page = request_page(url, allow_private=False)
    return read_recipes(page.data, page.url, charset=page.charset)


def _import_file(context: DashboardContext) -> None:
    file = st.file_uploader(
        "File with recipes",
        key="recipe-file",
        help="Bar Assistant, schema.org, CSV, NDJSON, plain text or a saved web page.",
    )
    if file is None:
        st.session_state.pop(_READ, None)
    else:
        _read(lambda: read_recipes(file.getvalue(), file.name[:200]))
    _show_read(context)


def _read(read: Callable[[], list[ReadRecipe]]) -> None:
    """Read recipes into the session, or show why they cannot be read."""
    try:
        st.session_state[_READ] = read()
    except MocktailverseError as error:
        st.session_state.pop(_READ, None)
        st.error(plain(str(error), 500), icon=":material/error:")


def _show_read(context: DashboardContext) -> None:
    if read := st.session_state.get(_READ):
        _show_and_save(context, read)


def _show_removal(context: DashboardContext, drink: Drink) -> None:
    """Show the button that removes the drink, after a confirmation."""
    with st.popover("Remove", icon=":material/delete:", key="recipe-remove"):
        st.markdown("The recipe disappears from the catalogue. Its history is kept.")
        if st.button("Remove it", type="primary", key="recipe-remove-now"):
            remove(context, drink)


if __name__ == "__main__":
    page()
