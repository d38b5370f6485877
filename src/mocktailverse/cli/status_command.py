"""The command `status`: whether an environment is running and healthy."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC
from typing import Any

import msgspec
import typer

from mocktailverse.catalogue.synced_copy import open_published
from mocktailverse.cli import options
from mocktailverse.cli.connection import deployed_clients, local_stores, state_folder
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.deployment import account, function_code
from mocktailverse.deployment.function_code import FunctionCode
from mocktailverse.errors import MissingError, UsageError
from mocktailverse.local import lifecycle, resource_usage
from mocktailverse.local.state import LocalStack
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.alarm_subscription import read_subscription
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.queue import Queue

_LABELS = {
    "stack": "stack",
    "where": "account",
    "state": "state",
    "updated_at": "updated (UTC)",
    "protected": "protected from deletion",
    "waiting": "messages waiting",
    "dead_letters": "dead letters",
    "failed_batches": "of them failed publishings",
    "alarm_subscription": "alarm e-mails",
    "memory_mib": "memory (MiB)",
    "disk_mib": "disk (MiB)",
    "catalogue": "catalogue version",
    "catalogue_problem": "catalogue's problem",
}
"""What tables call the fields."""

_STACK_FIELDS = (
    *("endpoint", "region", "access_key_id", "secret_access_key"),
    *("outputs", "source_url", "processes", "urls", "ops_key"),
)
_LINK_TITLES = {
    "dashboard": "Dashboard",
    "harness": "Harness",
    "docs": "API reference",
    "api": "API",
    "gateway": "API as a function",
}


def status(
    state_dir: options.StateDir = None, env: options.Env = "local", as_json: options.Json = False
) -> None:
    """Show whether an environment is running and healthy."""
    if env != LOCAL:
        _print_deployed_status(env, as_json=as_json)
        return
    folder = state_folder(state_dir)
    local = lifecycle.status(folder)
    fields: dict[str, Any] = {
        "state": local.state,
        "down": local.down,
        "memory_mib": local.stack and resource_usage.memory_bytes(local.stack) // 2**20,
        "disk_mib": resource_usage.disk_bytes(folder) // 2**20,
    }
    if local.stack and local.state == "running":
        fields |= _messages(local_stores(local.stack).queue)
    if as_json:
        print_json({**fields, **(stack_fields(local.stack) if local.stack else {})})
    else:
        rows = _labelled(fields)
        for process in local.stack.processes if local.stack else ():
            state = "up"
            if process.name in local.down:
                state = "down (does not respond)" if process.find() else "down (ended)"
            address = f"http://{HOST}:{process.port} (pid {process.pid})"
            rows.append((process.name, f"{state}: {address}"))
        print_table("Local stack", ("name", "value"), rows)
        if local.state == "running" and local.stack and local.stack.urls:
            print_links("Links", local.stack)
        if local.state == "stopped":
            say("Start it: mocktailverse up")
    if local.state != "running":
        raise typer.Exit(3)


def _messages(queue: Queue) -> dict[str, int]:
    dead = queue.dead()
    failed = queue.failed_batches() if dead else 0
    return {"waiting": queue.waiting(), "dead_letters": dead, "failed_batches": failed}


def _labelled(fields: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return the fields that have a label as rows for people."""
    return [
        (label, {True: "yes", False: "no"}[value] if isinstance(value, bool) else value)
        for name, label in _LABELS.items()
        if (value := fields.get(name)) is not None
    ]


def stack_fields(stack: LocalStack) -> dict[str, Any]:
    """Return a running stack as JSON shows it."""
    return {name: getattr(stack, name) for name in _STACK_FIELDS}


def print_links(title: str, stack: LocalStack) -> None:
    """Print the pages of a stack that a browser can open."""
    links = [
        (label, stack.urls[name]) for name, label in _LINK_TITLES.items() if name in stack.urls
    ]
    print_table(title, ("service", "URL"), links)


def _print_deployed_status(env: str, *, as_json: bool) -> None:
    """Print the status of a deployed environment; exit with 1 unless its stack is healthy.

    Raises:
        UsageError: the environment is not deployed.
    """
    clients = deployed_clients()
    name = stack.stack_name(env)
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
            fields |= {**_messages(stores.queue), **_catalogue_fields(stores, env)}
            if "AlarmTopic" in stores.outputs:
                email = stack.parameters(description).get("AlarmEmail", "")
                alarms = read_subscription(clients, stores.outputs["AlarmTopic"], email)
                fields["alarm_subscription"] = alarms
    if as_json:
        items = [{**msgspec.to_builtins(f), "apart": f.name in apart} for f in functions]
        print_json({**msgspec.to_builtins(fields), "functions": items})
    else:
        print_table(f"Environment {env}", ("name", "value"), _labelled(fields))
        rows = [(f.name, f.zip[:12], f.modified_at[:16], _difference(f, apart)) for f in functions]
        print_table("Functions", ("function", "zip", "since (UTC)", "difference"), rows)
    if not is_healthy:
        raise typer.Exit(1)


def _difference(function: FunctionCode, apart: Collection[str]) -> str:
    """Return how a function differs from the stack's code; empty if it runs that code."""
    if not function.code_sha256:
        return "deleted manually"
    return "other code" if function.name in apart else ""


def _catalogue_fields(stores: Stores, env: str) -> dict[str, str | None]:
    """Return the version that readers get, and whether publish waits for a file of its format."""
    fields: dict[str, str | None] = {"catalogue": None}
    if "CatalogueBucket" not in stores.outputs:
        return fields
    with suppress(MissingError), open_published(stores.catalogue) as catalogue:
        fields["catalogue"] = catalogue.meta.version
    if stores.catalogue.etag() is None:
        fields["catalogue_problem"] = f"must be rebuilt: mocktailverse rebuild --env {env}"
    return fields
