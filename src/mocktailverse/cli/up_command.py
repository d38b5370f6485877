"""The command `up`: start the local stack."""

import signal
from collections.abc import Sequence
from typing import Annotated

from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import require_local, state_folder
from mocktailverse.cli.down_command import print_stopped, stop_stack
from mocktailverse.cli.load_waiting import check_local_stack
from mocktailverse.cli.output import print_json, say, stderr
from mocktailverse.cli.status_command import print_links, stack_fields
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.local import lifecycle
from mocktailverse.local.stack_start import Options
from mocktailverse.local.state import LocalStack
from mocktailverse.sources import SOURCES


def up(
    detach: Annotated[bool, Option(help="Start the stack in the background and return.")] = False,
    port: options.EmulatorPort = None,
    api_port: options.ApiPort = None,
    dashboard_port: options.DashboardPort = None,
    live: options.Live = False,
    records: options.Records = None,
    forget: Annotated[
        bool, Option("--forget", help="First delete all data of the stack in this folder.")
    ] = False,
    yes: options.Yes = False,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Start the whole stack on this machine: no AWS account, no Docker.

    The stack has the data that its folder keeps on disk. One that already runs in the folder is
    updated: processes that have ended are restarted, changed code is deployed.

    The ports are those that the folder used last, at first 4566, 8000 and 8501. If another program
    uses one, it is the next free port.
    """
    require_local(env)
    folder = state_folder(state_dir)
    if forget:
        print_stopped(stop_stack(folder, forget=True, ask=not yes))
    source_url = SOURCES[DEFAULT_SOURCE].collector.url if live else None
    start_options = Options(
        port=port,
        api_port=api_port,
        dashboard_port=dashboard_port,
        has_usual_ports=True,
        records=records,
        source_url=source_url,
        services=True,
    )
    notices: list[str] = []
    if detach:
        with stderr.status("starting") as state:
            stack = lifecycle.start(
                folder, start_options, state.update, check_local_stack, notices.append
            )
        _print_stack(stack, notices, as_json=as_json)
        return
    with (
        stderr.status("starting") as state,
        lifecycle.running(
            folder, start_options, state.update, check_local_stack, notices.append
        ) as stack,
    ):
        state.stop()
        _print_stack(stack, notices, as_json=as_json)
        say("Running. Press Ctrl-C to stop; the data is kept.")
        signal.pause()


def _print_stack(stack: LocalStack, notices: Sequence[str], *, as_json: bool) -> None:
    if not stack.simulates:
        source = SOURCES[DEFAULT_SOURCE]
        say(f"Drinks come from {source.title} itself, once a day at 04:00 UTC and with `fetch`.")
        say(f"{source.collector.terms} More: docs/how-to/fetch-real-drinks.md")
    for notice in notices:
        say(f"{notice[:1].upper()}{notice[1:]}.")
    if as_json:
        print_json(stack_fields(stack))
        return
    print_links("Mocktailverse is up", stack)
    say("Load drinks: mocktailverse fetch --wait")
    say("Show its state, or its resources: mocktailverse status, mocktailverse outputs")
