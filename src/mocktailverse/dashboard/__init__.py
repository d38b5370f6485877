"""The dashboard: a Streamlit app over the catalogue and the tables."""
