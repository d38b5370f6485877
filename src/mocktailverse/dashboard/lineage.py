"""The provenance of a drink: its quality notes and its lineage."""

import json

import msgspec
import streamlit as st

from mocktailverse.dashboard.safe_text import plain
from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink
from mocktailverse.times import utc


def show_lineage(drink: Drink) -> None:
    """Show the quality notes, and the raw object that the drink was built from."""
    _show_quality(drink)
    with st.expander("Data lineage", icon=":material/account_tree:", key="lineage"):
        st.markdown(
            "The drink was built from one record of one raw object version, by one version of "
            "the transform. `position` is the record's index in an array, or its byte offset in "
            "NDJSON and CSV."
        )
        st.code(_lineage_json(drink), language="json", wrap_lines=True)


def quality_explanation(code: str) -> str:
    """Return what a quality code means."""
    return next(
        # A newer release may have published the catalogue, with codes that this one does not have.
        (quality.explanation for quality in Quality if quality == code),
        "Unknown code.",
    )


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
