"""The command `up`: start the local stack."""

import signal
from typing import Annotated

from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import require_local, state_folder
from mocktailverse.cli.down_command import say_dropped, stop_stack
from mocktailverse.cli.load_waiting import check_local_stack
from mocktailverse.cli.output import print_json, say, stderr
from mocktailverse.cli.status_command import print_links, stack_fields
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack
from mocktailverse.sources import SOURCES


def up(
    detach: Annotated[bool, Option(help="Start the stack in the background and return.")] = False,
    port: options.EmulatorPort = None,
    live: options.Live = False,
    records: options.Records = None,
    forget: Annotated[
        bool, Option("--forget", help="First drop all data of the stack in this folder.")
    ] = False,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Start the whole stack on this machine: no AWS account, no Docker.

    A stack that already runs in the folder keeps its data and is updated: processes that have
    ended are restarted, changed code is deployed. The embedded AWS holds the data in memory. If it
    has ended or does not respond, nothing is changed and the exit code is 3.
    """
    require_local(env)
    folder = state_folder(state_dir)
    if forget:
        stopped, dropped = stop_stack(folder)
        if stopped:
            say_dropped(dropped)
    source_url = SOURCES[DEFAULT_SOURCE].collector.url if live else None
    start_options = Options(port=port, records=records, source_url=source_url, services=True)
    if detach:
        with stderr.status("starting") as state:
            stack = lifecycle.start(folder, start_options, state.update, check_local_stack)
        _print_stack(stack, as_json=as_json)
        return
    with (
        stderr.status("starting") as state,
        lifecycle.running(folder, start_options, state.update, check_local_stack) as stack,
    ):
        state.stop()
        _print_stack(stack, as_json=as_json)
        say("Running. Press Ctrl-C to stop.")
        signal.pause()


def _print_stack(stack: LocalStack, *, as_json: bool) -> None:
    if as_json:
        print_json(stack_fields(stack))
        return
    print_links("Mocktailverse is up", stack)
    say("Load drinks: mocktailverse fetch --wait")
    say("Show its state, or its resources: mocktailverse status, mocktailverse outputs")
