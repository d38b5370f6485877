"""The command `status`: whether an environment is running and healthy."""

from typing import Any

import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import local_stores, state_folder
from mocktailverse.cli.deployed_status import print_deployed_status
from mocktailverse.cli.output import print_json, print_table
from mocktailverse.cli.stack_output import links, stack_fields
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Status
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.stores.environment import LOCAL


def status(
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Show whether an environment is running and healthy."""
    if env != LOCAL:
        print_deployed_status(env, as_json=as_json)
        return
    local = lifecycle.status(state_folder(state_dir))
    fields: dict[str, Any] = {"state": local.state, "down": local.down}
    if local.stack and local.state == "running":
        queue = local_stores(local.stack).queue
        fields |= {"waiting": queue.waiting(), "dead_letters": queue.dead()}
    if as_json:
        print_json({**fields, **(stack_fields(local.stack) if local.stack else {})})
    else:
        _print_status(local, fields)
    if local.state != "running":
        raise typer.Exit(3)


def _print_status(local: Status, fields: dict[str, Any]) -> None:
    rows: list[tuple[str, object]] = [
        (name, value) for name, value in fields.items() if name != "down"
    ]
    for process in local.stack.processes if local.stack else ():
        state = "up"
        if process.name in local.down:
            state = "down (does not respond)" if process.find() else "down (ended)"
        rows.append((process.name, f"{state}: http://{HOST}:{process.port} (pid {process.pid})"))
    print_table("Local stack", ("name", "value"), rows)
    if local.state == "running" and local.stack and local.stack.urls:
        print_table("Links", ("service", "URL"), links(local.stack))
