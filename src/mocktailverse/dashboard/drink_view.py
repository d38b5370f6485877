"""The page of one drink."""

import json
from urllib.parse import urlencode

import msgspec
import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard import cached_queries, url_state
from mocktailverse.dashboard.cards import badges, show_cards
from mocktailverse.dashboard.charts import gauge
from mocktailverse.dashboard.context import dashboard_context
from mocktailverse.dashboard.drink_text import (
    CERTAINTY,
    UNKNOWN,
    balance,
    figures,
    quality_explanation,
    served,
)
from mocktailverse.dashboard.mocktail_view import show_mocktail, show_styles
from mocktailverse.dashboard.page_paths import EXPLORE, RECIPE
from mocktailverse.dashboard.recipe import show_ingredients, show_method, show_missing
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.url_state import Parameters
from mocktailverse.dashboard.variants_view import recipe_notes, show_variants
from mocktailverse.drinks.drink import Derived, Drink
from mocktailverse.sources import owned_source
from mocktailverse.times import utc

_OWN_PARAMETERS = ("drink", "servings", "units", "lang", "style")
"""Parameters of this view; the others belong to the list that led here."""

_TITLE_LENGTH = 160


def show_drink(catalogue: Catalogue, parameters: Parameters) -> None:
    """Show the drink of the URL."""
    back = {name: values for name, values in parameters.items() if name not in _OWN_PARAMETERS}
    st.page_link(EXPLORE, label="All drinks", icon=":material/arrow_back:", query_params=back)
    drink = catalogue.drink(url_state.first(parameters, "drink"))
    if drink is None:
        st.title("Drink not found", anchor=False)
        st.markdown("This drink is not in the catalogue, or no longer.")
        return
    st.set_page_config(page_title=f"{short(drink.name, _TITLE_LENGTH)} · Mocktailverse")
    _show_head(drink)
    _show_edit_link(drink)
    style = show_styles(drink, parameters)
    if style is None or not show_mocktail(catalogue, drink, style, parameters):
        _show_original(catalogue, drink, parameters)
    show_variants(drink, catalogue.variants(drink), back)
    similar = cached_queries.similar(catalogue, drink)
    if similar:
        st.header("Similar drinks", anchor=False)
        show_cards(similar, back, notes=recipe_notes(catalogue, similar))


def _show_original(catalogue: Catalogue, drink: Drink, parameters: Parameters) -> None:
    """Show the recipe as the source has it, what is computed of it, and where it comes from."""
    recipe, facts = st.columns([3, 2], gap="large")
    with recipe:
        show_ingredients(drink, parameters)
        if drink.garnish:
            st.markdown(f"**Garnish:** {plain(drink.garnish, 300)}")
        show_missing(catalogue, drink, parameters)
        show_method(drink, parameters)
    with facts:
        _show_image(drink)
        _show_strength(drink)
        _show_balance(drink.derived)
        _show_links(drink)
    _show_quality(drink)
    _show_lineage(drink)


def _show_head(drink: Drink) -> None:
    st.title(plain(drink.name, _TITLE_LENGTH), anchor=False)
    facts = [drink.category, drink.glass, drink.derived.method, drink.iba and f"IBA: {drink.iba}"]
    tags = " ".join(f":gray-badge[{plain(tag, 40)}]" for tag in drink.tags[:20])
    st.markdown(f"{badges(drink)} {tags}")
    if any(facts):
        st.caption(" · ".join(plain(fact, 80) for fact in facts if fact))


def _show_edit_link(drink: Drink) -> None:
    """Show a link to the form for an own recipe, unless the dashboard is read-only."""
    if drink.source == owned_source().name and dashboard_context().can_act:
        query = {"edit": [drink.id]}
        st.page_link(RECIPE, label="Edit", icon=":material/edit:", query_params=query)


def _show_image(drink: Drink) -> None:
    """Show the image if its licence is known, else only a link to it."""
    if drink.image is None:
        return
    if drink.image.licence is None:
        with st.container(border=True):
            st.caption("Image hidden: no licence information.")
            st.link_button("View at the source", drink.image.url, icon=":material/open_in_new:")
        return
    credit = plain(drink.image.attribution or "unknown author", 120)
    st.image(
        drink.image.url,
        caption=f"{credit} · {plain(drink.image.licence, 40)}",
        width="stretch",
        alt=f"Picture of {short(drink.name, _TITLE_LENGTH)}",
    )


def _show_strength(drink: Drink) -> None:
    derived = drink.derived
    st.header("Strength", anchor=False)
    low, high = served(derived)
    if derived.is_mocktail and not high:
        st.markdown(":material/eco: Alcohol-free.")
    elif low is None or high is None:
        also = " So is whether this is a mocktail." if derived.is_mocktail is None else ""
        st.markdown(f":material/help: Unknown{_because(derived)}.{also}")
    else:
        strength = figures(low, high, " %", 2 if derived.is_mocktail else 1)
        is_served = derived.abv_served_percent_min is not None
        how = "as served" if is_served else "as mixed; dilution unknown"
        likely = _likely(derived) if is_served else ""
        st.markdown(f"**{strength} vol** {how}{likely}")
        if derived.is_mocktail:
            st.markdown(":material/eco: A mocktail: at most traces of alcohol.")
        st.vega_lite_chart(gauge(low, high), key="gauge", alt=f"Strength: {strength} vol")
    if derived.is_mocktail is None and high is not None:
        st.markdown(f":material/help: It is unknown whether this is a mocktail{_because(derived)}.")
    _show_figures(derived)
    label, meaning = CERTAINTY[derived.certainty]
    st.caption(f"Certainty: **{label}**. {meaning}")


def _likely(derived: Derived) -> str:
    """Return the likely strength, if the range does not say it already."""
    likely = figures(derived.likely_abv_served_percent, derived.likely_abv_served_percent, " %")
    low, high = derived.abv_served_percent_min, derived.abv_served_percent_max
    is_range = figures(low, low, "") != figures(high, high, "")
    return f", likely {likely}" if is_range and likely != UNKNOWN else ""


def _because(derived: Derived) -> str:
    """Return the end of a sentence: which ingredients leave the drink's figures unknown."""
    names = ", ".join(derived.unknown_because)
    return f" because of: {plain(names, 300)}" if names else ""


def _show_balance(derived: Derived) -> None:
    rows = balance(derived)
    if not rows:
        return
    st.header("Sugar, acid, energy", anchor=False)
    st.table(
        {
            "": list(rows),
            "In 100 ml as served": [served for served, _ in rows.values()],
            "Whole recipe": [whole for _, whole in rows.values()],
        },
        hide_index=True,
        border="horizontal",
        alt="Sugar, acid and energy",
    )
    st.caption("Sugar includes that of fruit and juice. Acid is counted as citric acid.")


def _show_figures(derived: Derived) -> None:
    rows = {
        "As mixed": figures(derived.abv_percent_min, derived.abv_percent_max, " % vol"),
        "As served": figures(
            derived.abv_served_percent_min, derived.abv_served_percent_max, " % vol"
        ),
        "Standard drinks": figures(derived.standard_drinks_min, derived.standard_drinks_max, ""),
        "Volume": figures(derived.total_ml_min, derived.total_ml_max, " ml"),
        "Alcohol": figures(derived.alcohol_g_min, derived.alcohol_g_max, " g"),
    }
    if derived.is_mocktail and not derived.alcohol_g_max:
        rows = {"Volume": rows["Volume"]}
    rows = {name: text for name, text in rows.items() if text != UNKNOWN}
    if not rows:
        return
    st.table(
        {"": list(rows), "Whole recipe": list(rows.values())},
        hide_index=True,
        hide_header=True,
        border="horizontal",
        alt="Strength and volume of the whole recipe",
    )


def _show_links(drink: Drink) -> None:
    with st.container(horizontal=True):
        if drink.video:
            st.link_button("Watch video", drink.video, icon=":material/play_circle:")
        with st.popover("Share", icon=":material/link:"):
            st.caption("Link to this drink")
            page = (st.context.url or "").split("?")[0]
            st.code(f"{page}?{urlencode({'drink': drink.id})}", language=None, wrap_lines=True)


def _show_quality(drink: Drink) -> None:
    if not drink.quality:
        return
    st.header("Good to know", anchor=False)
    notes = [
        f"- **{plain(code)}** {plain(quality_explanation(code), 300)}" for code in drink.quality
    ]
    if drink.previous_name:
        notes.append(f"- This id previously belonged to *{plain(drink.previous_name)}*.")
    st.markdown("\n".join(notes))


def _show_lineage(drink: Drink) -> None:
    with st.expander("Data lineage", icon=":material/account_tree:", key="lineage"):
        st.markdown(
            "The drink was built from one record of one raw object version, by one version of "
            "the transform. `position` is the record's index in an array, or its byte offset in "
            "NDJSON and CSV."
        )
        st.code(_lineage_json(drink), language="json", wrap_lines=True)


def _lineage_json(drink: Drink) -> str:
    """Return the lineage as ASCII, so that no character of a key is invisible."""
    lineage = {
        "drink": drink.id,
        **msgspec.structs.asdict(drink.lineage),
        "observed_at": _iso_time(drink.observed_at),
        "withdrawn_at": _iso_time(drink.withdrawn_at),
    }
    return json.dumps(lineage, indent=2)


def _iso_time(at: int | None) -> str | None:
    return None if at is None else utc(at).isoformat(timespec="milliseconds")
