"""The strength section of a drink: gauge, figures and their certainty."""

import streamlit as st

from mocktailverse.dashboard.charts import gauge
from mocktailverse.dashboard.strength_text import CERTAINTY, figures, percent, served
from mocktailverse.drinks.drink import Derived, Drink


def show_strength(drink: Drink) -> None:
    """Show gauge and figures, or that they are unknown."""
    derived = drink.derived
    st.header("Strength", anchor=False)
    low, high = served(derived)
    if derived.is_mocktail and not high:
        st.markdown(":material/eco: Contains no alcohol.")
    elif low is None or high is None:
        st.markdown(":material/help: Unknown.")
    else:
        strength = percent(low, high)
        is_served = derived.abv_served_percent_min is not None
        how = "as served" if is_served else "as mixed; dilution unknown"
        st.markdown(f"**{strength} vol** {how}")
        st.vega_lite_chart(gauge(low, high), key="gauge", alt=f"Strength: {strength} vol")
    _show_figures(derived)
    label, meaning = CERTAINTY[derived.certainty]
    st.caption(f"Certainty: **{label}**. {meaning}")


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
    st.table(
        {"": list(rows), "Whole recipe": list(rows.values())},
        hide_index=True,
        hide_header=True,
        border="horizontal",
        alt="Strength and volume of the whole recipe",
    )
