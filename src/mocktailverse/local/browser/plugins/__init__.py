"""Datasette's plugins. It loads each file in this folder, this one included."""
