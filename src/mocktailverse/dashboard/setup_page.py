"""The page of a dashboard whose settings are missing."""

import streamlit as st

from mocktailverse.settings import PREFIX, output_name

OUTPUTS = (
    "catalogue_bucket", "data_bucket", "drinks_table", "loads_table", "queue_url",
    "dead_letter_queue_url",
)  # fmt: skip
"""The settings whose values are outputs of the stack."""

SECRETS = "\n".join(
    [
        *(f'{PREFIX}{name.upper()} = "<{output_name(name)}>"' for name in OUTPUTS),
        f'{PREFIX}STAGE = "prod"',
        "",
        'AWS_DEFAULT_REGION = "<region of the stack>"',
        'AWS_ACCESS_KEY_ID = "<key of a user with DashboardPolicy alone>"',
        'AWS_SECRET_ACCESS_KEY = "<its secret>"',
    ]
)


def show_setup(problem: str) -> None:
    """Show what is missing, and how to set it locally and on Streamlit Cloud."""
    st.title("Setup required", anchor=False)
    st.info("The dashboard is not connected to its data yet.", icon=":material/settings:")
    st.code(problem, language=None, wrap_lines=True)
    st.header("On this machine", anchor=False)
    st.markdown("Start the local stack and its dashboard. No account is needed:")
    st.code("mocktailverse up\nmocktailverse dashboard", language="shell")
    st.header("On AWS and Streamlit Cloud", anchor=False)
    st.markdown(
        "Add these lines to the app's secrets, or set them as environment variables. "
        "The names in angle brackets are outputs of the CloudFormation stack "
        "`mocktailverse-prod`, and so is `DashboardPolicy`."
    )
    st.code(SECRETS, language="toml")
