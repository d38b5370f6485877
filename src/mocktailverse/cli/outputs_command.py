"""The command `outputs`: names and addresses of an environment's resources."""

import shlex
from pathlib import Path
from typing import Annotated

from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect, local_stack
from mocktailverse.cli.output import print_json, print_table
from mocktailverse.errors import UsageError
from mocktailverse.stores.cloudformation_stack import stack_name
from mocktailverse.stores.environment import LOCAL


def outputs(
    env: options.Env = "local",
    exports: Annotated[
        bool,
        Option("--exports", help="Print shell exports that point AWS tools at the local stack."),
    ] = False,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Print the names and addresses of an environment's resources."""
    if exports:
        _print_exports(env, state_dir)
        return
    stores = connect(env, state_dir)
    values = dict(sorted(stores.outputs.items()))
    if as_json:
        print_json(values)
    else:
        print_table(f"Outputs of {stack_name(env)}", ("output", "value"), list(values.items()))


def _print_exports(env: str, state_dir: Path | None) -> None:
    if env != LOCAL:
        raise UsageError("--exports works for the local stack only. Log in to AWS with its tools.")
    stack = local_stack(state_dir)
    for name, value in {
        "AWS_ENDPOINT_URL": stack.endpoint,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": stack.access_key_id,
        "AWS_SECRET_ACCESS_KEY": stack.secret_access_key,
    }.items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201 - for `eval`
