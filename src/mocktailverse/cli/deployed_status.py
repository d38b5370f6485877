"""The status of an environment that is deployed on AWS."""

import sqlite3
import tempfile
from collections.abc import Collection
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import typer

from mocktailverse.catalogue.meta import read_meta
from mocktailverse.cli.connection import deployed_clients
from mocktailverse.cli.output import print_json, print_table
from mocktailverse.deployment import account, function_code
from mocktailverse.deployment.function_code import FunctionCode
from mocktailverse.errors import MissingError, UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.cloudformation_stack import stack_name
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated


def print_deployed_status(env: str, *, as_json: bool) -> None:
    """Print the status of a deployed environment; exit with 1 unless its stack is healthy.

    Raises:
        UsageError: the environment is not deployed.
    """
    clients = deployed_clients()
    name = stack_name(env)
    with translated(f"Reading the status of {name}"):
        description = stack.describe(clients, name)
        if description is None or description["StackStatus"] in stack.NOT_THERE:
            raise UsageError(f"The stack `{name}` does not exist in {clients.region}. Deploy it.")
        is_healthy = description["StackStatus"] in stack.WORKING
        updated_at = description.get("LastUpdatedTime", description["CreationTime"])
        fields: dict[str, Any] = {
            "stack": name,
            "where": str(account.identify(clients)),
            "state": description["StackStatus"],
            "updated_at": f"{updated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "protected": description.get("EnableTerminationProtection", False),
        }
        functions = function_code.function_codes(clients, name) if is_healthy else []
        apart = function_code.functions_with_other_code(clients, name) if is_healthy else []
        stores = Stores(clients, stack.outputs(clients, name))
        if is_healthy:
            fields |= {
                "waiting": stores.queue.waiting(),
                "dead_letters": stores.queue.dead(),
                "catalogue": _catalogue_version(stores),
            }
    if as_json:
        items = [{**msgspec.to_builtins(f), "apart": f.name in apart} for f in functions]
        print_json({**fields, "functions": items})
    else:
        print_table(f"Environment {env}", ("name", "value"), list(fields.items()))
        rows = [
            (f.name, f.code_sha256[:12], f.modified_at[:19], _difference(f, apart))
            for f in functions
        ]
        print_table("Functions", ("function", "code", "since (UTC)", "differs from stack"), rows)
    if not is_healthy:
        raise typer.Exit(1)


def _difference(function: FunctionCode, apart: Collection[str]) -> str:
    """Return how a function differs from the stack's code; empty if it runs that code."""
    if not function.code_sha256:
        return "deleted manually"
    return "other code" if function.name in apart else ""


def _catalogue_version(stores: Stores) -> str | None:
    """Return the version of the published catalogue; None before the first publish."""
    if "CatalogueBucket" not in stores.outputs:
        return None
    with tempfile.TemporaryDirectory(prefix="mocktailverse-status-") as folder:
        path = Path(folder, "catalogue.sqlite")
        try:
            stores.catalogue.download(path)
        except MissingError:
            return None
        with closing(sqlite3.connect(path)) as database:
            return read_meta(database).version
