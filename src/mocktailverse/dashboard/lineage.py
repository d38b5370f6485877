"""Where a drink comes from, and what to know of its record."""

import json

import msgspec
import streamlit as st

from mocktailverse.dashboard.safe_text import plain
from mocktailverse.dashboard.time_text import moment
from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink


def show_origin(drink: Drink) -> None:
    """Quality notes, and from which raw object the drink was made."""
    _show_quality(drink)
    with st.expander("From which raw object", icon=":material/account_tree:", key="lineage"):
        st.markdown(
            "This drink was made from one record in one version of one raw object, by one version "
            "of the transform. `position` is the record's index in an array, or its byte offset "
            "in NDJSON and CSV."
        )
        st.code(_lineage(drink), language="json", wrap_lines=True)


def _lineage(drink: Drink) -> str:
    """The lineage as JSON in ASCII, so that no character of a key can hide or turn."""
    lineage = {
        "drink": drink.id,
        **msgspec.structs.asdict(drink.lineage),
        "observed_at": _time(drink.observed_at),
        "withdrawn_at": _time(drink.withdrawn_at),
    }
    return json.dumps(lineage, indent=2)


def _time(at: int | None) -> str | None:
    return None if at is None else moment(at).isoformat(timespec="milliseconds")


def explained(code: str) -> str:
    """What a quality code means; for codes of newer catalogues, that it is not known here."""
    return next(
        (quality.explanation for quality in Quality if quality == code), "Not known to this page."
    )


def _show_quality(drink: Drink) -> None:
    if not drink.quality:
        return
    st.header("Good to know", anchor=False)
    lines = [f"- **{plain(code)}** {plain(explained(code), 300)}" for code in drink.quality]
    if drink.previous_name:
        lines.append(f"- Before, this id was the drink *{plain(drink.previous_name)}*.")
    st.markdown("\n".join(lines))
