"""The page of a dashboard whose settings are missing."""

import streamlit as st

SECRETS = """\
MOCKTAILVERSE_CATALOGUE_BUCKET = "<CatalogueBucket>"
MOCKTAILVERSE_DATA_BUCKET = "<DataBucket>"
MOCKTAILVERSE_DRINKS_TABLE = "<DrinksTable>"
MOCKTAILVERSE_LOADS_TABLE = "<LoadsTable>"
MOCKTAILVERSE_QUEUE_URL = "<QueueUrl>"
MOCKTAILVERSE_DEAD_LETTER_QUEUE_URL = "<DeadLetterQueueUrl>"
MOCKTAILVERSE_STAGE = "prod"

AWS_DEFAULT_REGION = "<region of the stack>"
AWS_ACCESS_KEY_ID = "<key of the user in dashboard_access.yaml>"
AWS_SECRET_ACCESS_KEY = "<its secret>"
"""
"""The required settings; names in angle brackets are outputs of the stack."""


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
        "`mocktailverse-prod`; `infrastructure/dashboard_access.yaml` creates the user."
    )
    st.code(SECRETS, language="toml")
