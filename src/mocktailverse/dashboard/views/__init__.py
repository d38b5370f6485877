"""The scripts of the dashboard's pages."""
