"""The data browser: Datasette on copies of the catalogue and of the loads."""
