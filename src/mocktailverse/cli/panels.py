"""The panels of `mocktailverse --help`: what each command is for."""

import typer

PANELS = {
    "Start here": ("up", "demo", "status", "down"),
    "Data in": ("ingest", "fetch", "loads", "rejected"),
    "Drinks": ("drinks", "export", "quality", "transform", "measure"),
    "Serve": ("serve", "dashboard", "browse"),
    "Repair": ("verify", "replay", "redrive", "reconcile", "rebuild"),
    "Operate": ("report", "logs", "trace", "cost", "drill"),
    "Deploy": ("deploy", "diff", "outputs", "package", "destroy"),
}
"""The names of commands and groups by panel, in the order in which help lists them."""

_PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}
_ORDER = list(_PANEL_OF)


def arrange(app: typer.Typer) -> None:
    """Put every command of the app into its panel.

    Raises:
        KeyError: a command has no panel.
    """
    for command in app.registered_commands:
        command.rich_help_panel = _PANEL_OF[_name(command)]
    for group in app.registered_groups:
        group.rich_help_panel = _PANEL_OF[str(group.name)]
    app.registered_commands.sort(key=lambda command: _ORDER.index(_name(command)))


def _name(command: typer.models.CommandInfo) -> str:
    return str(command.name or getattr(command.callback, "__name__", ""))
