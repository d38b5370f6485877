"""The dashboard: a Streamlit app that shows the catalogue and the pipeline."""
