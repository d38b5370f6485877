"""The command line: one Typer app, and one module for each command (`<command>_command.py`)."""
