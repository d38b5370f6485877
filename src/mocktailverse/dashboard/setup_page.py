"""The page of a dashboard that does not know yet where its data is."""

import streamlit as st

from mocktailverse.settings import PREFIX

OUTPUTS = {
    "catalogue_bucket": "CatalogueBucket",
    "data_bucket": "DataBucket",
    "drinks_table": "DrinksTable",
    "loads_table": "LoadsTable",
    "queue_url": "QueueUrl",
    "dead_letter_queue_url": "DeadLetterQueueUrl",
}
"""Settings, and the output of the stack that each takes its value from."""

SECRETS = "\n".join(
    [
        *(f'{PREFIX}{name.upper()} = "<{output}>"' for name, output in OUTPUTS.items()),
        f'{PREFIX}STAGE = "prod"',
        "",
        'AWS_DEFAULT_REGION = "<region of the stack>"',
        'AWS_ACCESS_KEY_ID = "<key of a user with DashboardPolicy alone>"',
        'AWS_SECRET_ACCESS_KEY = "<its secret>"',
    ]
)


def show(problem: str) -> None:
    """Say what is missing and how to set it, on a laptop and on Streamlit Cloud."""
    st.title("Almost there", anchor=False)
    st.info("The dashboard does not know yet where its data is.", icon=":material/settings:")
    st.code(problem, language=None, wrap_lines=True)
    st.header("On this machine", anchor=False)
    st.markdown("These start the local stack and a dashboard that knows it. No account is needed:")
    st.code("mocktailverse up\nmocktailverse dashboard", language="shell")
    st.header("On AWS and Streamlit Cloud", anchor=False)
    st.markdown(
        "Put these lines into the app's secrets, or set them as environment variables. "
        "What stands in angle brackets is an output of the CloudFormation stack "
        "`mocktailverse-prod`, which `DashboardPolicy` belongs to as well."
    )
    st.code(SECRETS, language="toml")
