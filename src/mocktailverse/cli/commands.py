"""The commands by help panel, each imported only when it is used.

A command is the function, or the group, of its name in the module `<name>_command`. Importing all
of them takes several times as long as most commands run, so help lists them from here.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

PANELS: dict[str, dict[str, str]] = {
    "Start here": {
        "up": "Start the whole stack on this machine: no AWS account, no Docker.",
        "demo": "Start a stack, fetch and ingest drinks, good and bad, verify all, stop the stack.",
        "status": "Show whether an environment is running and healthy.",
        "down": "Stop the local stack with all its processes. Its data is kept for the next `up`.",
    },
    "Data in": {
        "ingest": "Store files as raw objects, which the pipeline then loads.",
        "fetch": "Collect raw records from a source with the fetch function.",
        "add": (
            "Add recipes of your own: Bar Assistant, schema.org, CSV, NDJSON, text, or a web page."
        ),
        "remove": (
            "Remove recipes of your own. `add` stores them again; raw objects and history are kept."
        ),
        "loads": "List the loads of raw objects with their status and counts, newest first.",
        "rejected": "List the rejected records of recent loads, each with its reason.",
    },
    "Move": {
        "archive": (
            "Write all raw objects with their metadata to a file, for `restore` in any environment."
        ),
        "restore": "Store the raw objects of an archive, which the pipeline then loads.",
    },
    "Drinks": {
        "drinks": "Show drinks.",
        "mocktail": "Make a drink alcohol-free, with the same volume, sweetness and acidity.",
        "makeable": (
            "Show the drinks that ingredients make, what replaces what, and what to buy next."
        ),
        "export": (
            "Export the published drinks as CSV, NDJSON, JSON, SQLite or recipes for Bar Assistant."
        ),
        "quality": (
            "Show the data quality of the drinks, what is unknown and why, and recent schema drift."
        ),
        "transform": "Turn raw files into drinks without AWS, with the code of the pipeline.",
        "measure": "Show how one measure is parsed, or with --line a whole recipe line.",
    },
    "Serve": {
        "serve": "Run the API locally; with the local stack, also the test harness.",
        "dashboard": (
            "Show the catalogue and the pipeline in a dashboard; read-only for deployed "
            "environments."
        ),
        "browse": (
            "Browse the catalogue and the loads as tables, and query them with SQL (Datasette)."
        ),
    },
    "Repair": {
        "verify": (
            "Recompute the drinks from the raw objects; show differences from table and catalogue."
        ),
        "replay": "Load stored raw objects again, through the queue, with the deployed code.",
        "redrive": (
            "Process the messages of the dead-letter queue again, after their cause is fixed."
        ),
        "reconcile": (
            "Queue raw objects again whose load never finished. AWS does the same on a schedule."
        ),
        "bulk": (
            "Reprocess all raw objects at once with Dask, into files that DynamoDB can import."
        ),
        "rebuild": "Rebuild the published catalogue from the drinks table.",
    },
    "Operate": {
        "report": (
            "Measure an environment and list what needs attention; exit code 1 if anything does."
        ),
        "logs": "Print the log of a function.",
        "trace": "Trace one record through the pipeline: its raw object, load and log lines.",
        "cost": "Compute what a month on AWS costs, and how much of the free limits it uses.",
        "drill": (
            "Cause a failure on a separate stack, check its alarm, and repair it by its runbook."
        ),
    },
    "Deploy": {
        "plan": "Show which drinks this checkout's code would change, before it is deployed.",
        "deploy": "Build and deploy an environment, to AWS or to the address in AWS_ENDPOINT_URL.",
        "diff": (
            "Show what `deploy` would change, without changing it; exit code 1 if there is "
            "anything."
        ),
        "releases": (
            "List the releases that were deployed, the newest first; `rollback` returns to any "
            "of them."
        ),
        "rollback": (
            "Return to a kept release: its code, template and settings, tried and checked as a "
            "new one."
        ),
        "outputs": "Print the names and addresses of an environment's resources.",
        "package": (
            "Build the zip of all functions for AWS Lambda. The same code gives the same bytes."
        ),
        "rehearse": (
            "Deploy an environment that does not exist, check assumptions about AWS on it, and "
            "delete it."
        ),
        "destroy": "Delete an environment with its data. A protected environment is not deleted.",
    },
}
"""What each command does, as its own help begins, in the order in which help lists them."""


class UnusedCommand(TyperCommand):
    """Name and summary of a command that is not imported yet."""

    def load(self) -> Any:  # noqa: ANN401 - Typer's type of commands is private
        """Import the command."""
        assert self.name is not None  # noqa: S101 - `PANELS` names each command
        command = getattr(import_module(f"mocktailverse.cli.{self.name}_command"), self.name)
        if not isinstance(command, typer.Typer):
            function, command = command, typer.Typer(add_completion=False)
            command.command(self.name)(function)
        loaded: Any = typer.main.get_command(command)
        loaded.rich_help_panel = self.rich_help_panel
        return loaded


class CommandGroup(TyperGroup):
    """The commands, without pydantic's prefix in the messages about wrong values."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's type of contexts is private
        """Run the command that the arguments name."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise

    def resolve_command(
        self,
        ctx: Any,  # noqa: ANN401 - Typer's type of contexts is private
        args: list[str],
    ) -> tuple[str | None, Any, list[str]]:
        """Return name, command and further arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, UnusedCommand) else command, rest

    def load_all(self) -> None:
        """Import all commands, for their documentation."""
        for name, command in self.commands.items():
            if isinstance(command, UnusedCommand):
                self.commands[name] = command.load()
