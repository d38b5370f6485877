"""The command line: one Typer app; each module holds the commands of one concern."""
