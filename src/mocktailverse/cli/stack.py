"""Commands for the local stack: `up`, `down`, `status`."""

import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from mocktailverse.cli import contents, options
from mocktailverse.cli.canary import prove_chain
from mocktailverse.cli.connection import local_stack, local_stores, state_folder
from mocktailverse.cli.contents import Contents
from mocktailverse.cli.operate import deployed_status
from mocktailverse.cli.output import print_json, print_table, say, stderr
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local import health, lifecycle
from mocktailverse.local.lifecycle import Options, Status
from mocktailverse.local.ports import HOST
from mocktailverse.local.state import EMULATOR, LocalStack
from mocktailverse.stores.environment import LOCAL

LIVE_URL = "https://www.thecocktaildb.com"

Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Port of the embedded AWS [a free one]."),
]
Live = Annotated[
    bool, typer.Option("--live", help="Fetch from the real TheCocktailDB, not the simulated one.")
]
Records = Annotated[
    Path | None,
    typer.Option(
        help="What the simulated TheCocktailDB serves: a file or folder [data/raw].", exists=True
    ),
]
Forget = Annotated[
    bool,
    typer.Option("--forget", help="Drop all data of a stack in this folder first; start empty."),
]
ForgetUnasked = Annotated[
    bool, typer.Option("--forget", help="Drop the data without asking, on a terminal as well.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    detach: Annotated[bool, typer.Option(help="Return, and leave the stack running.")] = False,
    port: Port = None,
    live: Live = False,
    records: Records = None,
    forget: Forget = False,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Start the whole stack on this machine: no AWS account, no Docker.

    A stack that runs in the folder keeps its data and is brought up to date: parts that ended are
    restarted, changed code is deployed. If its embedded AWS, which holds the data in memory, has
    ended or stays silent, nothing is changed and the exit code is 3.
    """
    require_local(env)
    folder = state_folder(state_dir)
    if forget:
        stopped, dropped = _drop(folder)
        if stopped:
            _say_dropped(dropped)
    source_url = LIVE_URL if live else None
    chosen = Options(port=port, records=records, source_url=source_url, services=True)
    if detach:
        with stderr.status("starting") as state:
            stack = lifecycle.start(folder, chosen, state.update, _prove_chain)
        _print_stack(stack, as_json=as_json)
        return
    with (
        stderr.status("starting") as state,
        lifecycle.running(folder, chosen, state.update, _prove_chain) as stack,
    ):
        state.stop()
        _print_stack(stack, as_json=as_json)
        say("Running; Ctrl-C stops it.")
        signal.pause()


def down(
    forget: ForgetUnasked = False,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Stop the local stack with all its processes; its data goes with it.

    Prints how much was dropped. On a terminal it asks first if there is any data.
    """
    require_local(env)
    folder = state_folder(state_dir)
    stopped, dropped = _drop(folder, ask=not (forget or as_json) and sys.stdin.isatty())
    if as_json:
        counts = {} if dropped is None else {"dropped": msgspec.to_builtins(dropped)}
        print_json({"stopped": stopped, **counts})
    elif stopped:
        _say_dropped(dropped)
    else:
        say("nothing was running")


def _drop(folder: Path, *, ask: bool = False) -> tuple[bool, Contents | None]:
    """Stop the stack; whether there was one, and what it held if it responded.

    Raises:
        UsageError: a person was asked and declined.
    """
    held = contents.count(folder)
    question = ""
    if held and (held.drinks or held.raw_objects):
        question = f"Drop {held}? They exist in memory only"
    elif held is None and contents.is_silent(folder):
        question = "The embedded AWS is silent. Drop its data, which exists in memory only?"
    if ask and question and not typer.confirm(question, err=True):
        raise UsageError("Nothing was stopped.")
    return lifecycle.stop(folder), held


def _say_dropped(dropped: Contents | None) -> None:
    say("stopped")
    say(f"dropped {dropped}" if dropped else "its data is gone; how much could not be counted")


def status(
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Tell whether an environment runs, and how it is."""
    if env != LOCAL:
        deployed_status(env, as_json=as_json)
        return
    found = lifecycle.status(state_folder(state_dir))
    fields: dict[str, Any] = {"state": found.state, "down": found.down}
    if found.stack and found.state == "running":
        queue = local_stores(found.stack).queue
        fields |= {"waiting": queue.waiting(), "dead_letters": queue.dead()}
    if as_json:
        print_json({**fields, **(stack_fields(found.stack) if found.stack else {})})
    else:
        _print_status(found, fields)
    if found.state != "running":
        raise typer.Exit(3)


def require_local(env: str) -> None:
    """Raise UsageError for a deployed environment, which these commands do not manage."""
    if env != "local":
        raise UsageError(f"up, down and demo are about the local stack, not {env!r}.")


def running_stack(state_dir: Path | None) -> LocalStack:
    """Return the local stack whose embedded AWS responds.

    Raises:
        UnreachableError: no local stack runs, or its embedded AWS does not respond.
    """
    stack = local_stack(state_dir)
    if not health.is_healthy(stack.by_name[EMULATOR]):
        raise UnreachableError(
            f"The embedded AWS of the stack in `{state_folder(state_dir)}` has ended or does not"
            " respond. For what to do, run: mocktailverse up"
        )
    return stack


def stack_fields(stack: LocalStack) -> dict[str, Any]:
    """What scripts need to know of a running stack."""
    return {
        "endpoint": stack.endpoint,
        "region": stack.region,
        "access_key_id": stack.access_key_id,
        "secret_access_key": stack.secret_access_key,
        "outputs": stack.outputs,
        "source_url": stack.source_url,
        "processes": msgspec.to_builtins(stack.processes),
        "urls": stack.urls,
        "ops_key": stack.ops_key,
    }


def _prove_chain(stack: LocalStack) -> None:
    prove_chain(local_stores(stack))


def _print_stack(stack: LocalStack, *, as_json: bool) -> None:
    if as_json:
        print_json(stack_fields(stack))
        return
    print_table("Mocktailverse is up", ("what", "where"), links(stack))
    leading_nowhere = {"ApiUrl"}  # an address of the real AWS
    made_of = [item for item in stack.outputs.items() if item[0] not in leading_nowhere]
    rows = [
        ("AWS endpoint", stack.endpoint),
        ("source", stack.source_url),
        ("key for operators", stack.ops_key),
        *made_of,
    ]
    print_table("What it is made of", ("what", "value"), rows)


def links(stack: LocalStack) -> list[tuple[str, str]]:
    """What a browser can open, as rows of a table."""
    titles = {
        "dashboard": "Dashboard",
        "harness": "Harness",
        "docs": "API reference",
        "api": "API",
        "gateway": "API as a function",
    }
    return [(title, stack.urls[name]) for name, title in titles.items() if name in stack.urls]


def _print_status(found: Status, fields: dict[str, Any]) -> None:
    down = set(found.down)
    rows: list[tuple[str, object]] = [
        (name, value) for name, value in fields.items() if name != "down"
    ]
    for process in found.stack.processes if found.stack else ():
        silent = "silent" if process.find() else "ended"
        state = f"down ({silent})" if process.name in down else "up"
        rows.append((process.name, f"{state}: http://{HOST}:{process.port} (pid {process.pid})"))
    print_table("Local stack", ("what", "value"), rows)
    if found.state == "running" and found.stack and found.stack.urls:
        print_table("Links", ("what", "where"), links(found.stack))
